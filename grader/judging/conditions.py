"""Where an answer is right: the condition on a case's arguments that tells right cases from wrong ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

CHANCE = 0.02  # of a condition among all of these that holds by accident
Arguments = Mapping[str, Any]


def condition(cases: Sequence[Arguments], right: Sequence[bool]) -> str:
    """Return in a sentence where an answer is right, or where it is wrong; nothing where no condition tells.

    Of those that hold on all cases that they are about, it is the one that would do so by accident with the
    least probability: `C(r, n) / C(N, n)` for n of N cases, r of which are right.

    Args:
        cases: the arguments of each case, by name.
        right: whether the answer is right on each.

    >>> cases = [{"n": n, "stride": stride} for n in range(4, 12) for stride in (1, 2)]
    >>> condition(cases, [case["stride"] == 1 for case in cases])
    'It is right wherever `stride` is 1, and wrong on every other case.'
    """
    conditions = list(_conditions(cases))
    likely, said = CHANCE, ""
    for words, holds in conditions:
        inside = [one for one, here in zip(right, holds, strict=True) if here]
        outside = [one for one, here in zip(right, holds, strict=True) if not here]
        if not inside or not outside or len({*inside}) > 1:
            continue
        alike = sum(one == inside[0] for one in right)
        chance = len(conditions) * math.comb(alike, len(inside)) / math.comb(len(right), len(inside))
        if chance < likely:
            kind, other = ("right", "wrong") if inside[0] else ("wrong", "right")
            others = sum(one != inside[0] for one in outside)
            rest = "every" if others == len(outside) else f"{others} of {len(outside)}"
            likely, said = chance, f"It is {kind} wherever {words}, and {other} on {rest} other case"
            said += "." if others == len(outside) else "s."
    return said


def _conditions(cases: Sequence[Arguments]) -> Iterator[tuple[str, list[bool]]]:
    """Yield conditions in words, and on which cases they hold, the simplest first."""
    numbers: dict[str, list[int]] = {}
    sizes: dict[str, list[int | None]] = {}
    for name in cases[0]:
        values = [case.get(name) for case in cases]
        if all(value is None or isinstance(value, bool | str | int | float) for value in values):
            for value in dict.fromkeys(values):
                yield f"`{name}` is {value!r}", [one == value and type(one) is type(value) for one in values]
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            numbers[f"`{name}`"] = [int(value or 0) for value in values]
        elif all(value is None or isinstance(value, np.ndarray | list | tuple | dict) for value in values):
            yield f"`{name}` is None", [value is None for value in values]
            of_this = _sizes(name, values)
            for (one, ones), (other, others) in itertools.combinations(of_this.items(), 2):
                yield f"{one} is {other}", [a == b for a, b in zip(ones, others, strict=True)]
            sizes |= of_this
    for words, counts in sizes.items():
        for number in (0, 1, 2):
            yield f"{words} is {number}", [one == number for one in counts]
    for (one, ones), (other, others) in itertools.permutations(numbers.items(), 2):
        pairs = [*zip(ones, others, strict=True)]
        yield f"{one} is {other}", [a == b for a, b in pairs]
        yield f"{one} is a multiple of {other}", [b != 0 and a % b == 0 for a, b in pairs]


def _sizes(name: str, values: Sequence[Any]) -> dict[str, list[int | None]]:
    """Return what can be counted of an argument, in words, case by case."""
    if all(isinstance(value, list | tuple | dict) for value in values):
        return {f"the length of `{name}`": [len(value) for value in values]}
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    ranks = {array.ndim for array in arrays}
    if len(arrays) < len(values) or not arrays:
        return {}
    if len(ranks) > 1:
        return {f"the number of axes of `{name}`": [array.ndim for array in arrays]}
    (rank,) = ranks
    if rank == 1:
        return {f"the length of `{name}`": [len(array) for array in arrays]}
    return {f"the size of axis {a} of `{name}`": [array.shape[a] for array in arrays] for a in range(rank)}
