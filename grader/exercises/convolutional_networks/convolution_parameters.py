"""Lesson 7a: how `convolution_parameters` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import convolutional_networks as reference


def sizes(rng: np.random.Generator) -> Iterator[tuple]:
    """Kernels that are square and that aren't, one channel or several; and drawn ones."""
    yield 1, 1, 1, 1
    yield 3, 3, 1, 1
    yield 1, 1, 3, 1
    yield 1, 1, 1, 4
    yield 3, 3, 3, 32
    yield 5, 2, 1, 1
    yield 2, 5, 4, 3
    yield from np.column_stack([rng.integers(2, 8, (14, 2)), rng.integers(2, 65, (14, 2))]).tolist()


def formula(count: Callable[[int, int, int, int], int]):
    return lambda kernel_height, kernel_width, channels, filters: count(
        kernel_height, kernel_width, channels, filters
    )


EXERCISE = Exercise(
    reference=reference.convolution_parameters,
    task="derive",
    cases=sizes,
    mistakes=(
        Mistake("no_bias", formula(lambda h, w, c, f: h * w * c * f), "The biases are missing."),
        Mistake(
            "one_bias",
            formula(lambda h, w, c, f: h * w * c * f + 1),
            "There is one bias in all. Every filter has its own.",
        ),
        Mistake(
            "bias_of_channels",
            formula(lambda h, w, c, f: h * w * c * f + c),
            "You count a bias for each channel that comes in. Each filter has one.",
        ),
        Mistake(
            "bias_of_pairs",
            formula(lambda h, w, c, f: (h * w + 1) * c * f),
            "You count a bias for each channel of each filter. A filter has one, added after all channels.",
        ),
        Mistake(
            "channels_forgotten",
            formula(lambda h, w, c, f: (h * w + 1) * f),
            "A filter has a kernel for each channel that comes in.",
        ),
        Mistake(
            "square",
            formula(lambda h, w, c, f: (h * h * c + 1) * f),
            "The kernel's width makes no difference in your answer.",
        ),
        Mistake(
            "one_filter",
            formula(lambda h, w, c, f: h * w * c + f),
            "The filters have weights of their own, each as many.",
        ),
    ),
    hints=(
        "Take one filter first: how many numbers does it multiply with, at one place of the image?",
        "It looks at a window of all channels. To the sum of the products it adds one number more.",
        "So many for one filter: height · width · channels, and its bias. Then times the filters.",
    ),
    difficulty=1,
    importance=4,
    minutes=3,
)
