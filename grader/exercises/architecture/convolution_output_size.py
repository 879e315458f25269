"""Lesson 5b: how `convolution_output_size` is checked."""

import math
from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import architecture as reference


def sides(rng: np.random.Generator) -> Iterator[tuple]:
    """A kernel as large as the image, one of a pixel; strides that divide and that don't; both paddings."""
    for size, kernel, stride in ((1, 1, 1), (3, 3, 1), (3, 3, 2), (8, 3, 1), (7, 2, 3), (28, 5, 2)):
        yield size, kernel, stride, "valid"
        yield size, kernel, stride, "same"
    for i in range(18):
        size = int(rng.integers(6, 300))
        yield size, int(rng.integers(2, 6)), int(rng.integers(1, 6)), ("valid", "same")[i % 2]


def by(valid=None, same=None):
    """An answer whose formula is another for one of the paddings or both."""

    def answer(size, kernel, stride, padding):
        formula = {"valid": valid, "same": same}[padding]
        right = reference.convolution_output_size(size, kernel, stride, padding)
        return right if formula is None else formula(size, kernel, stride)

    return answer


EXERCISE = Exercise(
    reference=reference.convolution_output_size,
    cases=sides,
    mistakes=(
        Mistake(
            "first_place_forgotten",
            by(valid=lambda size, kernel, stride: (size - kernel) // stride),
            "One too few: the kernel is laid at the very beginning, too, before its first step.",
        ),
        Mistake(
            "rounded_up",
            by(valid=lambda size, kernel, stride: math.ceil((size - kernel) / stride) + 1),
            "The last place doesn't count where the kernel would stick out over the edge.",
        ),
        Mistake(
            "kernel_forgotten",
            by(valid=lambda size, kernel, stride: math.ceil(size / stride)),
            "Without padding a kernel of several pixels fits into fewer places: this is the other padding.",
        ),
        Mistake(
            "stride_forgotten",
            by(valid=lambda size, kernel, stride: size - kernel + 1, same=lambda size, kernel, stride: size),
            "The stride makes no difference in your answer.",
        ),
        Mistake(
            "same_is_size",
            by(same=lambda size, kernel, stride: size),
            'With "same" the size stays only where the stride is 1. Else fewer places are left.',
        ),
        Mistake(
            "same_rounded_down",
            by(same=lambda size, kernel, stride: size // stride),
            "With zeros around, a last place that the image fills only in part counts: look which way you "
            "round.",
        ),
        Mistake(
            "not_whole",
            lambda size, kernel, stride, padding: (
                (size - kernel) / stride + 1 if padding == "valid" else size / stride
            ),
            "A number of places is whole, and yours isn't always: which way is it to be rounded?",
        ),
        Mistake(
            "swapped",
            lambda size, kernel, stride, padding: reference.convolution_output_size(
                size, kernel, stride, "same" if padding == "valid" else "valid"
            ),
            "The two paddings have changed places.",
        ),
    ),
    hints=(
        "Draw 7 pixels in a row and lay a kernel of 3 on them, 2 further each time. How often does it fit?",
        'The first place costs the whole kernel, each further one a stride: so `"valid"` asks how often the '
        "stride fits into what is left. With a rim, every stride's first pixel has its place, the last too.",
        "valid: ⌊(size − kernel) / stride⌋ + 1. same: ⌈size / stride⌉. `//` rounds down; to round up, take "
        "math.ceil, or `//` of the number below 0 and then its opposite.",
    ),
    difficulty=2,
    importance=4,
    minutes=6,
)
