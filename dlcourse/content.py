"""Where the files that are not code lie: lessons and data sets, and the folder of a course of one's own."""

import os
from pathlib import Path
from typing import Literal

OWN_COURSE = "DLCOURSE_COURSE"  # an environment variable, so that started processes know it, too


def folder(name: Literal["lessons", "datasets"]) -> Path:
    """Find a folder of the course's files, in an installed wheel, an editable install or a clone.

    Args:
        name: `"lessons"` or `"datasets"`.

    Returns:
        The folder's path.

    Raises:
        FileNotFoundError: this installation has no such folder.

    Example:
        >>> folder("datasets").joinpath("digits.md").exists()
        True
    """
    package = Path(__file__).resolve().parent
    inside = package / "_content" / name  # a wheel carries the folders in the package
    if inside.is_dir():
        return inside
    beside = package.parent / name
    # Beside an installed package lie other packages, and one of them may be called `datasets`.
    if beside.is_dir() and (package.parent / "pyproject.toml").is_file():
        return beside
    raise FileNotFoundError(f"There is no folder '{name}' in or beside {package}: install dlcourse again.")


def own_course() -> Path | None:
    """Return the folder of an instructor's own course, if the environment variable names one.

    Returns:
        The folder's path, resolved; it need not exist.

    Example:
        >>> own_course() is None or own_course().is_absolute()
        True
    """
    named = os.environ.get(OWN_COURSE)
    return Path(named).resolve() if named else None


def own_places(part: str) -> list[str]:
    """Return where a part of one's own course lies, as an item of a package's `__path__`; or nothing.

    Args:
        part: as `"solutions"`.

    Returns:
        One path, or none where no course of one's own is named.

    Example:
        >>> len(own_places("solutions")) == (own_course() is not None)
        True
    """
    own = own_course()
    return [str(own / part)] if own else []
