"""Lesson 3b: how `batch_size_for` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import optimization as reference


def gradients_and_errors(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """Two to forty samples, one to six directions, alike ones among them; never near a whole number."""
    yield np.array([[1.0], [3.0]]), 0.3
    yield np.array([[2.0, 0.0], [2.0, 0.0]]), 0.5
    yield np.array([[1.0, -1.0], [3.0, 0.5]]), 0.1
    yield np.array([[0.1], [0.3], [0.2]]), 2.0
    made = 0
    while made < 20:
        n, d = int(rng.integers(2, 41)), int(rng.integers(1, 7))
        gradients = rng.normal(rng.normal(0, 1, d), np.exp(rng.uniform(-1, 1)), (n, d)).round(2)
        error = float(rng.choice((0.05, 0.1, 0.2, 0.5, 1.0)))
        exact = needed(gradients, error)
        if abs(exact - round(exact)) > 1e-3 and exact < 1e6:
            made += 1
            yield gradients, error


def needed(
    gradients: np.ndarray, error: float, power: int = 2, ddof: int = 0, largest: bool = False
) -> float:
    """The batch before it is made a whole number, or a wrong one."""
    variances = gradients.var(axis=0, ddof=ddof)
    variance = variances.max() if largest else variances.sum()
    return float(variance / (error**power * np.sum(gradients.mean(axis=0) ** 2)))


def up(batch: float) -> int:
    return max(1, int(np.ceil(batch)))


EXERCISE = Exercise(
    reference=reference.batch_size_for,
    task="derive",
    cases=gradients_and_errors,
    mistakes=(
        Mistake(
            "root_forgotten",
            lambda gradients, relative_error: up(needed(gradients, relative_error, power=1)),
            "Your batch grows with one over the error. Half the error needs four times the batch.",
        ),
        Mistake(
            "floor",
            lambda gradients, relative_error: max(1, int(needed(gradients, relative_error))),
            "One sample fewer than needed: rounded down, the batch just misses the error.",
        ),
        Mistake(
            "one_coordinate",
            lambda gradients, relative_error: up(needed(gradients, relative_error, largest=True)),
            "The error has parts in all directions, and their squares add up.",
        ),
        Mistake(
            "unrelated_to_length",
            lambda gradients, relative_error: up(gradients.var(axis=0).sum() / relative_error**2),
            "The error was to be a share of the gradient's length: where that is long, fewer will do.",
        ),
        Mistake(
            "n_minus_1",
            lambda gradients, relative_error: up(needed(gradients, relative_error, ddof=1)),
            "Draws come from these samples with replacement: the variance of one draw is the mean of the "
            "squares, divided by n.",
        ),
    ),
    hints=(
        "How far is one draw from the mean of all, in the root mean square? That is a length, over all "
        "directions at once.",
        "The variance of a mean of B draws is the variance of one draw, divided by B. The error is its root.",
        "Ask for which B the variance of one draw (summed over the directions) divided by B is at most the "
        "square of the error that is allowed, and round up.",
    ),
    difficulty=3,
    importance=3,
    minutes=12,
)
