"""Where the files that are not code lie: the lessons and the data sets."""

from pathlib import Path
from typing import Literal


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
