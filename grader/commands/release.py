"""`grader release`: the student edition, and a ready autograder for Gradescope."""

from pathlib import Path
from typing import Annotated

import typer

from grader.commands.options import require_secret, require_sound_course
from grader.errors import NO_SOLUTIONS, UnusableInput


def release(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A new folder, or an earlier release, which is replaced."),
    ],
    course: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Points, lessons and more; course.toml here, if there is one. Or the folder of a course "
            "of your own.",
        ),
    ] = None,
    lesson: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this lesson; as often as you like.")
    ] = None,
    seed: Annotated[
        str | None,
        typer.Option(help="The secret that makes Gradescope's cases. A new random one by default."),
    ] = None,
) -> None:
    """Write the student edition, without solutions, and an autograder for Gradescope."""
    from grader.classes.course import Course, here
    from grader.exercises import edition

    if edition.is_released():
        raise UnusableInput(NO_SOLUTIONS)
    from grader.releasing.release import AUTOGRADER, STUDENT
    from grader.releasing.release import release as write

    require_secret(seed)
    settings = here(course) or Course()
    require_sound_course(lesson or settings.lessons, released=True)
    exercises = write(folder, course=settings, lessons=lesson or (), seed=seed)
    count = sum(map(len, exercises.values()))
    print(
        f"{folder / STUDENT}: for learners, and safe to publish: {', '.join(exercises)}; {count} exercises."
    )
    print("  As a repository it is ready for GitHub Classroom, whose points are from public cases.")
    print(f"{folder / AUTOGRADER}: for you alone, with solutions and the secret seed.")
    print("  Upload it as the autograder of a programming assignment on Gradescope.")
