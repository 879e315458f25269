"""Moodle: `Ada Lovelace_1234567_assignsubmission_file_/hw.ipynb`, name and id; also without folders."""

import html
import re

from grader.submissions.platforms.grades import Grade, Grades, Written, csv_text
from grader.submissions.platforms.owners import TYPED, Found, Met, Owner
from grader.submissions.platforms.worksheet import fill
from grader.text import FORMULA, line, number, printable_name

PARTICIPANT = "Participant "  # Moodle's importer takes the number after this word
NAME = re.compile(r"(?P<name>.+?)(?:_(?P<key>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?")


class Reader:
    """Reads Moodle's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match = NAME.fullmatch(printable_name(found.parts[i]))
        if match is None:
            return None
        below = found.parts[i + 1 :]
        rest = (match["rest"], *below) if match["rest"] else below
        typed = TYPED if match["kind"] == "onlinetext" else ""
        return [Owner("moodle", match["name"], rest, match["key"], match["name"], aside=typed)]


def grades_csv(grades: Grades) -> Written:
    """Return the totals and messages as Moodle's offline grading worksheet: its own if there is one.

    Moodle refuses a worksheet without the column of the last change; where it is empty, grades that are
    in Moodle already are only replaced if the import is told to. It knows learners by its own number only,
    and passes over a row without one. Comments are HTML to it. What is not graded yet has no grade.
    """
    maximum = (
        f"In Moodle, the assignment's maximum grade must be {number(grades.out_of)}, or grades are refused."
    )
    if grades.worksheet is not None:
        written = fill(grades.worksheet, grades, _feedback)
        return Written(written.text, (*written.remarks, maximum))
    header = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    rows: list[list[str | float]] = [[*header, "Feedback comments"]]
    for grade in grades.learners:
        identifier = PARTICIPANT + grade.key if grade.is_number_of("moodle") else ""
        rows.append([identifier, grade.name, grade.total, grades.out_of, "", _feedback(grade)])
    return Written(csv_text(rows), (maximum,))


def _feedback(grade: Grade) -> str:
    """Return the learner's messages as HTML in one line."""
    if grade.unfinished:
        return "Not graded yet."
    exercises = (" ".join([f"{e.name}: {e.message}", *e.notes]) for e in grade.exercises)
    paragraphs = filter(None, (*grade.comments, *exercises))
    text = "<br>".join(html.escape(line(paragraph), quote=False) for paragraph in paragraphs)
    # `&lt;=` holds a semicolon, after which some spreadsheets see a new cell, and here a formula in it.
    return re.sub(rf"(?<=;)[\s{re.escape(FORMULA)}]+", lambda match: _as_entities(match[0]), text)


def _as_entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c in FORMULA else c for c in text)
