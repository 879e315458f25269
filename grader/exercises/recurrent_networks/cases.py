"""Lesson 7b: what the cases of several exercises share."""

from collections.abc import Iterator

import numpy as np

SIZES = (
    (1, 1, 1),
    (1, 2, 1),
    (1, 1, 2),
    (2, 2, 3),
    (3, 3, 2),
    (2, 2, 2),
    (4, 3, 3),
    (1, 3, 4),
    (5, 2, 2),
    (3, 4, 4),
)
"""Samples, features and units of the cells that are drawn; square weights among them."""


def cells(
    rng: np.random.Generator, gates: int, rows_of_bias: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, int, int], tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """Sizes and weights (Wx, Wh, b) of drawn cells with so many gates."""
    for n, d, u in (*SIZES, *SIZES[3:]):
        Wx, Wh = (rng.normal(0, 0.8, (size, gates * u)).round(2) for size in (d, u))
        yield (n, d, u), (Wx, Wh, rng.normal(0, 0.5, (*rows_of_bias, gates * u)).round(2))


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(0, 1, shape).round(2)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * z))
