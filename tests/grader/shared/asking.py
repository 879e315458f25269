"""What the tests of exercises share: cases, what functions make of them, and verdicts, all by name."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from grader.child import plaindata
from grader.child.calling import Outcome, call
from grader.exercise import Case, Exercise
from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.comparison import compare
from grader.judging.judge import judge
from grader.judging.report import Verdict
from grader.learning import kernel

BY_NAME = all_exercises()


@cache
def whole_cases_of(name: str, seed: int = 0) -> list[Case]:
    """An exercise's cases, with their inputs and what is kept secret of them."""
    made = BY_NAME[name].cases(np.random.default_rng(seed))
    return [case if isinstance(case, Case) else Case(tuple(case)) for case in made]


@cache
def cases_of(name: str, seed: int = 0) -> list[tuple]:
    """The arguments of each case."""
    return [tuple(case.arguments) for case in whole_cases_of(name, seed)]


def arrays_of(name: str) -> list[np.ndarray]:
    """The first argument of each case."""
    return [case[0] for case in cases_of(name)]


def first_two(name: str, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first two arguments of each case, as arrays."""
    return [(np.asarray(one), np.asarray(two)) for one, two, *_ in cases_of(name, seed)]


def has(name: str, predicate: Callable[[np.ndarray], Any]) -> bool:
    """Whether the first argument of some case is as it is asked."""
    return any(predicate(np.asarray(x)) for x in arrays_of(name))


@cache
def outcomes_of(name: str, function: Callable, seed: int = 0) -> list[Outcome]:
    """What a function makes of an exercise's cases."""
    cases = map(plaindata.encode, cases_of(name, seed))
    return [call(function, case, tensors=BY_NAME[name].tensors) for case in cases]


def changed(case: tuple, outcome: Outcome) -> bool:
    """Whether the arguments are others after the call."""
    return plaindata.encode(case) != outcome.arguments


def same(exercise: Exercise, case: tuple, one: Outcome, other: Outcome) -> bool:
    """Whether the grader could take one outcome for the other."""
    if one.raised or other.raised:
        return bool(one.raised and other.raised and one.raised.type == other.raised.type)
    return (
        compare(one.value(), other.value(), exercise.tolerance) is None
        and (not exercise.stable or bool(one.warnings) == bool(other.warnings))
        and changed(case, one) == changed(case, other)
    )


def passes(name: str, seed: str, answers: Sequence[Any]) -> bool:
    """Whether these answers, one a case, are right: for the many that a guesser gives, without any calls."""
    bank = bank_of(BY_NAME[name], seed)
    outcomes = [
        Outcome(plaindata.encode(answer), arguments=case)
        for answer, case in zip(answers, bank.cases, strict=True)
    ]
    return all(finding.right for finding in bank.findings(BY_NAME[name], outcomes))


def after(name: str, change: Callable[[Any], Any]) -> Callable:
    """The reference's answer, changed."""
    return lambda *given: change(BY_NAME[name].reference(*given))


ODD_ARRAYS = {
    "None": (lambda out: None, "None"),
    "a text": (lambda out: "a state", "is a string"),
    "nan": (lambda out: out * np.nan, "is nan"),
    "inf": (lambda out: out + np.inf, "is inf"),
    "an axis too many": (lambda out: out[..., None], "asked for"),
    "flat and longer": (lambda out: np.append(out.ravel(), 0.0), "asked for"),
    "unequal rows": (lambda out: [[1.0, 2.0], [3.0]], "unequal length"),
    "truths": (lambda out: out > 0, "True and False"),
    "complex": (lambda out: out + 1j, "complex"),
    "twice": (lambda out: (out, out), "asked for"),
    "a dict": (lambda out: {"out": out}, "is a dict"),
    "a function": (lambda out: len, "asked for"),
}
"""By kind, what to make of the array that is right, and words that whoever hands that in is told."""


def each_of(answers: Mapping[str, Sequence[Callable]]) -> pytest.MarkDecorator:
    """Run a test with the `name` of each exercise and each `answer` to it."""
    pairs = [
        pytest.param(name, answer, id=f"{name}-{i}")
        for name, several in answers.items()
        for i, answer in enumerate(several)
    ]
    return pytest.mark.parametrize(("name", "answer"), pairs)


def assert_accepted(name: str, answer: Callable, seed: int) -> None:
    """Compare an answer to a value with the reference's: each case's outcome, arguments and warnings."""
    exercise = BY_NAME[name]
    for case, right, got in zip(
        cases_of(name, seed),
        outcomes_of(name, exercise.reference, seed),
        outcomes_of(name, answer, seed),
        strict=True,
    ):
        if right.raised:
            assert got.raised and got.raised.type == right.raised.type, got
        else:
            assert got.raised is None, got.raised
            difference = compare(right.value(), got.value(), exercise.tolerance)
            assert difference is None, (difference, case)
            assert not changed(case, got), case
            assert not (exercise.stable and got.warnings), got.warnings


def as_float32(function: Callable) -> Callable:
    """The same function, given and returning what a learner's float32 would be."""

    def answer(*arguments):
        narrow = [a.astype("float32") if getattr(a, "dtype", None) == np.float64 else a for a in arguments]
        result = function(*narrow)
        return tuple(map(np.float32, result)) if isinstance(result, tuple) else np.float32(result)

    return answer


def verdict(name: str, answer: Callable, seed: str = PUBLIC_SEED) -> Verdict:
    """The verdict on an answer that is called in this very process, as in a notebook."""
    bank = bank_of(BY_NAME[name], seed)
    return judge(BY_NAME[name], bank, kernel.attempt(BY_NAME[name], bank, answer))


def refused_in_a_submission(
    graded: Callable[[str], Mapping[str, Verdict]],
    head: str,
    answers: Mapping[str, Sequence[Callable]],
    style: int,
) -> dict[str, str]:
    """Hand in everybody's answer of one style, under the exercises' names: what is said of those that fail.

    Args:
        graded: grades a module's source in the sandbox.
        head: what stands above the answers: imports and helpers.
        answers: each exercise's, one of each style; some have fewer.
        style: which.
    """
    chosen = {name: several[style] for name, several in answers.items() if style < len(several)}
    renamed = [
        re.sub(rf"\b{answer.__name__}\b", name, inspect.getsource(answer)) for name, answer in chosen.items()
    ]
    verdicts = graded("\n\n".join([head, *renamed]))
    return {name: verdicts[name].message for name in chosen if verdicts[name].status != "passed"}
