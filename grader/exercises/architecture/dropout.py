"""Lesson 5b: how `dropout` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import architecture as reference

SHAPES = (
    (),
    (2,),
    (3,),
    (4,),
    (6,),
    (2, 2),
    (1, 5),
    (3, 2),
    (4, 3),
    (5, 4),
    (2, 2, 2),
    (2, 3, 2),
    (3, 3, 1, 2),
)


def layers_and_masks(rng: np.random.Generator) -> Iterator[tuple]:
    """All kept, all dropped, a rate of 0, and masks whose share of zeros isn't the rate."""
    yield np.array([1.0, 2.0, 3.0, 4.0]), 0.5, np.array([1, 0, 0, 1])
    yield np.array([1.0, -2.0]), 0.2, np.array([1, 1])
    yield np.array([1.0, -2.0]), 0.9, np.array([0, 1])
    yield np.array([5.0, 6.0]), 0.5, np.array([0, 0])
    yield np.array([3.0, -4.0, 0.5]), 0.0, np.array([1, 1, 1])
    yield np.array([[2.0], [4.0]]), 0.75, np.array([[1], [0]])
    for shape in (*SHAPES, *SHAPES[1:6]):
        rate = float(rng.choice((0.1, 0.2, 0.25, 0.4, 0.6, 0.8)))
        kept = (rng.random(shape) >= rate).astype(rng.choice(("int64", "float64")))
        yield np.asarray(rng.normal(0, 2, shape).round(2)), rate, np.asarray(kept)


def in_place(x, rate, mask):
    x *= mask
    x /= 1 - rate
    return x


def drawn_anew(x, rate, mask):
    return x * (np.random.default_rng(0).random(np.shape(x)) >= rate) / (1 - rate)


EXERCISE = Exercise(
    reference=reference.dropout,
    cases=layers_and_masks,
    mistakes=(
        Mistake(
            "not_scaled",
            lambda x, rate, mask: x * mask,
            "What is kept came back as it was. It has to be larger, so that the mean stays.",
        ),
        Mistake(
            "made_smaller",
            lambda x, rate, mask: x * mask * (1 - rate),
            "What is kept became smaller, so a part of the signal is lost twice.",
        ),
        Mistake(
            "divided_by_rate",
            lambda x, rate, mask: x * mask / (rate or 1.0),
            "You divided by the share that is dropped. Which share is kept?",
        ),
        Mistake(
            "mask_turned",
            lambda x, rate, mask: x * (1 - mask) / (1 - rate),
            "You dropped what was to be kept: in the mask, 1 means keep.",
        ),
        Mistake(
            "share_of_the_mask",
            lambda x, rate, mask: x * mask / max(np.mean(mask), 1e-9),
            "You divided by the share that this mask keeps. The formula has the rate, which is the same in "
            "all draws.",
        ),
        Mistake(
            "dropped_as_they_were",
            lambda x, rate, mask: np.where(mask == 1, x / (1 - rate), x),
            "Dropped outputs came back as they were. They are to be 0.",
        ),
        Mistake(
            "drawn_anew",
            drawn_anew,
            "You drew by lot once more. Which outputs are dropped stands in the mask already.",
        ),
        Mistake(
            "compressed",
            lambda x, rate, mask: x[mask == 1] / (1 - rate),
            "What is dropped went missing altogether. The shape stays, with zeros in it.",
        ),
        Mistake(
            "in_place",
            in_place,
            "The values are right, but the array that came in was changed. Make a new one.",
        ),
    ),
    hints=(
        "One line. A mask of ones and zeros does its work by a multiplication.",
        "Of many outputs, a share of 1 − rate is kept on average. By what must these be multiplied, so that "
        "the mean is as before?",
        "Multiply with the mask, then divide by the share that is kept. No drawing by lot is needed.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
)
