"""Mistakes that nobody wrote: the reference with one thing changed by a rule, and what that is in words.

Changed is the reference itself, or what it calls of the solutions. The words name what the
statement names, its arguments and usual functions, and no piece of the reference.
"""

from __future__ import annotations

import inspect
import itertools
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from grader.child.calling import Outcome, call
from grader.exercise import Exercise
from grader.judging.changes import versions
from grader.judging.timed import within

MAX_VARIANTS = 1500  # of one reference: what more would find takes longer than a learner waits
DEPTH = 2  # of what the reference calls, and what that calls in turn
MAX_CASE_BYTES = 6_000
NEAR = 1e-3  # how near sketches are, as a share of the numbers: tolerances are smaller
NAN, INFINITE = 12_345.0, 1e15  # what stands for them in a sketch
SECONDS = 1.0  # that a variant may take for a case


class Variant(NamedTuple):
    """A function that is nearly the reference, and what is changed: "what a right answer gives with …"."""

    changed: str
    function: Callable[..., Any]


@lru_cache(maxsize=256)
def variants_of(exercise: Exercise) -> tuple[Variant, ...]:
    """Return the variants of a reference, in an order that doesn't change; none of what is heavy."""
    if exercise.public is not None or exercise.heavy:
        return ()
    reference = inspect.unwrap(exercise.reference)
    two = (
        Variant(" and ".join(change.words for change in changes), made)
        for changes, made in versions(reference, pairs=True)
    )
    return (*itertools.islice(itertools.chain(_variants(reference, DEPTH), two), MAX_VARIANTS),)


def _variants(function: Callable[..., Any], depth: int) -> Iterator[Variant]:
    """Yield a function with a change in it, and then with one in what it calls of the solutions."""
    for changes, made in versions(function):
        yield Variant(changes[0].words, made)
    if not isinstance(function, FunctionType) or not depth:
        return
    package = function.__module__.rpartition(".")[0]
    for name in function.__code__.co_names:
        called = function.__globals__.get(name)
        if isinstance(called, FunctionType) and called.__module__.rpartition(".")[0] == package:
            for variant in _variants(called, depth - 1):
                yield variant._replace(function=partial(_called_with, function, {name: variant.function}))


def _called_with(function: FunctionType, others: dict[str, Callable[..., Any]], *arguments: Any) -> Any:
    """Call a function that finds others by some of its names; these are put together for the call alone."""
    names = {**function.__globals__, **others}
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)(*arguments)


@lru_cache(maxsize=4096)
def outcome_of(exercise: Exercise, number: int, case: bytes) -> Outcome:
    """Return what a variant, by its number in `variants_of`, does with a case."""
    return within(SECONDS, lambda: call(variants_of(exercise)[number].function, case))


def likely(exercise: Exercise, case: bytes, outcome: Outcome) -> list[int]:
    """Return which variants may have this outcome on a case: all that have, and few others.

    None on a large case, which all of them together would take long for.
    """
    if len(case) > MAX_CASE_BYTES:
        return []
    kinds, sums, sizes = _sketches(exercise, case)
    kind, total, size = _sketch(outcome)
    near = np.abs(sums - total) <= NEAR * (sizes + size) + NEAR**2
    return np.flatnonzero((kinds == kind) & near).tolist()


@lru_cache(maxsize=256)
def _sketches(exercise: Exercise, case: bytes) -> np.ndarray:
    """Return the sketches of all variants' outcomes on a case: to compare with thousands takes no time."""
    outcomes = (outcome_of.__wrapped__(exercise, n, case) for n in range(len(variants_of(exercise))))
    return np.array([_sketch(outcome) for outcome in outcomes]).reshape(-1, 3).T


def _sketch(outcome: Outcome) -> tuple[float, float, float]:
    """Return three numbers that are alike for like outcomes: the kind, a weighted sum, and its size."""
    if outcome.raised is not None:
        return -1.0 - zlib.crc32(outcome.raised.type.encode()), 0.0, 0.0
    numbers = np.array(list(_numbers(outcome.value())), float)
    weights = np.cos(np.arange(len(numbers))) + 1.5
    return len(numbers), float(numbers @ weights), float(np.abs(numbers) @ weights)


def _numbers(value: Any) -> Iterator[float]:
    """Yield something for all that an answer holds, in its order."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from _numbers(value[key])
    elif isinstance(value, int | float | np.ndarray | np.generic) and np.asarray(value).dtype.kind in "biuf":
        flat = np.nan_to_num(np.asarray(value, float).ravel(), nan=NAN, posinf=INFINITE, neginf=-INFINITE)
        yield from np.clip(flat, -INFINITE, INFINITE).tolist()
    else:
        yield zlib.crc32(repr(value)[:200].encode()) / 2**16
