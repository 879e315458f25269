"""Lesson 5b: how `batch_norm` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.architecture.cases import per_feature
from grader.references import architecture as reference

SHAPES = ((2, 1), (2, 2), (3, 1), (3, 2), (4, 2), (2, 3), (5, 3), (3, 3), (4, 4), (6, 2), (8, 3), (10, 4))


def batches(rng: np.random.Generator) -> Iterator[tuple]:
    """One row, a column without spread, square batches; an epsilon that is left out, small, large, or 0."""
    one, zero = np.array([1.0]), np.array([0.0])
    yield np.array([[1.0], [3.0]]), np.array([2.0]), np.array([5.0]), 0.0
    yield np.array([[1.0], [3.0]]), one, zero, 3.0
    yield np.array([[4.0]]), np.array([2.0]), np.array([0.5])
    yield np.array([[7.0], [7.0], [7.0]]), np.array([3.0]), np.array([-1.0])
    yield np.array([[0.02], [-0.02]]), one, zero
    yield np.array([[1.0, 10.0], [3.0, 40.0]]), np.array([1.0, 2.0]), np.array([0.0, 1.0])
    for i, shape in enumerate((*SHAPES, *SHAPES[1:7])):
        spread, centre = rng.choice((0.05, 1, 5), shape[1]), rng.normal(0, 3, shape[1])
        x = rng.normal(centre, spread, shape).round(2)
        gamma, beta = per_feature(rng, shape[1]), rng.normal(0, 1, shape[1]).round(2)
        yield (x, gamma, beta, float(rng.choice((0.1, 1.0)))) if i % 3 else (x, gamma, beta)


def by(centre: Callable, variance: Callable, divisor: Callable):
    """A normalisation with another centre, variance or divisor."""

    def answer(x, gamma, beta, epsilon=1e-3):
        with np.errstate(all="ignore"):
            return gamma * (x - centre(x)) / divisor(variance(x), epsilon) + beta

    return answer


def column_mean(x):
    return x.mean(axis=0)


def column_variance(x):
    return x.var(axis=0)


def root(variance, epsilon):
    return np.sqrt(variance + epsilon)


def in_place(x, gamma, beta, epsilon=1e-3):
    x -= x.mean(axis=0)
    x /= np.sqrt(x.var(axis=0) + epsilon)
    x *= gamma
    x += beta
    return x


EXERCISE = Exercise(
    reference=reference.batch_norm,
    cases=batches,
    mistakes=(
        Mistake(
            "by_rows",
            by(lambda x: x.mean(axis=1, keepdims=True), lambda x: x.var(axis=1, keepdims=True), root),
            "You normalised each row: that is layer normalisation. Here each column has its mean, over the "
            "rows of the batch.",
        ),
        Mistake(
            "whole_batch",
            by(np.mean, np.var, root),
            "One mean and one variance served for all. Each column has its own.",
        ),
        Mistake(
            "unbiased",
            by(column_mean, lambda x: np.var(x, axis=0, ddof=min(1, len(x) - 1)), root),
            "The variance was divided by n − 1. Batch normalisation divides by n.",
        ),
        Mistake(
            "epsilon_outside",
            by(column_mean, column_variance, lambda variance, epsilon: np.sqrt(variance) + epsilon),
            "ε was added to the root. It belongs under it, to the variance.",
        ),
        Mistake(
            "epsilon_forgotten",
            by(column_mean, column_variance, lambda variance, epsilon: np.sqrt(np.maximum(variance, 1e-30))),
            "ε makes no difference in your answer. It shows where a column hardly varies.",
        ),
        Mistake(
            "epsilon_fixed",
            by(column_mean, column_variance, lambda variance, epsilon: np.sqrt(variance + 1e-3)),
            "ε is 0.001 here, whatever the argument says. Use the argument.",
        ),
        Mistake(
            "root_forgotten",
            by(column_mean, column_variance, lambda variance, epsilon: variance + epsilon),
            "You divided by the variance. Its root is the spread that is in the numbers' own unit.",
        ),
        Mistake(
            "not_centred",
            by(lambda x: 0.0, column_variance, root),
            "The mean is not taken off.",
        ),
        Mistake(
            "gamma_forgotten",
            lambda x, gamma, beta, epsilon=1e-3: reference.batch_norm(x, np.ones_like(gamma), beta, epsilon),
            "γ makes no difference in your answer.",
        ),
        Mistake(
            "beta_forgotten",
            lambda x, gamma, beta, epsilon=1e-3: reference.batch_norm(x, gamma, np.zeros_like(beta), epsilon),
            "β makes no difference in your answer.",
        ),
        Mistake(
            "beta_before_gamma",
            lambda x, gamma, beta, epsilon=1e-3: gamma * (reference.batch_norm(x, 1.0, beta, epsilon)),
            "β was multiplied with γ. It is added last.",
        ),
        Mistake(
            "in_place",
            in_place,
            "The values are right, but the batch that came in was changed. Make a new array.",
        ),
    ),
    hints=(
        "Take it in the order of the formula: off with the mean, divide by the spread, times γ, plus β.",
        "Mean and variance are taken over the rows, so each has an entry for each column: look at `axis`.",
        "x.mean and x.var with axis 0 give shape (features,), which NumPy lays over every row by itself. ε "
        "is added before np.sqrt.",
    ),
    difficulty=2,
    importance=4,
    minutes=5,
)
