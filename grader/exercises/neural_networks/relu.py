"""Lesson 2: how `relu` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import signed_arrays
from grader.references import neural_networks as reference


def relu_in_place(x):
    x[x < 0] = 0
    return x


EXERCISE = Exercise(
    reference=reference.relu,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "leaky",
            lambda x: np.where(x > 0, x, 0.01 * x),
            "Negative values come back small, not 0: this is leaky ReLU. Plain ReLU lets none of them pass.",
        ),
        Mistake(
            "in_place",
            relu_in_place,
            "The values are right, but x itself was changed, and whoever passed it in still needs it. "
            "Put the result into a new array.",
        ),
        Mistake(
            "builtin_max",
            lambda x: max(0.0, x),
            "Your function asks of a whole array at once whether it is above 0, as `if` and Python's own "
            "max do: they know single numbers only. Look for the NumPy function that goes element by "
            "element.",
        ),
        Mistake(
            "reduced",
            lambda x: np.max(x, 0),
            "Only the largest elements came back, as from np.max(x, 0), which takes the 0 for an axis. "
            "ReLU keeps the shape: look for the function that compares element by element.",
        ),
        Mistake(
            "vectorize_integers",
            lambda x: np.vectorize(lambda v: max(0, v))(x),
            "Fractions got lost, as in an array of integers: np.vectorize makes one where its first result "
            "is the integer 0. Make that a float, or use a function that works on whole arrays.",
        ),
        Mistake(
            "selected",
            lambda x: x[x > 0],
            "Only the positive elements came back. ReLU keeps the shape: the others stay too, as 0.",
        ),
        Mistake("absolute", lambda x: np.abs(x), "Negative values came back positive. ReLU sets them to 0."),
        Mistake(
            "step",
            lambda x: np.where(x > 0, 1.0, 0.0),
            "Positive values came back as 1. ReLU passes them as they are; the step is its derivative.",
        ),
    ),
    hints=(
        "Ask of each element: is it above 0? Then it stays as it is, otherwise it becomes 0.",
        "The formula is a maximum of two things. NumPy has two functions for that: one looks along an axis, "
        "the other compares element by element. You want the second.",
        "It is np.maximum, which takes two arrays; either may be a plain number. It returns a new array.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
