"""Where everything of an exercise lies in a clone: `Places`, and the two lists that name all exercises."""

import tomllib
import traceback
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises import COURSE, all_exercises

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """A lesson's places in a clone.

    Args:
        lesson: as `"02_neural_networks"`.
        root: the clone.
    """

    lesson: str
    root: Path = ROOT

    @property
    def module(self) -> str:
        return COURSE[self.lesson]

    @property
    def folder(self) -> Path:
        """The exercises, a file each; its `__init__.py` lists them."""
        return self.root / "grader" / "exercises" / self.module

    @property
    def listing(self) -> Path:
        return self.folder / "__init__.py"

    def exercise(self, name: str) -> Path:
        return self.folder / f"{name}.py"

    @property
    def solutions(self) -> Path:
        return self.root / "solutions" / f"{self.module}.py"

    @property
    def tests(self) -> Path:
        return self.root / "tests" / "solutions" / f"test_{self.module}.py"

    @property
    def text(self) -> Path:
        return self.root / "lessons" / f"{self.lesson}.md"

    @property
    def notebook(self) -> Path:
        return self.root / "lessons" / f"{self.lesson}.ipynb"

    @property
    def coverage(self) -> Path:
        return self.root / "lessons" / "coverage.toml"

    @property
    def catalogue(self) -> Path:
        return self.root / "tests" / "grader" / "catalogue.txt"

    def shown(self, path: Path) -> str:
        """The path as one types it in the clone: `"solutions/frameworks.py"`."""
        return path.relative_to(self.root).as_posix()


def require_clone(root: Path = ROOT) -> None:
    """Make sure that there are sources to write and to check.

    Raises:
        UnusableInput: this is the student edition, or an installed course.
    """
    places = Places(next(iter(COURSE)), root)
    if not (places.solutions.is_file() and places.text.is_file() and places.catalogue.is_file()):
        raise UnusableInput("Exercises are made in a clone of the course's repository, and this is none.")


def catalogue(path: Path) -> dict[str, list[str]]:
    """Return the promised signatures by lesson, as `"relu(x)"`, in their order."""
    promised: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(" "):
            promised[next(reversed(promised))].append(line.strip())
        elif line and not line.startswith("#"):
            promised[line] = []
    return promised


def points(path: Path) -> list[dict]:
    """Return every point of the cheat sheets, as in `coverage.toml`."""
    return [
        point for section in tomllib.loads(path.read_text("utf-8")).values() for point in section["points"]
    ]


def loaded() -> dict[str, Exercise]:
    """Return every exercise by its name.

    Raises:
        UnusableInput: a file of theirs can't be loaded; the text says which line is to blame.
    """
    try:
        return all_exercises()
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if file is None:
            file, line = frames[-1].filename, frames[-1].lineno
        where = Path(file).relative_to(ROOT) if Path(file).is_relative_to(ROOT) else file
        raise UnusableInput(
            f"{where}, line {line}: {type(error).__name__}: {error}; mend that first."
        ) from None
