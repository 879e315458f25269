"""Lesson 1: how `unit_vector` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import vectors as reference


def single_vectors(rng: np.random.Generator) -> Iterator[tuple]:
    """Short ones by hand, one of them of zeros; then drawn ones of up to nine numbers."""
    for values in ([3.0, 4.0], [0.0, 0.0], [-2.0], [1.0, -2.0, 2.0], [0.0, 0.5, 0.0]):
        yield (np.array(values),)
    for size in (2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9):
        yield (rng.normal(0, 2, size).round(2),)


EXERCISE = Exercise(
    reference=reference.unit_vector,
    cases=single_vectors,
    mistakes=(
        Mistake(
            "by_the_sum",
            lambda v: v / np.sum(np.abs(v)) if np.any(v) else v,
            "You divide by the sum of the sizes. The length is the root of the sum of the squares.",
        ),
        Mistake(
            "by_the_square",
            lambda v: v / np.sum(v**2) if np.any(v) else v,
            "You divide by the square of the length: the root is missing.",
        ),
        Mistake(
            "zeros_divided",
            lambda v: v / np.sqrt(np.sum(v**2)),
            "A vector of zeros was divided by its length, which is 0. It stays as it is.",
        ),
        Mistake(
            "by_the_largest",
            lambda v: v / np.max(np.abs(v)) if np.any(v) else v,
            "You divide by the largest number. The result's largest number is 1, and its length isn't.",
        ),
    ),
    hints=(
        "How long is the vector (3, 4)? Pythagoras knows.",
        "The length is the root of the sum of the squares. What if it comes to 0?",
        "Compute the length with np.sqrt and np.sum. If it is above 0, divide by it; if not, return zeros.",
    ),
    difficulty=1,
    importance=5,
    minutes=4,
)
