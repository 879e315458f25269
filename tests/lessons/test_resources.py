"""`lessons/resources.toml`: where to learn from next."""

import re
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from grader.exercises import COURSE

LESSONS = Path(__file__).parents[2] / "lessons"
RESOURCES = tomllib.loads((LESSONS / "resources.toml").read_text("utf-8"))
POINTS = [p["number"] for p in tomllib.loads((LESSONS / "coverage.toml").read_text("utf-8"))["B8"]["points"]]
TEXTS = ("short", "title", "by", "kind", "edition", "address", "best_for", "takes")
KINDS = {"archive", "book", "code", "course", "forum", "guide", "paper", "videos"}


@pytest.mark.parametrize("name", RESOURCES)
def test_a_resource_says_what_a_reader_needs(name):
    resource = RESOURCES[name]
    assert list(resource) == [*TEXTS, "first", "lessons", "points"]
    assert all(isinstance(resource[key], str) and resource[key] for key in TEXTS)
    assert resource["kind"] in KINDS
    assert re.fullmatch(r"https?://[\w.-]+\.\w+(/[\w./@%-]+)?", resource["address"])
    assert resource["lessons"] and set(resource["lessons"]) <= set(COURSE)
    assert set(resource["first"]) <= {*RESOURCES, *COURSE}
    assert name not in COURSE


def test_nothing_comes_before_itself():
    order = list(TopologicalSorter({name: each["first"] for name, each in RESOURCES.items()}).static_order())
    assert set(RESOURCES) <= set(order)


def test_each_point_of_the_sheet_has_its_resource():
    named = [point for resource in RESOURCES.values() for point in resource["points"]]
    assert set(named) == set(POINTS)


def test_every_lesson_has_a_resource_that_goes_with_it():
    assert {lesson for each in RESOURCES.values() for lesson in each["lessons"]} == set(COURSE)


def test_titles_and_addresses_are_unique():
    for key in ("short", "address"):
        assert len({resource[key] for resource in RESOURCES.values()}) == len(RESOURCES)
