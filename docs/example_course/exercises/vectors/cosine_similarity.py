"""Lesson 1: how `cosine_similarity` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import vectors as reference


def two_tables(rng: np.random.Generator) -> Iterator[tuple]:
    """Rows of different lengths, rows of zeros, as many rows in both and not."""
    yield np.array([[2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 3.0], [-5.0, 0.0]])
    yield np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[2.0, 2.0]])
    yield np.array([[1.0, 2.0, 3.0]]), np.array([[3.0, 2.0, 1.0]])
    for i in range(13):
        n, m, d = (int(size) for size in rng.integers(1, 5, 3))
        A, B = rng.normal(0, 2, (n, d + 1)).round(2), rng.normal(0, 2, (m, d + 1)).round(2)
        if i % 4 == 3:
            B[0] = 0
        yield A, B


def divided(sizes):
    """Products of the rows, divided by something else than both lengths."""

    def answer(A, B):
        parts = sizes(A, B)
        return np.divide(A @ B.T, parts, out=np.zeros((len(A), len(B))), where=parts != 0)

    return answer


def lengths(A):
    return np.sqrt((A**2).sum(axis=1))


EXERCISE = Exercise(
    reference=reference.cosine_similarity,
    cases=two_tables,
    mistakes=(
        Mistake(
            "products",
            lambda A, B: A @ B.T,
            "These are the products of the rows: they grow with the rows' lengths, and a cosine doesn't.",
        ),
        Mistake(
            "one_length",
            divided(lambda A, B: lengths(A)[:, None] * np.ones(len(B))),
            "You divide by the lengths of A's rows alone. Both rows' lengths have to go.",
        ),
        Mistake(
            "turned",
            lambda A, B: reference.cosine_similarity(B, A),
            "Rows and columns have changed places: row i is of A's row i.",
        ),
        Mistake(
            "distances",
            lambda A, B: 1 - reference.cosine_similarity(A, B),
            "That is 1 − cosine, a distance: it is 0 for rows of one direction. Their similarity is 1.",
        ),
    ),
    hints=(
        "What is the product of two vectors of length 1?",
        "Give all rows of A and of B the length 1 first; then one product of matrices does the rest.",
        "`unit_vector` on each row, and then one table times the other one, turned: (n, d) times (d, m).",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
