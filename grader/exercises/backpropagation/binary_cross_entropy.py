"""Lesson 3a: how `binary_cross_entropy` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import backpropagation as reference


def yes_or_no(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels 0 and 1 with probabilities, exactly 0 and 1 among them; 0 where it is wrong, too.

    But no 1 where it is wrong: in float32 the number below 1 is 1 − 6e-8, so the clipped loss is another.
    """
    for y, p in (
        ([1.0], [0.5]),
        ([0.0], [0.25]),
        ([1.0], [1.0]),
        ([0.0], [0.0]),
        ([1.0], [0.0]),
        ([1.0], [1e-6]),  # what is added to it shows, even in float32
        ([1.0, 0.0], [0.5, 0.5]),
        ([1.0, 0.0], [0.9, 0.2]),
        ([1.0, 0.0], [1.0, 0.0]),
        ([1.0, 0.0, 1.0], [1.0, 0.0, 0.0]),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.75, 0.5], [0.25, 1.0]]),
    ):
        yield np.array(y), np.array(p)
    for shape in ((1,), (2,), (3,), (4,), (5,), (8,), (20,), (3, 1), (2, 2), (4, 3), (5, 2)):
        yield rng.integers(0, 2, shape).astype(float), rng.uniform(0.01, 0.99, shape).round(2)
    p = rng.uniform(0.01, 0.99, 6).round(2)
    p[:2] = 0, 1
    yield np.array([*rng.integers(0, 2, 1), 1, *rng.integers(0, 2, 4)], float), p


def unclipped_binary(y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def binary_with_epsilon_added(y, p):
    return -np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7))


def half_clipped_binary(y, p):
    return unclipped_binary(y, np.maximum(p, 1e-7))


def binary_with(change):
    """The right loss, changed afterwards or on the way: `change(y, p)`, with p clipped already."""
    return lambda y, p: change(y, np.clip(p, 1e-7, 1 - 1e-7))


EXERCISE = Exercise(
    reference=reference.binary_cross_entropy,
    cases=yes_or_no,
    mistakes=(
        Mistake(
            "log_of_zero",
            unclipped_binary,
            "For a probability of exactly 0 or 1 the logarithm is −∞, and 0 · ∞ is nan. Clip p before you "
            "take it.",
        ),
        Mistake(
            "clipped_below_only",
            half_clipped_binary,
            "p is kept from 0, but not from 1: the other logarithm is of 1 − p. Clip on both sides.",
        ),
        Mistake(
            "epsilon_added",
            binary_with_epsilon_added,
            "1e-7 was added, where clipping is asked for: a perfect prediction gets a loss below 0.",
        ),
        Mistake(
            "clipped_to_1e_15",
            lambda y, p: unclipped_binary(y, np.clip(p, 1e-15, 1 - 1e-15)),
            "p is clipped to other limits than the statement's, much nearer to 0 and 1. The limits decide "
            "what a certain and wrong answer costs.",
        ),
        Mistake(
            "positives_only",
            binary_with(lambda y, p: -np.mean(y * np.log(p))),
            "Only samples with label 1 were counted. The second half of the formula is for those with "
            "label 0.",
        ),
        Mistake(
            "minus_forgotten",
            binary_with(lambda y, p: np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))),
            "The loss is negative: the logarithm of a probability is. Look at the beginning of the formula.",
        ),
        Mistake(
            "sum",
            binary_with(lambda y, p: -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))),
            "This is the sum over the samples. Asked is the mean.",
        ),
        Mistake(
            "divided_by_rows",
            binary_with(lambda y, p: -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / len(y)),
            "The sum was divided by the number of rows. With several columns there are more elements than "
            "that, and n counts them all.",
        ),
        Mistake(
            "labels_swapped",
            binary_with(lambda y, p: -np.mean((1 - y) * np.log(p) + y * np.log(1 - p))),
            "A confident right answer gets a large loss: the two halves of the formula have changed places.",
        ),
        Mistake(
            "log2",
            binary_with(lambda y, p: -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))),
            "This is in bits: the logarithm has base 2. Asked is the natural one.",
        ),
    ),
    hints=(
        "Of the two products in the bracket one is always 0. What is left is the logarithm of the "
        "probability that was given to the true answer.",
        "np.clip keeps numbers between two limits. Clip once, before both logarithms; np.log is the "
        "natural one.",
        "Two lines: replace p by its clipped self; return minus np.mean of the bracket, typed as it is "
        "printed.",
    ),
    difficulty=2,
    importance=5,
    minutes=6,
    stable=True,
)
