"""`grader review`: what to write again today, and a blank file to do it in."""

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import Json, OwnCourse

if TYPE_CHECKING:
    from grader.learning.review import Repetition


def review(
    name: Annotated[str | None, typer.Argument(help="An exercise; what is due by default.")] = None,
    begin: Annotated[
        bool, typer.Option("--start", help="Write a blank file for it, in this folder: review_NAME.py.")
    ] = False,
    course: OwnCourse = None,
    as_json: Json = False,
) -> None:
    """Show what to repeat today of what once went wrong, and what comes later."""
    import msgspec

    from grader.classes.course import use_own
    from grader.learning.review import required, schedule, start

    use_own(course)
    if name is not None:
        required(name)
    repetitions = [r for r in schedule() if name in (None, r.name)]
    written = None
    if begin:
        name = name or _first_due(repetitions)
        if name is not None:
            written = start(name, Path.cwd())
    if as_json:
        print(msgspec.json.encode(repetitions).decode())
    elif written is not None and name is not None:
        repair = required(name).task == "repair"
        how = f"has its faults again: mend {name}" if repair else f"is blank: write {name} again"
        print(f"{written.name} {how}, then")
        print(f"  grader check {written.name} --only {name}")
    else:
        _print_schedule(repetitions)


def _first_due(repetitions: "Sequence[Repetition]") -> str | None:
    return next((r.name for r in repetitions if r.days <= 0 and not r.started), None)


def _print_schedule(repetitions: "Sequence[Repetition]") -> None:
    from grader.learning.progress import stub_name

    if not repetitions:
        print("Nothing to repeat: an exercise comes here once an answer to it has failed a check.")
        return
    today = [r for r in repetitions if r.days <= 0]
    print("To repeat today:" if today else "Nothing to repeat today.")
    for r in today:
        begun = f"; begun in {stub_name(r.name)}" if r.started else ""
        print(f"  {r.name:24}{r.lesson}, {r.minutes} min: {_why(r)}{begun}")
    if today:
        print(
            "`grader review --start NAME` writes a blank file for one: write the answer again, and check it."
        )
    if tomorrow := [r.name for r in repetitions if r.days == 1]:
        print(f"Tomorrow: {', '.join(tomorrow)}")
    for title, first, last in (("In the next seven days", 2, 7), ("Later", 8, math.inf)):
        if coming := [f"{r.name} on {_spelt(r.due)}" for r in repetitions if first <= r.days <= last]:
            print(f"{title}: {', '.join(coming)}")


def _why(repetition: "Repetition") -> str:
    what = repetition.mistake or "failed"
    return what if repetition.failed_days is None else f"{what}, {ago(repetition.failed_days)}"


def ago(days: int) -> str:
    """Say how long ago a day is.

    >>> ago(1), ago(6), ago(20), ago(90)
    ('yesterday', '6 days ago', '3 weeks ago', '3 months ago')
    """
    if days < 2:
        return ("today", "yesterday")[days]
    for unit, length, least in (("month", 30, 60), ("week", 7, 14)):
        if days >= least:
            return f"{round(days / length)} {unit}s ago"
    return f"{days} days ago"


def _spelt(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
