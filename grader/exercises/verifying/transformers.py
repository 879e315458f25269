"""Lesson 7d: a head by what it attends to, a temperature by the entropy that it leads to."""

import math
from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.activations import softmax
from grader.exercises.verifying.forms import Odd, told

LEAST = 0.9  # of the attention, to the position before
LARGEST = 1e6  # of a weight
BITS = 0.001


@told
def looks_back(given: Given, answer: Any) -> Finding:
    """Judge a head by its attention to the positions whose encoding is the secret."""
    length, depth = given.arguments
    several = isinstance(answer, list | tuple) or (isinstance(answer, np.ndarray) and answer.ndim)
    if not several or len(answer) != 2:
        raise Odd("Two arrays are asked for: Wq and Wk.")
    Wq, Wk = (_square(name, part, depth) for name, part in zip(("Wq", "Wk"), answer, strict=True))
    encoding = np.asarray(given.secret)
    shared = softmax((encoding @ Wq) @ (encoding @ Wk).T / math.sqrt(depth))
    rows = np.arange(1, length)
    back = shared[rows, rows - 1]
    worst = int(back.argmin())
    if back[worst] >= LEAST:
        return Finding(True)
    position = worst + 1
    place = int(shared[position].argmax())
    told_of = f"Of {length} positions at depth {depth}, position {position} attends to the one before it"
    if place == position - 1:
        return Finding(False, f"{told_of} most, but only with {back[worst]:.2f}; 0.9 is asked for.")
    whom = "itself" if place == position else f"position {place}"
    return Finding(
        False, f"{told_of} with {back[worst]:.2f}, and to {whom} with {shared[position, place]:.2f}."
    )


def _square(name: str, part: Any, depth: int) -> np.ndarray:
    weights = np.asarray(part)
    if weights.shape != (depth, depth) or weights.dtype.kind not in "iuf":
        raise Odd(f"{name} is to be an array of real numbers, of shape {(depth, depth)}.")
    if not np.isfinite(weights).all() or np.abs(weights).max() > LARGEST:
        raise Odd(f"A number of {name} is larger than a million in size, or is nan.")
    return weights.astype(float)


@told
def has_entropy(given: Given, answer: Any) -> Finding:
    """Judge a temperature by how uncertain sampling is at it."""
    logits, bits = given.arguments
    temperature = np.asarray(answer)
    if temperature.shape or temperature.dtype.kind not in "iuf":
        raise Odd("A single number is asked for.")
    if not 0 < temperature < np.inf:
        raise Odd(f"A temperature is a finite number above 0, and yours is {float(temperature):.4g}.")
    logits = np.asarray(logits, float)
    reached = _bits((logits - logits.max()) / float(temperature))
    if abs(reached - bits) <= BITS:
        return Finding(True)
    return Finding(
        False,
        f"At your temperature, {float(temperature):.4g}, the entropy is {reached:.4f} bits; {bits:.4f} are "
        "asked for.",
    )


def _bits(z: np.ndarray) -> float:
    """The entropy of a softmax of what is 0 at most, from the logarithm of its sum: nothing is 0 · log 0."""
    log_sum = math.log(np.exp(z).sum())
    return float((log_sum - softmax(z) @ np.maximum(z, -1e30)) / math.log(2))
