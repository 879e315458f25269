"""Lesson 7a: how `average_pool2d` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.convolutional_networks.cases import over_channels, poolings, side_by_side, windows_of
from grader.references import convolutional_networks as reference


def rest_kept(images, size, stride):
    """Rows and columns that fill no window make a smaller one."""
    starts = [range(0, max(length - size, 0) + stride, stride) for length in images.shape[1:3]]
    rows, columns = (
        [s for s in part if s < length] for part, length in zip(starts, images.shape[1:3], strict=True)
    )
    out = [[images[:, i : i + size, j : j + size].mean(axis=(1, 2)) for j in columns] for i in rows]
    return np.array(out).transpose(2, 0, 1, 3)


EXERCISE = Exercise(
    reference=reference.average_pool2d,
    cases=poolings,
    mistakes=(
        Mistake(
            "largest",
            reference.max_pool2d,
            "This is the largest value of each window. The mean is asked for.",
        ),
        Mistake(
            "sum",
            lambda images, size, stride: windows_of(images, size, stride).sum(axis=(4, 5)),
            "You add up each window. A mean is divided by the number of its pixels.",
        ),
        Mistake(
            "divided_by_size",
            lambda images, size, stride: windows_of(images, size, stride).sum(axis=(4, 5)) / size,
            "A window has size · size pixels, and you divided by size.",
        ),
        Mistake(
            "stride_is_size",
            side_by_side(reference.average_pool2d),
            "Your windows lie side by side. The stride says how far one is from the next: they may overlap, "
            "or leave gaps.",
        ),
        Mistake(
            "rest_kept",
            rest_kept,
            "There is a window too many at the edge: what doesn't fill a window is left out.",
        ),
        Mistake(
            "over_channels",
            over_channels(reference.average_pool2d, np.mean),
            "The mean was taken over all channels. Each channel is pooled by itself.",
        ),
        Mistake(
            "median",
            lambda images, size, stride: np.median(windows_of(images, size, stride), axis=(4, 5)),
            "This is the median of each window. The mean is asked for.",
        ),
    ),
    hints=(
        "It differs from max pooling in one word.",
        "The window at row i and column j begins at row s·i and column s·j. It is a slice of the images, for "
        "all of them and all channels at once.",
        "Two loops over i and j: images[:, s*i : s*i + size, s*j : s*j + size], and of it the mean over axes "
        "1 and 2.",
    ),
    difficulty=1,
    importance=3,
    minutes=4,
)
