"""Lesson 4: how `dense_to_torch` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import frameworks as reference


def kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Dense layers: one unit, one input, square, and neither."""
    yield np.array([[2.0]]), np.array([1.0])
    yield np.array([[1.0, 2.0]]), np.array([0.5, -0.5])
    yield np.array([[1.0], [2.0], [3.0]]), np.array([0.0])
    yield np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    yield np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([7.0, 8.0, 9.0])
    sizes = ((1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4), (4, 2), (4, 4), (5, 3), (6, 2), (8, 5))
    for inputs, units in (*sizes, (10, 10), (12, 4), (20, 3)):
        yield rng.normal(0, 1, (inputs, units)).round(2), rng.normal(0, 1, units).round(2)


EXERCISE = Exercise(
    reference=reference.dense_to_torch,
    cases=kernels,
    mistakes=(
        Mistake(
            "not_transposed",
            lambda kernel, bias: (kernel, bias),
            "The kernel came back as it was: a row for each input. PyTorch wants a row for each unit.",
        ),
        Mistake(
            "reshaped",
            lambda kernel, bias: (kernel.reshape(kernel.shape[::-1]), bias),
            "The shape is right and the numbers are in the wrong places, as after `reshape`, which keeps "
            "them in the order in which they lie in memory. Rows should become columns.",
        ),
        Mistake(
            "turned",
            lambda kernel, bias: (np.rot90(kernel), bias),
            "The matrix was turned by a right angle. Mirror it on its diagonal instead.",
        ),
        Mistake(
            "bias_as_column",
            lambda kernel, bias: (kernel.T, bias[:, np.newaxis]),
            "The weight is right. The bias keeps its one axis in PyTorch.",
        ),
        Mistake(
            "swapped",
            lambda kernel, bias: (bias, kernel.T),
            "Weight and bias changed places.",
        ),
        Mistake(
            "weight_alone",
            lambda kernel, bias: kernel.T,
            "A pair is asked for: weight and bias.",
        ),
    ),
    hints=(
        "Write down what each of the two computes for one unit: which numbers of the matrix belong to it?",
        "Keras computes x @ kernel, PyTorch x @ weight.T. Which weight makes these equal?",
        "Rows become columns: a NumPy array has an attribute for that. The bias stays as it is.",
    ),
    returns=("weight", "bias"),
    difficulty=1,
    importance=3,
    minutes=3,
    packages=("numpy", "torch"),
)
