"""Questions to which a learner says the answer before an experiment gives it: a TOML file a lesson. Ungraded.

    [drawn_labels]                                     # a name that is unique in the course
    question = "…"
    options = ["10 %", "about 50 %", "near 100 %"]     # called a, b and c
    limits = [0.2, 0.8]                                # where outcomes pass from one option to the next
    shown = "{:.0%}"                                   # how one of the outcome's numbers is written
    answer = "c"                                       # what it comes to in the lesson as it is built
    why = "…"                                          # why many say otherwise

An outcome is a number or one for each run, of which the median decides. Where two things are compared it is
the difference in each run; `"sign"` in the place of the limits then reads it: the first option if four of
five runs are above 0, the second if four of five are below, and otherwise the last, that it can't be told.
"""

import math
import statistics
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from dlcourse import content

LETTERS = "abcd"
SURE = 0.8  # of the runs
TABLES = Path(__file__).parent


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question, as it stands in its file."""

    question: str
    options: tuple[str, ...]
    limits: tuple[float, ...] | Literal["sign"]
    shown: str
    answer: Literal["a", "b", "c", "d"]
    why: str

    def __post_init__(self) -> None:
        rising = self.limits == "sign" or list(self.limits) == sorted(self.limits)
        wanted = 3 if self.limits == "sign" else len(self.limits) + 1
        if len(self.options) != wanted or not rising:
            raise ValueError(f"{len(self.options)} options and {self.limits} don't fit together.")
        if self.answer not in self.letters:
            raise ValueError(f"There is no option {self.answer!r}.")

    @property
    def letters(self) -> str:
        return LETTERS[: len(self.options)]

    def has(self, choice: object) -> bool:
        """Whether it is the letter of an option."""
        return isinstance(choice, str) and choice in tuple(self.letters)

    def said(self, letter: str) -> str:
        """Return an option as it is written: `"c) near 100 %"`."""
        return f"{letter}) {self.options[LETTERS.index(letter)]}"

    def reading(self, outcome: float | Sequence[float]) -> str:
        """Return the letter of the option that an outcome, of one run or several, comes to."""
        runs = numbers(outcome)
        if self.limits == "sign":
            above, below = (sum(sign * run > 0 for run in runs) for sign in (1, -1))
            sure = SURE * len(runs)
            return "a" if above >= sure else "b" if below >= sure else "c"
        if any(map(math.isnan, runs)):
            return self.letters[-1]
        middle = statistics.median(runs)
        return LETTERS[sum(middle >= limit for limit in self.limits)]


def numbers(outcome: float | Sequence[float]) -> list[float]:
    """Return an outcome's numbers, one a run; an array or tensor of one axis or none is welcome.

    Raises:
        TypeError, ValueError, OverflowError: it is no number and holds none.
    """
    runs = np.asarray(outcome)
    if runs.dtype.kind not in "fiub" or runs.ndim > 1 or runs.size == 0:
        raise ValueError("an outcome is a number, or one for each run")
    return np.atleast_1d(runs).astype(float).tolist()


@cache
def questions() -> dict[str, Question]:
    """Return all questions by their name, in the order of the course."""
    return {name: question for lesson in lessons() for name, question in questions_of(lesson).items()}


def lessons() -> list[str]:
    """Return the lessons that have questions."""
    return sorted(_tables())


@cache
def questions_of(lesson: str) -> dict[str, Question]:
    """Return a lesson's questions by their name."""
    file = _tables().get(lesson)
    table = {} if file is None else tomllib.loads(file.read_text("utf-8"))
    return msgspec.convert(table, dict[str, Question])


def _tables() -> dict[str, Path]:
    """Return the file of each lesson that has one: ours, and those of a course of one's own."""
    folders = [TABLES, *map(Path, content.own_places("predictions"))]
    return {file.stem: file for folder in folders for file in folder.glob("*.toml")}
