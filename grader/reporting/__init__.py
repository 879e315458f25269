"""A class's results as pages for people and files for machines: `write`."""

from collections.abc import Iterator
from pathlib import Path

from dlcourse import files
from grader.classes.results import ClassResults
from grader.errors import UnusableInput
from grader.reporting import pages, tables
from grader.reporting.file_names import OWN_FILE, file_stem
from grader.reporting.tables import gradescope_results

__all__ = ["gradescope_results", "write"]


def write(results: ClassResults, folder: Path) -> list[Path]:
    """Write every report on a class; equal results give equal bytes.

        index.html                the class, for the instructor
        learners/<learner>.html   one learner's answers and feedback, to give back
        gradescope/<learner>.json one learner's results as Gradescope reads them
        grades.csv                a row a learner, for a spreadsheet
        canvas.csv, moodle.csv    the same, for import
        reports.jsonl             all there is to know, an object a learner

    Args:
        results: the class.
        folder: made if need be. Pages that an earlier run left in it for other learners are removed.

    Returns:
        The files, in the order in which they were written; the class's page is the last.

    Raises:
        UnusableInput: nobody is graded yet; a file can't be written: says which, and why.
    """
    from rich.console import Console
    from rich.progress import track

    if all(learner.unfinished for learner in results.learners):
        raise UnusableInput("Nothing is graded yet: `grader grade` does that, and goes on where it stopped.")
    console, written = Console(stderr=True), []
    contents = track(
        _contents(results),
        "Writing reports",
        total=2 * len(results.learners) + 5,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    try:
        for name, content in contents:
            written.append(files.write(folder / name, content.encode()))
        for stale in {*folder.glob("learners/*.html"), *folder.glob("gradescope/*.json")} - set(written):
            if OWN_FILE.fullmatch(stale.stem):
                stale.unlink()
    except OSError as error:
        raise UnusableInput(f"{error.filename or folder} can't be written: {error.strerror}.") from None
    return written


def _contents(results: ClassResults) -> Iterator[tuple[str, str]]:
    """Yield each file's name in the folder, and its text."""
    for learner in results.learners:
        stem = file_stem(learner.name, learner.key)
        yield f"learners/{stem}.html", pages.learner_page(learner, results)
        yield f"gradescope/{stem}.json", tables.json_text(gradescope_results(learner, results)) + "\n"
    yield "grades.csv", tables.grades_csv(results)
    yield "canvas.csv", tables.canvas_csv(results)
    yield "moodle.csv", tables.moodle_csv(results)
    yield "reports.jsonl", tables.reports_jsonl(results)
    yield "index.html", pages.class_page(results)
