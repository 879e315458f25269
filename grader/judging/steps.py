"""What a reference computes on its way from the arguments of a case to its answer: `steps_of`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import FunctionType
from typing import Any

from grader.child import plaindata
from grader.child.calling import call
from grader.exercise import Exercise
from grader.judging.computed import Watch, watched
from grader.judging.timed import within
from grader.judging.variants import DEPTH

SECONDS = 0.1  # of a call
MOST = 3000  # values of one place
Values = tuple[bytes, ...]  # encoded, one for each time that a place in the code is reached


@lru_cache(maxsize=2048)
def steps_of(exercise: Exercise, case: bytes) -> Mapping[int | str, Values]:
    """Return all that is computed on a case by a reference, and by what it calls of the solutions.

    By the number of the place in the code, or the name of an argument. There is none of what is heavy, and of
    a place that has too much.
    """
    watch, reference = _watched_reference(exercise)
    watch.begin()
    if reference is not None:
        within(SECONDS, partial(call, reference, case))
    names = inspect.signature(exercise.reference).parameters
    steps: dict[int | str, Values] = {
        number: tuple(values) for number, values in watch.seen.items() if len(values) == watch.times[number]
    }
    for name, value in zip(names, plaindata.decode(case, ours=True), strict=False):
        steps[name] = (plaindata.encode(value),)
    return steps


@lru_cache(maxsize=256)
def _watched_reference(exercise: Exercise) -> tuple[Watch, Callable[..., Any] | None]:
    watch = Watch(MOST)
    if exercise.heavy or exercise.public is not None:
        return watch, None
    return watch, _watched(inspect.unwrap(exercise.reference), watch, DEPTH)


def _watched(function: Callable[..., Any], watch: Watch, depth: int) -> Callable[..., Any] | None:
    """Return a function that is watched, and calls watched ones."""
    if not isinstance(function, FunctionType):
        return None
    package = function.__module__.rpartition(".")[0]
    others = {}
    for name in function.__code__.co_names if depth else ():
        called = function.__globals__.get(name)
        if isinstance(called, FunctionType) and called.__module__.rpartition(".")[0] == package:
            others[name] = _watched(called, watch, depth - 1) or called
    return watched(function, watch, **others)
