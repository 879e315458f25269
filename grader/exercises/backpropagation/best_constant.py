"""Lesson 3a: how `best_constant` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.backpropagation import costs_least
from grader.references import backpropagation as reference


def values_and_costs(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float, float]]:
    """One value and many, even and skewed, ties; costs alike and up to twenty times apart.

    In a few values, or in hundreds, it makes no difference how a quantile goes between two of them.
    """
    yield np.array([3.0]), 1.0, 2.0
    yield np.array([1.0, 2.0, 3.0, 4.0, 10.0]), 1.0, 1.0
    yield np.array([1.0, 2.0, 3.0, 4.0, 10.0]), 3.0, 1.0
    yield np.array([1.0, 2.0, 3.0, 4.0, 10.0]), 1.0, 3.0
    yield np.array([0.0, 0.0, 0.0, 5.0]), 2.0, 1.0
    for i, n in enumerate(range(400, 1000, 50)):
        y = rng.gamma(1, 2, n) if i % 2 else rng.normal(0, 3, n)
        dear = float(rng.choice((2, 3, 5, 10, 20)))
        under, over = (1.0, dear) if i % 4 < 2 else (dear, 1.0)
        yield y.round(2), under, over


def weighted_mean(y, cost_under, cost_over):
    return np.average(y, weights=np.where(y > y.mean(), cost_under, cost_over))


EXERCISE = Exercise(
    reference=reference.best_constant,
    kind="property",
    task="derive",
    verify=costs_least,
    cases=values_and_costs,
    mistakes=(
        Mistake(
            "mean",
            lambda y, cost_under, cost_over: y.mean(),
            "The mean is best where errors cost by their square. Here twice the error costs twice as much.",
        ),
        Mistake(
            "median",
            lambda y, cost_under, cost_over: np.median(y),
            "The median is right where both sides cost the same.",
        ),
        Mistake(
            "other_side",
            lambda y, cost_under, cost_over: reference.best_constant(y, cost_over, cost_under),
            "You protect against the cheap side. Which way should the prediction err?",
        ),
        Mistake(
            "weighted_mean",
            weighted_mean,
            "Weights move the mean, but the cost doesn't grow with the square. Count how many values lie on "
            "each side.",
        ),
        Mistake(
            "share_of_the_range",
            lambda y, under, over: y.min() + under / (under + over) * (y.max() - y.min()),
            "This is a share of the way from the smallest to the largest value. How far out values lie has "
            "no say; how many lie on each side has.",
        ),
    ),
    hints=(
        "Move the prediction up a little. For how many values does it get dearer, for how many cheaper, and "
        "by how much each?",
        "At the best place a little move to either side gains nothing. So what share of the values lies "
        "below it, given the two costs?",
        "Values below count with cost_over, values above with cost_under: the two sides must balance. NumPy "
        "has a function for the value below which a given share lies.",
    ),
    difficulty=3,
    importance=3,
    minutes=12,
    packages=("numpy",),
)
