"""What several commands share: options, and what is asked of a secret seed."""

from pathlib import Path
from typing import Annotated

import typer

from dlcourse import content
from grader.errors import UnusableInput

Json = Annotated[bool, typer.Option("--json", help="Print data instead of text: one JSON object a line.")]

OwnCourse = Annotated[
    Path | None,
    typer.Option(
        "--course", metavar="PATH", help="The folder of a course of your own; by default, course.toml here."
    ),
]


def use_course_of(gradebook: Path, course: Path | None) -> None:
    """Use the course of one's own that a class was graded with, if nobody names another one.

    Raises:
        UnusableInput: it can't be used, or the environment names another one.
    """
    from grader.classes.course import folder_named_by
    from grader.classes.gradebook import Gradebook
    from grader.exercises import own

    known = Gradebook.own_course(gradebook)
    if known is None or folder_named_by(course) is not None:
        return
    if not (known / own.SETTINGS).is_file():
        raise UnusableInput(f"The course in {known}, of {gradebook} is gone: --course names its new place.")
    own.use(known)


def require_sound_course(*, released: bool = False) -> None:
    """Make sure that the exercises of a course of one's own, if one is in use, can be judged, or released.

    Raises:
        UnusableInput: one can't; the sentence says why.
    """
    from grader.exercises import own

    folder = content.own_course()
    if folder is not None and not own.lessons():
        raise UnusableInput(f"The course in {folder} has no lesson: `grader author new` begins one.")
    if own.lessons():
        from grader.authoring.owes import require_sound

        require_sound(own.lessons(), released=released)


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
