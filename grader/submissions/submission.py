"""Reading a learner's file: a notebook or a module becomes a list of cells."""

import ast
import codecs
import contextlib
import io
import os
import re
import stat
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from grader.errors import UnusableInput
from grader.submissions.cells import NotPython, Reader, is_surely_plain, module_written
from grader.submissions.names import is_hidden
from grader.submissions.notebook_json import notebook_in
from grader.text import MAX_NAME, printable_name

SUFFIXES = (".ipynb", ".py")
# What a module may say that it is written in. Python knows stranger ones, and some take hours to decode.
ENCODINGS = re.compile(
    r"ascii|utf-8(-sig)?|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|gb\w+|big5\w*|shift_jis\w*|euc_\w+"
)
MAX_COOKIE_BYTES = 1_000  # of the two lines that may say it
MAX_FILE_BYTES = 64 * 2**20
MAX_CODE_CHARACTERS = 2 * 2**20
RELOAD = re.compile(r"\breload\(|autoreload")
MAX_KNOWN = 1_000  # cells, of which a class's notebooks share most
MAX_KNOWN_CHARACTERS = 5_000  # of each
MAX_REPAIRED_PIECES = 500
MAX_REPAIRED_LINES = 1_000_000  # in all pieces together


@dataclass(frozen=True)
class Cell:
    """A piece of code that Python can parse on its own, or that it can't.

    Args:
        place: what to call it to the learner: `"cell 3"`, or the file's name. Unique in the submission.
        source: the code. Line numbers count from its first line.
        tree: its syntax tree, or `None` where it has a syntax error.
        error: that error.
    """

    place: str
    source: str
    tree: ast.Module | None
    error: SyntaxError | None = None

    @cached_property
    def lines(self) -> list[bytes]:
        return lines_of(self.source)


class Unread(NamedTuple):
    """A piece of a file that is not read as Python, though a learner may think so.

    Args:
        place: as `Cell.place`.
        source: what stands there.
        problem: why it is not read; follows the place in a sentence: `"is a text cell"`.
    """

    place: str
    source: str
    problem: str


@dataclass(frozen=True)
class Submission:
    """One learner's file.

    Args:
        name: what reports call it.
        cells: its code.
        lesson: the lesson that a notebook says it belongs to.
        unread: what else is in it.
        beside: the learner's own modules, by their paths as seen from its folder: handed in beside it, or
            written by its cells (`%%writefile helper.py`).
        language: what a notebook says that it is written in; `""` where it says nothing.
        python: and in which version.
    """

    name: str
    cells: tuple[Cell, ...]
    lesson: str | None = None
    unread: tuple[Unread, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    language: str = ""
    python: str = ""


KNOWN: dict[tuple[str, str], Cell] = {}


def lines_of(source: str) -> list[bytes]:
    """Return the lines as Python counts them, in UTF-8, in whose bytes it counts columns."""
    return re.split(rb"\r\n?|\n", source.encode(errors="surrogatepass"))


def read(path: Path, name: str | None = None) -> Submission:
    """Read a notebook or a Python file.

    Args:
        path: a `.ipynb` or `.py` file.
        name: what reports call it; the file's name by default.

    Raises:
        UnusableInput: says in one sentence why the file can't be read.
    """
    name = name or printable_name(path.name)
    return parse(load(path, name), path.suffix, name)


def load(path: Path, name: str) -> bytes:
    """Return a file's bytes, if they are not too many and it is a regular file.

    Raises:
        UnusableInput: says in one sentence why it can't be read.
    """
    name = printable_name(name, MAX_NAME)
    try:
        # A pipe that nobody writes to is not waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise UnusableInput(f"{name} is no regular file.")
            if facts.st_size > MAX_FILE_BYTES:
                limit = MAX_FILE_BYTES // 2**20
                raise UnusableInput(f"{name} is larger than {limit} MB: no notebook of code is.")
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise UnusableInput(f"{name} can't be read: {error.strerror}.") from None
    except ValueError:  # a null byte or a lone surrogate
        raise UnusableInput(f"{name} does not exist: no file can have this name.") from None


def parse(
    data: bytes, suffix: str, name: str, beside: Mapping[str, bytes] = MappingProxyType({})
) -> Submission:
    """Return the submission that a file's bytes hold.

    Args:
        data: the file's content.
        suffix: `".ipynb"` or `".py"`.
        name: what reports call it.
        beside: modules that lie beside it, by their paths as seen from its folder.

    Raises:
        UnusableInput: says in one sentence why they can't be read.
    """
    if suffix == ".ipynb":
        return _read_notebook(_decoded(data, "utf-8-sig", name), name, beside)
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = _decoded(data, _encoding(data, name), name)
    if "\0" in text:
        raise UnusableInput(f"{name} holds a null character, which no Python file may; save it again.")
    _require_reasonable(len(text), name)
    return Submission(name, tuple(_parse_module(text, name)), beside=beside)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        kind = "UTF-8" if encoding.startswith("utf-8") else encoding
        raise UnusableInput(
            f"{name} is not a {kind} text file; save it again as a notebook or module."
        ) from None


def _encoding(data: bytes, name: str) -> str:
    """Return what a module is written in, as its first two lines say; UTF-8 where they say nothing."""
    head = b"\n".join(data.split(b"\n", 2)[:2])
    if data.startswith(codecs.BOM_UTF8) or len(head) > MAX_COOKIE_BYTES:
        return "utf-8-sig"
    try:
        # Whether the rest of the two lines can be decoded is seen when all of it is.
        readable = head.decode("ascii", "replace").encode()
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(readable).readline)[0]).name
    except SyntaxError:
        encoding = "unknown"
    if not ENCODINGS.fullmatch(encoding):
        raise UnusableInput(
            f"{name} says that it is written in an encoding that is not read here; save it as UTF-8."
        )
    return encoding


def _require_reasonable(characters: int, name: str) -> None:
    if characters > MAX_CODE_CHARACTERS:
        raise UnusableInput(f"{name} holds {characters:,} characters of code, more than anyone writes.")


def find(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield every submission's path and name: a file is one, a folder holds them, sorted by name.

    Raises:
        UnusableInput: for a path that does not exist, is no notebook or module, or holds none.
    """
    for path in paths:
        shown = require_there(path)
        if path.is_dir():
            yield from _find_in_folder(path)
        elif path.suffix not in SUFFIXES:
            raise UnusableInput(f"{shown} is neither a notebook (.ipynb) nor a Python file (.py).")
        else:
            yield path, path.name


def require_there(path: Path) -> str:
    """Return what to call a path in a sentence, if there is something.

    Raises:
        UnusableInput: there is nothing, or it can't be asked.
    """
    shown = printable_name(str(path), MAX_NAME)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise UnusableInput(f"{shown} does not exist.") from None
    except OSError as error:
        raise UnusableInput(f"{shown} can't be read: {error.strerror}.") from None
    return shown


def _find_in_folder(folder: Path) -> Iterator[tuple[Path, str]]:
    found = [
        (relative.as_posix(), path)
        for path, relative in ((path, path.relative_to(folder)) for path in folder.rglob("*"))
        if path.suffix in SUFFIXES and path.is_file()
        if not any(map(is_hidden, relative.parts))
    ]
    if not found:
        raise UnusableInput(
            f"{printable_name(str(folder), MAX_NAME)} holds no notebook (.ipynb) and no Python file (.py)."
        )
    for name, path in sorted(found):
        yield path, name


def _read_notebook(text: str, name: str, beside: Mapping[str, bytes]) -> Submission:
    notebook = notebook_in(text, name)
    metadata = notebook.get("metadata")
    facts = metadata if isinstance(metadata, dict) else {}
    sources = list(_sources(notebook["cells"]))
    _require_reasonable(sum(len(source) for _, kind, source in sources if kind == "code"), name)
    cells: list[Cell] = []
    unread: list[Unread] = []
    reader = Reader()
    for number, kind, source in sources:
        place = f"cell {number}"
        if kind != "code":
            unread.append(Unread(place, source, "is a text cell"))
            continue
        try:
            cells.append(_parse_cell(source, place, reader))
        except NotPython as error:
            unread.append(Unread(place, source, str(error)))
    return Submission(
        name,
        tuple(cells),
        lesson=_text(facts, "dlcourse", "lesson") or None,
        unread=tuple(unread),
        beside=_with_written(beside, [source for _, kind, source in sources if kind == "code"]),
        language=_text(facts, "language_info", "name") or _text(facts, "kernelspec", "language"),
        python=_text(facts, "language_info", "version"),
    )


def _with_written(beside: Mapping[str, bytes], sources: list[str]) -> Mapping[str, bytes]:
    """Return the modules as the cells leave them for who imports them (`%%writefile`).

    What is written once a module has been imported changes it no more, unless cells reload it.
    """
    files = dict(beside)
    reloads = any(RELOAD.search(source) for source in sources)
    for i, source in enumerate(sources):
        file = module_written(source) if source.lstrip().startswith("%%") else None
        if file is None:
            continue
        text, before = file.text.encode(errors="replace"), files.get(file.path)
        name = re.escape(re.split(r"[./]", file.path)[0])
        imported = re.compile(rf"^\s*(from\s+{name}\b|import\b[^#\n]*\b{name}\b)", re.MULTILINE)
        if before is None or reloads or not any(map(imported.search, sources[:i])):
            files[file.path] = (
                text if not file.is_added or before is None else before.removesuffix(text) + text
            )
    return files


def _text(facts: dict, *keys: str) -> str:
    """Return a text in a notebook's metadata, or `""`."""
    value: Any = facts
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _sources(cells: list) -> Iterator[tuple[int, str, str]]:
    """Yield each cell's number in the notebook, from 1, its kind, and its source."""
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") in ("code", "markdown", "raw"):
            source = cell.get("source", "")
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str):
                yield number, cell["cell_type"], source.replace("\r\n", "\n").replace("\r", "\n")


def _parse_cell(source: str, place: str, reader: Reader) -> Cell:
    """Parse a cell as a notebook reads it; one that is known already is not parsed again.

    Raises:
        NotPython: it holds something else.
    """
    if (known := KNOWN.get((source, place))) is not None:
        return known
    cell = _parse(source, place)
    if cell.error is not None or not is_surely_plain(source):
        try:
            cell = _parse(reader.as_python(source), place)
        except SyntaxError as error:
            cell = Cell(place, source, None, error)
        if cell.error is not None:
            cell = Cell(place, source, None, cell.error)
    if len(source) <= MAX_KNOWN_CHARACTERS:
        if len(KNOWN) >= MAX_KNOWN:
            KNOWN.clear()
        KNOWN[source, place] = cell
    return cell


def _parse_module(text: str, name: str) -> Iterator[Cell]:
    """Parse a Python file; one with a syntax error is cut up, so that the error costs only what is near."""
    whole = _parse(text, name)
    if whole.error is not None:
        with contextlib.suppress(NotPython, SyntaxError):
            text = Reader().as_python(text)  # Colab's hold `!pip install …`
            whole = _parse(text, name)
    if whole.error is None:
        yield whole
        return
    lines = text.split("\n")
    starts = [
        0,
        *(i for i, line in enumerate(lines) if i and re.match(r"(def|class|async|import|from|@)\b|@", line)),
    ]
    starts = [i for i in starts if i == 0 or not lines[i - 1].startswith("@")]
    if len(starts) > MAX_REPAIRED_PIECES or len(starts) * len(lines) > MAX_REPAIRED_LINES:
        yield whole
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        # Empty lines before it keep the numbers of the lines as they are in the file.
        piece = "\n" * start + "\n".join(lines[start:end])
        yield _parse(piece, name if start == 0 else f"{name} from line {start + 1}")


def _parse(source: str, place: str) -> Cell:
    try:
        return Cell(place, source, ast.parse(source, place))
    except SyntaxError as error:
        return Cell(place, source, None, error)
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte; nesting beyond the parser
        return Cell(place, source, None, SyntaxError(str(error)))
