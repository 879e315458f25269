"""The card of a check, as text and as HTML; and the counterexample in it, as people read it."""

import json
import textwrap

import msgspec
import numpy as np
import pytest
from asking import verdict

from grader.judging.report import Counterexample, Report
from grader.learning.card import Card, counterexample_text
from grader.references import neural_networks as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def test_html_is_escaped():
    html = Card("failed", "<b>", ["<script> `x<y`"], "</pre>")._repr_html_()
    assert "<script>" not in html
    assert "&lt;/pre&gt;" in html
    assert "<code>x&lt;y</code>" in html


def test_a_card_fits_a_screen_reader():
    text = repr(Card("failed", "relu: not yet", ["Wrong.", "Hint 1 of 3: look."], "relu(x=1)\nexpected: 1"))
    assert text == textwrap.dedent("""\
        relu: not yet ✗
        Wrong.
            relu(x=1)
            expected: 1
        Hint 1 of 3: look.""")


def bad_shape(x):
    raise ValueError("bad shape")


def nan_in_arrays(x):
    return np.where(x > 0, x, 0.0 if np.ndim(x) == 0 else np.nan)


def lines_of(name, answer):
    """The counterexample's text: the call, what is expected and what came."""
    call, expected, got = counterexample_text(verdict(name, answer)).splitlines()
    assert call.startswith(f"{name}(")
    return expected, got


def test_an_exception_is_a_sentence_without_quotes():
    assert lines_of("relu", bad_shape)[1] == "got:      ValueError: bad shape"


def test_nan_is_a_number_without_quotes():
    assert lines_of("relu", lambda x: np.full(np.shape(x), np.nan))[1] == "got:      nan"


def test_nan_is_a_number_within_arrays_too():
    got = lines_of("relu", nan_in_arrays)[1]
    assert got.startswith("got:      [")
    assert "nan" in got
    assert "'" not in got


def test_where_more_than_one_answer_is_right_a_sentence_is_expected():
    expected = "\nexpected: whatever holds to the statement\n"
    assert expected in counterexample_text(verdict("scale_images", lambda images: images))


def test_a_text_is_a_value_in_quotes_whatever_it_says():
    got = lines_of("cosine_decay", lambda *arguments: "raises ValueError")[1]
    assert got == "got:      'raises ValueError'"


def lenient_dense(X, W, b, activation=None):
    return reference.dense(X, W, b, activation if activation in reference.ACTIVATIONS else None)


def test_what_must_be_raised_is_a_sentence_without_quotes():
    assert "\nexpected: raises ValueError\n" in counterexample_text(verdict("dense", lenient_dense))


def test_a_report_of_an_old_gradebook_still_has_text():
    old = Counterexample({"x": [1.0, "nan"]}, expected=[1.0, 0.0], got="ValueError: bad shape")
    report = msgspec.structs.replace(verdict("relu", bad_shape), counterexample=old)
    call, expected, got = counterexample_text(report).splitlines()
    assert call.startswith("relu(x=[")
    assert expected == "expected: [1., 0.]"
    assert "ValueError: bad shape" in got


def test_the_published_report_has_values_and_no_text_for_people():
    found = verdict("relu", bad_shape)
    assert found.counterexample.shown is not None
    text = Report("m.py", "s", "kernel", [found]).to_json()
    assert "shown" not in text
    (exercise,) = json.loads(text)["exercises"]
    assert exercise["counterexample"].keys() == {"arguments", "expected", "got"}
