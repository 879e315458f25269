"""Lesson 4: how `conv_to_torch` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import frameworks as reference


def convolution_kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Convolutions: one number, one filter, one channel, one pixel, square and oblong."""

    def layer(*shape: int) -> tuple[np.ndarray, np.ndarray]:
        # All different, so that each has one right place; and no whole numbers, which any type can hold.
        numbers = rng.permutation(int(np.prod(shape))) + 1.003
        return numbers.reshape(shape), rng.integers(-9, 10, shape[-1]) + 0.007

    shapes = (
        (1, 1, 1, 1), (2, 2, 1, 1), (1, 2, 1, 1), (1, 1, 2, 2), (1, 1, 1, 3), (1, 1, 3, 1), (1, 2, 2, 1),
        (2, 1, 1, 2), (1, 1, 2, 3), (2, 2, 1, 2), (2, 2, 2, 1), (1, 2, 2, 2), (2, 3, 2, 1), (2, 2, 2, 2),
        (3, 2, 1, 2), (3, 3, 1, 1), (3, 3, 1, 4), (3, 3, 2, 2), (3, 3, 3, 3), (5, 3, 2, 4),
    )  # fmt: skip
    for shape in shapes:
        yield layer(*shape)


EXERCISE = Exercise(
    reference=reference.conv_to_torch,
    cases=convolution_kernels,
    mistakes=(
        Mistake(
            "rows_and_columns_swapped",
            lambda kernel, bias: (kernel.T, bias),
            "The order of all four axes was reversed, so each filter lies on its side: height and width "
            "keep their order.",
        ),
        Mistake(
            "reshaped",
            lambda kernel, bias: (kernel.reshape([kernel.shape[i] for i in (3, 2, 0, 1)]), bias),
            "The shape is right and the numbers are in the wrong places, as after `reshape`, which "
            "moves no axes.",
        ),
        Mistake(
            "input_first",
            lambda kernel, bias: (kernel.transpose(2, 3, 0, 1), bias),
            "Input and output channels are the wrong way round: in PyTorch the filters come first.",
        ),
        Mistake(
            "channels_last",
            lambda kernel, bias: (kernel.transpose(3, 0, 1, 2), bias),
            "The filters are in front, but the input channels are last, as TFLite has them. PyTorch wants "
            "them in the second place.",
        ),
        Mistake(
            "turned_over",
            lambda kernel, bias: (kernel[::-1, ::-1].transpose(3, 2, 0, 1), bias),
            "Each filter was turned upside down. Both frameworks slide it as it is.",
        ),
        Mistake("unchanged", lambda kernel, bias: (kernel, bias), "The kernel came back as it was, HWIO."),
    ),
    hints=(
        "Write both orders below each other: HWIO and OIHW. For each letter of the second, where is it in "
        "the first?",
        "`np.transpose` takes the old place of each new axis, counted from 0. `reshape` won't do: it moves "
        "no number.",
        "O is the old axis 3 and comes first; I is the old axis 2. Height and width follow in their order.",
    ),
    returns=("weight", "bias"),
    difficulty=2,
    importance=3,
    minutes=5,
    packages=("numpy", "torch"),
)
