"""Lesson 1: how `multiplication_count` is checked."""

from collections.abc import Iterator
from itertools import pairwise
from math import prod

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference

CNN = [("convolution", 16, 16, 1, 3, 16), ("convolution", 7, 7, 16, 3, 64), ("dense", 64, 10)]


def stacks(rng: np.random.Generator) -> Iterator[tuple[list[tuple]]]:
    """No layer, one of each kind, the convolutional network of the lesson, and random stacks."""
    yield ([],)
    yield ([("dense", 3, 2)],)
    yield ([("dense", 1, 1)],)
    yield ([("dense", 784, 128), ("dense", 128, 10)],)
    yield ([("convolution", 3, 3, 1, 3, 1)],)
    yield ([("convolution", 4, 3, 1, 2, 1)],)
    yield ([("convolution", 3, 3, 2, 1, 2)],)
    yield ([("convolution", 3, 5, 2, 3, 4)],)
    yield (CNN,)
    for convolutions in (0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4):
        yield ([*_convolutions(rng, convolutions), *_dense(rng, int(rng.integers(1, 3)))],)


def _convolutions(rng, count):
    height, width, channels = (int(size) for size in rng.integers((10, 10, 1), (20, 20, 4)))
    for _ in range(count):
        kernel, filters = int(rng.choice((2, 3))), int(rng.integers(2, 9))
        yield "convolution", height, width, channels, kernel, filters
        height, width, channels = height - kernel + 1, width - kernel + 1, filters


def _dense(rng, count):
    sizes = rng.integers(2, 60, count + 1).tolist()
    for inputs, units in pairwise(sizes):
        yield "dense", inputs, units


def summed(dense, convolution):
    """A count by what a layer of each kind takes."""

    def answer(layers):
        kinds = {"dense": dense, "convolution": convolution}
        return sum(kinds[kind](*sizes) for kind, *sizes in layers)

    return answer


def with_places(a_place):
    """A convolution that does so much at each of its places."""
    return lambda height, width, channels, kernel, filters: (
        (height - kernel + 1) * (width - kernel + 1) * a_place(channels, kernel, filters)
    )


def matrix(inputs, units):
    return inputs * units


EXERCISE = Exercise(
    reference=reference.multiplication_count,
    task="derive",
    cases=stacks,
    mistakes=(
        Mistake(
            "weights",
            summed(matrix, lambda height, width, channels, kernel, filters: kernel**2 * channels * filters),
            "These are the weights. A filter's weights are used again at every place.",
        ),
        Mistake(
            "parameters",
            summed(
                lambda inputs, units: (inputs + 1) * units,
                lambda height, width, channels, kernel, filters: (kernel**2 * channels + 1) * filters,
            ),
            "These are the parameters, biases among them. Biases multiply nothing, and a filter's weights "
            "are used again at every place.",
        ),
        Mistake(
            "full_size",
            summed(matrix, lambda *sizes: prod(sizes) * sizes[3]),
            "The filter was laid on every pixel. Where the whole of it must fit, there are fewer places.",
        ),
        Mistake(
            "channels_forgotten",
            summed(matrix, with_places(lambda channels, kernel, filters: kernel**2 * filters)),
            "Each filter looks through all input channels.",
        ),
        Mistake(
            "bias_counted",
            summed(
                lambda inputs, units: (inputs + 1) * units,
                with_places(lambda channels, kernel, filters: (kernel**2 * channels + 1) * filters),
            ),
            "A bias is added, not multiplied.",
        ),
        Mistake(
            "kernel_not_squared",
            summed(matrix, with_places(lambda channels, kernel, filters: kernel * channels * filters)),
            "A filter is as high as it is wide: it covers a square of pixels.",
        ),
        Mistake(
            "one_filter",
            summed(matrix, with_places(lambda channels, kernel, filters: kernel**2 * channels)),
            "This is the work of a single filter. A layer has several.",
        ),
        Mistake(
            "one_place_too_few",
            summed(
                matrix,
                lambda height, width, channels, kernel, filters: (
                    (height - kernel) * (width - kernel) * kernel**2 * channels * filters
                ),
            ),
            "There is one place more in each direction: draw a filter of 3 pixels on an image of 3.",
        ),
    ),
    hints=(
        "Take one place of one filter first: how many numbers does the filter cover there? Then ask how "
        "many places there are, and how many filters.",
        "Draw an image of 5 pixels in a row, and a filter of 3: in how many places does the whole filter "
        "fit? And a filter of 1, or of 5?",
        "A convolution has three factors: places in the height times places in the width, numbers under one "
        "filter in all channels, and filters. A dense layer has two.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)
