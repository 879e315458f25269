"""Spaced repetition: which exercises to write again, and when.

    check fails ──▶ progress.record: one rating a day ──▶ FSRS ──▶ schedule: relu today, tanh on Thursday

The ratings, and what counts as one, are `grader.learning.progress`'s. FSRS makes of them how long an exercise
will be remembered; it falls due when the chance to know it still has sunk to nine in ten.
"""

import ast
import inspect
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from dlcourse.errors import nearest
from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises import all_exercises, lesson_of
from grader.learning.progress import (
    History,
    Known,
    change,
    days_between,
    histories,
    in_utc,
    local_now,
    stub_name,
)


class Repetition(msgspec.Struct, frozen=True):
    """When to write an exercise again.

    Args:
        name, lesson, minutes: the exercise's.
        due: the day, as the learner's clock counts it.
        days: how far off that is: 0 today, negative where it has been put off.
        mistake: the last known mistake.
        failed_days: how many days ago an answer last failed.
        started: whether a blank file for it was written already.
    """

    name: str
    lesson: str
    minutes: int
    due: date
    days: int
    mistake: str | None
    failed_days: int | None
    started: bool


def schedule(now: datetime | None = None) -> list[Repetition]:
    """Return every exercise in review, the one that is due first at the top.

    Args:
        now: the time, with its zone; the learner's clock by default.
    """
    now = now or local_now()
    known = histories()
    repetitions = [
        _repetition(exercise, known[name], now)
        for name, exercise in all_exercises().items()
        if name in known and known[name].reviews
    ]
    return sorted(repetitions, key=lambda repetition: repetition.due)


def start(name: str, directory: Path, now: datetime | None = None) -> Path:
    """Write a blank stub of an exercise, in which its answer is written again.

    Returns:
        The file, `review_<name>.py`.

    Raises:
        UnusableInput: there is no such exercise, or the file can't be written or is there already.
    """
    now = now or local_now()
    exercise = required(name)
    path = directory / stub_name(name)
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(fresh(exercise))
    except FileExistsError:
        raise UnusableInput(
            f"{path.name} is here already, and nothing of yours is overwritten: delete it or give it another "
            "name, then start again."
        ) from None
    except OSError as error:
        raise UnusableInput(f"{path.name} can't be written here: {error.strerror}.") from None

    def begin(known: Known) -> None:
        known.exercises.setdefault(name, History()).started = in_utc(now)

    change(begin, now)
    return path


def fresh(exercise: Exercise) -> str:
    """Return a module that asks an exercise afresh: the imports that its signature needs, and its stub."""
    # Of the stub: only its signature has names.
    used = {node.id for node in ast.walk(ast.parse(exercise.stub)) if isinstance(node, ast.Name)}
    module = ast.parse(inspect.getsource(sys.modules[exercise.reference.__module__]))
    imports = [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        if {alias.asname or alias.name for alias in node.names} & (used | {"np"})
    ]
    if exercise.tensors:
        imports.append("import tensorflow as tf")
    return "\n".join([*imports, "", "", exercise.stub, ""]).lstrip("\n")


def required(name: str) -> Exercise:
    """Return the exercise of this name.

    Raises:
        UnusableInput: there is none; the text names the nearest.
    """
    if name in all_exercises():
        return all_exercises()[name]
    near = nearest(name, all_exercises())
    raise UnusableInput(
        f"There is no exercise called {name!r}"
        + (f"; do you mean {near!r}?" if near else "; `grader list` shows them all.")
    )


def _repetition(exercise: Exercise, history: History, now: datetime) -> Repetition:
    due = _due(history, now)
    return Repetition(
        name=exercise.name,
        lesson=lesson_of(exercise),
        minutes=exercise.minutes,
        due=due,
        days=(due - now.date()).days,
        mistake=history.mistake,
        failed_days=None if history.failed is None else max(0, days_between(history.failed, now)),
        started=history.started is not None,
    )


def _due(history: History, now: datetime) -> date:
    from fsrs import Card, Rating, Scheduler

    if history.reviews[-1].at > now:  # a clock went wrong, so there is nothing to reckon from
        return now.date()
    # Days are the steps here: nobody is asked to write the same function again in ten minutes. So FSRS gets
    # whole ones, as the learner's clock counts them: it takes 23 hours for none at all.
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    days = [_noon(review.at.astimezone(now.tzinfo).date()) for review in history.reviews]
    card = Card(card_id=0, due=days[0])
    for review, day in zip(history.reviews, days, strict=True):
        card, _ = scheduler.review_card(card, Rating[review.rating.capitalize()], day)
    return card.due.date()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
