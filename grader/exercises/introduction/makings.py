"""Makings of data that one kind of model reads well and another badly: each gives what draws rows.

Of the models of `pick_model` some are within a point or two of the best one, and all others far behind it.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

Draw = Callable[[int], tuple[np.ndarray, np.ndarray]]
CLASSES = 10
WRONG = 0.25  # of the labels, where some are wrong


def island(rng: np.random.Generator, many: int) -> Draw:
    """A rarer class in a disc, the other around it and a little within: a straight border doesn't help."""
    centre = rng.normal(0, 1, 2)

    def draw(n):
        is_rare = np.arange(n) % 4 == 0
        angle, area = rng.uniform(0, 2 * np.pi, n), rng.uniform(1.5, 4, n)
        is_inside = is_rare | (rng.random(n) < 0.06)
        radius = np.sqrt(np.where(is_inside, rng.random(n), area))
        y = np.where(is_rare, 1 - many, many)
        return centre + (radius * [np.cos(angle), np.sin(angle)]).T, y

    return draw


def clouds(rng: np.random.Generator) -> Draw:
    """A cloud a class, each in a direction of its own, and some labels wrong: one neighbour is misled."""
    centres = 2.5 * np.linalg.qr(rng.normal(0, 1, (CLASSES, CLASSES)))[0]

    def draw(n):
        y = np.arange(n) % CLASSES
        return centres[y] + rng.normal(0, 0.7, (n, CLASSES)), some_wrong(rng, y, CLASSES)

    return draw


def necklace(rng: np.random.Generator) -> Draw:
    """Two clouds a class, opposite each other, and some labels wrong: only many neighbours help."""
    angles = rng.uniform(0, 2 * np.pi) + np.arange(10) * np.pi / 5
    centres = 3 * np.column_stack([np.cos(angles), np.sin(angles)])

    def draw(n):
        cloud = np.arange(n) % 10
        return centres[cloud] + rng.normal(0, 0.35, (n, 2)), some_wrong(rng, cloud % 5, 5)

    return draw


def planes(rng: np.random.Generator) -> Draw:
    """Twenty columns and straight borders: in so many columns no neighbour is near."""
    weights = np.linalg.qr(rng.normal(0, 1, (20, CLASSES)))[0]

    def draw(n):
        X = rng.normal(0, 1, (3 * n, 20))
        y = (X @ weights).argmax(axis=1)
        rows = np.concatenate([np.flatnonzero(y == k)[: n // CLASSES] for k in range(CLASSES)])
        return X[rows], y[rows]

    return draw


def chessboard(rng: np.random.Generator) -> Draw:
    """Fields of two colours, so small that of fifteen neighbours many lie on other fields."""
    corner = rng.random(2)

    def draw(n):
        X = rng.uniform(0, 4, (n, 2))
        return X, np.floor(X + corner).sum(axis=1).astype(int) % 2

    return draw


def some_wrong(rng: np.random.Generator, y: np.ndarray, classes: int) -> np.ndarray:
    """The labels, some of them exchanged for those of other classes."""
    return np.where(rng.random(len(y)) < WRONG, (y + rng.integers(1, classes, len(y))) % classes, y)


MAKINGS = (partial(island, many=0), partial(island, many=1), clouds, necklace, planes, chessboard)
