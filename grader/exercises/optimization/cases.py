"""Lesson 3b: what the cases of several optimisers share."""

import numpy as np

SHAPES = ((), (1,), (2,), (2,), (3,), (3,), (4,), (6,), (2, 2), (1, 3), (3, 2), (4, 3), (2, 2, 2))


def arrays(rng: np.random.Generator, count: int, shape: tuple[int, ...]) -> list[np.ndarray]:
    return [np.asarray(rng.normal(0, 1, shape).round(2)) for _ in range(count)]
