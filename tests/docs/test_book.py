"""The book as files: everything is in it, every link leads somewhere, nothing comes from elsewhere."""

import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from grader.exercises import exercises_of

ROOT = Path(__file__).parents[2]
MAX_BYTES = 1_500_000  # of a page with its pictures
LIBRARY = (ROOT / "docs" / "library.md").read_text("utf-8")


def pages(book):
    return sorted(book.rglob("*.html"))


def lessons(book):
    return sorted((book / "lessons").glob("*.html"))


@cache
def soup(page):
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


@cache
def anchors(page):
    return {tag["id"] for tag in soup(page).find_all(id=True)}


def test_every_link_and_anchor_leads_somewhere(book):
    dead = []
    for page in pages(book):
        for tag in soup(page).find_all(["a", "img", "script", "link"]):
            address = urlsplit(tag.get("href") or tag.get("src") or "")
            if address.scheme or (tag.name == "a" and "headerlink" in tag.get("class", [])):
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            there = target.exists() and (
                not address.fragment
                or target.suffix != ".html"
                or unquote(address.fragment) in anchors(target)
            )
            if not there:
                dead.append(f"{page.relative_to(book)}: {address.geturl()}")
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(book):
    for page in pages(book):
        loaded = [
            tag.get("src") or tag.get("href") or ""
            for tag in soup(page).find_all(["script", "img", "link", "iframe", "source"])
        ]
        assert [address for address in loaded if address.startswith(("http", "//"))] == [], page
    for style in book.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import ['\"]http", style.read_text("utf-8")), style


def test_every_picture_is_described(book):
    for page in pages(book):
        for picture in soup(page).find_all("img"):
            assert len(picture.get("alt", "")) > 20, (page, str(picture)[:100])


def test_a_page_is_small(book):
    for page in pages(book):
        own = {(page.parent / tag["src"]).resolve() for tag in soup(page).find_all("img")
               if not tag["src"].startswith("data:")}  # fmt: skip
        size = page.stat().st_size + sum(file.stat().st_size for file in own)
        assert size <= MAX_BYTES, (page.name, size)


def test_a_lesson_has_each_exercise_with_a_folded_solution_that_passed(book):
    for page in lessons(book):
        text = soup(page).get_text()
        folds = [fold for fold in soup(page).find_all("details") if "A solution" in fold.summary.get_text()]
        for exercise in exercises_of(page.stem):
            assert f"Exercise: {exercise.name}" in text
            assert any(f"def {exercise.name}(" in fold.get_text() for fold in folds), exercise.name
            assert f"{exercise.name}: passed" in text
            assert not any(
                f"def {exercise.name}(" in block.get_text() and "NotImplementedError" not in block.get_text()
                for block in soup(page).select("div.highlight")
                if exercise.task != "repair" and not block.find_parent("details")
            )


def test_a_lesson_s_questions_are_answered(book):
    for page in lessons(book):
        text = soup(page).get_text()
        assert text.count("Before you run it:") == len(re.findall(r"You say [a-d]\)", text))
        assert text.count("Before you run it:") == len(re.findall(r"[Ii]t was [a-d]\)", text))
        assert "choice=None" not in text


def test_glossary_errata_and_data_cards_are_whole(book):
    terms = soup(book / "glossary.html").get_text()
    for term in tomllib.loads((ROOT / "lessons" / "glossary.toml").read_text("utf-8"))["term"]:
        assert term["term"] in terms
    rows = soup(book / "errata.html").select("tbody tr")
    assert len(rows) == len(tomllib.loads((ROOT / "lessons" / "errata.toml").read_text("utf-8"))["erratum"])
    cards = {
        card.relative_to(ROOT / "datasets").with_suffix(".html") for card in (ROOT / "datasets").rglob("*.md")
    }
    assert {page.relative_to(book / "data") for page in (book / "data").rglob("*.html")} == cards


@pytest.mark.parametrize(("module", "names"), re.findall(r"^\| `(\w+)` \| (.+) \|$", LIBRARY, re.MULTILINE))
def test_the_reference_has_what_the_table_of_the_library_names(book, module, names):
    known = anchors(book / "api" / f"{module}.html")
    named = [name for name in re.findall(r"`(\w+)`", names) if name not in ("model", "GAN")]
    assert {f"dlcourse.{module}.{name}" for name in named} <= known


def test_the_search_index_knows_the_words_of_a_lesson(book):
    index = (book / "searchindex.js").read_text("utf-8")
    assert "backpropag" in index and "lessons/" in index
