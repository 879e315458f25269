"""Lesson 5b: what the cases of several exercises share."""

from functools import cache

import numpy as np


def per_feature(rng: np.random.Generator, features: int) -> np.ndarray:
    """A number above 0 for each feature, well away from 1 where one could be left out unseen."""
    return rng.choice((0.25, 0.4, 0.5, 1.5, 2.0, 2.5), features)


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The images as they lie on the disk, from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.asarray(data.features).reshape(-1, 8, 8) / 16, np.asarray(data.target)


def placed_digits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Digits at random places of a canvas of 12 × 12, in another order, so that nobody finds them again.

    All are turned or mirrored alike, a little noise lies over each, and the classes have other names.
    """
    x, y = all_digits()
    x = np.rot90(x, int(rng.integers(4)), axes=(1, 2))
    x = x[:, :, ::-1] if rng.integers(2) else x
    x = np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1)
    canvas = np.zeros((len(x), 12, 12), np.float32)
    for image, digit, (top, left) in zip(canvas, x, rng.integers(0, 5, (len(x), 2)), strict=True):
        image[top : top + 8, left : left + 8] = digit
    order = rng.permutation(len(x))
    return canvas[order], rng.permutation(10)[y][order]
