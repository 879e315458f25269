"""`lessons/coverage.toml`: each point of both cheat sheets is treated somewhere, by a lesson that says so."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from grader.exercises import LESSONS, all_exercises, lesson_of

HERE = Path(__file__).parents[2] / "lessons"
SECTIONS = tomllib.loads((HERE / "coverage.toml").read_text("utf-8"))
POINTS = [point for section in SECTIONS.values() for point in section["points"]]
POINTS_OF_A_SECTION = {
    "B1": 25, "B2": 48, "B3": 43, "B4": 23, "B5": 80, "B6": 43, "B7": 58, "B8": 19,
    "G1": 9, "G2": 11, "G3": 6, "G4": 6, "G5": 6,
}  # fmt: skip
"""How many there are on the sheets: headings, bullets, formulas and snippets."""

CELL = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)


def headings(lesson):
    return HEADING.findall(CELL.sub("", (HERE / f"{lesson}.md").read_text("utf-8")))


def test_every_point_of_both_sheets_is_listed_once():
    assert len(POINTS) == 377
    assert {name: len(section["points"]) for name, section in SECTIONS.items()} == POINTS_OF_A_SECTION
    for name, section in SECTIONS.items():
        assert [point["number"] for point in section["points"]] == [
            f"{name}.{i}" for i in range(1, len(section["points"]) + 1)
        ]
        assert section["title"]
        says = Counter(point["says"] for point in section["points"])
        assert not [text for text, count in says.items() if count > 1]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point["number"])
def test_a_point_is_treated_under_a_heading_of_its_lesson(point):
    assert point["kind"] in ("heading", "bullet", "formula", "snippet")
    assert point["heading"] in headings(point["lesson"])
    assert set(point["exercises"]) <= set(all_exercises())


def test_a_heading_names_one_place():
    for lesson in LESSONS:
        assert not [title for title, count in Counter(headings(lesson)).items() if count > 1], lesson


def test_every_exercise_practises_a_point():
    practised = {name for point in POINTS for name in point.get("exercises", ())}
    assert {e.name for e in all_exercises().values() if lesson_of(e) in LESSONS} == practised
