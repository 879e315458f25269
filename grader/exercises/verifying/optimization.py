"""What a trained network of lesson 3b must be: four arrays that fit together, right on digits never seen."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.child import functions
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


MOST_STEPS = 1.7  # times those of the best pair
NEAR = 1e-6
PATIENCE = 5_000  # steps
SIZES = (0.5, 2.0)  # root mean square of what comes out of a layer
MOST_OF_CONSTANT = 0.9


def settles_soon(given: Given, answer: Any) -> Finding:
    """Judge `(learning_rate, momentum)` by the steps to a millionth of the way, beside the best pair's."""
    (curvatures,) = given.arguments
    pair = _row(answer, 2)
    if pair is None or not (pair[0] > 0 and 0 <= pair[1] < 1):
        return Finding(
            False, "Return a learning rate above 0 and a momentum from 0 to below 1, two finite numbers."
        )
    best = given.secret  # the steps of the pair that theory gives
    most = int(MOST_STEPS * best)
    taken = steps_to_settle(curvatures, pair[0], pair[1])
    if taken <= most:
        return Finding(True)
    if taken > PATIENCE:
        return Finding(False, f"With your pair it never gets there; {most} steps are enough.")
    return Finding(False, f"Your pair takes {taken} steps; {best} are possible, and {most} allowed.")


def steps_to_settle(curvatures: np.ndarray, rate: float, momentum: float) -> int:
    """Return after how many steps θ is a millionth as long as at first; beyond `PATIENCE` if it isn't."""
    theta, velocity = np.ones(len(curvatures)), np.zeros(len(curvatures))
    for step in range(1, PATIENCE + 1):
        velocity = momentum * velocity - rate * curvatures * theta
        theta = theta + velocity
        length = np.sqrt(np.mean(theta**2))
        if length <= NEAR:
            return step
        if length > 1e9:
            break
    return PATIENCE + 1


def keeps_signals(given: Given, answer: Any) -> Finding:
    """Judge each layer's scale by the size of what comes out behind it, with weights drawn anew."""
    _, sizes = given.arguments
    scales = _row(answer, len(sizes) - 1)
    if scales is None or (scales <= 0).any():
        return Finding(False, f"Return {len(sizes) - 1} finite numbers above 0, one for each layer.")
    rng = np.random.default_rng(given.secret["seed"])
    outputs = rng.standard_normal((64, sizes[0]), np.float32)
    layers = zip(scales, sizes[:-1], sizes[1:], strict=True)
    for layer, (scale, fan_in, units) in enumerate(layers, start=1):
        with np.errstate(all="ignore"):
            sums = outputs @ rng.standard_normal((fan_in, units), np.float32) * np.float32(scale)
            outputs = functions.activation(sums, **given.secret["activation"])
            size = np.sqrt(np.mean(outputs**2))
        if not SIZES[0] <= size <= SIZES[1]:
            return Finding(
                False,
                f"Behind layer {layer} of {len(scales)} the root mean square is {size:.2g}, and "
                f"{SIZES[0]:g} to {SIZES[1]:g} is asked for.",
            )
    return Finding(True)


def ends_low(given: Given, answer: Any) -> Finding:
    """Judge a plan by the mean loss that it ends at, beside that of the best constant rate."""
    curvature, noise, steps = given.arguments
    rates = _row(answer, steps)
    if rates is None or (rates < 0).any():
        return Finding(False, f"Return {steps} finite learning rates, none below 0.")
    candidates = np.geomspace(1e-3, 1.9, 200) / curvature
    constant = mean_square(curvature, noise, np.tile(candidates, (steps, 1))).min()
    share = float(mean_square(curvature, noise, rates[:, np.newaxis])[0] / constant)
    if share <= MOST_OF_CONSTANT:
        return Finding(True)
    return Finding(
        False,
        f"Your plan ends at {share:.3g} times the mean loss of the best constant rate; at most "
        f"{MOST_OF_CONSTANT:g} times is asked for.",
    )


def mean_square(curvature: float, noise: float, plans: np.ndarray) -> np.ndarray:
    """Return the mean of θ² after the steps of each plan from θ = 1, over all noise: none needs to be drawn.

    Each step makes θ ← (1 − ηc) θ + η · noise, so the mean square s ← (1 − ηc)² s + (η · σ)².

    Args:
        curvature, noise: c and σ.
        plans: learning rates, (steps, plans).
    """
    spread = np.ones(plans.shape[1])
    with np.errstate(over="ignore", invalid="ignore"):  # a plan that diverges
        for rates in plans:
            spread = (1 - rates * curvature) ** 2 * spread + (rates * noise) ** 2
    return np.where(np.isnan(spread), np.inf, spread)


def _row(answer: Any, count: int) -> np.ndarray | None:
    """Return an answer's finite numbers, if it is a row of so many."""
    row = _numbers(answer)
    return row if row is not None and row.shape == (count,) and np.isfinite(row).all() else None


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
