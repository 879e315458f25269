"""What is computed about a class, against independent computations and by hand."""

import itertools
import statistics

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.results import Mark, Result
from grader.reporting.analysis import (
    discrimination,
    distribution,
    exercise_figures,
    faults,
    split,
    surely_negative,
)
from grader.reporting.pages import class_page


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=3, max_size=50))
def test_discrimination_is_pearsons_correlation(rows):
    passed, others = [row[0] for row in rows], [row[1] / 2 for row in rows]
    found = discrimination(passed, others)
    if len(set(passed)) == 1 or len(set(others)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(passed, others)[0, 1], abs=1e-9)


def test_discrimination_is_undefined_for_two_learners_and_for_sums_that_only_round_differently():
    assert discrimination([True, False], [1.0, 0.0]) is None
    assert discrimination([True, False, True], [0.1 + 0.2, 0.3, 0.3]) is None


@pytest.mark.parametrize("learners", [3, 4, 5, 6, 7])
def test_the_standard_error_is_the_spread_over_all_orders_of_the_class(learners):
    points = [float(i * i) for i in range(learners)]
    passed = [i < 2 for i in range(learners)]
    found = [discrimination(passed, order) for order in itertools.permutations(points)]
    assert statistics.pstdev(found) == pytest.approx(1 / (learners - 1) ** 0.5)


def test_an_exercise_is_only_suspected_beyond_chance():
    rng = np.random.default_rng(0)
    found = [discrimination(list(rng.random(40) < 0.8), list(rng.normal(size=40))) for _ in range(2000)]
    suspected = [surely_negative(value, 40) for value in found]
    assert 0.01 < np.mean(suspected) < 0.04
    assert not surely_negative(-0.02, 40)
    assert surely_negative(-0.35, 40)
    assert not surely_negative(-1.0, 4)  # four learners tell nothing


def test_the_exercise_itself_does_not_count_among_the_others(class_of):
    # With its own point in the total, the first exercise would seem to go along with the others.
    results = class_of(
        {
            "a": ["passed", "failed", "failed"],
            "b": ["passed", "failed", "passed"],
            "c": ["failed", "passed", "passed"],
            "d": ["failed", "passed", "failed"],
        }
    )
    first = exercise_figures(results)[0]
    assert first.discrimination == pytest.approx(np.corrcoef([1, 1, 0, 0], [0, 1, 2, 1])[0, 1])
    assert first.discrimination < 0
    assert first.passed == 2


def test_marks_and_lateness_change_points_and_nothing_else(class_of, verdict):
    plain = class_of({"a": ["passed", "failed"], "b": ["failed", "passed"], "c": ["passed", "passed"]})
    late = Result(verdict("relu", "passed"), "def relu(x): return x\n", 0.5, None)
    marked = Result(verdict("sigmoid", "failed"), "def sigmoid(x): return x\n", 1.0, Mark(1.0, "fine"))
    changed = class_of({"a": [late, marked], "b": ["failed", "passed"], "c": ["passed", "passed"]})
    for before, after in zip(exercise_figures(plain), exercise_figures(changed), strict=True):
        assert before.statuses == after.statuses
        assert before.discrimination == after.discrimination
    assert changed.learners[0].points == 1.5
    assert distribution(changed).lowest == 1


def test_the_commonest_mistake_comes_first_with_the_first_learner(class_of):
    results = class_of(
        {
            "a": ["timeout"],
            "b": ["leaky"],
            "c": ["missing"],
            "d": ["failed"],
            "e": ["leaky"],
            "f": ["passed"],
            "g": ["failed"],
            "h": ["leaky"],
        }
    )
    [figures] = exercise_figures(results)
    found = [(m.mistake, m.status, m.count, m.learner.name) for m in figures.misunderstandings]
    assert found == [("leaky", "failed", 3, "b"), (None, "failed", 2, "d"), (None, "timeout", 1, "a")]
    assert figures.misunderstandings[0].result is results.learners[1].results["relu"]
    assert figures.statuses["missing"] == 1


def test_wrong_answers_with_one_cause_are_one_misunderstanding(class_of, verdict):
    def failed(message, diagnosis):
        return [Result(verdict("relu", "failed", mistake=None, message=message, diagnosis=diagnosis), "")]

    twice = "On every case that fails it is 2 × what is right."
    line = "Look at the number in line {} (cell {}): one change there makes every case right."
    lines = "Look at the number in lines {} and 12 (cell 1): changes there make every case right."
    where = "It is right wherever `n` is 1, and wrong on every other case."
    short = "It is right on {} % of the images, and 90 % are asked for."
    results = class_of(
        {
            "a": failed("Your answer is 6, where 3 is right.", ""),
            "b": failed(f"Your answer is 6, where 3 is right. {twice}", "relation"),
            "c": failed(f"Your answer is 6, where 2 is right. {line.format(3, 'cell 5')}", "own line"),
            "d": failed(f"Your answer is 8, where 4 is right. {twice}", "relation"),
            "e": failed(f"Your answer is 1, where 2 is right. {line.format(9, 'cell 2')}", "own line"),
            "f": failed(f"Your answer is 6, where 3 is right. {twice}", "relation"),
            "g": failed(f"Your answer is 6, where 3 is right. {lines.format(7)}", "own line"),
            "h": failed("Your answer has shape (2,); shape (3,) is asked for.", ""),
            "i": failed(short.format(71.5), ""),
            "j": failed(short.format(84), ""),
            "k": failed(
                f"Your answer is 6, where 3 is right. {where} {line.format(5, 'cell 9')}", "own line"
            ),
        }
    )
    [figures] = exercise_figures(results)
    found = [(m.cause, m.count, m.learner.name) for m in figures.misunderstandings]
    assert found == [
        ("Look at the number", 4, "c"),
        (twice, 3, "b"),
        ("", 2, "a"),
        ("It is right on … % of the images, and … % are asked for.", 2, "i"),
    ]
    assert "3 learners, 27 %" in class_page(results)


def test_a_fault_of_the_grader_is_no_misunderstanding_and_goes_once_it_is_marked(class_of, verdict):
    def failed(mark=None):
        return [Result(verdict("relu", "error", fault="ValueError: <b>&", mistake=None), "", mark=mark)]

    results = class_of({"Ada": failed(), "Ben": failed(), "Cy": failed(Mark(1.0, "")), "Di": ["passed"]})
    assert [(f.exercise, f.count, f.learner.name, f.reason) for f in faults(results)] == [
        ("relu", 2, "Ada", "ValueError: <b>&")
    ]
    assert exercise_figures(results)[0].misunderstandings == []
    page = class_page(results)
    assert "The grader itself failed" in page
    assert "<code>relu</code>: 2 learners" in page
    assert "ValueError: &lt;b&gt;&amp;" in page
    assert "The grader itself failed" not in class_page(class_of({"Di": ["passed"], "Ed": ["error"]}))


@given(
    st.lists(st.floats(-5, 400, allow_nan=False), min_size=1, max_size=40),
    st.sampled_from((0.25, 1.0, 3.0, 12.0, 14.5, 60.0, 100.0, 363.0)),
)
def test_the_histogram_counts_every_learner_once(class_of, verdict, points, out_of):
    table = {str(i): [Result(verdict("relu", "failed"), "", 1.0, Mark(p, ""))] for i, p in enumerate(points)}
    results = class_of(table)
    asked = msgspec.structs.replace(results.exercises[0], out_of=out_of)
    spread = distribution(msgspec.structs.replace(results, exercises=(asked,)))
    assert sum(bar.count for bar in spread.bars) == len(points)
    assert 2 <= len(spread.bars) <= 21
    assert spread.bars[-1].low <= out_of < spread.bars[-1].high + 1e-9
    for bar in spread.bars[1:-1]:
        assert bar.count == sum(bar.low <= p + 1e-9 < bar.high for p in points)
    assert (spread.lowest, spread.highest) == (min(points), max(points))
    quartiles = (spread.lower_quartile, spread.median, spread.upper_quartile)
    assert quartiles == pytest.approx(np.quantile(points, (0.25, 0.5, 0.75)), abs=1e-9)


def test_full_marks_have_a_bar_of_their_own(class_of):
    spread = distribution(class_of({"a": ["passed", "passed"], "b": ["passed", "failed"]}))
    assert [(bar.low, bar.count) for bar in spread.bars] == [(0, 0), (1, 1), (2, 1)]


def test_parts_of_points_that_add_up_to_one_are_one(class_of, verdict):
    parts = {"relu": 0.7, "sigmoid": 0.1, "tanh": 0.1, "softmax": 0.1}
    results = class_of(
        {"a": [Result(verdict(n, "failed"), "", 1.0, Mark(part, "")) for n, part in parts.items()]}
    )
    assert results.learners[0].points < 1  # by the last bit
    assert distribution(results).bars[1].count == 1


def test_an_empty_class_has_no_figures(class_of):
    assert distribution(class_of({})) is None
    assert exercise_figures(class_of({})) == []
    assert distribution(class_of({"a": []})) is None


@pytest.mark.parametrize(
    ("chosen", "worth"),
    [("c", False), ("cb", True), ("ccccb", False), ("ccb", True), ("bbbac", False), ("zc", False)],
)
def test_a_question_is_worth_discussing_where_some_are_right_and_some_are_not(
    class_of, one_question, chosen, worth
):
    results = class_of({str(i): ["passed"] for i in range(len(chosen))})
    learners = [
        msgspec.structs.replace(learner, predictions={one_question: letter})
        for learner, letter in zip(results.learners, chosen, strict=True)
    ]
    (found,) = split(msgspec.structs.replace(results, learners=tuple(learners)))
    assert (found.worth_discussing, found.made) == (worth, sum(letter in "abc" for letter in chosen))
