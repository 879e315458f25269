"""Lesson 2: how `tanh_derivative` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import exponential_ratio, signed_arrays
from grader.references import neural_networks as reference

EXERCISE = Exercise(
    reference=reference.tanh_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "already_activated",
            lambda x: 1 - x**2,
            "x was taken for a value that has been through tanh. Here x is the pre-activation.",
        ),
        Mistake(
            "square_forgotten",
            lambda x: 1 - reference.tanh(x),
            "The square is missing: the slope is the same at x and at −x.",
        ),
        Mistake(
            "square_of_difference",
            lambda x: (1 - reference.tanh(x)) ** 2,
            "The difference was squared. Only tanh(x) is.",
        ),
        Mistake(
            "sigmoid_rule",
            lambda x: reference.tanh(x) * (1 - reference.tanh(x)),
            "This is the sigmoid's rule. tanh has one of its own: its slope at 0 is 1.",
        ),
        Mistake(
            "overflow_ratio",
            lambda x: 1 - exponential_ratio(x) ** 2,
            "The rule is right, but the tanh in it gives inf / inf = nan for large x. Use your stable one.",
        ),
        Mistake(
            "overflow",
            lambda x: 1 - (2 / (1 + np.exp(-2 * x)) - 1) ** 2,
            "The rule is right, but the tanh in it overflows for very negative x. Use your stable one.",
        ),
        Mistake(
            "cosh_overflow",
            lambda x: 1 / np.cosh(x) ** 2,
            "1 / cosh² is the same function, but cosh overflows for large x. Start from your stable tanh.",
        ),
    ),
    hints=(
        "As with the sigmoid, the slope follows from the function's own value.",
        "Compute tanh at x with your stable `tanh`, square it, and take it from 1.",
        "One line: 1 minus the second power of what your `tanh` returns for x.",
    ),
    difficulty=2,
    importance=3,
    minutes=4,
    stable=True,
    forbidden=("tanh",),
)
