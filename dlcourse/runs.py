"""Small dense networks, one for each seed, which train at once in NumPy: a comparison over seeds in seconds.

    weights = fresh_weights([64, 32, 10])               # of five runs
    weights = train(weights, x, y, "relu")              # x: (5, n, 64), y: (5, n, 10)
    share_right(weights, test_x, test_y, "relu")        # five accuracies

Every array has an axis in front for the runs. For anything but dense layers, `validation.cross_validate`
trains Keras models side by side.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from scipy import special

Weights = list[list[np.ndarray]]
"""Of each layer, W: (runs, inputs, units), and b: (runs, 1, units)."""

SEEDS: Sequence[int] = range(5)


def _silu_slope(z: np.ndarray) -> np.ndarray:
    return special.expit(z) * (1 + z * special.expit(-z))


def _gelu_slope(z: np.ndarray) -> np.ndarray:
    return special.ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


CURVES: dict[str | None, tuple[Callable, Callable]] = {
    None: (lambda z: z, np.ones_like),
    "relu": (lambda z: z * (z > 0), lambda z: z > 0),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.2 * z), lambda z: np.where(z > 0, 1, 0.2)),
    "sigmoid": (special.expit, lambda z: special.expit(z) * special.expit(-z)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "softplus": (lambda z: np.logaddexp(0, z), special.expit),
    "silu": (lambda z: z * special.expit(z), _silu_slope),
    "gelu": (lambda z: z * special.ndtr(z), _gelu_slope),
}
"""Activation functions by Keras's names, each with its slope; add your own."""


def fresh_weights(sizes: Sequence[int], seeds: Sequence[int] = SEEDS, he: bool = False) -> Weights:
    """Draw the initial weights that Keras's dense layers have, for every seed.

    `W ~ U(−r, r)` with `r = √(6 / (inputs + units))`, Glorot's, or `√(6 / inputs)`, He's; `b = 0`.

    Args:
        sizes: of the input and of each layer.
        seeds: one for each run.
        he: He's weights in the hidden layers.

    Example:
        >>> [W.shape for W, b in fresh_weights([64, 32, 10])]
        [(5, 64, 32), (5, 32, 10)]
    """
    generators = [np.random.default_rng([seed, 1]) for seed in seeds]
    weights = []
    for i, (inputs, units) in enumerate(pairwise(sizes)):
        limit = np.sqrt(6 / (inputs if he and i < len(sizes) - 2 else inputs + units))
        W = np.stack([rng.uniform(-limit, limit, (inputs, units)) for rng in generators])
        weights.append([W.astype("float32"), np.zeros((len(W), 1, units), "float32")])
    return weights


def layer_by_layer(
    weights: Weights, x: np.ndarray, activation: str | None, output: str | None = None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Compute each layer's pre-activations, and the input with each layer's activations.

    Args:
        weights: of every run.
        x: `(runs, n, inputs)`, or `(1, n, inputs)` for the same in every run.
        activation: of the hidden layers, a name in `CURVES`.
        output: of the last layer; `None` for scores.

    Returns:
        The pre-activations, `(runs, n, units)` for each layer; and the activations, with x in front.
    """
    sums, values = [], [x]
    for i, (W, b) in enumerate(weights):
        function, _ = CURVES[output if i == len(weights) - 1 else activation]
        sums.append(values[-1] @ W + b)
        values.append(function(sums[-1]))
    return sums, values


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Turn scores into probabilities: by a sigmoid where there is one unit, else by softmax."""
    return special.expit(scores) if scores.shape[-1] == 1 else special.softmax(scores, axis=-1)


def gradients(
    weights: Weights, x: np.ndarray, y: np.ndarray, activation: str | None, output: str | None = None
) -> Weights:
    """Compute each run's gradient of the cross-entropy, the mean over its samples.

    Args:
        weights, activation, output: as in `layer_by_layer`.
        x: `(runs, n, inputs)`.
        y: `(runs, n, units)`, one-hot, or 0 and 1 for a single unit.

    Returns:
        The gradients, in the shapes of the weights.
    """
    sums, values = layer_by_layer(weights, x, activation, output)
    by_sum = (probabilities(values[-1]) - y) / y.shape[1] * CURVES[output][1](sums[-1])
    found: Weights = []
    for i in reversed(range(len(weights))):
        found.insert(0, [values[i].mT @ by_sum, by_sum.sum(axis=1, keepdims=True)])
        if i:
            by_sum = by_sum @ weights[i][0].mT * CURVES[activation][1](sums[i - 1])
    return found


def train(
    weights: Weights,
    x: np.ndarray,
    y: np.ndarray,
    activation: str | None,
    optimizer: Literal["adam", "sgd"] = "adam",
    rate: Any = 0.001,
    epochs: int = 15,
    batch: int = 32,
    *,
    seeds: Sequence[int] = SEEDS,
    output: str | None = None,
    use_bias: bool = True,
    l2: float = 0,
    epsilon: float = 1e-7,
    after_epoch: Callable[[Weights], None] | None = None,
) -> Weights:
    """Train every run on its own samples, by its own batches, and return the new weights.

    Args:
        weights, x, y, activation, output: as in `gradients`; the weights themselves are left as they are.
        optimizer: Keras's Adam, or plain gradient descent.
        rate: the learning rate; `(runs, 1)` for one a run.
        epochs, batch: how often all samples are seen, and how many at a time.
        seeds: one for each run, of its batches.
        use_bias: whether biases are trained.
        l2: what the sum of the squared weights is multiplied by in the loss.
        epsilon: Adam's.
        after_epoch: called with the weights after each epoch.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(5, 200, 2)).astype("float32")
        >>> y = (x[..., :1] > 0).astype("float32")
        >>> trained = train(fresh_weights([2, 1]), x, y, None, rate=0.1)
        >>> bool(share_right(trained, x, y, None).min() > 0.95)
        True
    """
    flat = _joined(weights)
    ends = np.cumsum([part[0].size for pair in weights for part in pair])[:-1]
    parts = iter(np.split(flat, ends, axis=1))  # views: they move with `flat`
    weights = [[next(parts).reshape(part.shape) for part in pair] for pair in weights]
    mean, square, step = np.zeros_like(flat), np.zeros_like(flat), 0
    generators = [np.random.default_rng([seed, 2]) for seed in seeds]
    for _ in range(epochs):
        order = np.stack([rng.permutation(x.shape[1]) for rng in generators])
        for start in range(0, x.shape[1], batch):
            chosen = np.arange(len(x))[:, None], order[:, start : start + batch]
            found = gradients(weights, x[chosen], y[chosen], activation, output)
            slopes = _joined(
                [[dW + 2 * l2 * W, use_bias * db] for (dW, db), (W, _) in zip(found, weights, strict=True)]
            )
            if optimizer == "adam":
                step += 1
                mean += 0.1 * (slopes - mean)
                square += 0.001 * (slopes**2 - square)
                corrected = (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
                slopes = corrected * mean / (np.sqrt(square) + epsilon)
            flat -= rate * slopes
        if after_epoch is not None:
            after_epoch(weights)
    return weights


def share_right(
    weights: Weights, x: np.ndarray, y: np.ndarray, activation: str | None, output: str | None = None
) -> np.ndarray:
    """Return each run's accuracy, `(runs,)`; arguments as in `gradients`."""
    scores = layer_by_layer(weights, x, activation, output)[1][-1]
    if scores.shape[-1] == 1:
        return np.mean((scores > 0) == (y > 0), axis=(1, 2))
    return np.mean(scores.argmax(axis=-1) == y.argmax(axis=-1), axis=1)


def _joined(layers: Weights) -> np.ndarray:
    """Return all numbers of a run in one row: (runs, numbers)."""
    return np.concatenate([part.reshape(len(part), -1) for pair in layers for part in pair], axis=1)
