"""Lesson 2: how `softmax` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import softmax_over, unshifted_softmax_over
from grader.references import neural_networks as reference


def scores(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Logits of ranks 1 to 3: one class, shifted twins, equal ones, and up to ±1e4 in one array."""
    yield (np.array([2.0]),)
    yield (np.array([0.0, 0.0]),)
    yield (np.array([1e4, -1e4]),)
    yield (np.array([1.0, 2.0, 3.0]),)
    yield (np.array([1001.0, 1002.0, 1003.0]),)
    yield (np.array([1e4, 1e4, 1e4]),)
    yield (np.array([-1e4, -1e4, -1e4]),)
    yield (np.array([[3.0], [1.0]]),)
    yield (np.array([[1.0, 2.0], [3.0, 0.0]]),)
    yield (np.array([[1e4, 9999.0], [-1e4, -9999.0]]),)
    yield (np.array([[1.0, 2.0, 4.0], [-1.0, 0.0, 2.0]]),)
    yield (np.array([[[0.0, 1.0], [2.0, 2.0]], [[-1e4, 0.0], [1e4, 9998.0]]]),)
    for shape in ((4,), (10,), (1, 4), (2, 3), (5, 2), (3, 3), (6, 4), (2, 2, 2), (2, 3, 4)):
        yield (rng.normal(0, 2, shape).round(2),)
    for shape in ((5,), (3, 4), (2, 2, 3)):
        yield (rng.integers(-10_000, 10_001, shape).astype(float),)


def exponentials(z):
    """e^z, each row shifted by its own maximum: the half of softmax that is right."""
    return np.exp(z - np.max(z, axis=-1, keepdims=True))


def globally_shifted_softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_with_flat_maximum(z):
    e = np.exp(z - np.max(z, axis=-1))
    return e / np.sum(e, axis=-1, keepdims=True)


SUMMED_OVER_ALL = (
    "The whole array sums to 1. Each row is a distribution of its own: work along the last axis only."
)


EXERCISE = Exercise(
    reference=reference.softmax,
    cases=scores,
    mistakes=(
        Mistake(
            "overflow",
            unshifted_softmax_over(-1),
            "The formula is right, but the exponential overflows for large scores. Softmax doesn't change "
            "when all scores of a row are shifted alike: use that first.",
        ),
        Mistake("whole_array", softmax_over(None), SUMMED_OVER_ALL),
        Mistake("whole_array_overflow", unshifted_softmax_over(None), SUMMED_OVER_ALL),
        Mistake(
            "first_axis",
            softmax_over(0),
            "The columns sum to 1. The classes are on the last axis, so each row should.",
        ),
        Mistake(
            "keepdims_forgotten",
            lambda z: exponentials(z) / np.sum(exponentials(z), axis=-1),
            "The sums lost their axis, so they no longer line up with the rows. Have the sum keep its axis.",
        ),
        Mistake(
            "keepdims_forgotten_in_maximum",
            softmax_with_flat_maximum,
            "The maxima lost their axis, so each column was shifted by another row's maximum. "
            "Have the maximum keep its axis.",
        ),
        Mistake(
            "one_maximum_for_all",
            globally_shifted_softmax,
            "One maximum for the whole array is not enough: a row far below it turns into 0 / 0 = nan. "
            "Give each row its own.",
        ),
        Mistake(
            "mean_subtracted",
            lambda z: unshifted_softmax_over(-1)(z - np.mean(z, axis=-1, keepdims=True)),
            "Each row was shifted by its mean. Its largest score can still be far above that: which number "
            "of a row leaves none above 0?",
        ),
        Mistake(
            "log_softmax",
            lambda z: np.log(reference.softmax(z)),
            "These are the logarithms of the probabilities. The probabilities themselves are asked for.",
        ),
        Mistake(
            "not_normalised",
            exponentials,
            "The rows don't sum to 1. Divide each by the sum of its exponentials.",
        ),
    ),
    hints=(
        "Two steps: make every score positive with the exponential, then divide each row by its sum. "
        "To keep the exponential small, shift each row first: that changes nothing in the result.",
        "Subtract each row's maximum. np.max and np.sum take axis=-1 for the last axis, and keepdims=True "
        "so that the result still lines up with the rows.",
        "Name the exponentials of the shifted scores; return them divided by their sum. "
        "Both the maximum and the sum want axis=-1 and keepdims=True.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
    stable=True,
)
