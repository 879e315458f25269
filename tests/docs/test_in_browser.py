"""The book in a real browser, opened from disk: no errors, no requests, legible, reachable by keyboard."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OF_EACH_KIND = ("index", "search", "glossary", "teaching", "lessons/", "api/metrics", "data/digits")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt install chromium")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, book):
    """Opens a page of the book; what the console or the network says is an error."""
    contexts, said = [], []

    def open_page(name, width=1280, scheme="light", query=""):
        contexts.append(browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: message.type == "error" and said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or said.append(asked.url))
        page.goto((book / name).as_uri() + query)
        page.wait_for_load_state("load")
        if page.locator("span.math, div.math").count():
            page.wait_for_function("document.querySelectorAll('mjx-container').length > 0")
            page.evaluate("MathJax.startup.promise")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def names(book):
    return [page.relative_to(book).as_posix() for page in sorted(book.rglob("*.html"))]


@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_every_page_is_accessible(opened, book, scheme, rules):
    found = []
    whole = scheme == "light" or "DLCOURSE_BOOK" in os.environ  # else one page of a kind does
    for name in names(book) if whole else [name for name in names(book) if name.startswith(OF_EACH_KIND)]:
        page = opened(name, scheme=scheme)
        for violation in Axe().run(page, options={"preload": False, **rules}).response["violations"]:
            found.append((name, violation["id"], violation["nodes"][0]["html"][:120]))
        page.context.close()
    assert found == []


def test_every_page_fits_a_phone(opened, book):
    for name in names(book):
        page = opened(name, width=360)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        page.context.close()


def test_mathematics_and_pictures_appear(opened, book):
    formulas = 0
    for name in [name for name in names(book) if name.startswith("lessons/")]:
        page = opened(name)
        assert page.locator("mjx-container").count() == page.locator("span.math, div.math").count(), name
        formulas += page.locator("mjx-container").count()
        assert page.locator("mjx-merror").count() == 0
        assert page.evaluate(
            "[...document.images].every(image => image.complete && image.naturalWidth > 100)"
        )
        assert page.locator("article img").count() > 0
    assert formulas > 0


def test_a_solution_is_folded_and_opens(opened, book):
    page = opened(next(name for name in names(book) if name.startswith("lessons/")))
    fold = page.locator("details", has_text="A solution").first
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").press("Enter")
    assert fold.locator("pre").is_visible()


def test_search_finds_and_leads_there(opened):
    page = opened("search.html", query="?q=backpropagation")
    page.wait_for_selector("#search-results li a")
    results = page.locator("#search-results li a").all_text_contents()
    assert any("Backpropagation" in result for result in results)
    page.locator("#search-results li a").first.click()
    assert page.locator("h1").count() == 1


def test_the_keyboard_reaches_search_and_pages(opened):
    page = opened("index.html")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
    assert {"Skip to content", "q", "Lessons", "Glossary"} <= reached


def test_dark_and_light_can_be_chosen(opened):
    page = opened("index.html", scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.locator("button.theme-toggle").locator("visible=true").first.click()
    assert page.evaluate(colour) != before
