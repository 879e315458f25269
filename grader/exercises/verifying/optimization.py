"""What a trained network of lesson 3b must be: four arrays that fit together, right on digits never seen."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises import goals

TARGET = 0.93
EXCUSED = 0.01  # a network trained for something else comes within the usual 0.03
NAMES = ("W1", "b1", "W2", "b2")
FITS = 0.9  # of the training digits that a network knows as it was trained
BETTER = 0.01  # how much more than as it is asked for


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
    right = float(np.mean(_predicted(X, weights) == y))
    misfit = _misfit(X, y, weights, right)
    predicted = _predicted(given.secret["x"], weights)
    found = goals.accuracy(given.secret["y"], predicted, TARGET, excused=0.0 if misfit else EXCUSED)
    return found if found.right else Finding(False, f"{found.message} {misfit or _why(X, weights, right)}")


def _numbers(part: Any) -> np.ndarray | None:
    try:
        array = np.asarray(part)
    except ValueError:  # rows of unequal length
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def _layout(shape: tuple[int, ...]) -> str:
    return "a row an input, a column a unit" if len(shape) == 2 else "one number a unit"


def _relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def _predicted(
    X: np.ndarray, weights: list[np.ndarray], activation: Callable[[np.ndarray], np.ndarray] = _relu
) -> np.ndarray:
    W1, b1, W2, b2 = weights
    with np.errstate(all="ignore"):  # weights near the largest number: whatever comes of them is wrong
        return np.argmax(activation(X @ W1 + b1) @ W2 + b2, axis=1)


def _misfit(X: np.ndarray, y: np.ndarray, weights: list[np.ndarray], right: float) -> str | None:
    """Say for which other inputs or activation the weights were trained, where they know more digits so."""
    spread = X.std(axis=0)
    inputs = {
        "standardised pixels, (X − mean) / std,": (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1),
        "pixels less their mean": X - X.mean(axis=0),
        "X / 255": X / 255,
    }
    of_inputs = {name: np.mean(_predicted(x, weights) == y) for name, x in inputs.items()}
    of_activations = {name: np.mean(_predicted(X, weights, f) == y) for name, f in OTHERS.items()}
    best = max(*of_inputs.values(), *of_activations.values())
    if best < FITS or best <= right + BETTER:
        return None
    known = f"it knows {best:.0%} of its own training digits, and {right:.0%}"
    if best in of_inputs.values():
        name = max(of_inputs, key=lambda name: of_inputs[name])
        return f"Your weights fit other inputs: given {name} {known} given X, which is what it will be given."
    near = [name for name, share in of_activations.items() if share > best - 2 * BETTER]  # these look alike
    return (
        f"Your weights fit another network: with {' or '.join(near)} {known} with ReLU, which is asked for."
    )


def _why(X: np.ndarray, weights: list[np.ndarray], right: float) -> str:
    """Ask what may have gone wrong: there are more ways than can be told apart by the weights."""
    W1, b1, *_ = weights
    if np.allclose(W1, W1[:, :1]):
        return "All hidden units are alike: do they start from different random weights?"
    with np.errstate(all="ignore"):
        dead = not np.any(X @ W1 + b1 > 0)
    if dead:
        return (
            "Every hidden unit gives 0 for every training digit: they are dead, as after too long a step. "
            "Is the gradient that of the mean, and not of the sum?"
        )
    known = f"Of its own training digits it knows {right:.0%}"
    if np.mean(np.abs(W1)) > 1:
        return f"{known}, and W1 holds large numbers. Are the initial weights small?"
    if right < 0.5:
        return (
            f"{known}. Is each image still with its label, does the loop keep what a step returns, is X used "
            "as it is, and does each step follow the gradient of the mean downhill?"
        )
    if right < 0.95:
        return f"{known}. Does it go through all epochs, in batches small enough, and from small weights?"
    return (
        f"{known}, so it has learnt. Do the weights start small, and are the batches drawn anew each epoch?"
    )


OTHERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
    "tanh": np.tanh,
    "no activation": lambda z: z,
}
