"""Lesson 5a: what the cases of several exercises share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.child.plaindata import Live

WORDS = {
    "heating": ("district", "gas", "oil", "wood"),
    "condition": ("good", "renovated", "simple", "worn"),
}
NAN = float("nan")


def table(columns: dict[str, Any], index: Sequence[int] | None = None) -> Live:
    """A DataFrame as an argument: arrays are its columns of numbers, and lists those of text."""
    rows = len(next(iter(columns.values())))
    return Live("frame", {"columns": columns, "index": list(range(rows) if index is None else index)})


def numbers(*values: float) -> np.ndarray:
    return np.array(values, float)


def flats(rng: np.random.Generator, rows: int, missing: float = 0.2) -> dict[str, Any]:
    """Columns of numbers and texts with gaps, each with a value in the first row."""
    columns: dict[str, Any] = {
        "area": rng.gamma(6, 12, rows).round(1),
        "rooms": rng.integers(1, 6, rows).astype(float),
    }
    for column in columns.values():
        column[rng.random(rows) < missing * (np.arange(rows) > 0)] = NAN
    for name, words in WORDS.items():
        drawn = rng.choice(words, rows).tolist()
        columns[name] = [
            None if i and gap else word
            for i, (word, gap) in enumerate(zip(drawn, rng.random(rows) < missing, strict=True))
        ]
    return columns


def rows_of(columns: dict[str, Any], places: Sequence[int]) -> dict[str, Any]:
    """The rows at these places, one perhaps several times."""
    return {
        name: column[list(places)] if isinstance(column, np.ndarray) else [column[i] for i in places]
        for name, column in columns.items()
    }
