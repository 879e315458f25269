"""`lessons/errata.toml`: where each erratum of the cheat sheets stands in the lessons."""

import re
import tomllib
from collections import Counter

import pytest

from lessons import build

ERRATA = tomllib.loads((build.LESSONS / "errata.toml").read_text("utf-8"))["erratum"]
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
CELL = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
BOX = re.compile(r"^> \*\*Erratum: (.+?)\.\*\*", re.MULTILINE)
SLIPS = "Slips of the sheets"
ROW = re.compile(r"^\| (.+?) \|", re.MULTILINE)


def sections(lesson):
    """The text under each heading of a lesson, without code."""
    text = CELL.sub("", (build.LESSONS / f"{lesson}.md").read_text("utf-8"))
    _, *parts = HEADING.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def found(lesson):
    for heading, text in sections(lesson).items():
        yield from ((title, heading, "box") for title in BOX.findall(text))
        if heading == SLIPS:
            yield from (
                (title, heading, "row") for title in ROW.findall(text)[1:]
            )  # below the columns' names


def test_every_erratum_of_a_lesson_is_listed_and_stands_where_the_list_says(lesson):
    listed = [(e["title"], e["heading"], e["form"]) for e in ERRATA if e["lesson"] == lesson.stem]
    assert Counter(listed) == Counter(found(lesson.stem))


def test_the_list_names_no_other_lesson():
    assert {e["lesson"] for e in ERRATA} <= {source.stem for source in build.sources()}


def test_a_lesson_has_few_boxes_each_with_its_correction(lesson):
    text = CELL.sub("", lesson.read_text("utf-8"))
    assert len(BOX.findall(text)) == text.count("> **Correction.**") <= 7


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum["title"])
def test_an_erratum_is_a_box_or_a_row(erratum):
    assert set(erratum) == {"title", "lesson", "heading", "form"}
    assert erratum["form"] in ("box", "row")
