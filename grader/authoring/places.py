"""Where everything of an exercise lies: `Places`, and the two lists that name all of ours."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from dlcourse import content
from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises import COURSE, all_exercises, module_of, own

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """A lesson's places: in a clone or, if it is none of ours, in the course of one's own that is in use.

    Args:
        lesson: as `"02_neural_networks"`.
        root: the clone.
    """

    lesson: str
    root: Path = ROOT

    @property
    def module(self) -> str:
        return module_of(self.lesson)

    @property
    def own(self) -> Path | None:
        """The folder of the course of one's own that the lesson is in."""
        return None if self.lesson in COURSE else content.own_course()

    @property
    def home(self) -> Path:
        """The clone, or the course of one's own."""
        return self.own or self.root

    @property
    def folder(self) -> Path:
        """The exercises, a file each; its `__init__.py` lists them."""
        return (self.own or self.root / "grader") / "exercises" / self.module

    @property
    def listing(self) -> Path:
        return self.folder / "__init__.py"

    def exercise(self, name: str) -> Path:
        return self.folder / f"{name}.py"

    @property
    def solutions(self) -> Path:
        return self.home / "solutions" / f"{self.module}.py"

    @property
    def tests(self) -> Path:
        folder = self.own / "tests" if self.own else self.root / "tests" / "solutions"
        return folder / f"test_{self.module}.py"

    @property
    def text(self) -> Path:
        return self.home / "lessons" / f"{self.lesson}.md"

    @property
    def notebook(self) -> Path:
        return self.home / "lessons" / f"{self.lesson}.ipynb"

    @property
    def coverage(self) -> Path:
        """Which point of the sheets is practised where; a course of one's own follows no sheet."""
        return self.root / "lessons" / "coverage.toml"

    @property
    def catalogue(self) -> Path:
        """The promised signatures of our exercises."""
        return self.root / "tests" / "grader" / "catalogue.txt"

    @property
    def build(self) -> list[str]:
        """The arguments of `python` that build the notebook, in the clone."""
        course = ["--course", str(self.own)] if self.own else []
        return ["lessons/build.py", *course, self.lesson]

    def shown(self, path: Path) -> str:
        """The path as one types it in the clone or the course: `"solutions/frameworks.py"`."""
        return path.relative_to(self.home).as_posix()


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
        raise UnusableInput(own.blame(error, ROOT)) from None
