"""What is computed about a class: the distribution of its points, and figures for each exercise.

All of it is about the grader's verdicts, before lateness and marks by hand, except for the points.
"""

import itertools
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grader.classes.results import Asked, ClassResults, Learner, Result
from grader.judging.report import Verdict
from grader.learning.card import WORDS
from grader.predictions import Question, questions

MAX_BARS = 20
MIN_LEARNERS = 3  # with two, every correlation is 1 or -1
SURE = 2  # standard errors
DISCUSSED = (0.3, 0.7)  # shares of right predictions
LINE = re.compile(r"Look at .*?(?= in lines? \d)", re.DOTALL)
CAUSE = re.compile(r"(?:On every case|It is (?:right|wrong) wherever|Your code never) .*", re.DOTALL)
COMPARED = re.compile(r"Your answer |Raise ")  # what came out, which differs from learner to learner
NUMBER = re.compile(r"-?\d[\d.,]*(?:e[+-]?\d+)?%?")


@dataclass(frozen=True)
class Misunderstanding:
    """What several learners got wrong in the same way: a known mistake, or else a status and a cause.

    `learner` and `result` are the first learner's of those `count`.
    """

    mistake: str | None
    status: str
    cause: str
    count: int
    learner: Learner
    result: Result


class ExerciseFigures(NamedTuple):
    """One exercise in the class.

    `statuses` counts verdicts. `discrimination` is `None` where it is undefined. The commonest of the
    `misunderstandings` comes first.
    """

    asked: Asked
    statuses: dict[str, int]
    discrimination: float | None
    misunderstandings: list[Misunderstanding]

    @property
    def passed(self) -> int:
        return self.statuses["passed"]


@dataclass(frozen=True)
class Fault:
    """An exercise that the grader itself failed on: for how many learners, who is the first, and how."""

    exercise: str
    count: int
    learner: Learner
    reason: str


@dataclass(frozen=True)
class Bar:
    """`count` learners have from `low` to less than `high` points; the last bar takes all above, too."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Split:
    """How a class split on a question before an experiment: how many chose each option, by its letter."""

    name: str
    question: Question
    chosen: dict[str, int]

    @property
    def made(self) -> int:
        return sum(self.chosen.values())

    @property
    def worth_discussing(self) -> bool:
        """Whether so many are right, and wrong, that learners can convince each other (Crouch & Mazur, 2001,
        "Peer Instruction: Ten years of experience and results").
        """
        share = self.chosen[self.question.answer] / self.made
        return DISCUSSED[0] <= share <= DISCUSSED[1]


class Distribution(NamedTuple):
    """The class's points: a histogram, and its lowest, quartiles and highest."""

    bars: list[Bar]
    lowest: float
    lower_quartile: float
    median: float
    upper_quartile: float
    highest: float


def exercise_figures(results: ClassResults) -> list[ExerciseFigures]:
    """Return the figures of every exercise, in the order of the course."""
    totals = [math.fsum(r.report.score for r in learner.results.values()) for learner in results.learners]
    figures = []
    for asked in results.exercises:
        verdicts = [learner.results[asked.name].report for learner in results.learners]
        statuses: list[str] = [verdict.status for verdict in verdicts]
        others = [total - verdict.score for total, verdict in zip(totals, verdicts, strict=True)]
        figures.append(
            ExerciseFigures(
                asked,
                {status: statuses.count(status) for status in WORDS},
                discrimination([status == "passed" for status in statuses], others),
                _misunderstandings(asked.name, results.learners),
            )
        )
    return figures


def split(results: ClassResults) -> list[Split]:
    """Return how the class split on each question that anybody answered, in the order of the course."""
    found = []
    for name, question in questions().items():
        chosen = [learner.predictions[name] for learner in results.learners if name in learner.predictions]
        chosen = [letter for letter in chosen if question.has(letter)]
        if chosen:
            found.append(Split(name, question, {letter: chosen.count(letter) for letter in question.letters}))
    return found


def faults(results: ClassResults) -> list[Fault]:
    """Return where the grader failed, in the order of the course, unless the instructor has marked it."""
    found = []
    for asked in results.exercises:
        hit = [
            (learner, result.report.fault)
            for learner in results.learners
            for result in [learner.results[asked.name]]
            if result.report.fault and (result.mark is None or result.mark.score is None)
        ]
        if hit:
            found.append(Fault(asked.name, len(hit), *hit[0]))
    return found


def discrimination(passed: Sequence[bool], others: Sequence[float]) -> float | None:
    """Return how well an exercise tells strong learners from weak ones, from -1 to 1.

    It is the corrected item-total correlation: the point-biserial correlation of having passed it with the
    points in all other exercises. `None` where that is undefined: one of the two is the same for everybody,
    or there are fewer than three learners.

    >>> discrimination([True, True, False, False], [3.0, 2.0, 2.0, 1.0])
    0.7071067811865475
    >>> discrimination([True, True, True, True], [3.0, 2.0, 2.0, 1.0])
    """
    others = [round(points, 9) for points in others]  # a sum's last bits must not look like a difference
    if len(passed) < MIN_LEARNERS or len(set(passed)) < 2 or len(set(others)) < 2:
        return None
    return statistics.correlation([float(value) for value in passed], others)


def surely_negative(discrimination: float, learners: int) -> bool:
    """Return whether a discrimination is further below 0 than chance explains.

    That is by more than two standard errors, `1/√(n − 1)` each: the spread of a correlation in n learners
    whose points have nothing to do with the exercise.

    >>> surely_negative(-0.02, 40), surely_negative(-0.5, 40), surely_negative(-1.0, 3)
    (False, True, False)
    """
    return discrimination < -SURE / math.sqrt(learners - 1)


def distribution(results: ClassResults) -> Distribution | None:
    """Return the distribution of the class's points, or `None` where there is no learner or no point."""
    points = [learner.points for learner in results.learners]
    if not points or results.out_of <= 0:
        return None
    quartiles = statistics.quantiles(points, n=4, method="inclusive") if len(points) > 1 else points * 3
    low, median, high = quartiles
    return Distribution(_bars(points, results.out_of), min(points), low, median, high, max(points))


def _bars(points: Sequence[float], out_of: float) -> list[Bar]:
    """Count the points in steps of 1, 2, 5, 10, ...: as few as keep the bars readable."""
    step = min(1.0, out_of)
    factors = itertools.cycle((2.0, 2.5, 2.0))
    while out_of / step > MAX_BARS:
        step *= next(factors)
    counts = [0] * (math.floor(out_of / step) + 1)
    for value in points:
        # Parts of points can add up to a hair less than a whole one.
        counts[max(0, min(math.floor(value / step + 1e-9), len(counts) - 1))] += 1
    return [Bar(i * step, (i + 1) * step, count) for i, count in enumerate(counts)]


def _misunderstandings(name: str, learners: Sequence[Learner]) -> list[Misunderstanding]:
    groups: dict[tuple[str | None, str, str], list[Learner]] = {}
    for learner in learners:
        verdict = learner.results[name].report
        if verdict.status not in ("passed", "missing") and not verdict.fault:
            mistake = verdict.mistake
            kind = (mistake, "failed", "") if mistake else (None, verdict.status, _cause(verdict))
            groups.setdefault(kind, []).append(learner)
    found = [
        Misunderstanding(mistake, status, cause, len(group), group[0], group[0].results[name])
        for (mistake, status, cause), group in groups.items()
    ]
    return sorted(found, key=lambda m: (-m.count, m.mistake or "", m.status, m.cause))


def _cause(verdict: Verdict) -> str:
    """Return what a message says of the cause, whatever the numbers and lines are in it.

    Of what is compared, that is what its diagnosis says; of a goal, or what is verified, what it misses.
    """
    message = verdict.message
    if verdict.diagnosis and (cause := LINE.search(message) or CAUSE.search(message)):
        return cause[0]
    if verdict.status != "failed" or COMPARED.match(message):
        return ""
    return NUMBER.sub("…", message)
