"""Lesson 7a: shortcuts that were once enough."""

import numpy as np
import pytest
from asking import verdict

from grader.references import convolutional_networks as reference

SEEDS = ("one", "two", "three")
NINE = np.array([(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)])


def shifted_by(draw):
    """Each image moved by what a function of their number, of the seed and of the labels says."""

    def answer(images, labels, seed):
        framed, (height, width) = np.pad(images, ((0, 0), (1, 1), (1, 1))), images.shape[1:]
        shifts = draw(len(images), seed, np.asarray(labels))
        moved = [
            f[1 - d : 1 - d + height, 1 - r : 1 - r + width] for f, (d, r) in zip(framed, shifts, strict=True)
        ]
        return np.array(moved), labels

    return answer


def rng(seed):
    return np.random.default_rng(seed)


def of_some_patches(times):
    """The kernel from so many windows for each of its weights."""

    def answer(images, outputs, size):
        windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
        rows = windows.reshape(-1, size**2)[: times * size**2]
        return np.linalg.lstsq(rows, outputs.ravel()[: len(rows)])[0].reshape(size, size)

    return answer


def without_a_floor(images, kernels, bias, stride=1, padding="valid"):
    """The formula of "same", which may say less than nothing, as it stands."""
    if padding == "valid":
        return reference.conv2d(images, kernels, bias, stride)
    added = [
        (-(-size // stride) - 1) * stride + kernel - size
        for size, kernel in zip(images.shape[1:3], kernels.shape[:2], strict=True)
    ]
    frame = ((0, 0), *((rows // 2, rows - rows // 2) for rows in map(abs, added)), (0, 0))
    return reference.conv2d(np.pad(images, frame), kernels, bias, stride)


LAZY = {
    "the label says the shift": (
        "augment",
        shifted_by(lambda n, seed, labels: rng(seed).permutation(NINE)[labels % 9]),
    ),
    "in order": ("augment", shifted_by(lambda n, seed, labels: NINE[np.sort(rng(seed).integers(0, 9, n))])),
    "nine again and again": (
        "augment",
        shifted_by(lambda n, seed, labels: np.resize(rng(seed).permutation(NINE), (n, 2))),
    ),
    "two alike": (
        "augment",
        shifted_by(lambda n, seed, labels: np.repeat(rng(seed).integers(-1, 2, (n, 2)), 2, axis=0)[:n]),
    ),
    "no draw": ("augment", shifted_by(lambda n, seed, labels: NINE[(np.arange(n) + seed) % 9])),
    "few stay": (
        "augment",
        shifted_by(lambda n, seed, labels: rng(seed).integers(-1, 2, (n, 2)) * (n > 100)),
    ),
    "twice as many windows as weights": ("recover_kernel", of_some_patches(2)),
    "four times as many": ("recover_kernel", of_some_patches(4)),
    "no floor": ("conv2d", without_a_floor),
    "as whole as the images": (
        "average_pool2d",
        lambda images, *window: reference.average_pool2d(images, *window).astype(images.dtype),
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", LAZY)
def test_a_lazy_rule_is_refused(rule, seed):
    name, answer = LAZY[rule]
    assert verdict(name, answer, seed).status == "failed"


SAID = {
    "one way at a time": (
        lambda n, seed, labels: NINE[[1, 3, 4, 5, 7]][rng(seed).integers(0, 5, n)],
        "(1, 1)",
    ),
    "nothing moves": (lambda n, seed, labels: np.zeros((n, 2), int), "All images didn't move"),
    "most stay": (
        lambda n, seed, labels: NINE[rng(seed).choice(9, n, p=[0.05] * 4 + [0.6] + [0.05] * 4)],
        "Most",
    ),
}


@pytest.mark.parametrize("how", SAID)
def test_what_is_said_of_shifts_is_true(how):
    draw, told = SAID[how]
    found = verdict("augment", shifted_by(draw), SEEDS[0])
    assert (found.status, found.mistake) == ("failed", None) and told in found.message


def test_other_labels_are_not_said_to_be_in_another_order():
    def relabelled(images, labels, seed):
        return reference.augment(images, labels, seed)[0], 0 * labels

    found = verdict("augment", relabelled, SEEDS[0])
    assert found.mistake is None and "aren't those that came in" in found.message


def test_a_right_answer_to_an_even_field_is_not_blamed():
    found = verdict("stack_for_field", reference.stack_for_field, SEEDS[0])
    assert found.status == "passed" and "can't be had" not in found.message
