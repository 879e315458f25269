"""What a learner wrote is harmless: on terminals, in lines, in spreadsheets and as a file's name."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reporting.file_names import OWN_FILE, file_stem
from grader.text import cell, line, visible

# Lone surrogates as well: a file's name can hold them.
TEXT = st.text(st.characters())
ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "＝1", "＋1", "－1", "＠x", "﹦1", "⁼1", "−1"]
HIDING = [
    "",
    " ",
    "\t",
    "\r",
    "\n",
    "\x00",
    "\ufeff",
    "\u200b",
    "\u200d",
    "\xa0",
    "\u3000",
    "\u202e",
    " \x1b ",
]


@given(TEXT)
def test_nothing_acts_unseen(text):
    for shown in (visible(text), line(text)):
        assert not ACTS.search(shown)
        shown.encode()  # no lone surrogates


@given(TEXT)
def test_a_line_is_one_line_without_margins(text):
    assert line(text).splitlines() == ([line(text)] if line(text) else [])
    assert line(text) == line(text).strip()


@given(st.text(st.characters(categories=("L", "N"), max_codepoint=0x2FF)))
def test_plain_text_stays_as_it_is(text):
    assert visible(text) == line(text) == cell(text) == text


def test_code_keeps_its_lines_and_names_their_joiners():
    assert visible("a\tb\r\nc\rd") == "a\tb\nc\nd"
    assert line("می\u200cخواهم") == visible("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("hidden", HIDING, ids=ascii)
def test_no_cell_is_a_formula(formula, hidden):
    assert cell(hidden + formula).startswith("'")
    assert cell(f"Ada;{hidden}{formula}").startswith("Ada;'")


@given(TEXT)
def test_every_part_of_a_cell_is_guarded(text):
    for part in cell(text).split(";"):
        seen = [c for c in unicodedata.normalize("NFKC", part) if unicodedata.category(c)[0] not in "CMZ"]
        assert not seen or seen[0] not in "=+-@|"


def test_numbers_stay_numbers():
    assert [cell(value) for value in (-1.0, 0.1 + 0.2, 3, 2.5)] == [-1, 0.3, 3, 2.5]


@given(st.tuples(TEXT, TEXT), st.tuples(TEXT, TEXT))
def test_a_file_name_is_safe_and_of_one_learner_only(one, other):
    for learner in (one, other):
        assert OWN_FILE.fullmatch(file_stem(*learner))
        assert len(file_stem(*learner)) < 60
    assert (file_stem(*one) == file_stem(*other)) == (one == other)
    assert file_stem("Ada 1", "2") != file_stem("Ada", "1 2")


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "", ".", "a" * 5000, "‮evil", "A/B\\C:D"])
def test_a_file_name_leads_nowhere_else(name):
    assert OWN_FILE.fullmatch(file_stem(name, name))
