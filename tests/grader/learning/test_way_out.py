import functools
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
        progress.record([verdict("relu", "failed")], codes={"relu": code}, hint=hint, now=now)


def test_both_the_tries_and_the_hint_are_needed():
    assert "5 more failed tries" in way_out.lacking("relu")
    fail(*"abcd", *"abcd")
    assert "1 more failed try " in way_out.lacking("relu")
    fail("e")
    assert way_out.lacking("relu").endswith("or after the third hint, `check(relu, hint=3)`.")
    progress.record([verdict("relu", "missing")], hint=2)
    assert way_out.lacking("relu")
    progress.record([verdict("relu", "missing")], hint=3)  # of a stub: a hint, and no try
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


def passes(name, now, source=""):
    progress.record([verdict(name, "passed")], source, now=now)


def test_a_first_pass_in_the_blank_file_counts(tmp_path):
    way_out.mark_seen("relu", NOON)
    later = NOON + timedelta(days=2)
    review.start("relu", tmp_path, later)
    passes("relu", later, "review_relu.py")
    assert ratings() == ["again", "good"]
    assert not review.schedule(later)[0].started


def test_copying_twice_on_one_day_counts_neither_time():
    way_out.mark_seen("relu", NOON)
    for minute in (1, 2, 3):
        passes("relu", NOON + timedelta(minutes=minute))
    assert ratings() == ["again"]


def helper(x):
    return x + 1


def by_helper(x):
    return helper(x)


def default(x, slope=0.1):
    return x * slope


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


def closure(value):
    return lambda x: x + value


class Called:
    def __call__(self, x):
        return x + 3


class CalledOtherwise:
    def __call__(self, x):
        return x + 4


def test_what_an_answer_calls_and_wraps_belongs_to_its_code(monkeypatch):
    before = way_out.code_of(by_helper)
    monkeypatch.setitem(globals(), "helper", lambda x: x + 2)
    monkeypatch.setattr(helper, "__module__", by_helper.__module__)
    monkeypatch.setattr(default, "__defaults__", (0.1,))
    one = way_out.code_of(default)
    monkeypatch.setattr(default, "__defaults__", (0.2,))
    pairs = [
        (before, way_out.code_of(by_helper)),
        (one, way_out.code_of(default)),
        *(
            (way_out.code_of(a), way_out.code_of(b))
            for a, b in (
                (decorated(lambda x: x + 1), decorated(lambda x: x + 2)),
                (np.vectorize(lambda x: x + 1), np.vectorize(lambda x: x + 2)),
                (functools.partial(default, slope=1), functools.partial(by_helper)),
                (closure(1), closure(2)),
                (Called(), CalledOtherwise()),
            )
        ),
    ]
    assert [a != b for a, b in pairs] == [True] * len(pairs)
    assert way_out.code_of(closure(1)) == way_out.code_of(closure(1))
    assert way_out.code_of(np.vectorize(one_line)) == way_out.code_of(np.vectorize(one_line))


def one_line(x):
    return x in {"a", "b", "c"}


def test_code_is_the_same_in_every_process():
    program = (
        "from grader.learning.way_out import code_of\n"
        "def f(x): return str(x) in {'a', 'b', 'c', 'd'}\n"
        "print(code_of(f))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            text=True,
        ).stdout
        for seed in "123"
    }
    assert len(found) == 1 and found != {""}
