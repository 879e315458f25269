"""Lesson 2: how `forward_propagation` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import FLOAT32, Exercise, Mistake
from grader.exercises.neural_networks.cases import random_layer
from grader.references import neural_networks as reference


def float32_layers(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """X, W and b of rank 2, 2 and 1: square and other weights, one sample, one unit."""
    for X, W, b in (
        ([[2.0]], [[3.0]], [-1.0]),
        ([[2.0]], [[3.0]], [-10.0]),
        ([[1.0, 2.0]], [[1.0, -1.0], [0.5, 0.0]], [1.0, 0.0]),
        ([[1.0, -1.0], [-2.0, 0.0]], [[1.0, 2.0], [3.0, -1.0]], [0.5, -0.5]),
    ):
        yield np.array(X, np.float32), np.array(W, np.float32), np.array(b, np.float32)
    for n, inputs, units in (
        *((1, 2, 3), (2, 2, 2), (3, 3, 3), (2, 3, 1), (1, 1, 4), (4, 3, 2), (3, 4, 3), (4, 4, 4)),
        *((5, 2, 6), (6, 5, 3), (8, 3, 3), (5, 5, 5), (10, 4, 8), (16, 8, 4), (7, 6, 6), (32, 10, 5)),
    ):
        W, b = random_layer(rng, inputs, units)
        X = rng.normal(0, 1, (n, inputs)).round(2)
        yield X.astype(np.float32), W.astype(np.float32), b.astype(np.float32)


def tensorflow():
    """TensorFlow, imported on first use: the other exercises don't wait for it."""
    import tensorflow

    return tensorflow


EXERCISE = Exercise(
    reference=reference.forward_propagation,
    cases=float32_layers,
    mistakes=(
        Mistake("relu_forgotten", lambda X, W, b: X @ W + b, "Negative values are left: ReLU is missing."),
        Mistake("bias_forgotten", lambda X, W, b: tensorflow().nn.relu(X @ W), "The bias b is missing."),
        Mistake(
            "bias_after_relu",
            lambda X, W, b: tensorflow().nn.relu(X @ W) + b,
            "The bias was added after ReLU. It belongs to the weighted sum.",
        ),
        Mistake(
            "element_by_element",
            lambda X, W, b: tensorflow().nn.relu(X * W + b),
            "X and W were multiplied element by element. A layer needs their matrix product.",
        ),
        Mistake(
            "transposed",
            lambda X, W, b: tensorflow().nn.relu(tensorflow().matmul(X, W, transpose_b=True) + b),
            "W was transposed. It already is (inputs, units), so X and W fit as they are.",
        ),
        Mistake(
            "relu_on_input",
            lambda X, W, b: tensorflow().nn.relu(X) @ W + b,
            "ReLU was applied to X. It comes last, on the weighted sums.",
        ),
        Mistake(
            "sigmoid",
            lambda X, W, b: tensorflow().sigmoid(X @ W + b),
            "The sums went through a sigmoid. Asked is ReLU.",
        ),
    ),
    hints=(
        "The same three steps as in NumPy: matrix product, plus bias, then ReLU. Only the names change.",
        "tf.matmul is the matrix product (the operator @ does it too), and ReLU lives in tf.nn.",
        "Give tf.nn.relu the whole sum: the product of X and W, with b already added.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
    packages=("numpy", "tensorflow", "keras"),
    tolerance=FLOAT32,
    tensors=True,
    seconds=20,
)
