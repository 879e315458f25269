"""`grader mark`: what the instructor decides by hand. A regrade never touches it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlcourse.errors import nearest
from grader.commands.options import use_course_of
from grader.errors import UnusableInput

if TYPE_CHECKING:
    from grader.classes.results import Asked


MAX_POINTS = 1_000_000


def mark(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the gradebook.")],
    learner: Annotated[str, typer.Argument(help="The learner's name, or the platform's id.")],
    exercise: Annotated[
        str | None, typer.Argument(help="The exercise; without one, the comment is on the whole.")
    ] = None,
    score: Annotated[float | None, typer.Option(help="The points that count from now on.")] = None,
    comment: Annotated[str, typer.Option(help="What the learner reads beside it.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Take the mark back.")] = False,
) -> None:
    """Give points or a comment by hand, in place of the grader's, for good."""
    from grader.classes.gradebook import Gradebook
    from grader.classes.results import Mark

    if clear and (score is not None or comment):
        raise UnusableInput("--clear takes a mark back; it goes with no --score and no --comment.")
    if not clear and score is None and not comment:
        raise UnusableInput("Say what the mark is: --score, --comment, or --clear to take one back.")
    if score is not None and not 0 <= score <= MAX_POINTS:
        raise UnusableInput(f"A score is a number of points from 0 to {MAX_POINTS:,}.")
    if not comment.isascii() and comment != comment.encode(errors="replace").decode():
        raise UnusableInput("The comment holds characters that are no valid Unicode.")
    if score is not None and exercise is None:
        raise UnusableInput("A score is for one exercise: name it after the learner.")
    use_course_of(folder, None)
    with Gradebook.open(folder) as book:
        key, name = _learner(book.learners(), learner)
        if exercise is not None:
            worth = _worth(book.results().exercises, exercise)
            if score is not None and score > worth:
                print(
                    f"{exercise} is worth {worth:g}: reports say that this mark is above it.", file=sys.stderr
                )
        known = book.marks().get((key, exercise or ""), Mark(None, ""))
        # What is not said this time stays as it was.
        kept = Mark(known.score if score is None else score, comment or known.comment)
        book.mark(key, exercise, Mark(None, "") if clear else kept)
    what = exercise or "the whole"
    given = f"{score:g} points" if score is not None else "a comment"
    print(f"{name}, {what}: {'the mark is taken back' if clear else given}.")


def _learner(learners: dict[str, str], wanted: str) -> tuple[str, str]:
    """Return the key and name of the learner who is meant."""
    if wanted in learners:
        return wanted, learners[wanted]
    keys = [key for key, name in learners.items() if name.casefold() == wanted.casefold()]
    if len(keys) == 1:
        return keys[0], learners[keys[0]]
    if keys:
        raise UnusableInput(f"Several learners are called {wanted!r}: give the id, one of {', '.join(keys)}.")
    near = nearest(wanted, [*learners.values(), *learners])
    raise UnusableInput(f"There is no learner {wanted!r}" + (f"; do you mean {near!r}?" if near else "."))


def _worth(exercises: "Sequence[Asked]", wanted: str) -> float:
    """Return what an exercise is worth that the class was asked for."""
    points = {exercise.name: exercise.out_of for exercise in exercises}
    if wanted in points:
        return points[wanted]
    near = nearest(wanted, points)
    raise UnusableInput(
        f"The class was not asked for {wanted!r}" + (f"; do you mean {near!r}?" if near else ".")
    )
