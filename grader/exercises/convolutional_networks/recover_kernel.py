"""Lesson 7a: how `recover_kernel` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.convolutional_networks import is_the_kernel
from grader.references import convolutional_networks as reference

SIZES = (
    (1, 4, 4, 1, 0),
    (1, 6, 6, 2, 0),
    (1, 7, 6, 3, 0),
    (2, 6, 8, 3, 0),
    (3, 8, 8, 4, 0),
    (1, 20, 20, 5, 0),
)
NOISY = ((2, 24, 24, 2, 1), (2, 28, 24, 3, 1), (3, 28, 28, 3, 1), (3, 32, 32, 4, 1), (4, 32, 32, 5, 1))


def lost_kernels(rng: np.random.Generator) -> Iterator[Case]:
    """One image or several, with and without noise in the outputs; kernels with and without a mean."""
    for i, (n, h, w, size, noisy) in enumerate((*SIZES, *SIZES[1:], *NOISY)):
        images = rng.normal(rng.choice((0.0, 0.5)), 1, (n, h, w)).round(3)
        kernel = rng.normal(0, 1, (size, size)).round(2) + (0.5 if i % 2 else 0.0)
        kernel = np.where(np.abs(kernel) < 0.05, 0.5, kernel)
        outputs = correlated(images, kernel)
        if noisy:
            outputs = outputs + rng.normal(0, 0.05 * outputs.std(), outputs.shape)
        yield Case((images, outputs, size), secret={"kernel": kernel, "noisy": bool(noisy)})


def correlated(images: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return reference.conv2d(images[..., None], kernel[..., None, None], np.zeros(1))[..., 0]


def patches_of(images: np.ndarray, size: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows.reshape(-1, size * size)


def changed(change: Callable):
    return lambda images, outputs, size: change(reference.recover_kernel(images, outputs, size))


def too_few_patches(images, outputs, size):
    """As many equations as unknowns."""
    patches, targets = patches_of(images, size)[: size**2], outputs.ravel()[: size**2]
    return np.linalg.lstsq(patches, targets)[0].reshape(size, size)


def correlation_with_pixels(images, outputs, size):
    """Each weight by its own pixel alone, as if the pixels of a window had nothing to do with each other."""
    patches, targets = patches_of(images, size), outputs.ravel()
    return (patches.T @ targets / (patches**2).sum(axis=0)).reshape(size, size)


def shrunken(images, outputs, size):
    patches = patches_of(images, size)
    square = patches.T @ patches + 0.1 * len(patches) * np.eye(size**2)
    return np.linalg.solve(square, patches.T @ outputs.ravel()).reshape(size, size)


EXERCISE = Exercise(
    reference=reference.recover_kernel,
    kind="property",
    task="derive",
    verify=is_the_kernel,
    cases=lost_kernels,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "flipped",
            changed(lambda kernel: kernel[::-1, ::-1]),
            "It is turned round: that is the kernel of a mathematician's convolution. Frameworks don't turn "
            "it.",
        ),
        Mistake(
            "too_few_patches",
            too_few_patches,
            "As many equations as unknowns: so the noise went straight into the kernel. Use all outputs.",
        ),
        Mistake("transposed", changed(np.transpose), "Rows and columns have changed places."),
        Mistake(
            "normalised",
            changed(lambda kernel: kernel / np.abs(kernel).sum()),
            "The weights were divided by their sum. A kernel needn't sum to 1.",
        ),
        Mistake(
            "each_pixel_alone",
            correlation_with_pixels,
            "Each weight was found from its own pixel alone. The pixels of a window count together.",
        ),
        Mistake(
            "shrunken",
            shrunken,
            "The weights are too small: a penalty pulls them towards 0, and nothing here needs one.",
        ),
    ),
    hints=(
        "One output is a sum of products: its window, known, times the kernel, unknown. What kind of "
        "equation is that, and how many of them are there?",
        "Write each window as a row of numbers. Then all outputs together are a matrix times the kernel, "
        "written as a column.",
        "sliding_window_view gives all windows; reshape them to (outputs, size · size). np.linalg.lstsq "
        "finds the column that fits best.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
)
