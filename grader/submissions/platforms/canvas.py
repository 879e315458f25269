"""Canvas: `lovelaceada_LATE_12345_67890_hw.ipynb`, name, mark, user's id, file's number.

What was typed in is `lovelaceada_12345_text.html`, a link `…_link.html`. Old versions write the mark in small
letters.
"""

import re
from collections import defaultdict

from grader.submissions.endings import stem
from grader.submissions.names import copy_levels
from grader.submissions.platforms.grades import Grade, Grades, Written, csv_text
from grader.submissions.platforms.owners import TYPED, Found, Met, Owner
from grader.text import cell, line, listed, printable_name

# A name may hold anything but blanks and ASCII's punctuation: many scripts write vowels as combining marks.
NAME = re.compile(
    r"(?:(?!anon_|(?i:late)_)(?P<name>[^\s!-/:-@\[-^`{-~]+?)_)?(?P<late>(?i:late)_)?"
    r"(?P<key>anon_[0-9A-Za-z]+|[1-9]\d*)_(?:(?P<file>[1-9]\d+)_(?P<rest>.+)|(?P<typed>(?:text|link)\.html))"
)

# Canvas computes columns with these words; a number in brackets at the end is an assignment's.
OWN_COLUMN = re.compile(r"(?:Current|Final) (?:Score|Points|Grade)|Override (?:Score|Grade|Status)")


class Reader:
    """Reads Canvas's names, if all of the class can be."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._is_canvas = _reads_as_canvas(met)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match = _match(printable_name(found.parts[i])) if self._is_canvas else None
        if match is None:
            return None
        key, typed = match["key"].removeprefix("anon_"), match["typed"]
        rest = (typed or match["rest"], *found.parts[i + 1 :])
        late, file, aside = bool(match["late"]), int(match["file"] or 0), TYPED if typed else ""
        name = match["name"] or match["key"]
        return [Owner("canvas", name, rest, key, late=late, file=file, aside=aside)]


def _reads_as_canvas(met: Met) -> bool:
    """Tell whether names like `ada_12_34_hw` are Canvas's: an id has one name, a file's number one title."""
    names, titles = defaultdict(set), defaultdict(set)
    for match in filter(None, map(_match, map(printable_name, met.components))):
        names[match["key"]].add(match["name"])
        if match["file"]:
            titles[match["key"], match["file"]].add(copy_levels(stem(match["rest"]))[-1][0])
    return all(len(known) == 1 for known in (*names.values(), *titles.values()))


def _match(text: str) -> re.Match | None:
    match = NAME.fullmatch(text)
    if match is None:
        return None
    name = match["name"]  # Canvas writes it in small letters, and leaves it out of an anonymous assignment
    is_canvas = match["key"].startswith("anon_") if name is None else name == name.lower()
    return match if is_canvas else None


def grades_csv(grades: Grades) -> Written:
    """Return the totals as Canvas's gradebook imports them, for the assignment called like the course.

    Canvas looks for its own number of the learner first, then for the school's id, the login and the name.
    Gradescope's key is such an id, or the e-mail address. Who is not graded yet is left out, since an empty
    cell takes a grade away there.
    """
    title = _title(grades.title)
    rows: list[list[str | float]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
    rows.append(["Points Possible", "", "", "", "", grades.out_of])
    rows += [
        [grade.name, *_ids(grade), "", grade.points] for grade in grades.learners if not grade.unfinished
    ]
    waiting = [line(grade.name) for grade in grades.learners if grade.unfinished]
    remarks = []
    if waiting:
        remarks.append(
            f"Not graded yet, and left out, since a blank would take a grade away: {listed(waiting)}."
        )
    if title != grades.title:
        remarks.append(
            f'The column is called "{title}": Canvas would take "{line(grades.title)}" for something else.'
        )
    return Written(csv_text(rows), tuple(remarks))


def _title(title: str) -> str:
    """Return a title that Canvas takes for an assignment's.

    >>> _title("Week 2 (7)"), _title("My Final Grade")
    ('Week 2 7', 'My Final-Grade')
    """
    title = re.sub(r"\s\((\d+)\)$", r" \1", line(title))
    title = OWN_COLUMN.sub(lambda match: match[0].replace(" ", "-"), title)
    return str(cell(title))


def _ids(grade: Grade) -> tuple[str, str, str]:
    """Return the learner's number in Canvas, id in the school and login, each where it is known."""
    if grade.is_number_of("canvas"):
        return grade.key, "", ""
    if grade.platform != "gradescope" or grade.key == grade.name:
        return "", "", ""
    return ("", "", grade.key) if "@" in grade.key else ("", grade.key, "")
