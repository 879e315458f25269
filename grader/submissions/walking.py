"""The files below a path, those in archives too: `found`."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UnusableInput
from grader.submissions.archives import (
    CLASS,
    LEARNER,
    MAX_DEPTH,
    BadArchive,
    Budget,
    Store,
    date_of,
    foreign,
    unpack,
)
from grader.submissions.endings import ARCHIVES, FOREIGN, METADATA, is_read, kept_as, suffix_of
from grader.submissions.names import is_hidden
from grader.submissions.platforms.owners import Found
from grader.submissions.submission import require_there
from grader.text import MAX_NAME, printable_name

NOTHING = "holds no notebook (.ipynb) and no Python file (.py)"


def found(path: Path, store: Store) -> list[Found]:
    """Return every file but programs' own, and what can't be read.

    Args:
        path: a file, a folder or an archive.
        store: where what is unpacked goes.

    Raises:
        UnusableInput: the path itself is nothing that can be read.
    """
    shown = require_there(path)
    if path.is_dir():
        return list(_in_folder(path, store))
    suffix = suffix_of(path.name)
    if not path.is_file() or not (is_read(suffix) or suffix in (*ARCHIVES, *FOREIGN)):
        raise UnusableInput(
            f"{shown} is neither a notebook (.ipynb) nor a Python file (.py), "
            "and no folder or archive (.zip, .tar) of them."
        )
    if is_read(suffix):
        return [_file((path.name,), path, store)]
    try:
        if suffix in FOREIGN:
            raise BadArchive(foreign(suffix))
        return _in_archive(path, (), store, Budget(CLASS, path.stat().st_size), depth=1)
    except BadArchive as error:
        raise UnusableInput(f"{shown} {error}.") from None


def _in_folder(folder: Path, store: Store) -> Iterator[Found]:
    """Walk a folder without following links, and read what is in archives."""
    folders: list[tuple[tuple[str, ...], str | Path]] = [((), folder)]
    while folders:
        parts, path = folders.pop()
        try:
            with os.scandir(path) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not parts:
                raise UnusableInput(
                    f"{printable_name(str(folder), MAX_NAME)} can't be read: {error.strerror}."
                ) from None
            yield Found(parts, None, reason=f"can't be read: {error.strerror}")
            continue
        for entry in listed:
            inner, suffix = (*parts, entry.name), suffix_of(entry.name)
            if is_hidden(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append((inner, entry.path))
            elif entry.is_symlink() and os.path.isdir(entry.path):
                yield Found(inner, None, reason="is a link to a folder, and links are not followed")
            elif not entry.is_file(follow_symlinks=False):
                if suffix is not None:
                    yield Found(inner, None, reason="is a link or a device, not a file")
            elif suffix is None:
                yield Found(inner, None, other=True)
            elif is_read(suffix) or suffix in METADATA:
                yield _file(inner, Path(entry.path), store)
            else:
                yield from _in_learners_archive(Path(entry.path), inner, store, None, depth=1)


def _file(parts: tuple[str, ...], path: Path, store: Store) -> Found:
    """Return a file that is there; one whose name does not end as it is to be read gets another."""
    suffix = suffix_of(path.name) or ""
    try:
        date = date_of(path.stat().st_mtime)
        if path.suffix == suffix or suffix in METADATA:
            return Found(parts, path, date)
        return Found(parts, Path(shutil.copyfile(path, store.place(kept_as(suffix)))), date)
    except OSError as error:
        return Found(parts, None, reason=f"can't be read: {error.strerror}")


def _in_archive(
    archive: Path, parts: tuple[str, ...], store: Store, budget: Budget, depth: int
) -> list[Found]:
    inside: list[Found] = []
    for member in unpack(archive, store, budget):
        inner = (*parts, *member.parts)
        if member.path is not None and suffix_of(inner[-1]) in ARCHIVES:
            inside += _in_learners_archive(member.path, inner, store, budget, depth + 1)
            member.path.unlink(missing_ok=True)
        else:
            inside.append(Found(inner, member.path, member.date, member.reason, member.other))
    return inside


def _in_learners_archive(
    archive: Path, parts: tuple[str, ...], store: Store, outer: Budget | None, depth: int
) -> list[Found]:
    """Unpack an archive that costs nobody else anything, whatever is wrong with it."""
    suffix = suffix_of(parts[-1])
    try:
        if suffix in FOREIGN:
            raise BadArchive(foreign(suffix))
        if depth > MAX_DEPTH:
            raise BadArchive(f"is an archive more than {MAX_DEPTH} deep in archives")
        if outer is None or outer.limits is CLASS:
            outer = Budget(LEARNER, archive.stat().st_size, outer)
        inside = _in_archive(archive, parts, store, outer, depth)
        if all(file.other for file in inside):
            raise BadArchive(NOTHING)
    except BadArchive as error:
        return [Found(parts, None, reason=str(error))]
    return inside
