"""A cell's text as plain Python, read as a notebook reads it: by IPython's own input transformer. `Reader`.

Magics, shell commands and help lines become calls of `get_ipython()`; prompts and common indentation go.
Every line stays where it is, so that an error is found where the learner wrote it. Two things are read
otherwise than IPython runs them: the code that a magic only watches (`%time y = f(x)`, `%%timeit`) is code
like any other, `%run helper.py` is an import of all that it binds, and other magics do nothing.
"""

import ast
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

# Cell magics that run their cell as Python, in the notebook's own process.
WATCHING = frozenset(
    {"capture", "debug", "memit", "mprun", "lprun", "prun", "scalene", "time", "timeit", "wandb"}
)
WATCHING_LINES = frozenset({"time", "prun"})  # and bind what the statement behind them binds
RUN_OPTIONS = frozenset({"-i", "-n", "-e"})  # of `%run`, that change nothing of what it binds
# The only prompt that Python can parse, too: as an annotation. `>>>` stands in strings there.
PROMPT = re.compile(r"^(?:(?:\[(?:nav|ins)\])? )?In \[\d+\]: ", re.MULTILINE)
INDENTED = re.compile(r"(?:[^\S\n]*\n)*[ \t]+\S")
LINE_MAGIC = re.compile(r"(?P<before>.*?)get_ipython\(\)\.run_line_magic(?P<arguments>\(.*\))\n", re.DOTALL)
CELL_MAGIC = re.compile(r"%%(?P<name>\w+)(?!\w*\?)(?P<line>.*)\n?")
SIGHT = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(?P<defined>\w+)"
    r"|^(?P<bound>\w+)[ \t]*=(?!=)"
    r"|^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?P<imported>\([^()]*\)|.*)",
    re.MULTILINE,
)
MAX_WORK = 5_000_000  # for all cells of a file; a character costs 1, and a long line more


class NotPython(Exception):
    """A cell holds something else; the text follows its name: "begins with `%%html`"."""


class Reader:
    """Reads the cells of one file; what that may cost is bounded."""

    def __init__(self) -> None:
        self._work = MAX_WORK

    def as_python(self, source: str) -> str:
        """Return a cell as plain Python, line for line.

        Raises:
            NotPython: it is another language's, or too much work.
            SyntaxError: IPython can't read it either.

        >>> print(Reader().as_python("%%time\\n%pylab inline\\n%time y = 5\\nhere = !ls \\\\\\n -a"), end="")
        <BLANKLINE>
        get_ipython().run_line_magic('pylab', 'inline')
        y = 5
        here = get_ipython().getoutput('ls   -a')
        <BLANKLINE>
        """
        try:
            return self._transformed(source)
        except (NotPython, SyntaxError):
            raise
        except Exception as error:  # its tokenizer's own, and assertions
            raise SyntaxError(str(error)) from None

    def _transformed(self, source: str) -> str:
        from IPython.core.inputtransformer2 import TRANSFORM_LOOP_LIMIT, TransformerManager  # 0.15 s

        manager = TransformerManager()
        lines = (source if source.endswith("\n") else f"{source}\n").splitlines(keepends=True)
        above = 0  # lines that are gone from the top
        while True:
            self._pay(lines)
            cleaned = lines
            for transform in manager.cleanup_transforms:
                cleaned = transform(cleaned)  # type: ignore[operator]
            above += len(lines) - len(cleaned)
            magic = CELL_MAGIC.fullmatch(cleaned[0]) if cleaned else None
            if magic is None:
                break
            _require_watching(magic, cleaned[1:])
            above, lines = above + 1, cleaned[1:]
        for _ in range(TRANSFORM_LOOP_LIMIT):
            self._pay(cleaned)
            changed, after = manager.do_one_token_transform(cleaned)
            if not changed:
                return "\n" * above + "".join(cleaned)
            cleaned = _in_place(cleaned, after)
        raise NotPython("holds more lines of IPython's own than are read")

    def _pay(self, lines: list[str]) -> None:
        self._work -= sum(len(line) + len(line) ** 2 // 100 for line in lines)
        if self._work < 0:
            raise NotPython("is more than is read of lines that are IPython's own")


def is_surely_plain(source: str) -> bool:
    """Tell whether IPython leaves the code of a cell as it is, if Python can parse it.

    >>> is_surely_plain("x = 1"), is_surely_plain("In [3]: x = 1")
    (True, False)
    """
    return PROMPT.search(source) is None and INDENTED.match(source) is None


class Written(NamedTuple):
    """A module that a cell writes: its path, its text, and whether that goes to the end of what is there."""

    path: str
    text: str
    is_added: bool


def module_written(source: str) -> Written | None:
    """Return the module that a cell writes, if it is such a cell.

    >>> module_written("%%writefile -a './helper.py'\\nzero = 0.0\\n")
    Written(path='helper.py', text='\\nzero = 0.0\\n', is_added=True)
    """
    head, _, body = source.lstrip().partition("\n")
    magic = CELL_MAGIC.fullmatch(head)
    if magic is None or magic["name"] not in ("writefile", "file"):
        return None
    options, paths = _options_and_paths(magic["line"])
    if len(paths) != 1 or not paths[0].endswith(".py") or paths[0].startswith(("/", "..")):
        return None
    return Written(paths[0], f"\n{body}", not options.isdisjoint({"-a", "--append"}))


def _options_and_paths(line: str) -> tuple[set[str], list[str]]:
    """Return what a magic is given: its options, and what else."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # a quote that is not closed
        return set(), []
    options = {word for word in words if word.startswith("-")}
    return options, [posixpath.normpath(word) for word in words if word not in options]


def names_by_sight(source: str) -> Iterator[str]:
    """Yield what a text that is no Python seems to define: functions, classes, values, imports.

    >>> sorted(names_by_sight("import numpy as np, keras\\nfrom math import (pi,\\n  e)\\ndef f(:\\nx = = 3"))
    ['e', 'f', 'keras', 'np', 'pi', 'x']
    """
    for match in SIGHT.finditer(source):
        if match["imported"] is None:
            yield match["defined"] or match["bound"]
        else:
            listed = (part.split("#")[0].strip(" \t\n()").split() for part in match["imported"].split(","))
            yield from (words[-1].partition(".")[0] for words in listed if words)


def _require_watching(magic: re.Match, body: list[str]) -> None:
    """Make sure that a cell magic runs its cell as Python."""
    name, line = magic["name"], magic["line"].strip()
    if name not in WATCHING:
        raise NotPython(f"begins with `%%{name}` and is not read as Python")
    if name == "time" and line and not line.startswith("-") and any(map(str.strip, body)):
        raise NotPython("has code behind `%%time`, which then runs nothing of the cell")


def _in_place(before: list[str], after: list[str]) -> list[str]:
    """Return what a transform made of some lines, with each other line where it was."""
    i = next(
        (i for i, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), len(after) - 1
    )
    return [*after[:i], _watched(after[i]), *["\n"] * (len(before) - len(after)), *after[i + 1 :]]


def _watched(line: str) -> str:
    """Return the code that a line's magic watches, or the line."""
    call = LINE_MAGIC.fullmatch(line)
    if call is None:
        return line
    before = call["before"]
    try:
        name, code = ast.literal_eval(call["arguments"])
        if name == "run" and not before.strip():
            return _as_import(before, code) or line
        if name not in WATCHING_LINES:
            return line
        code = re.sub(r"^-[qr]\s+", "", code) if name == "prun" else code
        if not code.startswith(("%", "!")):  # which is read next
            ast.parse(code, mode="eval" if before.strip() else "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return line
    return f"{before}{code}\n"


def _as_import(before: str, line: str) -> str:
    """Return `%run helper.py` as the import that binds what it binds, or `""`."""
    options, paths = _options_and_paths(line)
    names = paths[0].removesuffix(".py").split("/") if paths else [""]
    if not options <= RUN_OPTIONS or not all(map(str.isidentifier, names)):
        return ""
    return f"{before}from {'.'.join(names)} import *\n"
