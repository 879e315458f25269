"""Canvas: `lovelaceada_LATE_12345_67890_hw.ipynb`, name, mark, user's id, file's number.

What was typed in is `lovelaceada_12345_text.html`, a link `…_link.html`. Old versions write the mark in small
letters.
"""

import re
from collections import defaultdict

from grader.submissions.endings import stem
from grader.submissions.names import copy_levels
from grader.submissions.platforms.grades import Grade, Grades, csv_text
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

# A name may hold anything but blanks and ASCII's punctuation: many scripts write vowels as combining marks.
NAME = re.compile(
    r"(?:(?!anon_|(?i:late)_)(?P<name>[^\s!-/:-@\[-^`{-~]+?)_)?(?P<late>(?i:late)_)?"
    r"(?P<key>anon_[0-9A-Za-z]+|[1-9]\d*)_(?:(?P<file>[1-9]\d+)_(?P<rest>.+)|(?P<typed>(?:text|link)\.html))"
)


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
        late, file, aside = bool(match["late"]), int(match["file"] or 0), bool(typed)
        name = match["name"] or match["key"]
        return [Owner("canvas", name, rest, key, late=late, file=file, aside=aside)]


def _reads_as_canvas(met: Met) -> bool:
    """Tell whether names like `ada_12_34_hw` are Canvas's: an id has one name, a file's number one title."""
    names, titles = defaultdict(set), defaultdict(set)
    for f in met.files:
        for match in filter(None, map(_match, map(printable_name, f.parts[: len(met.common) + 1]))):
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


def grades_csv(grades: Grades) -> str:
    """Return the totals as Canvas's gradebook imports them, for the assignment called like the course.

    Canvas looks for its own number of the learner first, then for the school's id, the login and the name.
    Gradescope's key is such an id, or the e-mail address. What is not graded yet has no grade.
    """
    rows: list[list[str | float]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", grades.title]
    ]
    rows.append(["Points Possible", "", "", "", "", grades.out_of])
    rows += [[grade.name, *_ids(grade), "", grade.total] for grade in grades.learners]
    return csv_text(rows)


def _ids(grade: Grade) -> tuple[str, str, str]:
    """Return the learner's number in Canvas, id in the school and login, each where it is known."""
    if grade.is_number_of("canvas"):
        return grade.key, "", ""
    if grade.platform != "gradescope" or grade.key == grade.name:
        return "", "", ""
    return ("", "", grade.key) if "@" in grade.key else ("", grade.key, "")
