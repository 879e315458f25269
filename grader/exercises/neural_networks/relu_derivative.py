"""Lesson 2: how `relu_derivative` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import signed_arrays
from grader.references import neural_networks as reference


def relu_derivative_in_place(x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return x


EXERCISE = Exercise(
    reference=reference.relu_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "one_at_zero",
            lambda x: np.where(x >= 0, 1.0, 0.0),
            "At exactly 0 the answer was 1. By the convention asked for, the slope there is 0.",
        ),
        Mistake(
            "half_at_zero",
            lambda x: np.heaviside(x, 0.5),
            "At exactly 0 the answer was 0.5. By the convention asked for, the slope there is 0.",
        ),
        Mistake(
            "relu_itself",
            lambda x: np.where(x > 0, x, 0.0),
            "This is ReLU, not its slope. How steep is the line y = x?",
        ),
        Mistake(
            "divided_by_x",
            lambda x: np.maximum(x, 0) / x,
            "Dividing by x gives nan where x is 0. The slope only depends on the sign of x.",
        ),
        Mistake(
            "sign",
            lambda x: np.sign(x),
            "Negative values gave −1. ReLU is flat there: what is the slope of a flat line?",
        ),
        Mistake(
            "in_place",
            relu_derivative_in_place,
            "The values are right, but x itself was changed, and the backward pass still needs it. "
            "Put the result into a new array.",
        ),
    ),
    hints=(
        "Draw ReLU: flat on the left of 0, the line y = x on the right. How steep is each part?",
        "The answer is 1 or 0, by a comparison of x with 0. Mind which one 0 itself gets.",
        "np.where takes a condition, a value where it holds and a value where it doesn't. Here the "
        "condition is 'strictly above 0'.",
    ),
    difficulty=1,
    importance=4,
    minutes=3,
)
