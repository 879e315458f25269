"""Moodle's own grading worksheet, in whatever language, with grades and comments filled in: `fill`.

Moodle's import goes by the words of its export. So heads, identifiers and all that is not filled in stay as
they are, to the letter. Columns are told by where they stand and what they hold: the identifier is the first;
the maximum is the last that holds one number all the way down, and the grade is before it; comments are the
last, if that holds no times.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from grader.errors import UnusableInput
from grader.submissions.names import folded
from grader.submissions.platforms.grades import Grade, Grades, Worksheet, Written
from grader.text import cell, line, listed, number

MAX_BYTES = 64 * 2**20
IDENTIFIER = re.compile(r"(?P<word>\D*)(?P<number>\d+)")
EMPTY = ("", "-")
ADVICE = 'take the file that "Download grading worksheet" gives, as it is'


class _Columns(NamedTuple):
    """Where the columns are that matter, and the number of which grades are a part, as it stands there."""

    grade: int
    maximum: str
    comment: int | None


def fill(worksheet: Worksheet, grades: Grades, feedback: Callable[[Grade], str]) -> Written:
    """Return the worksheet with the class's grades, and what a person should know of it.

    Args:
        worksheet: what Moodle gave out.
        grades: the class's. Who is not graded yet, or not in it, is left as it is.
        feedback: makes a learner's comment.

    Raises:
        UnusableInput: says in one sentence why it is no such worksheet.
    """
    head, *rows = _read(worksheet)
    columns = _columns(worksheet.name, rows)
    comma = "," in columns.maximum and "." not in columns.maximum
    row_of = _matched(rows, columns, grades.learners)
    waiting = [line(grade.name) for grade in grades.learners if grade.unfinished]
    for grade in grades.learners:
        row = row_of.get(grade.key)
        if row is not None and not grade.unfinished:
            points = str(number(grade.points))
            row[columns.grade] = points.replace(".", ",") if comma else points
            if columns.comment is not None:
                row[columns.comment] = str(cell(feedback(grade)))
    missing = [line(grade.name) for grade in grades.learners if grade.key not in row_of]
    remarks = [
        f"{listed(missing)} can't be told in {worksheet.name}, and get no grade in it." if missing else "",
        f"Not graded yet, and left as they were: {listed(waiting)}." if waiting else "",
        f"{worksheet.name} has no column for comments." if columns.comment is None else "",
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([head, *rows])
    return Written(out.getvalue(), tuple(filter(None, remarks)))


def _read(worksheet: Worksheet) -> list[list[str]]:
    """Return the rows of the table, all of one length."""
    name = worksheet.name
    if len(worksheet.data) > MAX_BYTES:
        raise UnusableInput(f"{name} is larger than {MAX_BYTES // 2**20} MB: no grading worksheet is.")
    try:
        text = worksheet.data.decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except UnicodeDecodeError:
        raise UnusableInput(f"{name} is no UTF-8 text; {ADVICE}.") from None
    except csv.Error:
        raise UnusableInput(f"{name} is no table of comma-separated values; {ADVICE}.") from None
    if len(rows) < 2 or len(rows[0]) < 4:
        raise UnusableInput(f"{name} is no grading worksheet of Moodle; {ADVICE}.")
    for i, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise UnusableInput(
                f"Row {i} of {name} has {len(row)} cells, and its head {len(rows[0])}; {ADVICE}."
            )
    return rows


def _columns(name: str, rows: Sequence[Sequence[str]]) -> _Columns:
    matches = [IDENTIFIER.fullmatch(row[0].strip()) for row in rows]
    if len({match and match["word"] for match in matches}) != 1 or matches[0] is None:
        raise UnusableInput(f"The first column of {name} holds no identifiers of Moodle; {ADVICE}.")
    held = [[row[i].strip() for row in rows] for i in range(len(rows[0]))]
    for i in range(len(held) - 1, 1, -1):
        maximum = _number(held[i][0])
        if maximum and len(set(held[i])) == 1 and all(_is_grade(text, maximum) for text in held[i - 1]):
            last = len(held) - 1
            has_times = last == i or all(text == "-" or re.search(r"\d[:.]\d\d", text) for text in held[last])
            return _Columns(i - 1, held[i][0], None if has_times else last)
    raise UnusableInput(f"{name} has no column of grades with their maximum beside it; {ADVICE}.")


def _is_grade(text: str, maximum: float) -> bool:
    points = _number(text)
    return text in EMPTY or (points is not None and points <= maximum)


def _number(text: str) -> float | None:
    """Return a number with a point or a comma, or `None`."""
    return float(text.replace(",", ".")) if re.fullmatch(r"\d{1,9}(?:[.,]\d{1,9})?", text) else None


def _matched(rows: Sequence[list[str]], columns: _Columns, learners: Sequence[Grade]) -> dict[str, list[str]]:
    """Return each learner's row by key: the one with Moodle's number, or else with the name or address."""
    by_number, by_text = defaultdict(list), defaultdict(list)
    for row in rows:
        match = IDENTIFIER.fullmatch(row[0].strip())
        by_number[match["number"].lstrip("0") if match else ""].append(row)
        for text in {folded(text) for text in row[1 : columns.grade] if text.strip()}:
            by_text[text].append(row)
    found, taken = {}, set()
    for grade in sorted(learners, key=lambda grade: not grade.is_number_of("moodle")):
        if grade.is_number_of("moodle"):
            candidates = by_number[grade.key.lstrip("0")]
        else:
            candidates = by_text[folded(grade.key)] or by_text[folded(grade.name)]
        if len(candidates) == 1 and id(candidates[0]) not in taken:
            found[grade.key] = candidates[0]
            taken.add(id(candidates[0]))
    return found
