"""Every report on a class, into a folder: `write`."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from dlcourse import files
from dlcourse.console import progress
from grader.classes.results import ClassResults
from grader.errors import UnusableInput
from grader.reporting import pages, tables
from grader.reporting.file_names import OWN_FILE, file_stem
from grader.submissions.platforms import WRITERS, gradescope
from grader.submissions.platforms.grades import Grade, Grades, Worksheet, Written
from grader.text import json_text


def exports(results: ClassResults, worksheet: Worksheet | None = None) -> dict[str, Written]:
    """Return the files that platforms import, by name, each with what a person should know of it.

    Args:
        results: the class.
        worksheet: the grading worksheet that Moodle gave out, to be filled in.

    Raises:
        UnusableInput: it is no such worksheet.
    """
    grades = tables.grades(results)._replace(worksheet=worksheet)
    return {name: make(grades) for name, make in WRITERS.items()}


def write(results: ClassResults, folder: Path, exported: Mapping[str, Written] | None = None) -> list[Path]:
    """Write every report on a class; equal results give equal bytes, but for the times.

        index.html                the class, for the instructor
        learners/<learner>.html   one learner's answers and feedback, to give back
        gradescope/<learner>.json one learner's results as Gradescope reads them
        grades.csv                a row a learner, for a spreadsheet
        times.csv                 how long answers ran, which no two runs share
        canvas.csv, moodle.csv    the same, for import
        reports.jsonl             all there is to know, an object a learner

    Args:
        results: the class.
        folder: made if need be. Pages that an earlier run left in it for other learners are removed.
        exported: the files for import, as `exports` makes them, if they are made already.

    Returns:
        The files, in the order in which they were written; the class's page is the last.

    Raises:
        UnusableInput: nobody is graded yet; a file can't be written: says which, and why.
    """
    if all(learner.unfinished for learner in results.learners):
        raise UnusableInput("Nothing is graded yet: `grader grade` does that, and goes on where it stopped.")
    written: list[Path] = []
    contents = _contents(results, exports(results) if exported is None else exported)
    try:
        with progress(len(contents), "Writing reports") as advance:
            for name, content in contents:
                written.append(files.write(folder / name, content().encode()))
                advance()
        for stale in {*folder.glob("learners/*.html"), *folder.glob("gradescope/*.json")} - set(written):
            if OWN_FILE.fullmatch(stale.stem):
                stale.unlink()
    except OSError as error:
        raise UnusableInput(f"{error.filename or folder} can't be written: {error.strerror}.") from None
    return written


def _contents(results: ClassResults, exported: Mapping[str, Written]) -> list[tuple[str, Callable[[], str]]]:
    """Return each file's name in the folder, and what makes its text."""
    grades = tables.grades(results)
    contents: list[tuple[str, Callable[[], str]]] = []
    for learner, grade in zip(results.learners, grades.learners, strict=True):
        stem = file_stem(learner.name, learner.key)
        contents.append((f"learners/{stem}.html", partial(pages.learner_page, learner, results)))
        contents.append((f"gradescope/{stem}.json", partial(_gradescope, grade, grades)))
    contents.append(("grades.csv", partial(tables.grades_csv, results)))
    contents.append(("times.csv", partial(tables.times_csv, results)))
    contents += [(name, partial(str, export.text)) for name, export in exported.items()]
    contents.append(("reports.jsonl", partial(tables.reports_jsonl, results)))
    contents.append(("index.html", partial(pages.class_page, results)))
    return contents


def _gradescope(grade: Grade, grades: Grades) -> str:
    return json_text(gradescope.results(grade, grades)) + "\n"
