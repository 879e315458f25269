"""What appears on the terminal and below a notebook's cell, and what does not: `quiet`."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

# A line of the C++ loggers (absl's and TensorFlow's own), and the line that announces them.
NATIVE_LOG = re.compile(
    rb"[IWE]\d{4} \d\d:\d\d:\d\S* +\d+ \S+:\d+\] "
    rb"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
    rb"|WARNING: All log messages before absl::InitializeLog\(\)"
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


def _flush() -> None:
    if sys.stderr is not None:  # it is None where Python started with descriptor 2 closed
        sys.stderr.flush()
