"""What the outputs of a wrong answer tell by themselves: how all of them relate to what is right.

Each sentence says what was computed on every case that fails, and so is true whatever its cause is. One is
looked for that needs no number before one with a number, since several values have to agree on a number.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from grader.exercise import Tolerance
from grader.judging.comparison import compare, path

MIN_VALUES = 2  # of what is right that differ: one alone could be anything
MIN_VALUES_FOR_A_NUMBER = 3
NEARLY = 1e-3  # relative
MAX_ITEMS = 12  # of a list, each of which is looked for among the others
Array = np.ndarray


class Pair(NamedTuple):
    """A case that fails: what is right, what came, and the arguments by name.

    With `is_joined`, the numbers are those of several parts, one after another.
    """

    right: Any
    got: Any
    arguments: Mapping[str, Any]
    is_joined: bool = False


def relation(pairs: Sequence[Pair], names: Sequence[str], tolerance: Tolerance) -> str:
    """Return in a sentence how all answers relate to what is right; nothing where no relation is known.

    Args:
        pairs: the cases that fail.
        names: of the items, where the answer is a tuple.
        tolerance: of the exercise.

    >>> pairs = [Pair(np.array([1.0, 2.0]), np.array([2.0, 4.0]), {}), Pair(3.0, 6.0, {})]
    >>> relation(pairs, (), Tolerance(1e-6, 1e-9))
    'On every case that fails it is 2 × what is right.'
    """
    if all(_is_permuted(pair.right, pair.got, tolerance) for pair in pairs):
        return "On every case that fails its items are right, in another order."
    subject, of_part = next(_wrong_parts(pairs, names, tolerance), ("", []))
    if of_part and all(_same(pair.right, pair.got, tolerance) for pair in of_part):
        return "On every case that fails its numbers are right, and cut in other places."
    return _of_part(of_part, tolerance).format(subject=subject)


def relation_of_a_part(pairs: Sequence[Pair], names: Sequence[str], tolerance: Tolerance) -> str:
    """Return the same of the first part for which there is one, where several parts are wrong."""
    several = itertools.islice(_wrong_parts(pairs, names, tolerance), 1, None)
    found = (_of_part(of_part, tolerance).format(subject=subject) for subject, of_part in several)
    return next(filter(None, found), "")


def step(
    pairs: Sequence[Pair], steps: Sequence[Mapping[Any, Any]], names: Sequence[str], tolerance: Tolerance
) -> str:
    """Return that all answers, or one part of each, are what the reference has at one place on its way.

    Args:
        pairs: the cases that fail.
        steps: what the reference has on each, by place.
        names: of the items, where the answer is a tuple.
        tolerance: of the exercise.
    """
    for subject, of_part in _wrong_parts(pairs, names, tolerance):
        numeric = [array for pair in of_part if (array := _numbers(pair.got)) is not None]
        if len(numeric) == len(of_part) and _distinct(numeric) >= MIN_VALUES_FOR_A_NUMBER:
            for place in steps[0]:
                if all(
                    place in on_the_way and _same(on_the_way[place], pair.got, tolerance)
                    for pair, on_the_way in zip(of_part, steps, strict=True)
                ):
                    return (
                        f"On every case that fails {subject} is what a right answer computes on its way: "
                        "as a step, and not as the answer."
                    )
    return ""


def _of_part(pairs: Sequence[Pair], tolerance: Tolerance) -> str:
    """Return the relation with a place for what is related, if there is one."""
    if not pairs:
        return ""
    if returned := _returned(pairs, tolerance):
        return returned
    numeric = [
        pair._replace(right=r, got=g)
        for pair in pairs
        if (r := _numbers(pair.right)) is not None and (g := _numbers(pair.got)) is not None
    ]
    distinct = _distinct(pair.right for pair in numeric)
    if len(numeric) < len(pairs) or distinct < MIN_VALUES:
        return ""
    return next(_relations(numeric, tolerance, numbers=distinct >= MIN_VALUES_FOR_A_NUMBER), "")


def _distinct(arrays: Iterable[Array]) -> int:
    return len({float(value) for array in arrays for value in array.flat[:20]})


def _relations(pairs: Sequence[Pair], tolerance: Tolerance, *, numbers: bool) -> Iterator[str]:
    near = partial(_near, tolerance)

    def everywhere(of: Callable[[Array], Any]) -> bool:
        """Whether each answer is this function of what is right."""
        with np.errstate(all="ignore"):
            return all(near(of(pair.right), pair.got) for pair in pairs)

    if all(near(pair.right, pair.got) for pair in pairs):
        yield "On every case that fails {subject} is right but for rounding: whole numbers are asked for."
        return
    if all(pair.got.size == pair.right.size and pair.got.shape != pair.right.shape for pair in pairs):
        if all(near(p.right.ravel(), p.got.ravel()) for p in pairs):
            yield "On every case that fails {subject} has the right numbers in another shape."
        elif all(near(p.right.T.ravel(), p.got.ravel()) for p in pairs):
            yield "On every case that fails {subject} is transposed."
    if all(pair.right.ndim == 0 < pair.got.ndim for pair in pairs):
        for name, together in (("mean", np.mean), ("sum", np.sum)):
            with np.errstate(all="ignore"):
                is_right = all(near(pair.right, together(pair.got)) for pair in pairs)
            if is_right:
                yield f"On every case that fails {{subject}} is several numbers, whose {name} is right."
    for what, of in FORMS:
        if everywhere(of) and (len(pairs) == 1 or _distinct(pair.got for pair in pairs) > 1):
            yield f"On every case that fails {{subject}} {what}."
    if any(pair.got.shape != pair.right.shape for pair in pairs):
        return
    inside = any(((pair.got > 0) & (pair.got < 1)).any() for pair in pairs)  # not only the bounds
    for low, high, words in ((0, None, "below 0"), (None, 1, "above 1"), (0, 1, "outside 0 to 1")):
        if inside and everywhere(partial(np.clip, a_min=low, a_max=high)):
            yield f"On every case that fails {{subject}} is what is right, cut off {words}."
    for axis, which in ((0, "first"), (-1, "last")):
        if all(pair.right.ndim and near(np.flip(pair.right, axis), pair.got) for pair in pairs):
            yield f"On every case that fails {{subject}} is in the reversed order of its {which} axis."
    for decimals in range(5):
        if everywhere(partial(np.round, decimals=decimals)):
            yield f"On every case that fails {{subject}} is what is right, rounded to {decimals} decimals."
    if numbers:
        yield from _with_a_number(pairs, near)
    if not any(pair.is_joined for pair in pairs):
        yield from _which_part(pairs, near)
    yield from _nearly(pairs)


# What an answer is, on every case that fails, and the function of what is right that it then is.
FORMS: tuple[tuple[str, Callable[[Array], Any]], ...] = (
    ("has the opposite sign", np.negative),
    ("is transposed", np.transpose),
    ("is the absolute value of what is right", np.abs),
    ("is 1 minus what is right", lambda right: 1 - right),
    ("is 1 divided by what is right", lambda right: 1 / right),
    ("is the square of what is right", np.square),
    ("is the square root of what is right", np.sqrt),
    ("is the logarithm of what is right", np.log),
    ("is e to the power of what is right", np.exp),
    ("is what is right, rounded down", np.floor),
    ("is what is right, rounded up", np.ceil),
    ("has the right numbers, sorted", lambda right: np.sort(right, axis=None).reshape(right.shape)),
    ("is the sum of the numbers that are right", np.sum),
    ("is the mean of the numbers that are right", np.mean),
)


def _with_a_number(pairs: Sequence[Pair], near: Callable) -> Iterator[str]:
    """Yield what is right times or plus a number, or a dimension or argument of the case."""
    factors, offsets = [], []
    for pair in pairs:
        with np.errstate(all="ignore"):
            quotients, differences = pair.got / pair.right, pair.got - pair.right
        quotients = quotients[np.isfinite(quotients) & (pair.right != 0)]
        factors.append(_one(quotients) if near(pair.right * _one(quotients), pair.got) else None)
        offsets.append(_one(differences) if near(pair.right + _one(differences), pair.got) else None)
    for found, with_number, with_name in (
        (factors, "{number} × what is right", "what is right times {name}"),
        (offsets, "{number} more than what is right", "what is right plus {name}"),
    ):
        if any(one is None for one in found):
            continue
        values = np.array(found, float)
        with np.errstate(all="ignore"):
            inverse = 1 / values if found is factors else -values
        if np.allclose(values, values[0], rtol=1e-6, atol=1e-9):
            number = values[0]
            if found is factors and not number:
                yield "On every case that fails {subject} is 0 throughout."
                return
            if found is offsets and number < 0:
                yield f"On every case that fails {{subject}} is {-number:.6g} less than what is right."
            elif found is factors and 0 < abs(number) < 1 and abs(1 / number - round(1 / number)) < 1e-6:
                yield f"On every case that fails {{subject}} is what is right, divided by {1 / number:.6g}."
            else:
                yield f"On every case that fails {{subject}} is {with_number.format(number=f'{number:.6g}')}."
            return
        for name, quantities in _quantities(pairs):
            if np.allclose(quantities, values, rtol=1e-6, atol=1e-9):
                yield f"On every case that fails {{subject}} is {with_name.format(name=name)}."
            elif np.allclose(quantities, inverse, rtol=1e-6, atol=1e-9):
                other = "divided by" if found is factors else "minus"
                yield f"On every case that fails {{subject}} is what is right, {other} {name}."


def _quantities(pairs: Sequence[Pair]) -> Iterator[tuple[str, Array]]:
    """Yield what the arguments have one number of, by name, with those numbers."""
    for name in pairs[0].arguments:
        given = [one for pair in pairs if (one := _numbers(pair.arguments.get(name))) is not None]
        if len(given) < len(pairs):
            continue
        if all(one.shape == () for one in given):
            yield f"`{name}`", np.array([float(one) for one in given])
            continue
        ranks = {one.ndim for one in given}
        if len(ranks) > 1 or not ranks - {0}:
            continue
        for axis in range(ranks.pop()):
            what = "number of rows" if axis == 0 and given[0].ndim > 1 else f"size of axis {axis}"
            what = "length" if given[0].ndim == 1 else what
            yield f"the {what} of `{name}`", np.array([float(one.shape[axis]) for one in given])
        yield f"the number of elements of `{name}`", np.array([float(one.size) for one in given])


def _which_part(pairs: Sequence[Pair], near: Callable) -> Iterator[str]:
    """Yield which part of the answers is right."""
    if all(len(pair.right.shape) and len(pair.right) > 1 for pair in pairs):
        if all(near(pair.right[1:], pair.got[1:]) for pair in pairs):
            yield "On every case that fails only the first entry of {subject} is wrong."
        elif all(near(pair.right[:-1], pair.got[:-1]) for pair in pairs):
            yield "On every case that fails only the last entry of {subject} is wrong."
        elif _distinct(pair.right for pair in pairs) >= MIN_VALUES_FOR_A_NUMBER and all(
            near(np.sort(pair.right, None), np.sort(pair.got, None)) for pair in pairs
        ):  # of zeros and ones it would say nothing
            yield "On every case that fails {subject} has the right numbers, in another order."


def _nearly(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield that the answers are nearly right."""
    scale = [np.max(np.abs(pair.right), initial=0) for pair in pairs]
    with np.errstate(all="ignore"):
        gaps = [np.max(np.abs(pair.got - pair.right)) for pair in pairs]
    if all(gap <= NEARLY * size for gap, size in zip(gaps, scale, strict=True)):
        yield (
            "It is within 0.1 % of what is right on every case that fails: look at small numbers, as an "
            "epsilon and its place, and at types of low precision."
        )


def _returned(pairs: Sequence[Pair], tolerance: Tolerance) -> str:
    """Say that each answer is an argument, or the same whatever is given."""
    for name in pairs[0].arguments:
        if all(name in p.arguments and _same(p.arguments[name], p.got, tolerance) for p in pairs):
            return f"On every case that fails {{subject}} is the argument `{name}`, as it was given."
    first = pairs[0].got
    numbers = _numbers(first)
    if len(pairs) < 3 or numbers is None:
        return ""
    if numbers.shape == () and all(_same(first, pair.got, tolerance) for pair in pairs[1:]):
        return f"On every case that fails {{subject}} is {float(numbers):.6g}, whatever is given."
    each = [_numbers(pair.got) for pair in pairs]
    if all(one is not None and (one == numbers.flat[0]).all() for one in each):
        return f"On every case that fails {{subject}} is {numbers.flat[0]:.6g} throughout."
    return ""


def _named(place: Sequence[int | str], names: Sequence[str]) -> str:
    """Return what stands at a place of an answer, as one says or writes it.

    >>> _named((0,), ()), _named((1, 0), ()), _named((1, "values"), ("answer", "cache"))
    ('item 0', '`[1][0]`', "`cache['values']`")
    """
    first, *within = place
    if isinstance(first, int) and first < len(names):
        return f"`{names[first]}{path(within)}`"
    if within:
        return f"`{path(place)}`"
    return f"`{first}`" if isinstance(first, str) else f"item {first}"


def _wrong_parts(
    pairs: Sequence[Pair], names: Sequence[str], tolerance: Tolerance
) -> Iterator[tuple[str, list[Pair]]]:
    """Yield what is wrong on every case, by name, with what is right and came of it.

    First the whole answer, or the one part of it that is wrong, or the numbers of all parts together; then
    each part of several.
    """
    if not all(isinstance(pair.right, list | tuple | dict) for pair in pairs):
        yield "it", [*pairs]
        return
    leaves = [(dict(_leaves(pair.right)), dict(_leaves(pair.got))) for pair in pairs]
    if any([*right] != [*got] for right, got in leaves):
        return
    wrong = [
        {place for place, one in right.items() if not _same(one, got[place], tolerance)}
        for right, got in leaves
    ]
    if len(set().union(*wrong)) > 1:
        together = [
            pair._replace(right=_joined(right.values()), got=_joined(got.values()), is_joined=True)
            for pair, (right, got) in zip(pairs, leaves, strict=True)
        ]
        is_numbers = all(pair.right is not None and pair.got is not None for pair in together)
        yield "it", together if is_numbers else []
    for place in leaves[0][0]:
        if all(place in of_case for of_case in wrong):
            yield (
                _named(place, names),
                [
                    pair._replace(right=right[place], got=got[place])
                    for pair, (right, got) in zip(pairs, leaves, strict=True)
                ],
            )


def _leaves(value: Any, place: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Yield what nested lists and dicts hold, each with the keys that lead to it."""
    inside: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list | tuple)
        else None
    )
    if inside is None:
        yield place, value
        return
    for key, one in inside:
        yield from _leaves(one, (*place, key))


def _joined(leaves: Iterable[Any]) -> Array | None:
    """Return all numbers one after another; `None` where there is anything else."""
    arrays = [_numbers(leaf) for leaf in leaves]
    if not arrays or any(array is None for array in arrays):
        return None
    return np.concatenate([array.ravel() for array in arrays if array is not None])


def _is_permuted(right: Any, got: Any, tolerance: Tolerance) -> bool:
    """Whether two lists have the same items."""
    if not isinstance(right, list | tuple) or not isinstance(got, list | tuple) or len(right) != len(got):
        return False
    if _same(list(right)[::-1], list(got), tolerance):
        return True
    left = [*right] if len(right) <= MAX_ITEMS else []
    for item in got:
        place = next((i for i, one in enumerate(left) if _same(one, item, tolerance)), None)
        if place is None:
            return False
        del left[place]
    return True


def _same(right: Any, got: Any, tolerance: Tolerance) -> bool:
    return compare(right, got, tolerance) is None


def _near(tolerance: Tolerance, right: Any, got: Any) -> bool:
    right, got = np.asarray(right, float), np.asarray(got, float)
    if right.shape != got.shape or not np.isfinite(right).all() or not np.isfinite(got).all():
        return False
    with np.errstate(all="ignore"):
        gap = np.abs(got - right) <= max(tolerance.atol, 1e-12) + max(tolerance.rtol, 1e-9) * np.abs(right)
    return bool(gap.all())


def _one(values: Array) -> float:
    """Return the middle one of some numbers that may all be one; NaN where there are none."""
    return float(np.median(values)) if values.size else math.nan


def _numbers(value: Any) -> Array | None:
    """Return a value as an array of finite numbers, or `None` where it is none."""
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    if array.dtype.kind not in "iuf" or array.size == 0 or not np.isfinite(array).all():
        return None
    return array.astype(np.float64)
