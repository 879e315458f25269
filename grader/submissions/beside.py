"""A learner's own modules beside a file: those that it mentions, and those that these mention."""

import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from grader.errors import UnusableInput
from grader.submissions.names import is_hidden
from grader.submissions.submission import Submission, load, parse

MAX_ENTRIES = 1_000  # files of a folder that are looked at
MAX_MODULES = 50
MAX_IMPORTS = 1_000  # statements of a file that are looked at
IMPORT = re.compile(
    rb"\bfrom[ \t]++\.?(\w{1,100}+)[\w.]*+[ \t]++import\b|\bimport[ \t]++([\w.][\w., \t]{0,500}+)"
)
WORD = re.compile(rb"[\w\x80-\xff]+")
MAX_MODULE_BYTES = 2**20


def read_with_modules(path: Path, name: str) -> Submission:
    """Return what `submission.read` does, with the modules beside the file."""
    data = load(path, name)
    return parse(data, path.suffix, name, mentioned(data, in_folder(path.parent)))


def in_folder(folder: Path) -> dict[str, Path]:
    """Return the modules in a folder, and in folders in it, by their paths as seen from it."""
    found: dict[str, Path] = {}
    folders = [folder]
    listed = 0
    while folders and listed < MAX_ENTRIES:
        try:
            entries = sorted(folders.pop().iterdir())[:MAX_ENTRIES]
        except OSError:
            continue
        listed += len(entries)
        for entry in entries:
            if is_hidden(entry.name) or entry.is_symlink():
                continue
            if entry.is_dir():
                folders.append(entry)
            elif entry.suffix == ".py":
                found[entry.relative_to(folder).as_posix()] = entry
    return found


def mentioned(data: bytes, modules: Mapping[str, Path]) -> dict[str, bytes]:
    """Return the code of the modules that a file mentions, by their paths, and of those that these mention.

    Whether it imports them is seen when it is cut. What can't be read, and what is too much, is left out.

    Args:
        data: the file's content.
        modules: what lies beside it, by its path as seen from there: `"utils/losses.py"`.
    """
    found: dict[str, bytes] = {}
    by_name: dict[bytes, list[str]] = {}
    for path in modules:
        by_name.setdefault(_name(path), []).append(path)
    unseen = [data]
    while unseen:
        for name in sorted(_words(unseen.pop()) & by_name.keys()):
            for path in by_name.pop(name):
                code = _code(modules[path]) if len(found) < MAX_MODULES else None
                if code is not None:
                    found[path] = code
                    unseen.append(code)
    return {path: found[path] for path in modules if path in found}  # in an order that no text decides


def imported(data: bytes, modules: Mapping[str, bytes]) -> list[str]:
    """Return the paths of what a file seems to import, and of what that does in turn, be it there or not.

    Args:
        data: the file's content.
        modules: what `mentioned` returned.
    """
    found: dict[str, None] = {}
    unseen = [data]
    while unseen:
        for match in islice(IMPORT.finditer(unseen.pop()), MAX_IMPORTS):
            for name in re.findall(rb"\w+", match[1] or match[2]):
                there = [path for path in modules if _name(path) == name]
                unseen += [modules[path] for path in there if path not in found]
                found |= dict.fromkeys(there or [f"{name.decode(errors='replace')}.py"])
    return list(found)


def _words(text: bytes) -> set[bytes]:
    """Return all names in a text; in a notebook's, what stands behind a line's end has an `n` before it."""
    words = set(WORD.findall(text))
    return words | {word[1:] for word in words if word[:1] in (b"n", b"r", b"t")}


def _name(path: str) -> bytes:
    """Return what whoever imports a module writes first: its package's name, or its own."""
    return path.partition("/")[0].removesuffix(".py").encode(errors="replace")


def _code(path: Path) -> bytes | None:
    try:
        code = load(path, path.name)
    except UnusableInput:
        return None
    return code if len(code) <= MAX_MODULE_BYTES else None
