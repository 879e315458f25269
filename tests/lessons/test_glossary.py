"""`lessons/glossary.toml`: what each term of the lessons means, and where they explain it."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "lessons"
TERMS = tomllib.loads((LESSONS / "glossary.toml").read_text("utf-8"))["term"]
NO_PROSE = re.compile(r"^```\{(?:code-cell|exercise|predict|time)\}.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
SHEET = "What the cheat sheet"


@cache
def sections(lesson):
    """Each heading of a lesson with all that stands under it, subsections too, without code."""
    text = NO_PROSE.sub("", (LESSONS / f"{lesson}.md").read_text("utf-8"))
    headings = list(HEADING.finditer(text))
    ends = [
        next((h.start() for h in headings[i:] if len(h[1]) <= len(heading[1])), len(text))
        for i, heading in enumerate(headings, 1)
    ]
    return [(h[2], text[h.start() : end]) for h, end in zip(headings, ends, strict=True)]


def names(entry):
    """What the text may call it: the term without the words in brackets, and its other names."""
    return [re.sub(r" \(.+\)$", "", entry["term"]), *entry.get("also", [])]


def test_the_terms_are_sorted():
    terms = [entry["term"] for entry in TERMS]
    assert terms == sorted(terms, key=str.lower)


def test_no_name_stands_there_twice():
    every = [name.lower() for entry in TERMS for name in (entry["term"], *entry.get("also", []))]
    assert sorted(every) == sorted(set(every))


def test_the_lessons_are_those_of_the_course_and_none_is_left_out():
    assert {entry["lesson"] for entry in TERMS} == {source.stem for source in LESSONS.glob("[0-9]*.md")}


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry["term"])
def test_a_term_is_explained_where_the_glossary_says(entry):
    assert set(entry) - {"also"} == {"term", "says", "lesson", "heading"}
    (section,) = [text for heading, text in sections(entry["lesson"]) if heading == entry["heading"]]
    assert not entry["heading"].startswith(SHEET)
    prose = " ".join(section.replace("*", "").split())
    assert any(re.search(rf"(?<!\w){re.escape(name)}", prose, re.IGNORECASE) for name in names(entry))


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry["term"])
def test_an_explanation_is_short_and_does_not_begin_with_its_term(entry):
    assert entry["says"].endswith(".")
    assert len(entry["says"].split()) <= 35
    start = re.sub(r"^(?:an?|the) ", "", entry["says"].lower())
    assert not any(re.match(rf"{re.escape(name.lower())}\b", start) for name in names(entry))
