"""`grader mark`: what the instructor decides by hand. A regrade never touches it."""

import math
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import UnusableInput


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
    from grader.gradebook import Gradebook
    from grader.results import Mark

    if clear and (score is not None or comment):
        raise UnusableInput("--clear takes a mark back; it goes with no --score and no --comment.")
    if not clear and score is None and not comment:
        raise UnusableInput("Say what the mark is: --score, --comment, or --clear to take one back.")
    if score is not None and not 0 <= score < math.inf:
        raise UnusableInput("A score is a number of points, not below 0.")
    if score is not None and exercise is None:
        raise UnusableInput("A score is for one exercise: name it after the learner.")
    with Gradebook.open(folder) as book:
        key, name = _learner(book.learners(), learner)
        if exercise is not None:
            _require_asked(book.results().exercises, exercise)
        book.mark(key, exercise, Mark(score, comment))
    what = exercise or "the whole"
    given = f"{score:g} points" if score is not None else "a comment"
    print(f"{name}, {what}: {'the mark is taken back' if clear else given}.")


def _learner(learners: dict[str, str], wanted: str) -> tuple[str, str]:
    """Return the key and name of the learner who is meant."""
    from difflib import get_close_matches

    if wanted in learners:
        return wanted, learners[wanted]
    keys = [key for key, name in learners.items() if name.casefold() == wanted.casefold()]
    if len(keys) == 1:
        return keys[0], learners[keys[0]]
    if keys:
        raise UnusableInput(f"Several learners are called {wanted!r}: give the id, one of {', '.join(keys)}.")
    near = get_close_matches(wanted, [*learners.values(), *learners], n=1)
    raise UnusableInput(f"There is no learner {wanted!r}" + (f"; do you mean {near[0]!r}?" if near else "."))


def _require_asked(exercises, wanted: str) -> None:
    from difflib import get_close_matches

    names = [exercise.name for exercise in exercises]
    if wanted not in names:
        near = get_close_matches(wanted, names, n=1)
        raise UnusableInput(
            f"The class was not asked for {wanted!r}" + (f"; do you mean {near[0]!r}?" if near else ".")
        )
