"""Which place of a learner's own code computes what is wrong, all that comes after it being right.

What the reference computes on its way, place by place, is put where the learner's code computes something.
Where that makes every case right, the place is found: `point_to_look_at`. What is right there is never said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.child import plaindata
from grader.exercise import Exercise
from grader.judging.bank import Bank
from grader.judging.computed import Point, Watch, watched
from grader.judging.steps import Values, steps_of


def point_to_look_at(
    exercise: Exercise,
    bank: Bank,
    function: Callable[..., Any],
    is_right: Callable[[Callable[..., Any], int], bool],
    until: float,
) -> Point | None:
    """Return the first place of a wrong answer of which that is so; `None` where none is found.

    Args:
        exercise: what was asked.
        bank: its cases.
        function: the learner's.
        is_right: whether a function is right on the case of this number.
        until: when to end, by `time.monotonic()`.
    """
    watch = Watch()
    theirs = watched(function, watch)
    if theirs is None:
        return None
    seen: dict[int, Mapping[int, Values]] = {}
    failing = []
    for i in range(len(bank.cases)):
        if time.monotonic() > until:
            return None
        watch.begin()
        if not is_right(theirs, i):
            failing.append(i)
        seen[i] = watch.seen
    answered = [i for i in range(len(bank.cases)) if bank.expected[i].raised is None]
    if not failing or not {*failing} <= {*answered}:
        return None
    right = {i: steps_of(exercise, bank.cases[i]) for i in answered}
    first = failing[0]
    order = [first, *(i for i in answered if i != first)]
    for number in seen[first]:
        tried = {seen[first][number]}
        for place, form in ((place, form) for place in right[first] for form in FORMS):
            put: dict[int, Values] = {}
            for i in order:
                values = _formed(form, right[i].get(place, ()), len(seen[i].get(number, ())))
                if values is None or (i == first and values in tried):
                    break
                if i == first:
                    tried.add(values)
                put[i] = values
                watch.begin(number, values)
                if not is_right(theirs, i):
                    break
            else:
                if not all(_is_the_answer(bank, i, seen[i].get(number, ()), put[i]) for i in failing):
                    return watch.points[number]
            if time.monotonic() > until:
                return None
    return None


# How often the reference computes something may not be how often the learner's code does.
FORMS: tuple[str, ...] = ("same", "each", "rows", "elements", "last", "stacked")


def _formed(form: str, values: Values, times: int) -> Values | None:
    """Return some values for a place that is reached so many times; `None` where they don't fit."""
    if form == "same":
        return values if len(values) == times else None
    if form == "last":
        return values[-1:] if times == 1 and len(values) > 1 else None
    if form == "stacked":
        return _stacked(values) if times == 1 and len(values) > 1 else None
    if len(values) != 1:
        return None
    if form == "each":
        return values * times
    value = plaindata.decode(values[0], ours=True)
    if not (isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim)):
        return None
    items = [*value.flat] if form == "elements" and isinstance(value, np.ndarray) else [*value]
    return tuple(map(plaindata.encode, items)) if len(items) == times else None


def _stacked(values: Values) -> Values | None:
    try:
        stacked = np.array([plaindata.decode(value, ours=True) for value in values])
    except ValueError:  # of unlike shapes
        return None
    return (plaindata.encode(stacked),)


def _is_the_answer(bank: Bank, i: int, before: Values, put: Values) -> bool:
    """Whether what is put at a place is no more than the whole answer: that says nothing of the place."""
    differs = next((new for new, old in zip(put, before, strict=False) if new != old), None)
    if differs is None:
        return True
    expected = bank.expected[i].value()
    return any(
        _alike(expected, one) for one in (plaindata.decode(differs), [plaindata.decode(new) for new in put])
    )


def _alike(one: Any, other: Any) -> bool:
    """Whether two values have the same numbers, in whatever shape."""
    try:
        ours, theirs = (np.ravel(np.asarray(value, float)) for value in (one, other))
    except (TypeError, ValueError):
        return plaindata.encode(one) == plaindata.encode(other)
    return ours.shape == theirs.shape and bool(np.allclose(ours, theirs, equal_nan=True))
