"""What appears on the terminal and below a notebook's cell, and what does not: `quiet`, `progress`."""

import contextlib
import html
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

# A line of the C++ loggers (absl's, TensorFlow's, LiteRT's), and the line that announces them.
NATIVE_LOG = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:\d\S* +\d+ \S+:\d+\] "
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
    rb"|WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|INFO: \w+ TensorFlow Lite "  # LiteRT's, of its delegates
    rb"|fully_quantize: "  # the TFLite converter's, of int8
)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the start-up messages of TensorFlow's C++ part out of a notebook or terminal.

    TensorFlow prints some lines at import whatever `TF_CPP_MIN_LOG_LEVEL` says (2.21: "Could not find cuda
    drivers"). They go straight to file descriptor 2, where `contextlib.redirect_stderr` cannot catch them.
    Everything else that was written there, Python's warnings among them, is passed on at the end; if the
    body raises, all of it is. The descriptor belongs to the whole process, other threads included.

    Example:
        >>> with quiet():
        ...     import json  # in a lesson: import keras
    """
    try:
        terminal = os.dup(2)
    except OSError:  # closed, as in a service without a terminal: nothing can be printed there
        yield
        return
    with open(terminal, "wb", buffering=0) as stderr, tempfile.TemporaryFile() as caught:
        _flush()
        os.dup2(caught.fileno(), 2)
        everything = False
        try:
            yield
        except BaseException:
            everything = True
            raise
        finally:
            _flush()
            os.dup2(terminal, 2)
            caught.seek(0)
            for line in caught:
                if everything or not NATIVE_LOG.match(line):
                    stderr.write(line)


@contextlib.contextmanager
def progress(
    total: int, name: str, result: Callable[[], object] | None = None
) -> Iterator[Callable[..., None]]:
    """Show a bar while something long is done: on a terminal, below a notebook's cell, and nowhere else.

    It is gone when the work is done, from the saved notebook too: what a run found out, its result tells.

    Args:
        total: how many steps there are.
        name: what is being done.
        result: returns what takes the bar's place in a notebook, once the work is done.

    Yields:
        A function to call after each step: `advance()`, or `advance(8, "loss 0.31")` with the number of
        steps done and a remark.

    Example:
        >>> with progress(3, "training") as advance:
        ...     for step in range(3):
        ...         advance(1, f"step {step}")
    """
    if in_notebook():
        yield from _notebook_bar(total, name, result)
    elif sys.stderr is not None and sys.stderr.isatty():
        yield from _terminal_bar(total, name)
    else:
        yield lambda steps=1, remark="": None


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, which can display pictures."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _terminal_bar(total: int, name: str) -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(escape(name)), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns,
        TextColumn("{task.fields[remark]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total, remark="")
        yield lambda steps=1, remark="": bar.update(task, advance=steps, remark=remark)


def _notebook_bar(
    total: int, name: str, result: Callable[[], object] | None
) -> Iterator[Callable[..., None]]:
    from IPython.display import HTML, display

    handle = display(HTML(""), display_id=True)
    done, shown = 0, 0.0

    def advance(steps: int = 1, remark: str = "") -> None:
        nonlocal done, shown
        done += steps
        if time.monotonic() - shown > 0.1:  # each update is a message to the browser
            shown = time.monotonic()
            text = html.escape(f"{name}: {done} of {total} {remark}")
            handle.update(HTML(f"<progress value='{done}' max='{total}'></progress> {text}"))

    try:
        yield advance
    except BaseException:
        handle.update(HTML(""))
        raise
    handle.update(HTML("") if result is None else result())


def _flush() -> None:
    if sys.stderr is not None:  # it is None where Python started with descriptor 2 closed
        sys.stderr.flush()
