"""Waiting for a learner to save a file: `saves`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.submissions.names import is_hidden
from grader.submissions.submission import SUFFIXES


def saves(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield all paths once, then the files that were saved, whenever some are, until Ctrl-C.

    Nothing that is saved while a check runs is missed. Folders are watched, never single files: most editors
    save by putting a new file in the old one's place, and the watch of a file would stay with the old one.

    Args:
        paths: files, which need not be there yet, and folders, with all below them.
    """
    from watchfiles import watch

    files = {_absolute(path): path for path in paths if not path.is_dir()}
    folders = {path.resolve(): path for path in paths if path.is_dir()}
    watched = {path.parent for path in files if path.parent.is_dir()} | set(folders)
    if not watched:
        yield list(paths)
        return

    def is_wanted(_: object, name: str) -> bool:
        return _named(Path(name), files, folders) is not None

    # The first round only starts the watch; after it, waiting costs nothing and ends with the first change.
    first = True
    for changes in watch(
        *watched,
        watch_filter=is_wanted,
        recursive=bool(folders),
        ignore_permission_denied=True,
        rust_timeout=100,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if first:
            first = False
            yield list(paths)
        # What was deleted, or is between the two steps of a save, is not there now.
        saved = {_named(Path(name), files, folders) for _, name in changes}
        if existing := sorted(path for path in saved if path is not None and path.is_file()):
            yield existing


def _named(changed: Path, files: dict[Path, Path], folders: dict[Path, Path]) -> Path | None:
    """Return a changed file by the name that the paths give it, or `None` where it is not among them."""
    if changed in files:
        return files[changed]
    if changed.suffix not in SUFFIXES:
        return None
    for root, folder in folders.items():
        if changed.is_relative_to(root):
            relative = changed.relative_to(root)
            if not any(map(is_hidden, relative.parts)):
                return folder / relative
    return None


def _absolute(file: Path) -> Path:
    """Return where a file is, without following it if it is itself a link."""
    return file.parent.resolve() / file.name
