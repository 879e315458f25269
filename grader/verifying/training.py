"""What a trained network of lesson 3 must be: four arrays that fit together, right on digits never seen."""

from typing import Any

import numpy as np

from grader import goals
from grader.exercise import Finding, Given

TARGET = 0.93
NAMES = ("W1", "b1", "W2", "b2")


def is_trained(given: Given, answer: Any) -> Finding:
    """Judge `(W1, b1, W2, b2)` by a forward pass with a ReLU hidden layer; say why it fell short."""
    X, y, hidden, *_ = given.arguments
    classes = int(y.max()) + 1
    shapes = ((X.shape[1], hidden), (hidden,), (hidden, classes), (classes,))
    if isinstance(answer, np.ndarray) or not isinstance(answer, list | tuple) or len(answer) != 4:
        return Finding(False, "Return four arrays in this order: W1, b1, W2, b2.")
    weights = []
    for name, shape, part in zip(NAMES, shapes, answer, strict=True):
        array = _numbers(part)
        if array is None:
            return Finding(False, f"{name} is no array of numbers.")
        if array.shape != shape:
            return Finding(
                False, f"{name} has shape {array.shape}, and {shape} is asked for: {_layout(shape)}."
            )
        if not np.isfinite(array).all():
            return Finding(
                False,
                f"{name} holds NaN or infinity: the training diverged. Look at the sign of the step, and "
                "whether the gradient is divided by the number of samples.",
            )
        weights.append(array)
    right = np.mean(_predicted(X, weights) == y)
    found = goals.accuracy(given.secret["y"], _predicted(given.secret["x"], weights), TARGET)
    return found if found.right else Finding(False, f"{found.message} {_why(right, weights)}")


def _numbers(part: Any) -> np.ndarray | None:
    try:
        array = np.asarray(part)
    except ValueError:  # rows of unequal length
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def _layout(shape: tuple[int, ...]) -> str:
    return "a row an input, a column a unit" if len(shape) == 2 else "one number a unit"


def _predicted(X: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    W1, b1, W2, b2 = weights
    with np.errstate(all="ignore"):  # weights near the largest number: whatever comes of them is wrong
        return np.argmax(np.maximum(X @ W1 + b1, 0) @ W2 + b2, axis=1)


def _why(right: float, weights: list[np.ndarray]) -> str:
    W1, *_ = weights
    if np.allclose(W1, W1[:, :1]):
        return "All hidden units are alike: do they start from different random weights?"
    if right < 0.5:
        return (
            f"Of its own training digits it knows {right:.0%}: the steps lead nowhere. "
            "Is each image still with its label, and does the loop keep what a step returns?"
        )
    if right < 0.95:
        return f"Of its own training digits it knows {right:.0%}: it needs more steps, so smaller batches."
    return f"Of its own training digits it knows {right:.0%}: look at its initial weights, and shuffle anew."
