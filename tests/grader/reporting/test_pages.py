"""The pages for people: structure, policy, and that no text of a learner's becomes a part of them."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.results import Mark, Result
from grader.learning.card import WORDS
from grader.reporting.pages import SYMBOLS, class_page, discrimination_in_words, learner_page
from grader.text import UNSEEN, line, visible

PAYLOADS = [
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</style><style>*{display:none}",
    "</code></pre><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "' autofocus onfocus=alert(1) '",
    "javascript:alert(1)",
    "-->]]><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "&lt;script&gt;&#60;b&#62;",
    "</title></textarea><iframe srcdoc='<script>alert(1)</script>'>",
    "<!-- <!doctype html>",
    "\x00<\x00script>",
    "\x1b[2J\x1b]0;title\x07",
    "\u202etxt.exe\u2066",
    "\ud800\udfff",
]
TEXT = st.one_of(st.sampled_from(PAYLOADS), st.text(st.characters(), min_size=1, max_size=40))


class Outline(HTMLParser):
    """A page's elements with their attributes, its text, and what stands in `style` and `script`."""

    def __init__(self, page: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.blocks: dict[str, str] = {}
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self._inside = tag
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        self._inside = ""
        self.elements.append((f"/{tag}", {}))

    def handle_data(self, data):
        if self._inside in ("style", "script"):
            self.blocks[self._inside] = self.blocks.get(self._inside, "") + data
        else:
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def skeleton(self) -> list[tuple]:
        """All but the text: files by hash have no fixed name, and a message sets `names` in backticks."""
        kept = [(tag, {**attributes, "href": None}) for tag, attributes in self.elements]
        return [element for element in kept if element[0] not in ("code", "/code")]


def pages(results):
    return [class_page(results), *(learner_page(learner, results) for learner in results.learners)]


@pytest.fixture
def results(class_of, verdict):
    """A class in which everything occurs that a page can show."""
    late = Result(verdict("relu", "passed"), "def relu(x): return x\n", 0.5)
    marked = Result(verdict("sigmoid", "leaky"), "def sigmoid(x): return x\n", 1.0, Mark(0.75, "Nearly."))
    results = class_of(
        {
            "Ada King": ["passed", "leaky", "error"],
            "Ben": [late, marked, "timeout"],
            "Cy": ["missing", "leaky", "refused"],
            "Dee": ["passed", "failed", "failed"],
        },
        unfinished=2,
        sandbox="process",
    )
    ben = msgspec.structs.replace(
        results.learners[1], late_days=2, comment="Well done.", errors=("No JSON.",)
    )
    return msgspec.structs.replace(results, learners=(results.learners[0], ben, *results.learners[2:]))


@given(TEXT)
def test_no_text_becomes_a_part_of_a_page(hostile_class, text):
    for hostile, harmless in zip(pages(hostile_class(text)), pages(hostile_class("x")), strict=True):
        assert Outline(hostile).skeleton() == Outline(harmless).skeleton()
        assert not UNSEEN.search(hostile)
        hostile.encode()


@pytest.mark.parametrize("text", [p for p in PAYLOADS if "`" not in p], ids=range(len(PAYLOADS)))
def test_text_is_shown_as_it_was_written(hostile_class, text):
    results = hostile_class(text)
    shown = "".join(Outline(learner_page(results.learners[1], results)).text)
    assert visible(text) in shown
    assert line(f"M{text}") in shown


def test_links_lead_to_the_learners_pages_and_nowhere_else(hostile_class, results):
    for result in (results, hostile_class('"><a href="https://example.org">')):
        for page in pages(result):
            for tag, attributes in Outline(page).elements:
                assert not {"src", "style", "srcset", "action", "data"} & set(attributes)
                assert not [name for name in attributes if name.startswith("on")]
                assert tag not in ("link", "img", "iframe", "object", "base", "form")
                if "href" in attributes:
                    link = r"#[a-z]+|learners/[a-z0-9-]+-[0-9a-f]{16}\.html"
                    assert re.fullmatch(link, attributes["href"])


def test_the_policy_lets_only_the_pages_own_style_and_script_run(results):
    for page, script in zip(pages(results), [True, False, False, False, False], strict=True):
        outline = Outline(page)
        [policy] = [a["content"] for _, a in outline.elements if a.get("http-equiv")]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
        assert set(rules) == ({"style-src", "script-src"} if script else {"style-src"})
        assert set(outline.blocks) == {rule.removesuffix("-src") for rule in rules}
        for block, text in outline.blocks.items():
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert rules[f"{block}-src"] == f"'sha256-{digest}'"
        # The policy must be read before what it is about.
        assert page.index("Content-Security-Policy") < page.index("<style>")


def test_a_page_can_be_heard(results):
    for page in pages(results):
        elements = Outline(page).elements
        tags = [tag for tag, _ in elements]
        levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert tags.count("main") == tags.count("header") == tags.count("title") == 1
        assert ("html", {"lang": "en"}) in elements
        assert all(attributes.get("scope") in ("row", "col") for tag, attributes in elements if tag == "th")
        assert tags.count("caption") == tags.count("table")
        ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        named = [
            attributes["aria-labelledby"] for _, attributes in elements if "aria-labelledby" in attributes
        ]
        assert set(named) <= set(ids)
        for tag, attributes in elements:
            if tag == "svg":
                assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"


def test_each_status_has_a_symbol_and_words(class_of):
    assert set(SYMBOLS) == {*WORDS, "asked"}  # the last is of a prediction
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    assert all(len(symbol) == 1 for symbol in SYMBOLS.values())
    for word in WORDS:
        page = class_page(class_of({"Ada": [word]}))
        assert f'<span role="img" aria-label="{WORDS[word]}">{SYMBOLS[word]}</span>' in page


def test_the_class_page_says_what_was_found(results):
    text = " ".join("".join(Outline(class_page(results)).text).split())
    for words in (
        "4 learners, 3 exercises, out of 3 points.",
        "Graded without a sandbox",
        "2 submissions still to be graded",
        "The median is 1 of 3 points",
        "3 learners, 75 %: leaky. The message of sigmoid, leaky.",
        "An example: Ada King def sigmoid(x): return x sigmoid(x=[ 1., -2.]) expected: [1., 0.]",
        "not graded: 1 file",
    ):
        assert words in text
    assert "✗*" in text


def test_a_learners_page_says_what_was_found(results):
    ben = " ".join("".join(Outline(learner_page(results.learners[1], results)).text).split())
    for words in (
        "The course: 1.25 of 3 points",
        "2 days late.",
        "From the instructor Well done.",
        "No JSON.",
        "Graded without a sandbox.",
        "0.5 of 1 point, late: 1 × 0.5",
        "✗ not yet 0.75 of 1 point, 4 of 10 cases right",
        "Marked by the instructor: 0.75 of 1 point. Nearly.",
        "expected: [1., 0.]",
        "def sigmoid(x): return x",
    ):
        assert words in ben, words
    for other in ("Ada", "Cy", "Dee"):
        assert other not in ben


def test_namesakes_are_told_apart_by_their_keys(results):
    ada, ben, *_ = results.learners
    namesake = msgspec.structs.replace(ben, name=ada.name, key="4711")
    page = class_page(msgspec.structs.replace(results, learners=(ada, namesake)))
    assert "<small>4711</small>" in page
    links = re.findall(r'<th scope="row"><a href="(.*?)"', page)
    assert len(set(links)) == 2


def test_where_nothing_is_known_a_page_says_so(class_of):
    assert "There is nothing to show yet." in class_page(class_of({}))
    alone = class_page(class_of({"Ada": ["passed"]}))
    assert "—<small>undefined" in alone
    assert "Nothing: there is no wrong answer." in alone
    assert "1 learner, 1 exercise, out of 1 point." in alone
    assert "Graded in the sandbox (landlock+seccomp)." in alone


def test_what_is_not_graded_yet_says_so_in_its_row_and_on_its_page(results):
    ada, *others = results.learners
    waiting = msgspec.structs.replace(ada, unfinished=True)
    results = msgspec.structs.replace(results, learners=(waiting, *others))
    page = class_page(results)
    assert page.count("<small>not graded yet</small>") == 1
    assert re.search(r"<bdi>Ada King</bdi></a><small>not graded yet</small></th>", page)
    said = ["Not graded yet" in learner_page(learner, results) for learner in results.learners]
    assert said == [True, False, False, False]


def test_a_mark_that_was_cleared_is_on_no_page(class_of, verdict):
    results = class_of({"Ada": [Result(verdict("relu", "passed"), "", 1.0, Mark(None, ""))]})
    assert "✓*" not in class_page(results)
    assert "Marked by the instructor" not in learner_page(results.learners[0], results)


@pytest.mark.parametrize(
    ("value", "learners", "words"),
    [
        (None, 2, "undefined"),
        (-0.02, 40, "tells little about the rest"),
        (-0.3, 40, "tells little about the rest"),
        (-0.35, 40, "does worse here"),
        (-0.1, 900, "does worse here"),
        (0.1, 40, "tells little about the rest"),
        (0.3, 40, "goes with the rest"),
        (0.5, 40, "separates strong from weak well"),
    ],
)
def test_discrimination_in_words(value, learners, words):
    assert words in discrimination_in_words(value, learners)


def test_an_exercise_that_only_chance_turned_round_raises_no_alarm(class_of):
    rows = [["failed", "passed"]] * 3 + [["passed", "passed"]] * 34 + [["passed", "failed"]] * 3
    page = class_page(class_of({f"learner {i:02}": row for i, row in enumerate(rows)}))
    assert page.count("-0.08<small>tells little about the rest</small>") == 2
    turned = [["failed", "passed"]] * 20 + [["passed", "failed"]] * 20
    page = class_page(class_of({f"learner {i:02}": row for i, row in enumerate(turned)}))
    assert page.count("-1.00<small>who does well elsewhere does worse here") == 2


def test_a_long_answer_is_cut(class_of, verdict):
    long = Result(verdict("relu", "failed"), "# x\n" * 500_000)
    results = class_of({"Ada": [long]})
    page = learner_page(results.learners[0], results)
    assert len(page) < 60_000
    assert "more" in page
    assert len(class_page(results)) < 60_000


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["text", "quiet", "accent", "good", "bad", "waiting"])
def test_text_can_be_read_on_what_is_behind_it(scheme, ink):
    style = resources.files("grader.reporting").joinpath("templates/page.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#\w{6})", style.split(":root {")[scheme + 1]))
    for paper in ("page", "panel", "note") if ink == "text" else ("page", "panel"):
        lighter, darker = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, f"{ink} on {paper}"


def test_how_a_class_split_on_a_question_is_said(class_of, one_question):
    results = class_of({name: ["passed"] for name in "abcd"})
    said = [{one_question: letter} for letter in "cbc"] + [{}]
    learners = [
        msgspec.structs.replace(learner, predictions=made)
        for learner, made in zip(results.learners, said, strict=True)
    ]
    page = class_page(msgspec.structs.replace(results, learners=tuple(learners)))
    text = " ".join("".join(Outline(page).text).split()).partition("How right?")[2]
    assert "b) 50 %: 1" in text and "c) 100 %: 2" in text
    assert "2 of 3, 67 %" in text and "worth discussing" in text


def test_a_class_that_predicted_nothing_has_no_section_of_it(class_of):
    assert "expected" not in class_page(class_of({"a": ["passed"]})).lower()


def test_what_a_damaged_file_may_have_held_is_not_called_unanswered(class_of):
    results = class_of({"Ada": ["missing", "passed", "missing"], "Ben": ["missing", "passed", "missing"]})
    ada, ben = results.learners
    results = msgspec.structs.replace(
        results, learners=(msgspec.structs.replace(ada, errors=("No JSON.",)), ben)
    )
    names = [asked.name for asked in results.exercises]
    pages = [learner_page(learner, results) for learner in results.learners]
    assert [page.count('class="exercise"') for page in pages] == [1, 3]
    unread = pages[0].partition("In no file that could be read")[2]
    assert [name in unread for name in names] == [True, False, True]
    assert "In no file" not in pages[1]
