"""What the writers of all platforms are given, plain rows, `Grades`, and what they return, `Written`."""

import csv
import io
from collections.abc import Iterable
from typing import NamedTuple

from grader.text import cell


class ExerciseGrade(NamedTuple):
    """One learner's grade in one exercise, with what is said to it."""

    name: str
    points: float
    out_of: float
    passed: bool
    message: str
    counterexample: str
    notes: tuple[str, ...]


class Grade(NamedTuple):
    """One learner's grades.

    Args:
        name: the learner's.
        key: the platform's id, or the name.
        platform: whose id it is; `""` where it is none.
        points: of all exercises.
        unfinished: whether something of it is not graded yet.
        comments: on the whole.
        exercises: in the order of the course.
    """

    name: str
    key: str
    platform: str
    points: float
    unfinished: bool
    comments: tuple[str, ...]
    exercises: tuple[ExerciseGrade, ...]

    def is_number_of(self, platform: str) -> bool:
        """Tell whether the key is a number that this platform has given."""
        return self.platform == platform and self.key.isascii() and self.key.isdigit()

    @property
    def total(self) -> str | float:
        """The points, or nothing as long as they may change."""
        return "" if self.unfinished else self.points


class Worksheet(NamedTuple):
    """A file that a platform gave out, to be filled in."""

    name: str
    data: bytes


class Grades(NamedTuple):
    """A class's grades.

    Args:
        title: the course's.
        out_of: the points that could be had.
        is_sandboxed: whether all was graded in the sandbox.
        learners: in the order of their names.
        worksheet: what Moodle gave out, if there is one.
    """

    title: str
    out_of: float
    is_sandboxed: bool
    learners: tuple[Grade, ...]
    worksheet: Worksheet | None = None


class Written(NamedTuple):
    """A file to import, and sentences about what is not in it, or differs, or is to be set there."""

    text: str
    remarks: tuple[str, ...] = ()


def csv_text(rows: Iterable[list[str | float]]) -> str:
    """Return rows as CSV, each cell harmless in a spreadsheet."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
