"""What is said of answers that have not the form that is asked for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from grader.exercise import Finding, Given


class Odd(Exception):
    """An answer has not the form that is asked for; the text says how."""


def told(judge: Callable[[Given, Any], Finding]) -> Callable[[Given, Any], Finding]:
    """Return what judges so, and says of an odd answer how it is odd."""

    @wraps(judge)
    def verify(given: Given, answer: Any) -> Finding:
        try:
            return judge(given, answer)
        except Odd as odd:
            return Finding(False, str(odd))

    return verify


def two_parts(answer: Any, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of training and test rows."""
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("Two arrays of indices are asked for: the training rows and the test rows.")
    parts = [np.asarray(part) for part in answer]
    if any(part.ndim != 1 or (len(part) and part.dtype.kind not in "iu") for part in parts):
        raise Odd("Each part is to be an array of whole numbers, the indices of its rows.")
    train, test = (part.astype(int) for part in parts)
    if not len(train) or not len(test):
        raise Odd("One of your parts is empty.")
    named = np.concatenate([train, test])
    if named.min() < 0 or named.max() >= rows:
        raise Odd(f"The rows are numbered from 0 to {rows - 1}, and you name others.")
    if np.isin(test, train).any():
        raise Odd("A row is in both parts.")
    if len(np.unique(named)) < len(named):
        raise Odd("A row is named twice.")
    return train, test
