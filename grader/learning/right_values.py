"""Which place of a learner's own code computes what is wrong, all that comes after it being right.

What the reference computes on its way, place by place, is put where the learner's code computes something.
Where that makes every case right, the place is found: `point_to_look_at`. What is right there is never said.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from grader.child import plaindata
from grader.exercise import Exercise
from grader.judging.bank import Bank
from grader.judging.changes import ENDLESS, definition
from grader.judging.computed import Point, Watch, watched
from grader.judging.steps import Values, steps_of

# How often the reference computes something may not be how often the learner's code does.
FORMS: tuple[str, ...] = ("same", "each", "rows", "elements", "last", "stacked")


class Put(NamedTuple):
    """At a point, by its number, what the reference has at a place, in one of the forms."""

    number: int
    place: int | str
    form: str


def point_to_look_at(
    exercise: Exercise,
    bank: Bank,
    function: Callable[..., Any],
    is_right: Callable[[Callable[..., Any], int], bool],
    until: float,
) -> Point | None:
    """Return the first point of a wrong answer of which that is so; `None` where none is found.

    Args:
        exercise: what was asked.
        bank: its cases.
        function: the learner's.
        is_right: whether a function is right on the case of this number.
        until: when to end, by `time.monotonic()`.
    """
    watch, tree = Watch(), definition(function)
    if tree is None or any(isinstance(node, ENDLESS) for node in ast.walk(tree)):
        return None
    theirs = watched(function, watch)
    if theirs is None:
        return None
    with contextlib.suppress(_TooLate):
        put = _Search(exercise, bank, watch, theirs, is_right, until).found()
        return None if put is None else watch.points[put.number]
    return None


class _TooLate(Exception):
    """The search has taken the time that it has."""


class _Search:
    """A search for points of a function that is watched."""

    def __init__(
        self,
        exercise: Exercise,
        bank: Bank,
        watch: Watch,
        function: Callable[..., Any],
        is_right: Callable[[Callable[..., Any], int], bool],
        until: float,
    ):
        self._exercise, self._bank, self._watch, self._until = exercise, bank, watch, until
        self._function, self._is_right_on = function, is_right
        self._seen: dict[int, dict[int, Values]] = {}  # by case, what the learner's code computes
        self._times: dict[int, Mapping[int, int]] = {}  # and how often
        self._steps: dict[int, Mapping[int | str, Values]] = {}  # and the reference

    def found(self) -> Put | None:
        """Return what is put where so that all is right.

        Raises:
            _TooLate: there was no time to see.
        """
        cases = range(len(self._bank.cases))
        self._failing = [i for i in cases if not self._is_right({}, i)]
        self._answered = [i for i in cases if self._bank.expected[i].raised is None]
        if not self._failing or not {*self._failing} <= {*self._answered}:
            return None
        self._steps = {i: steps_of(self._exercise, self._bank.cases[i]) for i in self._answered}
        return next(filter(self._makes_all_right, self._puts()), None)

    def _puts(self) -> Iterator[Put]:
        """Yield all that may be put at one point, the points in the order in which they are computed.

        First what has the shape of what is there, where that is nothing which the reference computes.
        """
        first = self._failing[0]
        known = {_rounded(value) for values in self._steps[first].values() for value in values}
        later = []
        for number, before in self._seen[first].items():
            tried = {before}
            is_unknown = bool(before) and _rounded(before[-1]) not in known
            for put in itertools.starmap(Put, itertools.product([number], self._steps[first], FORMS)):
                values = self._values(put, first)
                if values and values not in tried:
                    tried.add(values)
                    if is_unknown and _shape(values[-1]) == _shape(before[-1]):
                        yield put
                    else:
                        later.append(put)
        yield from later

    def _makes_all_right(self, put: Put) -> bool:
        """Whether every case is right with that, and it is more than the answer itself."""
        first = self._failing[0]
        for i in (first, *(i for i in self._answered if i != first)):
            values = self._values(put, i)
            if values is None or not self._is_right({put.number: values}, i):
                return False
        return not all(self._is_the_answer(put, i) for i in self._failing)

    def _is_right(self, values: Mapping[int, Values], i: int) -> bool:
        if time.monotonic() > self._until:
            raise _TooLate
        self._watch.begin(values)
        found = self._is_right_on(self._function, i)
        if not values:
            self._seen[i] = {number: tuple(values) for number, values in self._watch.seen.items()}
            self._times[i] = self._watch.times
        return found

    def _values(self, put: Put, i: int) -> Values | None:
        """Return what is put on a case; `None` where the place doesn't fit the point."""
        return _formed(put.form, self._steps[i].get(put.place, ()), self._times[i].get(put.number, 0))

    def _is_the_answer(self, put: Put, i: int) -> bool:
        """Whether what is put on a case is no more than the whole answer: that says nothing of the point."""
        values = self._values(put, i) or ()
        changes = zip(values, self._seen[i].get(put.number, ()), strict=False)
        differs = next((new for new, old in changes if new != old), None)
        expected = self._bank.expected[i].answer
        return differs is None or _alike(expected, differs) or _alike(expected, _together(values))


def _formed(form: str, values: Values, times: int) -> Values | None:
    """Return some values for a point that is reached so many times; `None` where they don't fit."""
    if form == "same":
        return values if len(values) == times else None
    if form == "last":
        return values[-1:] if times == 1 and len(values) > 1 else None
    if form == "stacked":
        return (_together(values),) if times == 1 and len(values) > 1 else None
    if len(values) != 1:
        return None
    if form == "each":
        return values * times
    value = plaindata.decode(values[0], ours=True)
    if not (isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim)):
        return None
    items = [*value.flat] if form == "elements" and isinstance(value, np.ndarray) else [*value]
    return tuple(map(plaindata.encode, items)) if len(items) == times else None


def _together(values: Values) -> bytes:
    """Return several values as one: an array of them, or a list where their shapes differ."""
    several = [plaindata.decode(value, ours=True) for value in values]
    with contextlib.suppress(ValueError):
        return plaindata.encode(np.array(several))
    return plaindata.encode(several)


def _alike(one: bytes, other: bytes) -> bool:
    """Whether two values have the same numbers, in whatever shape."""
    ours, theirs = _numbers(one), _numbers(other)
    if ours is None or theirs is None:
        return one == other
    return ours.size == theirs.size and bool(np.allclose(ours.ravel(), theirs.ravel(), equal_nan=True))


def _rounded(value: bytes) -> tuple[Any, ...] | bytes:
    """Return a value so that what differs by rounding alone is the same."""
    array = _numbers(value)
    return value if array is None else (array.shape, *(float(f"{one:.6g}") for one in array.flat))


def _numbers(value: bytes) -> np.ndarray | None:
    """Return a value as an array of numbers; `None` where it is none."""
    try:
        array = np.asarray(plaindata.decode(value))
    except ValueError:  # of rows of unlike lengths
        return None
    return array.astype(float) if array.dtype.kind in "biuf" else None


def _shape(value: bytes) -> tuple[int, ...] | None:
    try:
        return np.shape(plaindata.decode(value))
    except ValueError:
        return None
