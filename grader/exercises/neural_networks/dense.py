"""Lesson 2: how `dense` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import random_layer, softmax_over, unshifted_softmax_over
from grader.references import neural_networks as reference


def dense_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Every activation with square and other weights, one sample, one unit; large sums; an unknown name."""
    X, W, b = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.0]]), np.array([1.0, 0.0])
    yield np.array([[2.0]]), np.array([[3.0]]), np.array([-1.0]), None
    yield np.array([[2.0]]), np.array([[-3.0]]), np.array([1.0]), "relu"
    yield X, W, b
    yield X, W, b, "relu"
    yield X, W, b, "swish"
    yield np.array([[1.0], [-1.0]]), np.array([[1.0, -1.0]]), np.array([0.5, 0.0]), "softmax"
    large = np.array([[8.0, -8.0], [-9.0, 3.0]]), np.array([[100.0, 0.0], [0.0, 100.0]]), np.array([0.0, 1.0])
    for activation in ("relu", "sigmoid", "tanh", "softmax"):
        yield *large, activation
    for activation in (None, "relu", "sigmoid", "tanh", "softmax"):
        for n, inputs, units in ((2, 3, 3), (1, 2, 4), (4, 3, 2)):
            yield rng.normal(0, 1, (n, inputs)).round(2), *random_layer(rng, inputs, units), activation
    yield rng.normal(0, 1, (3, 4)).round(2), *random_layer(rng, 4, 1), "sigmoid"
    yield rng.normal(0, 1, (3, 4)).round(2), *random_layer(rng, 4, 1), "softmax"


def activate(z, activation):
    """The activation alone, as the reference has it."""
    if activation not in reference.ACTIVATIONS:
        raise ValueError(activation)
    return reference.ACTIVATIONS[activation](z)


def dense_with_softmax_over_columns(X, W, b, activation=None):
    z = X @ W + b
    return softmax_over(0)(z) if activation == "softmax" else activate(z, activation)


def dense_with_unshifted_softmax(X, W, b, activation=None):
    z = X @ W + b
    return unshifted_softmax_over(-1)(z) if activation == "softmax" else activate(z, activation)


EXERCISE = Exercise(
    reference=reference.dense,
    cases=dense_layers,
    mistakes=(
        Mistake(
            "unknown_ignored",
            lambda X, W, b, activation=None: reference.ACTIVATIONS.get(activation, lambda z: z)(X @ W + b),
            "An unknown activation was silently treated as none. A typing error there should be heard of: "
            "raise a ValueError.",
        ),
        Mistake(
            "key_error",
            lambda X, W, b, activation=None: reference.ACTIVATIONS[activation](X @ W + b),
            "An unknown activation raises KeyError, from the look-up. Ask before you look up, and raise a "
            "ValueError that says what is known.",
        ),
        Mistake(
            "unknown_gives_none",
            lambda X, W, b, activation=None: (
                activate(X @ W + b, activation) if activation in reference.ACTIVATIONS else None
            ),
            "For an unknown activation the function ends without a return. The last case should raise "
            "a ValueError.",
        ),
        Mistake(
            "bias_forgotten",
            lambda X, W, b, activation=None: activate(X @ W, activation),
            "The bias b is missing.",
        ),
        Mistake(
            "bias_after_activation",
            lambda X, W, b, activation=None: activate(X @ W, activation) + b,
            "The bias was added after the activation. It belongs to the weighted sum.",
        ),
        Mistake(
            "transposed",
            lambda X, W, b, activation=None: activate(X @ W.T + b, activation),
            "W was transposed. It already is (inputs, units), so X and W fit as they are.",
        ),
        Mistake(
            "activation_forgotten",
            lambda X, W, b, activation=None: X @ W + b,
            "The weighted sums are right, but the activation was never applied.",
        ),
        Mistake(
            "activation_on_input",
            lambda X, W, b, activation=None: activate(X, activation) @ W + b,
            "The activation was applied to X. It comes last, on the weighted sums.",
        ),
        Mistake(
            "softmax_over_samples",
            dense_with_softmax_over_columns,
            "Softmax ran down the samples. Each row should sum to 1, whatever the other samples are.",
        ),
        Mistake(
            "softmax_overflow",
            dense_with_unshifted_softmax,
            "Softmax gives nan for large sums: its exponential overflows. Use your stable one.",
        ),
    ),
    hints=(
        "Two steps: the weighted sums of all units for all samples, then the activation on them.",
        "The matrix product X @ W has shape (n, units), and adding b repeats it for each row. "
        "Your activations are written already: choose one by its name, and refuse a name you don't know.",
        "A dict from name to function keeps it short (None can be a key). Ask with `in` whether the name is "
        "there, raise ValueError if not, else call the function on the product plus b.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
)
