"""`grader report`: the gradebook as pages for people and files for machines."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the gradebook.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the reports go; the folder `report` in DIR by default.")
    ] = None,
    course: Annotated[
        Path | None, typer.Option(help="Points, due dates and more, if they have changed since.")
    ] = None,
) -> None:
    """Write a page for the class, one for each learner, and tables for Canvas, Moodle and Gradescope."""
    from grader.classes.course import read
    from grader.classes.gradebook import Gradebook
    from grader.reporting.writing import write

    settings = read(course) if course is not None else None
    with Gradebook.open(folder) as book:
        if settings is not None:
            book.set_course(settings)
        results = book.results()
    place = out or folder / "report"
    written = write(results, place)
    print(f"{len(written)} files in {place}; open {place / 'index.html'}")
