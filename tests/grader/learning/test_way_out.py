from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.learning import progress, review, way_out

pytestmark = pytest.mark.usefixtures("own_home")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def verdict(name, status):
    return verdict_on(all_exercises()[name], status, "A message.")


def fail(*codes, hint=0, now=NOON):
    for code in codes:
        way_out.note("relu", code, failed=True, hint=hint, now=now)


def test_both_the_tries_and_the_hint_are_needed():
    assert "5 more failed tries" in way_out.lacking("relu")
    fail(*"abcd", *"abcd")
    assert "1 more failed try " in way_out.lacking("relu")
    fail("e")
    assert way_out.lacking("relu").endswith("or after the third hint, `check(relu, hint=3)`.")
    way_out.note("relu", "", failed=False, hint=2)
    assert way_out.lacking("relu")
    way_out.note("relu", "", failed=False, hint=99)  # of a stub: a hint, and no try
    assert way_out.lacking("relu") == ""
    assert way_out.lacking("tanh")


def test_failures_after_a_pass_are_no_tries():
    progress.record([verdict("relu", "passed")], now=NOON)
    fail(*"abcde", hint=3)
    assert progress.histories()["relu"].failed_code == []
    assert way_out.lacking("relu") == ""


def test_many_tries_are_not_all_kept():
    fail(*map(str, range(40)))
    assert len(progress.histories()["relu"].failed_code) == way_out.TRIES


def ratings():
    return [review.rating for review in progress.histories()["relu"].reviews]


def test_what_was_seen_comes_back_and_copying_it_is_no_test_of_memory():
    way_out.mark_seen("relu", NOON)
    assert ratings() == ["again"]
    progress.record([verdict("relu", "passed")], now=NOON + timedelta(days=1))
    assert ratings() == ["again"]
    [due] = review.schedule(NOON + timedelta(days=1))
    assert (due.name, due.days) == ("relu", 0)


def test_from_a_blank_file_it_is_a_test_again(tmp_path):
    way_out.mark_seen("relu", NOON)
    progress.record([verdict("relu", "passed")], now=NOON + timedelta(minutes=5))
    later = NOON + timedelta(days=2)
    review.start("relu", tmp_path, later)
    progress.record([verdict("relu", "passed")], "review_relu.py", now=later)
    assert ratings() == ["again", "good"]


@pytest.mark.parametrize("before", ["failed", "passed"])
def test_seen_on_a_day_with_a_rating_makes_that_day_a_failure(before):
    progress.record([verdict("relu", "failed")], now=NOON)
    if before == "passed":
        progress.record([verdict("relu", "passed")], now=NOON)
    way_out.mark_seen("relu", NOON + timedelta(hours=1))
    assert ratings() == ["again"]


def one(x):
    """Says this."""
    return np.maximum(x, 0)  # like so


first = way_out.code_of(one)


def one(x):
    """Says that."""

    return np.maximum(
        x,
        0,
    )


def test_code_is_compared_without_comments_layout_and_docstring():
    assert way_out.code_of(one) == first


def test_other_code_is_told_apart():
    doubled, halved = (lambda x: x * 2), (lambda x: x / 2)
    nested = [lambda x: [v + 1 for v in x], lambda x: [v + 2 for v in x]]
    assert len({way_out.code_of(f) for f in (one, doubled, halved, *nested, np.maximum)}) == 6
