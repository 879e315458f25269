"""Lesson 7a: what the cases of several exercises share."""

from collections.abc import Callable, Iterator

import numpy as np

POOLINGS = (
    *((1, 2, 2, 1, 2, 2), (1, 3, 3, 1, 2, 2), (1, 4, 4, 1, 2, 2), (1, 5, 5, 1, 2, 2), (1, 4, 4, 1, 2, 1)),
    *((1, 3, 5, 2, 2, 2), (2, 6, 6, 1, 3, 3), (1, 7, 7, 1, 3, 2), (2, 5, 7, 3, 3, 2), (1, 5, 5, 1, 1, 2)),
    *((2, 6, 4, 2, 4, 1), (1, 8, 8, 1, 2, 3), (3, 5, 4, 2, 2, 2), (1, 9, 6, 2, 3, 3), (2, 7, 8, 1, 2, 3)),
)
"""Of each case n, h, w, c, and the window's size and stride."""


def poolings(rng: np.random.Generator) -> Iterator[tuple]:
    """Windows that fill the image and that don't, that overlap and leave gaps; of negative numbers, too."""
    yield np.array([[-3.0, -1.0], [-4.0, -2.0]]).reshape(1, 2, 2, 1), 2, 2
    yield np.array([[5.0]]).reshape(1, 1, 1, 1), 1, 1
    yield np.arange(16.0).reshape(1, 4, 4, 1), 2, 2
    yield np.arange(9.0).reshape(1, 3, 3, 1), 2, 1
    yield np.array([5.0, 3.0]).reshape(1, 1, 1, 2), 1, 1
    yield np.array([[1, 2], [4, 7]]).reshape(1, 2, 2, 1), 2, 2  # whole numbers, whose mean is none
    for i, (n, h, w, c, size, stride) in enumerate(POOLINGS):
        images = rng.normal((-3, 0, 3)[i % 3], 2, (n, h, w, c)).round(2)
        yield images.astype(np.float32) if i % 4 == 3 else images, size, stride


def windows_of(images: np.ndarray, size: int, stride: int) -> np.ndarray:
    """All windows inside the images: (n, rows, columns, c, size, size)."""
    views = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return views[:, ::stride, ::stride]


def side_by_side(pool: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """The pooling, its stride left out of account."""
    return lambda images, size, stride: pool(images, size, size)


def over_channels(
    pool: Callable[..., np.ndarray], combine: Callable[..., np.ndarray]
) -> Callable[..., np.ndarray]:
    """The pooling, and then the same over all channels."""

    def pooled(images: np.ndarray, size: int, stride: int) -> np.ndarray:
        out = pool(images, size, stride)
        return np.broadcast_to(combine(out, axis=3, keepdims=True), out.shape)

    return pooled
