"""Lesson 3a: what the cases of several exercises share."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live


def predictions(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """True values and predictions of one shape, one to three axes: errors up and down, none, large ones."""
    for y, y_hat in (
        ([3.0], [1.0]),
        ([1.0], [1.5]),
        ([2.0, 2.0], [1.0, 3.0]),
        ([1.0, 2.0], [1.0, 5.0]),
        ([1.0, -2.0, 3.0], [1.0, -2.0, 3.0]),
        ([0.0, 0.0, 0.0, 0.0], [0.5, -0.5, 0.5, -0.5]),
        ([1000.0, 0.0], [-1000.0, 0.1]),
        ([[1.0, 2.0]], [[2.0, 4.0]]),
        ([[1.0], [2.0]], [[0.0], [4.0]]),
        ([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]], [[1.5, 0.0], [-1.0, 1.0], [2.0, 5.0]]),
    ):
        yield np.array(y), np.array(y_hat)
    for shape in ((1,), (2,), (3,), (4,), (6,), (10,), (1, 4), (4, 1), (2, 2), (3, 3), (5, 2), (2, 2, 3)):
        y = rng.normal(0, 2, shape).round(1)
        yield y, (y + rng.normal(0, 1, shape)).round(1)


def labelled_scores(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels with logits: one row to many, two classes to ten, equal logits, up to ±1e4, rows far apart."""
    for labels, logits in (
        ([0], [[0.0, 0.0]]),
        ([1], [[1.0, 3.0]]),
        ([0], [[1.0, 3.0]]),
        ([0], [[1e4, -1e4]]),
        ([1], [[1e4, -1e4]]),
        ([0], [[-1e4, -1e4]]),
        ([2], [[1.0, 2.0, 3.0]]),
        ([1], [[1001.0, 1002.0, 1003.0]]),
        ([0, 1], [[0.0, 0.0], [2.0, -1.0]]),
        ([1, 1], [[0.5, 0.0], [2.0, -1.0]]),
        ([0, 0], [[0.0, 0.0], [1e4, -1e4]]),
        ([1, 0], [[1e4, 9999.0], [-1e4, -9999.0]]),
        ([2, 0], [[1.0, 2.0, 4.0], [-1.0, 0.0, 2.0]]),
    ):
        yield np.array(labels), np.array(logits)
    for n, k in ((1, 2), (1, 4), (2, 2), (2, 3), (3, 2), (3, 3), (4, 5), (6, 3), (5, 10), (12, 4)):
        yield rng.integers(0, k, n), rng.normal(0, 2, (n, k)).round(1)
    for n, k in ((2, 3), (4, 4)):
        yield rng.integers(0, k, n), rng.integers(-10_000, 10_001, (n, k)).astype(float)


def picked(z, labels):
    """The label's entry of each row."""
    return z[np.arange(len(labels)), labels]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def unshifted_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def one_hot(labels, z):
    return np.eye(z.shape[1])[labels]


def function(name: str, **settings: object) -> Live:
    """What stands for a function of `grader.child.functions` among the arguments of a case."""
    return Live("function", [name, settings])


def random_quadratic(rng: np.random.Generator, d: int) -> dict[str, np.ndarray]:
    """A bowl that is steeper in some directions than in others: A symmetric, its eigenvalues above 0."""
    half = rng.normal(0, 1, (d, d)).round(1)
    return {"A": (half @ half.T + 0.5 * np.eye(d)).round(2), "b": rng.normal(0, 1, d).round(1)}
