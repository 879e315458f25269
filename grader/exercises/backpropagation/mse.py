"""Lesson 3a: how `mse` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import predictions
from grader.references import backpropagation as reference

EXERCISE = Exercise(
    reference=reference.mse,
    cases=predictions,
    mistakes=(
        Mistake(
            "signed_differences",
            lambda y, y_hat: np.mean(y - y_hat),
            "The differences were averaged with their signs, so errors up and down cancel out. "
            "What does the formula do to each of them first?",
        ),
        Mistake(
            "square_of_mean",
            lambda y, y_hat: np.mean(y - y_hat) ** 2,
            "The mean was squared. Square each difference, then take the mean.",
        ),
        Mistake(
            "sum",
            lambda y, y_hat: np.sum((y - y_hat) ** 2),
            "This is the sum of the squares, which grows with the number of samples. Asked is their mean.",
        ),
        Mistake(
            "divided_by_rows",
            lambda y, y_hat: np.sum((y - y_hat) ** 2) / len(y),
            "The sum was divided by the number of rows. With several columns there are more elements than "
            "that.",
        ),
        Mistake(
            "half",
            lambda y, y_hat: np.mean((y - y_hat) ** 2) / 2,
            "This is half of it. Some texts put a ½ in front to spare a 2 in the gradient; this formula "
            "has none.",
        ),
        Mistake(
            "root",
            lambda y, y_hat: np.sqrt(np.mean((y - y_hat) ** 2)),
            "This is the root of the mean squared error, in the units of y. The formula has no root.",
        ),
        Mistake(
            "absolute",
            lambda y, y_hat: np.mean(np.abs(y - y_hat)),
            "The differences were made positive, but not squared. This is the mean absolute error.",
        ),
        Mistake(
            "not_averaged",
            lambda y, y_hat: (y - y_hat) ** 2,
            "There is one number for each sample. A loss is a single number: their mean.",
        ),
    ),
    hints=(
        "Three steps, from the inside of the formula outwards: subtract, square, average.",
        "NumPy subtracts and squares whole arrays at once; np.mean without an axis averages all elements.",
        "The square is `** 2`, and it belongs around the bracketed difference, inside of np.mean.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
