"""Lesson 7a: how `max_pool2d` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.convolutional_networks.cases import over_channels, poolings, side_by_side, windows_of
from grader.references import convolutional_networks as reference


def rest_kept(images, size, stride):
    """Rows and columns that fill no window make one more."""
    more = [-(max(length - size, 0)) % stride for length in images.shape[1:3]]
    frame = ((0, 0), *((0, rows) for rows in more), (0, 0))
    return reference.max_pool2d(np.pad(images.astype(float), frame, constant_values=-np.inf), size, stride)


def zeros_around(images, size, stride):
    return np.maximum(reference.max_pool2d(images, size, stride), 0)


EXERCISE = Exercise(
    reference=reference.max_pool2d,
    cases=poolings,
    mistakes=(
        Mistake(
            "average",
            reference.average_pool2d,
            "This is the mean of each window. The largest value is asked for.",
        ),
        Mistake(
            "zeros_around",
            zeros_around,
            "Where all values of a window are negative, you return 0. The largest of them is negative, too.",
        ),
        Mistake(
            "stride_is_size",
            side_by_side(reference.max_pool2d),
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
            over_channels(reference.max_pool2d, np.max),
            "The largest value was taken over all channels. Each channel is pooled by itself.",
        ),
        Mistake(
            "smallest",
            lambda images, size, stride: windows_of(images, size, stride).min(axis=(4, 5)),
            "You return the smallest value of each window.",
        ),
        Mistake(
            "first_of_window",
            lambda images, size, stride: windows_of(images, size, stride)[..., 0, 0],
            "You return the first pixel of each window. That is what a stride does without pooling.",
        ),
    ),
    hints=(
        "How many windows fit below each other? Take an image of five rows, size 2, stride 2.",
        "The window at row i and column j begins at row s·i and column s·j. It is a slice of the images, for "
        "all of them and all channels at once.",
        "Two loops over i and j: images[:, s*i : s*i + size, s*j : s*j + size], and of it the largest over "
        "axes 1 and 2.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
