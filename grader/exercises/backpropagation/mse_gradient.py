"""Lesson 3a: how `mse_gradient` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import predictions
from grader.references import backpropagation as reference


def mse_gradient_in_place(y, y_hat):
    y_hat -= y
    y_hat *= 2 / y.size
    return y_hat


EXERCISE = Exercise(
    reference=reference.mse_gradient,
    cases=predictions,
    mistakes=(
        Mistake(
            "sign",
            lambda y, y_hat: 2 * (y - y_hat) / y.size,
            "The sign is turned round. A prediction that is too high must have a positive gradient: "
            "raising it further raises the loss.",
        ),
        Mistake(
            "mean_forgotten",
            lambda y, y_hat: 2 * (y_hat - y),
            "This is the gradient of the sum. The loss is a mean: each element has only its share in it.",
        ),
        Mistake(
            "two_forgotten",
            lambda y, y_hat: (y_hat - y) / y.size,
            "It is half of what it should be. What is the derivative of a square?",
        ),
        Mistake(
            "divided_by_rows",
            lambda y, y_hat: 2 * (y_hat - y) / len(y),
            "It was divided by the number of rows. The mean is over all elements, in all columns.",
        ),
        Mistake(
            "reduced",
            lambda y, y_hat: np.mean(2 * (y_hat - y)),
            "A single number came back. Each prediction has a derivative of its own.",
        ),
        Mistake(
            "not_differentiated",
            lambda y, y_hat: (y_hat - y) ** 2 / y.size,
            "These are the shares of each sample in the loss itself. Asked is how fast the loss changes.",
        ),
        Mistake(
            "in_place",
            mse_gradient_in_place,
            "The values are right, but the predictions themselves were changed. Put the result into a new "
            "array.",
        ),
    ),
    hints=(
        "Take one prediction and look at how the loss depends on it: a square, divided by n. Differentiate "
        "that.",
        "The derivative of (ŷ − y)² with respect to ŷ is 2 (ŷ − y). The 1/n of the mean stays in front of "
        "it.",
        "No sum is left: one expression for whole arrays. `size` of an array counts all its elements.",
    ),
    difficulty=2,
    importance=5,
    minutes=5,
)
