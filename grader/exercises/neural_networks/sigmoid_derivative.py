"""Lesson 2: how `sigmoid_derivative` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import naive_sigmoid, signed_arrays, two_branch_sigmoid
from grader.references import neural_networks as reference


def sigmoid_derivative_from(sigmoid):
    """The right rule over a sigmoid that isn't stable."""
    return lambda x: sigmoid(x) * (1 - sigmoid(x))


EXERCISE = Exercise(
    reference=reference.sigmoid_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "one_minus_x",
            lambda x: reference.sigmoid(x) * (1 - x),
            "The second factor uses x. Both factors are about σ(x).",
        ),
        Mistake(
            "already_activated",
            lambda x: x * (1 - x),
            "x was taken for a value that has been through the sigmoid. Here x is the pre-activation.",
        ),
        Mistake(
            "not_differentiated",
            reference.sigmoid,
            "This is the sigmoid itself. Its slope is highest at 0, and nearly 0 far out on both sides.",
        ),
        Mistake(
            "plus",
            lambda x: reference.sigmoid(x) * (1 + reference.sigmoid(x)),
            "Look at the sign in the second factor: far to the right the curve is flat, its slope 0.",
        ),
        Mistake(
            "tanh_rule",
            lambda x: 1 - reference.sigmoid(x) ** 2,
            "1 minus the square is the rule for tanh. The sigmoid has one of its own.",
        ),
        Mistake(
            "overflow",
            sigmoid_derivative_from(naive_sigmoid),
            "The rule is right, but the sigmoid in it overflows for very negative x. Use your stable one.",
        ),
        Mistake(
            "both_branches",
            sigmoid_derivative_from(two_branch_sigmoid),
            "The rule is right, but the sigmoid in it computes both forms for every element, as with "
            "np.where, and each overflows where it isn't used.",
        ),
        Mistake(
            "overflow_quotient",
            lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
            "For very negative x the exponentials overflow and give inf / inf = nan. "
            "Write the slope with the sigmoid's own value instead.",
        ),
    ),
    hints=(
        "You need no new exponential: the slope follows from the sigmoid's value.",
        "Compute the sigmoid once (your stable `sigmoid` does it), then multiply it by 1 minus itself.",
        "Two lines: keep the result of `sigmoid` at x in a variable, then return the product of the "
        "variable and 1 minus the variable.",
    ),
    difficulty=2,
    importance=4,
    minutes=5,
    stable=True,
)
