"""Lesson 7a: how `augment` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.exercises.verifying.convolutional_networks import is_shifted
from grader.references import convolutional_networks as reference


def drawings(rng: np.random.Generator) -> Iterator[tuple]:
    """Images with ink at the rim, few and many, square and not; each set with a seed twice and another."""
    for n, height, width in ((6, 3, 3), (1, 2, 3), (5, 4, 6), (200, 6, 5)):
        images = rng.uniform(0.1, 1, (n, height, width)).round(3)
        labels = rng.permutation(n) % 10 if n > 20 else np.arange(n)
        seed, other = 0, 0
        while (
            seed % 7 == other % 7 or seed % 9 == other % 9
        ):  # of no use as a seed: what is left of a division
            seed, other = (int(number) for number in rng.choice(2**31, 2, replace=False))
        for used in (seed, other, seed) if n > 20 else (seed, seed):
            yield images, labels, used


def in_place(images, labels, seed):
    shifted, labels = reference.augment(images, labels, seed)
    images[:] = shifted
    return images, labels


def only_right_and_down(images, labels, seed):
    """Shifts of 0 and 1, none of −1."""
    rng = np.random.default_rng(seed)
    framed, (height, width) = np.pad(images, ((0, 0), (1, 1), (1, 1))), images.shape[1:]
    shifts = rng.integers(0, 2, (len(images), 2))
    moved = [
        f[1 - d : 1 - d + height, 1 - r : 1 - r + width] for f, (d, r) in zip(framed, shifts, strict=True)
    ]
    return np.array(moved), labels


def diagonal(images, labels, seed):
    """One draw for both directions."""
    rng = np.random.default_rng(seed)
    framed, (height, width) = np.pad(images, ((0, 0), (1, 1), (1, 1))), images.shape[1:]
    shifts = rng.integers(-1, 2, len(images))
    moved = [f[1 - s : 1 - s + height, 1 - s : 1 - s + width] for f, s in zip(framed, shifts, strict=True)]
    return np.array(moved), labels


EXERCISE = Exercise(
    reference=reference.augment,
    kind="property",
    task="repair",
    verify=is_shifted,
    cases=drawings,
    faults=(
        Fault(
            "wrapped",
            "np.pad(images, ((0, 0), (1, 1), (1, 1)))",
            'np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="wrap")',
            "What left an image on the right came back on its left. Zeros are to come in.",
        ),
        Fault(
            "one_draw",
            "rng.integers(-1, 2, (len(images), 2))",
            "np.tile(rng.integers(-1, 2, 2), (len(images), 1))",
            "All images moved alike. Each is to have a draw of its own.",
        ),
        Fault(
            "labels_moved",
            "return shifted, labels",
            "return shifted, rng.permutation(labels)",
            "The labels follow another order than the images.",
        ),
    ),
    mistakes=(
        Mistake(
            "in_place",
            in_place,
            "The images that came in were changed. Whoever called you may still need them.",
        ),
        Mistake(
            "only_right_and_down",
            only_right_and_down,
            "Some shifts never occur: −1 is one of the three.",
        ),
        Mistake(
            "diagonal",
            diagonal,
            "Images move as far down as to the right. Draw the two apart.",
        ),
        Mistake(
            "seed_forgotten",
            lambda images, labels, seed: reference.augment(images, labels, 0),
            "Every seed gives the same shifts: use the one that is handed in.",
        ),
    ),
    hints=(
        "There are three faults. Try it with a few images of different labels that are 1 everywhere, and "
        "print what comes out.",
        "What stands in the frame round an image, before the shifted part is cut out? How many shifts are "
        "drawn? And what happens to the labels on the way out?",
        "np.pad fills with zeros if nothing else is said. `shifts` needs a row for each image. The labels "
        "leave as they came.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
