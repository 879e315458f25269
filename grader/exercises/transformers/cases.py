"""Lesson 7d: what the cases of several exercises share."""

from collections.abc import Iterator

import numpy as np

SIZES = (
    (1, 1, 2, 1),
    (1, 2, 2, 1),
    (1, 2, 2, 2),
    (2, 3, 4, 2),
    (2, 2, 2, 2),
    (1, 5, 4, 1),
    (3, 2, 6, 3),
    (2, 4, 4, 4),
    (4, 3, 6, 2),
    (3, 3, 3, 3),
    (2, 6, 8, 2),
    (2, 4, 4, 2),
    (1, 3, 9, 3),
)
"""Texts, tokens, depth and heads; a head as deep as there are heads, and not."""


def projections(rng: np.random.Generator, depth: int, count: int = 4) -> list[np.ndarray]:
    """So many square weights, under which numbers keep their scale."""
    return [rng.normal(0, 1 / np.sqrt(depth), (depth, depth)).round(2) for _ in range(count)]


def texts_and_projections(rng: np.random.Generator) -> Iterator[tuple]:
    """(x, Wq, Wk, Wv, Wo, heads): queries and keys large enough that heads look at different tokens."""
    for n, t, d, heads in (*SIZES, *SIZES[3:8]):
        Wq, Wk, Wv, Wo = projections(rng, d)
        yield normal(rng, n, t, d), 2 * Wq, Wk, Wv, Wo, heads


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(0, 1, shape).round(2)


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """A softmax that makes 0 of what is hidden everywhere along the axis."""
    e = np.exp(z - z.max(axis=axis, keepdims=True, initial=-1e30))
    return e / np.maximum(e.sum(axis=axis, keepdims=True), 1)


def random_mask(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """A mask in which each query sees some key, and hardly any sees all."""
    mask = rng.random((n, m)) < 0.5
    mask[np.arange(n), rng.integers(0, m, n)] = True
    return mask
