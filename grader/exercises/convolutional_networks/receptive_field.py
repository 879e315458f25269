"""Lesson 7a: how `receptive_field` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import convolutional_networks as reference


def stacks(rng: np.random.Generator) -> Iterator[tuple]:
    """No layer, one, several without and with strides; and drawn ones."""
    yield ([],)
    yield ([(1, 1)],)
    yield ([(3, 1)],)
    yield ([(3, 2)],)
    yield ([(3, 1), (3, 1)],)
    yield ([(2, 2), (2, 2)],)
    yield ([(3, 2), (3, 1)],)
    yield ([(3, 1), (3, 2)],)
    yield ([(1, 2), (3, 1)],)
    yield ([(5, 1), (2, 2), (5, 1), (2, 2)],)
    for i in range(12):
        count = 2 + i % 4
        yield (
            list(zip(rng.integers(1, 8, count).tolist(), rng.integers(1, 4, count).tolist(), strict=True)),
        )


def by(kernel_part, later=lambda stride: stride, start=1):
    """A field that grows by another part of each kernel, or with other jumps."""

    def answer(layers):
        field, jump = start, 1
        for kernel, stride in layers:
            field += kernel_part(kernel) * jump
            jump *= later(stride)
        return field

    return answer


def jump_too_soon(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        field += (kernel - 1) * jump
    return field


def jumps_added(layers):
    field, jump = 1, 0
    for kernel, stride in layers:
        field += (kernel - 1) * max(jump, 1)
        jump += stride
    return field


EXERCISE = Exercise(
    reference=reference.receptive_field,
    task="derive",
    cases=stacks,
    mistakes=(
        Mistake(
            "sum_of_kernels",
            by(lambda kernel: kernel, start=0),
            "Windows of one layer overlap: a kernel of 3 reaches two outputs further, and not three.",
        ),
        Mistake(
            "strides_forgotten",
            by(lambda kernel: kernel - 1, later=lambda stride: 1),
            "Strides make no difference in your answer. Behind a stride of 2, neighbours are two pixels "
            "apart.",
        ),
        Mistake(
            "jump_too_soon",
            jump_too_soon,
            "A layer's own stride doesn't widen what it sees, only what the layers behind it see.",
        ),
        Mistake(
            "jumps_added",
            jumps_added,
            "Strides were added up. Two strides of 2 put neighbours four pixels apart, three of them eight.",
        ),
        Mistake(
            "product",
            lambda layers: int(np.prod([kernel for kernel, _ in layers])) if layers else 1,
            "The kernels were multiplied. Windows overlap, so a field grows more slowly.",
        ),
        Mistake(
            "last_only",
            lambda layers: layers[-1][0] if layers else 1,
            "This is what the last layer sees of the layer before it. What does that see of the image?",
        ),
    ),
    hints=(
        "Draw two layers of kernel 3 above a row of pixels, and mark what the topmost output depends on. "
        "Then let the lower layer have stride 2.",
        "Go from the image on, and keep two numbers: how many pixels are seen, and how many pixels lie "
        "between neighbouring outputs.",
        "Each layer adds (kernel − 1) times that distance to the field. Afterwards the distance is "
        "multiplied by the layer's stride.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
)
