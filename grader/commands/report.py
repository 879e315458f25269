"""`grader report`: the gradebook as pages for people and files for machines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import use_course_of
from grader.errors import UnusableInput
from grader.text import MAX_NAME, for_terminal, printable_name

if TYPE_CHECKING:
    from grader.submissions.platforms.grades import Worksheet


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the gradebook.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the reports go; the folder `report` in DIR by default.")
    ] = None,
    course: Annotated[
        Path | None, typer.Option(help="Points, due dates and more, if they have changed since.")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The grading worksheet (CSV) that Moodle gave out, to be filled in."
        ),
    ] = None,
) -> None:
    """Write a page for the class, one for each learner, and tables for Canvas, Moodle and Gradescope."""
    from grader.classes.course import read
    from grader.classes.gradebook import Gradebook
    from grader.reporting.writing import exports, write

    use_course_of(folder, course)
    settings = read(course) if course is not None else None
    with Gradebook.open(folder) as book:
        if settings is not None:
            book.set_course(settings)
        results = book.results()
    place = out or folder / "report"
    exported = exports(results, _worksheet(template) if template is not None else None)
    written = write(results, place, exported)
    for name, export in exported.items():
        for remark in export.remarks:
            print(for_terminal(f"{name}: {remark}"))
    print(f"{len(written)} files in {place}; open {place / 'index.html'}")


def _worksheet(path: Path) -> "Worksheet":
    from grader.submissions.platforms.grades import Worksheet

    name = printable_name(str(path), MAX_NAME)
    try:
        return Worksheet(name, path.read_bytes())
    except OSError as error:
        raise UnusableInput(f"{name} can't be read: {error.strerror}.") from None
