"""What several commands share: options, and what is asked of a secret seed."""

from collections.abc import Sequence
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
    """Use the course of one's own that a class was graded with, at its place or where it has moved to.

    Raises:
        UnusableInput: it can't be used, or another one is named.
    """
    from grader.classes.course import folder_named_by
    from grader.classes.gradebook import Gradebook
    from grader.exercises import all_exercises, own

    known, judged = Gradebook.own_course(gradebook)
    if known is None:
        return
    named, is_there = folder_named_by(course), (known / own.SETTINGS).is_file()
    if named is None and not is_there:
        raise UnusableInput(f"The course in {known}, of {gradebook} is gone: --course names its new place.")
    if named not in (None, known) and is_there:
        raise UnusableInput(
            f"The class in {gradebook} was graded with the course in {known}, and not with that in {named}: "
            f"say --course {known}."
        )
    own.use(named or known)
    if judged and judged.isdisjoint(all_exercises()):
        raise UnusableInput(
            f"The course in {named or known} has no exercise of the class in {gradebook}, as "
            f"{min(judged)}: --course names the course that it was graded with."
        )


def require_sound_course(lessons: Sequence[str], *, released: bool = False) -> None:
    """Make sure that the exercises of a course of one's own, if one is in use, can be judged, or released.

    Args:
        lessons: those that count, or are to be released; others may be unfinished. If none, all of one's own.
        released: whether they are to be given out.

    Raises:
        UnusableInput: one can't; the sentence says why.
    """
    from grader.exercises import own

    folder = content.own_course()
    if folder is None:
        return
    if not (lessons or own.lessons()):
        raise UnusableInput(f"The course in {folder} has no lesson: `grader author new` begins one.")
    from grader.authoring.owes import require_sound

    wanted = [lesson for lesson in own.lessons() if not lessons or lesson in lessons]
    require_sound(wanted, released=released)


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
