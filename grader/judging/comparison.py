"""Comparing an answer with what was expected, by the catalogue's rules.

Lists, tuples and arrays are interchangeable, and so are Python and NumPy numbers of any float width; shapes
must be equal, and True is no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from grader.child.calling import NO_TENSOR
from grader.child.plaindata import Foreign, Live
from grader.exercise import FLOAT32, Tolerance

NO_ANSWER = "is None: is the `return` missing?"
SINGLE = "a single number is asked for"
NAMES = {
    "frame": "a DataFrame",
    "series": "a Series",
    "model": "a Keras model",
    "dataset": "a tf.data.Dataset",
}


@dataclass(frozen=True)
class Difference:
    """Where and how an answer first differs: `message` completes "Your answer …", `inner` "… which …"."""

    kind: Literal["none", "type", "shape", "nan", "value"]
    inner: str
    items: tuple[Any, ...] = ()  # of lists and dicts in others, the outermost first

    @property
    def message(self) -> str:
        if not self.items:
            return self.inner
        first, *others = self.items
        where = f"in item {first}" if isinstance(first, int) else f"under {first!r}"
        if others:
            where = f"at `{path(self.items)}`"
        return f"differs {where}, which {self.inner}"


def path(items: Sequence[Any]) -> str:
    """Return how a part of nested lists and dicts is reached.

    >>> path([1, "weights"])
    "[1]['weights']"
    """
    return "".join(f"[{item!r}]" for item in items)


def compare(expected: Any, got: Any, tolerance: Tolerance) -> Difference | None:
    """Return the first difference between two pieces of plain data, or `None` where there is none.

    Args:
        expected: the reference's answer.
        got: the learner's answer.
        tolerance: how near a float must be; `FLOAT32` at least for an answer in float32.

    >>> compare(2.0, [2.0], Tolerance(1e-5, 1e-7)).message
    'is an array of shape (1,); a single number is asked for'
    """
    if got is None and expected is not None:
        return Difference("none", NO_ANSWER)
    return _compare(expected, got, tolerance)


def _compare(expected: Any, got: Any, tolerance: Tolerance) -> Difference | None:
    """Compare what may be a part of an answer."""
    if got is None or isinstance(got, Foreign):
        return _not_plain(expected, got)
    if isinstance(expected, Live):
        if not isinstance(got, Live) or got.kind != expected.kind:
            return Difference("type", f"is {_a(got)}; {_a(expected)} is asked for")
        if expected.kind == "frame" and (rows := _other_rows(expected.value, got.value)):
            return rows
        difference = _compare(expected.value, got.value, tolerance)
        if difference is not None and difference.items[:1] == ("columns",):  # as one writes it: table['a']
            return Difference(difference.kind, difference.inner, difference.items[1:])
        return difference
    if isinstance(expected, str):
        if not isinstance(got, str):
            return Difference("type", f"is {_a(got)}; a string is asked for")
        return None if expected == got else Difference("value", f"is {got[:80]!r}, not {expected!r}")
    if isinstance(expected, dict):
        return _compare_dicts(expected, got, tolerance)
    if _is_numeric(expected):
        return _compare_numbers(np.asarray(expected), got, tolerance)
    if isinstance(expected, list | tuple):
        return _compare_sequences(expected, got, tolerance)
    if type(got) is type(expected) and got == expected:  # None, bytes; a known mistake's foreign answer
        return None
    return Difference("type", f"is {_a(got)}; {_asked(expected)} is asked for")


def _not_plain(expected: Any, got: Any) -> Difference | None:
    if got is None:
        return None if expected is None else Difference("none", "is None")
    if isinstance(expected, Foreign) and got == expected:  # a known mistake's answer
        return None
    if got.type_name == NO_TENSOR:
        return Difference("type", "is a NumPy array; a tensor is asked for, as TensorFlow's functions give")
    reason = f" ({got.reason})" if got.reason else ""
    return Difference("type", f"is {_a(got)}{reason}; {_asked(expected)} is asked for")


def _compare_numbers(expected: np.ndarray, got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(got, str | dict):
        return Difference("type", f"is {_a(got)}; {_asked(expected)} is asked for")
    if isinstance(got, tuple) and _shape(got) != expected.shape:  # of several values, as some courses ask for
        return Difference("type", f"is {_a(got)}; {_asked(expected)} is asked for")
    if (inner := _first_strange(got)) is not None:
        verb = "holds" if isinstance(got, list | tuple) else "is"
        return Difference("type", f"{verb} {inner}; {_asked(expected)} is asked for")
    try:
        got = np.asarray(got)
    except ValueError:
        return Difference("shape", "has rows of unequal length")
    if (got.dtype.kind == "b") != (expected.dtype.kind == "b"):
        if got.dtype.kind == "b":
            return Difference("type", "holds True and False where numbers are asked for")
        return Difference("type", "holds numbers where True and False are asked for")
    if got.dtype.kind == "c":
        return Difference("type", "holds complex numbers")
    if got.shape != expected.shape:
        if expected.shape == ():
            return Difference("shape", f"is an array of shape {got.shape}; {SINGLE}")
        what = "is a single number" if got.shape == () else f"has shape {got.shape}"
        return Difference("shape", f"{what}; shape {expected.shape} is asked for")
    if got.dtype.kind == "f" and got.dtype.itemsize == 4:
        tolerance = Tolerance(max(tolerance.rtol, FLOAT32.rtol), max(tolerance.atol, FLOAT32.atol))
    wrong = ~_close(expected, got, tolerance)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.unravel_index(np.argmax(wrong), wrong.shape)) if wrong.shape else ()
    where = f" at [{', '.join(map(str, index))}]" if index else ""
    value, right = got[index], expected[index]
    if np.isnan(value) or np.isinf(value):
        return Difference("nan", f"is {value}{where}, where {right:.6g} is right")
    return Difference("value", f"is {value:.6g}{where}, where {right:.6g} is right")


def _close(expected: np.ndarray, got: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    if expected.dtype.kind in "biu":  # counts, labels and indices are whole, whoever computes them
        return expected == got
    expected, got = expected.astype(np.float64), got.astype(np.float64)
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)
    finite = np.isfinite(expected) & np.isfinite(got)
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    return (near & finite) | same


def _compare_sequences(expected: list | tuple, got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, list | tuple):
        return Difference("type", f"is {_a(got)}; {_asked(expected)} is asked for")
    if len(got) != len(expected):
        return Difference(
            "shape", f"has {len(got)} item{'s' * (len(got) != 1)}; {len(expected)} are asked for"
        )
    for i, (right, item) in enumerate(zip(expected, got, strict=True)):
        if difference := _compare(right, item, tolerance):
            return Difference(difference.kind, difference.inner, (i, *difference.items))
    return None


def _other_rows(expected: Any, got: Any) -> Difference | None:
    """Return that a table has more or fewer rows than another, which explains all that differs in them."""
    index = got.get("index") if isinstance(got, dict) else None
    if not isinstance(index, list) or len(index) == len(expected["index"]):
        return None
    rows = f"{len(index)} row{'s' * (len(index) != 1)}"
    return Difference("shape", f"has {rows}; {len(expected['index'])} are asked for")


def _compare_dicts(expected: dict, got: Any, tolerance: Tolerance) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("type", f"is {_a(got)}; a dict is asked for")
    for key in expected.keys() ^ got.keys():
        return Difference("shape", f"{'lacks' if key in expected else 'has an extra'} key {key[:80]!r}")
    for key, right in expected.items():
        if difference := _compare(right, got[key], tolerance):
            return Difference(difference.kind, difference.inner, (key, *difference.items))
    return None


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | bool | int | float)


def _shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of the array that nested lists stand for, if they stand for one."""
    try:
        return np.shape(value)
    except ValueError:
        return None


def _first_strange(value: Any) -> str | None:
    """Return in words the first leaf of nested lists that is no number."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list | tuple):
            stack.extend(reversed(item))
        elif not _is_numeric(item):
            return _a(item)
    return None


def _asked(expected: Any) -> str:
    if _is_numeric(expected):
        shape = np.shape(expected)
        return f"an array of shape {shape}" if shape else "a single number"
    return _a(expected)


def _a(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, Live):
        return NAMES.get(value.kind, _article(value.kind))
    if isinstance(value, Foreign):
        return "an array" if value.type_name == "ndarray" else _article(value.type_name)
    if isinstance(value, np.ndarray | np.generic):
        return f"an array of shape {value.shape}" if value.shape else "a number"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return _article({"str": "string"}.get(type(value).__name__, type(value).__name__))


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
