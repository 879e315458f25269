"""Lesson 1: how `linear_collapse` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference


def two_layers(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Weights and biases of two layers: all of equal size and not, single units, biases zero and not."""
    one = np.array([[1.0, 2.0]]), np.array([0.0, 1.0]), np.array([[3.0], [1.0]]), np.array([5.0])
    yield np.array([[2.0]]), np.array([3.0]), np.array([[4.0]]), np.array([-5.0])
    yield np.array([[-2.0]]), np.array([0.0]), np.array([[3.0]]), np.array([1.0])
    yield np.array([[1.5]]), np.array([2.0]), np.array([[-1.0]]), np.array([0.0])
    yield one
    yield np.eye(2), np.array([1.0, -2.0]), np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([0.5, -1.0])
    yield (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([1.0, -1.0]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.zeros(2),
    )
    for inputs, hidden, units in (
        (2, 2, 2), (2, 2, 2), (3, 3, 3), (1, 2, 1), (2, 1, 2), (2, 3, 1), (3, 2, 2), (2, 4, 3), (3, 3, 2),
        (4, 2, 4), (4, 3, 2), (4, 4, 4), (5, 3, 2), (3, 6, 4), (6, 2, 5),
    ):  # fmt: skip
        W1, b1 = rng.integers(-6, 7, (inputs, hidden)) / 2, rng.integers(1, 7, hidden) / 2
        W2, b2 = rng.integers(-6, 7, (hidden, units)) / 2, rng.integers(-6, 7, units) / 2
        yield W1, b1, W2, b2


def with_relu(W1, b1, W2, b2):
    return np.maximum(W1, 0) @ W2, np.maximum(b1, 0) @ W2 + b2


EXERCISE = Exercise(
    reference=reference.linear_collapse,
    cases=two_layers,
    mistakes=(
        Mistake(
            "first_bias_forgotten",
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "The bias is that of the second layer alone. The first one's goes through the second layer, too.",
        ),
        Mistake(
            "second_bias_forgotten",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "The first layer's bias is there; the second layer adds one of its own.",
        ),
        Mistake(
            "biases_added",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "The biases were added as they are. Multiply the formula out: what meets b₁ on its way?",
        ),
        Mistake(
            "wrong_order",
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 + b2),
            "The matrices are in the wrong order. X comes from the left and meets W₁ first.",
        ),
        Mistake(
            "element_by_element",
            lambda W1, b1, W2, b2: (W1 * W2, b1 * W2 + b2),
            "The sign * multiplies number by number. XW is a matrix product.",
        ),
        Mistake(
            "weights_added",
            lambda W1, b1, W2, b2: (W1 + W2, b1 + b2),
            "The two layers were added. They come one after the other: put the first into the second.",
        ),
        Mistake(
            "relu_between",
            with_relu,
            "There is an activation in it. These two layers have none, which is why one can replace them.",
        ),
        Mistake(
            "weights_only",
            lambda W1, b1, W2, b2: W1 @ W2,
            "These are the weights. A layer has a bias, too: return both.",
        ),
    ),
    hints=(
        "Multiply the formula out on paper: (XW₁ + b₁)W₂ + b₂. Which part has an X, and which has none?",
        "What multiplies X is W. All that is left without X is the bias: there are two terms of it.",
        "Both b₁ and the rows of X go through W₂ in the same way: from the left, with the operator @.",
    ),
    returns=("W", "b"),
    difficulty=2,
    importance=5,
    minutes=6,
)
