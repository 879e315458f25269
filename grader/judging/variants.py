"""Mistakes that nobody wrote: the reference with one thing changed by a rule, and what that is in words.

Changed is the reference itself, or what it calls of the solutions. The words name what the
statement names, its arguments and usual functions, and no piece of the reference.
"""

from __future__ import annotations

import inspect
import itertools
import signal
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import FunctionType
from typing import Any, NamedTuple

from grader.child.calling import Outcome, Raised, call
from grader.exercise import Exercise
from grader.judging.changes import versions

MAX_VARIANTS = 2500
DEPTH = 2  # of what the reference calls, and what that calls in turn
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
    return tuple(itertools.islice(_variants(inspect.unwrap(exercise.reference), DEPTH), MAX_VARIANTS))


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
                names = {**function.__globals__, name: variant.function}
                with_it = FunctionType(function.__code__, names, name, function.__defaults__)
                yield variant._replace(function=with_it)


@lru_cache(maxsize=65_536)
def outcome_of(exercise: Exercise, number: int, case: bytes) -> Outcome:
    """Return what a variant, by its number in `variants_of`, does with a case."""
    return within(SECONDS, lambda: call(variants_of(exercise)[number].function, case))


def within(seconds: float, run: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of a call, or that it took too long, where that can be seen to.

    A change may make much of little: the numbers that decide on loops and arrays are left alone, and this is
    for what nobody has thought of.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        return run()

    def too_long(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return run()
    except TimeoutError:  # as it was about to end
        return Outcome(raised=Raised("TimeoutError", (), "", None, ""))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
