"""Lesson 2: changes as small as can be, networks built by hand, units that decide something."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given

FARTHER = 1.001  # than the nearest point an input may lie
ROUNDING = 1e-4  # of a score, of a curve's size, of a bias
NAMES = ("W1", "b1", "W2", "b2")
BETWEEN = 50  # places where a curve is looked at, beside its knots


def flips_nearby(given: Given, answer: Any) -> Finding:
    """Judge a changed input by the neuron's score there, and by how far it lies."""
    x, w, b = given.arguments
    new = _numbers(answer, x.shape)
    if isinstance(new, str):
        return Finding(False, f"Your answer {new}.")
    before, after = float(x @ w + b), float(new @ w + b)
    distance, needed = float(np.linalg.norm(new - x)), abs(before) / float(np.linalg.norm(w))
    if before == 0:
        same = distance <= ROUNDING
        return Finding(same, "" if same else "The score is exactly 0 already: x itself is asked for.")
    if after * np.sign(before) > ROUNDING * abs(before):
        return Finding(
            False,
            f"It doesn't flip: the score of x is {before:.4g}, and that of your point {after:.4g}, on the "
            "same side of 0.",
        )
    if distance > FARTHER * needed:
        return Finding(False, f"It flips, at {distance / needed:.3g} × the distance that is needed.")
    return Finding(True)


def runs_through_points(given: Given, answer: Any) -> Finding:
    """Judge `(W1, b1, W2, b2)` by a forward pass at the knots, and at places between them."""
    knots, values = given.arguments
    if isinstance(answer, np.ndarray) or not isinstance(answer, list | tuple) or len(answer) != 4:
        return Finding(False, "Return four arrays in this order: W1, b1, W2, b2.")
    units = np.size(answer[1])
    weights = []
    for name, part, shape in zip(NAMES, answer, ((1, units), (units,), (units, 1), (1,)), strict=True):
        numbers = _numbers(part, shape)
        if isinstance(numbers, str):
            return Finding(False, f"With {units} biases in b1, {name} {numbers}.")
        weights.append(numbers)
    x = np.sort(np.append(np.linspace(knots[0], knots[-1], BETWEEN), knots))
    wanted = np.interp(x, knots, values)
    got = _curve(x, *weights)
    off = np.abs(got - wanted)
    i = int(off.argmax())
    if off[i] > ROUNDING * max(1, np.ptp(values)):
        return Finding(
            False, f"At x = {x[i]:.4g} your network gives {got[i]:.4g}, and {wanted[i]:.4g} is asked for."
        )
    if units > len(knots):
        return Finding(
            False,
            f"It is right, but it has {units} units, and {len(knots)} at most are allowed for "
            "so many points.",
        )
    return Finding(True)


def _curve(x: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):  # weights near the largest number: whatever comes of them is wrong
        return np.nan_to_num((np.maximum(x[:, None] @ W1 + b1, 0) @ W2 + b2)[:, 0], nan=np.inf)


def units_decide(given: Given, answer: Any) -> Finding:
    """Judge new biases unit by unit: which of them must stay, and what the others do on the samples."""
    X, W, b = given.arguments
    new = _numbers(answer, b.shape)
    if isinstance(new, str):
        return Finding(False, f"Your answer {new}.")
    before, after = X @ W + b > 0, X @ W + new > 0
    fine = before.any(axis=0) & ~before.all(axis=0)
    for unit in range(len(b)):
        name = f"Unit {unit} (counted from 0)"
        if fine[unit] or not W[:, unit].any():
            why = "was fine" if fine[unit] else "has no weights but 0"
            if abs(new[unit] - b[unit]) > ROUNDING:
                return Finding(False, f"{name} {why}, so it must keep its bias of {b[unit]:g}.")
        elif after[:, unit].all() or not after[:, unit].any():
            state = "on" if after[:, unit].any() else "off"
            return Finding(False, f"{name} is {state} for all samples with your bias of {new[unit]:.4g}.")
    return Finding(True)


def _numbers(answer: Any, shape: tuple[int, ...]) -> np.ndarray | str:
    """Return an array of numbers of this shape; if it isn't one, what is wrong, to be put behind its name."""
    array = np.asarray(answer)
    if array.dtype.kind not in "fiu":
        return "must hold numbers, and nothing else"
    if array.shape != shape:
        return f"must have the shape {shape}, and yours is {array.shape}"
    if not np.isfinite(array).all():
        return "holds NaN or infinity"
    return array.astype(np.float64)
