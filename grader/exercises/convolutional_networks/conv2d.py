"""Lesson 7a: how `conv2d` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import convolutional_networks as reference

SHAPES = (  # n, h, w, c, kh, kw, f, stride, padding
    (1, 3, 3, 1, 2, 2, 1, 1, "valid"),
    (1, 3, 3, 1, 2, 2, 1, 1, "same"),
    (1, 4, 4, 1, 3, 3, 1, 1, "same"),
    (1, 4, 4, 1, 3, 3, 1, 2, "same"),
    (1, 5, 5, 1, 2, 2, 1, 2, "valid"),
    (1, 5, 4, 1, 4, 2, 1, 1, "same"),
    (1, 4, 4, 2, 2, 2, 1, 1, "valid"),
    (1, 3, 4, 1, 2, 2, 2, 1, "valid"),
    (2, 4, 5, 2, 3, 2, 3, 1, "valid"),
    (2, 6, 5, 3, 3, 3, 2, 2, "valid"),
    (2, 6, 5, 3, 3, 3, 2, 2, "same"),
    (1, 7, 7, 1, 3, 3, 2, 3, "same"),
    (1, 7, 8, 2, 5, 4, 1, 2, "same"),
    (1, 6, 6, 1, 1, 1, 3, 1, "same"),
    (1, 6, 6, 2, 1, 1, 1, 2, "valid"),
    (1, 8, 8, 1, 2, 2, 1, 3, "same"),
    (3, 5, 5, 2, 4, 4, 2, 1, "same"),
    (1, 6, 6, 1, 1, 1, 1, 2, "same"),  # the formula says that −1 rows are to be added: none
    (1, 1, 1, 2, 1, 1, 1, 1, "valid"),
    (1, 1, 3, 1, 1, 1, 1, 2, "valid"),
    (1, 4, 1, 1, 3, 1, 1, 2, "same"),
    (1, 3, 1, 1, 3, 1, 1, 1, "same"),
)


def layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Kernels of odd and even size, one or several channels and filters, strides and both paddings."""
    image = np.array([[1.0, 2.0], [3.0, 5.0]]).reshape(1, 2, 2, 1)
    kernel = np.array([[1.0, 10.0], [100.0, 1000.0]]).reshape(2, 2, 1, 1)
    yield image, kernel, np.array([0.0])
    yield image, kernel, np.array([0.5])
    yield image, np.array([2.0]).reshape(1, 1, 1, 1), np.array([-1.0])
    for n, h, w, c, kh, kw, f, stride, padding in SHAPES:
        images = rng.normal(0, 2, (n, h, w, c)).round(2)
        kernels = rng.normal(0, 1, (kh, kw, c, f)).round(2)
        bias = rng.normal(0, 1, f).round(2)
        yield images, kernels, bias, stride, padding


def through(kernels: Callable = lambda k: k, bias: Callable = lambda b: b):
    """The right layer with another kernel or another bias."""
    return lambda images, k, b, stride=1, padding="valid": reference.conv2d(
        images, kernels(k), bias(b), stride, padding
    )


def padded(images, kernels, bias, stride, sides: Callable):
    """The layer on images with a frame, of which `sides` says how much stands before and behind."""
    frame = [sides(size, k, stride) for size, k in zip(images.shape[1:3], kernels.shape[:2], strict=True)]
    return reference.conv2d(np.pad(images, ((0, 0), *frame, (0, 0))), kernels, bias, stride)


def same_by(sides: Callable):
    return lambda images, kernels, bias, stride=1, padding="valid": (
        padded(images, kernels, bias, stride, sides)
        if padding == "same"
        else reference.conv2d(images, kernels, bias, stride)
    )


def more_before(size, kernel, stride):
    added = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return added - added // 2, added // 2


def without_stride(size, kernel, stride):
    return (kernel - 1) // 2, kernel // 2


def half_a_kernel(size, kernel, stride):
    return kernel // 2, kernel // 2


def all_behind(size, kernel, stride):
    return 0, sum(more_before(size, kernel, stride))


def stride_of_rows_only(images, kernels, bias, stride=1, padding="valid"):
    if padding == "same":
        return padded(images, kernels, bias, 1, lambda size, k, _: more_before(size, k, stride)[::-1])[
            :, ::stride
        ]
    return reference.conv2d(images, kernels, bias)[:, ::stride]


def rim_kept(images, kernels, bias, stride=1, padding="valid"):
    """The image's repeated rim in place of zeros."""
    if padding == "valid":
        return reference.conv2d(images, kernels, bias, stride)
    frame = [more_before(s, k, stride)[::-1] for s, k in zip(images.shape[1:3], kernels.shape, strict=False)]
    return reference.conv2d(np.pad(images, ((0, 0), *frame, (0, 0)), mode="edge"), kernels, bias, stride)


EXERCISE = Exercise(
    reference=reference.conv2d,
    cases=layers,
    mistakes=(
        Mistake(
            "flipped",
            through(lambda k: k[::-1, ::-1]),
            "The kernel was turned round, as in a mathematician's convolution. Frameworks don't: the "
            "kernel's first row meets the window's first row.",
        ),
        Mistake(
            "transposed",
            through(lambda k: k.transpose(1, 0, 2, 3) if k.shape[0] == k.shape[1] else k),
            "Rows and columns of the kernel have changed places.",
        ),
        Mistake(
            "bias_forgotten",
            through(bias=np.zeros_like),
            "The bias makes no difference in your answer.",
        ),
        Mistake(
            "first_channel",
            through(lambda k: k * (np.arange(k.shape[2]) == 0)[:, None]),
            "Only the first channel counts. Each filter looks at all of them, and adds up.",
        ),
        Mistake(
            "mean_of_channels",
            through(lambda k: k / k.shape[2]),
            "The channels were averaged. They are added up, each with its own weights.",
        ),
        Mistake(
            "stride_forgotten",
            lambda images, kernels, bias, stride=1, padding="valid": reference.conv2d(
                images, kernels, bias, 1, padding
            ),
            "The kernel moves by one pixel, whatever the stride says.",
        ),
        Mistake(
            "stride_of_rows_only",
            stride_of_rows_only,
            "The stride was used for rows alone. Columns are as far apart.",
        ),
        Mistake(
            "never_padded",
            lambda images, kernels, bias, stride=1, padding="valid": reference.conv2d(
                images, kernels, bias, stride
            ),
            'With "same" the image needs a frame of zeros first.',
        ),
        Mistake(
            "more_before",
            same_by(more_before),
            'With "same" and an odd number of rows to add, the one more belongs below, and of columns to the '
            "right.",
        ),
        Mistake(
            "without_stride",
            same_by(without_stride),
            'With "same" and a stride above 1 fewer rows are added: as many as the last window needs.',
        ),
        Mistake(
            "half_a_kernel",
            same_by(half_a_kernel),
            'Half a kernel on each side is "same" for odd kernels at stride 1. What does the formula say of '
            "the others?",
        ),
        Mistake(
            "all_behind",
            same_by(all_behind),
            "The whole frame stands below and to the right. Half of it belongs before the image.",
        ),
        Mistake(
            "rim_kept",
            rim_kept,
            "The frame repeats the image's rim. It is made of zeros.",
        ),
    ),
    hints=(
        'Begin with "valid", stride 1, one channel and one filter. For "same", make the frame first; what '
        "follows is the same.",
        "For each place of the kernel, a and b, cut out all the pixels that this place meets: a slice with "
        "the stride as its step. How many rows must it have?",
        "Such a slice has shape (n, rows, columns, c). `slice @ kernels[a, b]` sums over the channels and "
        "gives all filters; add these up over all a and b, and the bias once. np.pad makes the frame.",
    ),
    difficulty=3,
    importance=5,
    minutes=20,
)
