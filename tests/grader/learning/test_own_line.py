import contextlib
import functools
import inspect
from pathlib import Path

import numpy as np
import pytest
from asking import BY_NAME

from grader.judging.bank import bank_of
from grader.learning import kernel, notebook, own_line
from grader.learning.own_line import look_at


def sum_without_the_first(x, w, b):
    total = 0.0
    for i in range(1, len(x)):
        total += x[i] * w[i]
    return total + b


def sum_that_is_overwritten(x, w, b):
    total = 0.0
    for i in range(len(x)):
        total = x[i] * w[i]
    return total + b


def sum_of_the_first(x, w, b):
    total = b
    for i in range(len(x)):
        total += x[i] * w[i]
        return float(total)
    return 0.0


def sum_that_prints(x, w, b):
    print("here")
    return float(x @ w - b)


def sum_that_writes(x, w, b):
    open("/nowhere/at/all", "w")  # noqa: SIM115
    return float(x @ w - b)


def sum_of_two_slips(x, w, b):
    return float(np.square(x).sum() * w.mean() ** 3 - b)


def square_of_a_mean(y, y_hat):
    error = np.mean(np.abs(y - y_hat))
    return float(error**2)


def sum_of_something_else(x, w, b):
    smaller = np.minimum(x, w)
    return float(smaller.max() + b)


KEPT = Path("/nowhere/kept")


def sum_that_removes(x, w, b):
    kept = KEPT
    return float(x @ w - b) if kept else 0.0


def sum_that_catches(x, w, b):
    i = 0
    while i < 3:
        try:  # noqa: SIM105
            i += 1
        except Exception:
            pass
    return float(x @ w - b)


def _logged(x):
    with open("/nowhere/log", "a") as log:
        log.write("x")
    return x


def sum_by_a_helper_that_writes(x, w, b):
    return float(_logged(x) @ w - b)


def turned(function):
    def inner(*given):
        return -function(*given) + 1

    return inner


def passed_on(function):
    @functools.wraps(function)
    def inner(*given):
        return function(*given)

    return inner


@turned
def sum_that_is_turned(x, w, b):
    return float(x @ w + b)


@passed_on
def sum_that_is_passed_on(x, w, b):
    product = x @ w
    return float(product - b)


def sum_in_several_lines(x, w, b):
    return float(np.sum(x * w - 0.25 * x) + b)


COUNTED = [0]


def sum_that_counts(x, w, b):
    COUNTED[0] += 1
    return float(x @ w + b) + (COUNTED[0] < 60)


def sum_that_waits(x, w, b):
    i, total = 1, b
    while i < len(x):
        total += x[i] * w[i]
        i += 1
    return float(total)


def said_of(function, name="weighted_sum"):
    exercise = BY_NAME[name]
    bank = bank_of(exercise)
    outcomes = kernel.attempt(exercise, bank, function).outcomes
    return look_at(exercise, bank, function, bank.findings(exercise, outcomes))


def line_of(function, text):
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if text in line)


@pytest.mark.parametrize(
    ("function", "code", "aspect"),
    [
        (sum_without_the_first, "range", "the number"),
        (sum_that_is_overwritten, "total =", "what is assigned"),
        (sum_of_the_first, "for i", "the loop"),
        (sum_that_prints, "x @ w", "the arithmetic"),
        (sum_that_waits, "i, total", "the number"),
    ],
)
def test_the_line_that_one_change_makes_right_is_named(function, code, aspect, monkeypatch, capfd):
    monkeypatch.setattr(own_line, "PATIENCE", 10)  # however slow the machine is
    said = said_of(function)
    text = "total = x" if function is sum_that_is_overwritten else code
    assert said.startswith(f"Look at {aspect}")
    assert f"in line {line_of(function, text)}: one change there" in said
    assert capfd.readouterr().out == ""


def test_two_changes_and_a_place_that_computes_something_else_are_named(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    said = said_of(square_of_a_mean, "mse")
    assert said.endswith(": changes there make every case right.")
    assert f"`abs` in line {line_of(square_of_a_mean, 'abs')}" in said
    assert f"the arithmetic in line {line_of(square_of_a_mean, 'error**2')}" in said
    said = said_of(sum_of_something_else)
    line = line_of(sum_of_something_else, "max()")
    assert said.startswith(f"It goes wrong in line {line} at `smaller.max()`, or before: with what is right")


def test_the_second_hint_shows_the_part_of_the_line(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    verdicts = [
        notebook._judged(BY_NAME["weighted_sum"], sum_without_the_first, closely=closely)
        for closely in (False, True)
    ]
    line = line_of(sum_without_the_first, "range")
    assert f"Look at the number in line {line}: one" in verdicts[0].message
    assert f"Look at the number, `1`, in line {line}: one" in verdicts[1].message


@pytest.mark.parametrize(
    "function",
    [
        *(sum_of_two_slips, sum_that_writes, sum_that_removes, sum_that_catches),
        *(sum_by_a_helper_that_writes, sum_that_is_turned, sum_that_counts, len, lambda x, w, b: 0),
    ],
)
def test_nothing_is_said_where_no_change_helps_or_the_code_may_do_more_than_compute(function, monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    assert said_of(function) == ""


def test_the_line_is_that_of_the_mistake_in_broken_lines(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    line = line_of(sum_in_several_lines, "x * w")
    assert any(f"in line {n}: one change" in said_of(sum_in_several_lines) for n in (line, line + 1))


def test_where_nothing_can_end_a_call_nothing_is_looked_for(monkeypatch):
    monkeypatch.setattr(own_line, "can_end", lambda: False)
    assert said_of(sum_without_the_first) == ""


def test_a_fault_of_the_search_leaves_the_verdict_as_it_is(monkeypatch):
    def fails(*given, **named):
        raise RecursionError

    monkeypatch.setattr(own_line, "look_at", fails)
    verdict = notebook._judged(BY_NAME["weighted_sum"], sum_without_the_first)
    assert verdict.status == "failed"
    assert verdict.fault == verdict.diagnosis == ""


def test_a_check_says_it_where_nothing_else_tells_the_cause(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    verdict = notebook._judged(BY_NAME["weighted_sum"], sum_without_the_first)
    assert verdict.diagnosis == "own line"
    assert "is right. Look at the number in line" in verdict.message


START = np.zeros(3)
DRAWS = np.random.RandomState(0)


class Counting:
    def __call__(self, value):
        return value


COUNTING = Counting()


def sum_from_an_array_around(x, w, b):
    total = START.copy()
    for one, other in zip(x, w, strict=True):
        total[0] += one * other
    return float(total[0]) - b


def sum_with_an_array_by_default(x, w, b, total=np.zeros(3)):  # noqa: B008
    total = total.copy()
    for one, other in zip(x, w, strict=True):
        total[0] += one * other
    return float(total[0]) - b


def sum_with_chance_around(x, w, b):
    return float(x @ w - b) + 0 * DRAWS.rand()


def sum_by_an_object_around(x, w, b):
    return COUNTING(float(x @ w - b))


def sum_by_anothers_function(x, w, b):
    return inspect.unwrap(float(x @ w - b))


def sum_as_far_as_it_goes(x, w, b):
    total, i = 0.0, 0
    while i < len(x):
        with contextlib.suppress(OSError):
            total += x[i] * w[i]
            i += 1
    return total - b


def sum_in_a_closure():
    kept = []

    def weighted_sum(x, w, b):
        kept.append(b)
        return float(x @ w - b)

    return weighted_sum


@pytest.mark.parametrize(
    "function",
    [
        sum_from_an_array_around,
        sum_with_an_array_by_default,
        sum_with_chance_around,
        sum_by_an_object_around,
        sum_by_anothers_function,
        sum_as_far_as_it_goes,
        sum_that_is_passed_on,
        sum_in_a_closure(),
    ],
)
def test_code_that_may_leave_something_behind_is_not_run_with_changes(function, monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    monkeypatch.setattr(own_line, "versions", None)
    assert said_of(function) == ""
    assert not START.any()


LIMITS = (0.0, np.float64(1.0))


def sum_with_constants_around(x, w, b, scale=1.0):
    total = LIMITS[0]
    for i in range(1, len(x)):
        total += x[i] * w[i] * scale
    return functools.reduce(np.add, [total, b])


def test_constants_and_what_computes_are_no_reason_to_look_for_nothing(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    assert "Look at the number in line" in said_of(sum_with_constants_around)


def test_a_search_leaves_chance_as_it_was(monkeypatch):
    monkeypatch.setattr(own_line, "PATIENCE", 10)
    np.random.seed(3)
    wanted = np.random.rand()
    np.random.seed(3)
    said_of(sum_with_draws)
    assert np.random.rand() == wanted


def sum_with_draws(x, w, b):
    return float(x @ w - b) + 0 * np.random.rand()


def test_two_changes_are_tried_only_where_each_alone_was(monkeypatch):
    """One of two may change nothing."""
    pairs = []
    monkeypatch.setattr(own_line, "PATIENCE", 0.0)
    monkeypatch.setattr(own_line, "point_to_look_at", lambda *given: None)
    tried = own_line.versions
    monkeypatch.setattr(
        own_line, "versions", lambda *given, **named: pairs.append(named["pairs"]) or tried(*given, **named)
    )
    assert said_of(sum_of_two_slips) == ""
    assert pairs == [False]
