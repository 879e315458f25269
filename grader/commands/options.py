"""What several commands share: options, and what is asked of a secret seed."""

from pathlib import Path
from typing import Annotated

import typer

from grader.errors import UnusableInput

Json = Annotated[bool, typer.Option("--json", help="Print data instead of text: one JSON object a line.")]

OwnCourse = Annotated[
    Path | None,
    typer.Option(
        "--course", metavar="PATH", help="The folder of a course of your own; by default, course.toml here."
    ),
]


def require_sound_course() -> None:
    """Make sure that the exercises of a course of one's own, if one is in use, can be judged.

    Raises:
        UnusableInput: one can't; the sentence says why.
    """
    from grader.exercises import exercises_of, own

    if own.lessons():
        from grader.authoring.owes import require_sound

        require_sound(exercise for lesson in own.lessons() for exercise in exercises_of(lesson))


def require_secret(seed: str | None) -> None:
    """Make sure that a seed which was given can be a class's secret.

    Raises:
        UnusableInput: says why not.
    """
    from grader.judging.bank import PUBLIC_SEED

    if seed in (PUBLIC_SEED, ""):
        raise UnusableInput(f"The seed {seed!r} is no secret; choose another, or leave --seed out.")
    if seed is not None and seed != seed.encode(errors="replace").decode():
        raise UnusableInput("The seed holds characters that are no valid Unicode; choose another.")
