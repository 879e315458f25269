"""Lesson 4: how `scale_images` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def byte_images(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Grey images: one and several, square and not, black, white, and none of them as bright as 255."""
    yield (np.array([[[255]]], np.uint8),)
    yield (np.array([[[0, 51], [102, 204]]], np.uint8),)
    yield (np.array([[[255, 0, 128]]], np.uint8),)
    yield (np.array([[[3], [1]], [[200], [77]]], np.uint8),)
    yield (np.zeros((1, 2, 2), np.uint8),)
    yield (np.full((2, 1, 1), 255, np.uint8),)
    for shape in ((1, 2, 3), (2, 2, 2), (3, 3, 3), (4, 8, 8)):
        yield (rng.integers(0, 256, shape).astype(np.uint8),)
    yield (rng.integers(1, 100, (2, 3, 4)).astype(np.uint8),)


EXERCISE = Exercise(
    reference=reference.scale_images,
    cases=byte_images,
    kind="property",
    verify=verifying.are_scaled,
    mistakes=(
        Mistake(
            "float64",
            lambda images: images[..., np.newaxis] / 255.0,
            "The numbers are right, but float64: NumPy turns bytes that are divided into that. Networks "
            "work in float32, half the size. Choose the type before you divide.",
        ),
        Mistake(
            "no_channel_axis",
            lambda images: images.astype(np.float32) / 255,
            "The channel axis is missing: convolutions want four axes, and a grey image has one channel.",
        ),
        Mistake(
            "integer_division",
            lambda images: (images[..., np.newaxis] // 255).astype(np.float32),
            "Only 0 and 1 are left: whole numbers were divided into whole numbers. Which type should they "
            "have before?",
        ),
        Mistake(
            "channel_first",
            lambda images: images[:, np.newaxis].astype(np.float32) / 255,
            "The channel axis is in the second place, where PyTorch has it. Keras and TensorFlow have it "
            "last.",
        ),
        Mistake(
            "by_256",
            lambda images: images[..., np.newaxis].astype(np.float32) / 256,
            "White came out as a little less than 1. There are 256 grey values, and the largest of them is "
            "255.",
        ),
        Mistake(
            "by_the_maximum",
            lambda images: images[..., np.newaxis].astype(np.float32) / max(images.max(), 1),
            "You divide by the brightest pixel of these images, so the same grey gets another number in "
            "another batch. Divide by the largest number that a byte can hold.",
        ),
        Mistake(
            "minus_one_to_one",
            lambda images: images[..., np.newaxis].astype(np.float32) / 127.5 - 1,
            "Black came out as −1. Some networks want that range; here 0 to 1 is asked for.",
        ),
        Mistake(
            "not_scaled",
            lambda images: images[..., np.newaxis].astype(np.float32),
            "The type and the shape are right, but the numbers still run to 255.",
        ),
    ),
    hints=(
        "Three things change: the number of axes, the dtype and the range. Take them one by one.",
        "`images.shape` and `images.dtype` say where you are. An index with `np.newaxis` (or `reshape`) "
        "adds an axis of length 1; `astype` changes the type.",
        "First make float32 of the bytes, with the new axis behind all others, then divide by the largest "
        "byte.",
    ),
    difficulty=1,
    importance=4,
    minutes=5,
)
