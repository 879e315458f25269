"""Small images laid over pieces of a photograph: `on_photograph`, where most of what is seen is scenery."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.errors import DataError, UnknownNameError

Photograph = Literal["china", "flower"]  # scikit-learn's two sample images, of 427 × 640 pixels

MEAN, CONTRAST = 0.5, 0.18  # to which every piece of a photograph is brought


def on_photograph(
    images: ArrayLike, rng: np.random.Generator, photograph: Photograph = "flower", size: int = 12
) -> np.ndarray:
    """Lay each image at a random place over a random piece of a photograph, in white.

    `p + ink · (1 − p)` for a piece p of the photograph, in grey, brought to mean 0.5 and standard deviation
    0.18, or a little less where it is all but even, and cut off at 0 and 1. So neither the place nor the
    background says anything about the image.

    Args:
        images: (n, height, width), from 0, where nothing covers the photograph, to 1, which is white.
        rng: draws the places and the pieces.
        photograph: `"china"`, a temple, or `"flower"`.
        size: height and width of what comes out, in pixels.

    Returns:
        (n, size, size, 1) in float32, from 0 to 1.

    Raises:
        DataError: the images are no such array, or larger than what they are laid on.
        UnknownNameError: there is no such photograph.

    Example:
        >>> from dlcourse import datasets
        >>> digits = datasets.load("digits").features / 16
        >>> datasets.on_photograph(digits, np.random.default_rng(0)).shape
        (1797, 12, 12, 1)
    """
    images = _checked(images, size)
    n, height, width = images.shape
    pieces = _pieces(n, rng, photograph, size)
    top, left = rng.integers(0, size - height + 1, n), rng.integers(0, size - width + 1, n)
    rows, columns = top[:, None] + np.arange(height), left[:, None] + np.arange(width)
    ink = np.zeros_like(pieces)  # (n, size, size)
    ink[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]] = images
    return (pieces + ink * (1 - pieces))[..., None].astype(np.float32)


def _pieces(n: int, rng: np.random.Generator, photograph: str, size: int) -> np.ndarray:
    scene = _scene(photograph)
    if not size <= min(scene.shape):
        height, width = scene.shape
        raise DataError(f"The photograph has {height} × {width} pixels: take a smaller size.")
    everywhere = np.lib.stride_tricks.sliding_window_view(scene, (size, size))
    pieces = everywhere[tuple(rng.integers(0, end, n) for end in everywhere.shape[:2])]
    spread = pieces.std(axis=(1, 2), keepdims=True) + 1e-3  # of an even piece of sky: nearly 0
    return np.clip(MEAN + CONTRAST * (pieces - pieces.mean(axis=(1, 2), keepdims=True)) / spread, 0, 1)


@lru_cache
def _scene(photograph: str) -> np.ndarray:
    """The photograph in grey, from 0 to 1."""
    if photograph not in get_args(Photograph):
        raise UnknownNameError("photograph", photograph, get_args(Photograph))
    from sklearn.datasets import load_sample_image

    return load_sample_image(f"{photograph}.jpg").mean(axis=2) / 255


def _checked(images: ArrayLike, size: int) -> np.ndarray:
    images = np.asarray(images, dtype=np.float64)
    if images.ndim != 3:
        raise DataError(f"The images must have shape (n, height, width), not {images.shape}.")
    if max(images.shape[1:]) > size:
        raise DataError(f"Images of {images.shape[1]} × {images.shape[2]} pixels don't fit onto size={size}.")
    if images.size and not (images.min() >= 0 and images.max() <= 1):
        raise DataError("The images must be numbers from 0 to 1: divide by what white is, 16 for digits.")
    return images
