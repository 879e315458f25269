"""Lesson 3a: how `sgd_step` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import backpropagation as reference


def plain_steps(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Parameters and gradients of ranks 0 to 3; zero gradients, steps of both signs, a learning rate of 1."""
    for theta, grad, rate in (
        ([1.0], [2.0], 0.5),
        ([1.0], [-2.0], 0.25),
        ([1.0, 2.0], [10.0, -10.0], 0.1),
        ([1.0, 2.0], [0.0, 0.0], 0.1),
        ([0.0, 0.0, 0.0], [1.0, -2.0, 3.0], 1.0),
        ([3.0, -1.0], [0.5, 0.25], 2.0),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], 0.1),
    ):
        yield np.array(theta), np.array(grad), rate
    for shape in (
        *((), (1,), (2,), (2,), (3,), (3,), (4,), (6,), (8,)),
        *((2, 2), (1, 3), (3, 2), (4, 3), (5, 4), (2, 2, 2)),
    ):
        theta, grad = (np.asarray(rng.normal(0, 1, shape).round(2)) for _ in range(2))
        yield theta, grad, float(rng.choice((0.01, 0.1, 0.3, 0.5)))


def sgd_in_place(theta, grad, learning_rate):
    theta -= learning_rate * grad
    return theta


EXERCISE = Exercise(
    reference=reference.sgd_step,
    cases=plain_steps,
    mistakes=(
        Mistake(
            "uphill",
            lambda theta, grad, rate: theta + rate * grad,
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "formula.",
        ),
        Mistake(
            "in_place",
            sgd_in_place,
            "The values are right, but the given array itself was changed: `-=` does that. Make a new one.",
        ),
        Mistake(
            "learning_rate_forgotten",
            lambda theta, grad, rate: theta - grad,
            "The step is as long as the gradient. Multiply it by the learning rate.",
        ),
        Mistake(
            "change_only",
            lambda theta, grad, rate: -rate * grad,
            "This is the step alone. Asked are the parameters after it.",
        ),
        Mistake(
            "sign_only",
            lambda theta, grad, rate: theta - rate * np.sign(grad),
            "Every parameter moved by the learning rate. How large the gradient is counts, too.",
        ),
        Mistake(
            "unit_step",
            lambda theta, grad, rate: theta - rate * grad / (np.linalg.norm(grad) or 1.0),
            "The gradient was brought to length 1. Its own length belongs to the step.",
        ),
    ),
    hints=(
        "One line, and it is the formula.",
        "NumPy multiplies an array by a number and subtracts arrays, whatever shape they have.",
        "Return a new array: the parameters, minus the gradient times the learning rate.",
    ),
    difficulty=1,
    importance=5,
    minutes=2,
)
