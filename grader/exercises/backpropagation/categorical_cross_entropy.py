"""Lesson 3a: how `categorical_cross_entropy` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import backpropagation as reference


def distributions(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One-hot labels with rows of probabilities; exactly 0 and 1 among them, two classes and more."""
    for y, p in (
        ([[1.0, 0.0]], [[0.5, 0.5]]),
        ([[0.0, 1.0]], [[0.75, 0.25]]),
        ([[1.0, 0.0]], [[1.0, 0.0]]),
        ([[1.0, 0.0]], [[0.0, 1.0]]),
        ([[1.0, 0.0]], [[1e-6, 1 - 1e-6]]),  # what is added to it shows, even in float32
        ([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]),
        ([[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]]),
        ([[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.25, 0.75]]),
        ([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]]),
        ([[0.0, 1.0, 0.0]], [[0.0, 1.0, 0.0]]),
        ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]),
        ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]),
    ):
        yield np.array(y), np.array(p)
    for n, k in (
        *((1, 2), (1, 3), (2, 2), (2, 3), (3, 2), (3, 3), (4, 3), (3, 5), (5, 4), (8, 3), (4, 10), (10, 5)),
    ):
        shares = rng.integers(1, 10, (n, k))
        yield np.eye(k)[rng.integers(0, k, n)], shares / shares.sum(axis=1, keepdims=True)


def categorical_with(change):
    """A loss of clipped probabilities: `change(y, p)`."""
    return lambda y, p: change(y, np.clip(p, 1e-7, 1 - 1e-7))


EXERCISE = Exercise(
    reference=reference.categorical_cross_entropy,
    cases=distributions,
    mistakes=(
        Mistake(
            "binary_formula",
            categorical_with(lambda y, p: -np.mean(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1))),
            "This is the cheat sheet's binary formula, summed over the classes. With k classes only the "
            "probability of the true one counts.",
        ),
        Mistake(
            "binary_formula_averaged",
            categorical_with(lambda y, p: -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))),
            "This is the cheat sheet's binary formula, averaged over all elements. With k classes only the "
            "probability of the true one counts.",
        ),
        Mistake(
            "mean_over_all",
            categorical_with(lambda y, p: -np.mean(y * np.log(p))),
            "The mean was taken over classes and samples, so it is k times too small. Sum over the classes "
            "of a row, then take the mean over the rows.",
        ),
        Mistake(
            "log_of_zero",
            lambda y, p: -np.mean(np.sum(y * np.log(p), axis=1)),
            "For a probability of exactly 0 the logarithm is −∞, and 0 · ∞ is nan. Clip p before you take "
            "it.",
        ),
        Mistake(
            "epsilon_added",
            lambda y, p: -np.mean(np.sum(y * np.log(p + 1e-7), axis=1)),
            "1e-7 was added, where clipping is asked for: a perfect prediction gets a loss below 0.",
        ),
        Mistake(
            "clipped_to_1e_15",
            lambda y, p: -np.mean(np.sum(y * np.log(np.clip(p, 1e-15, 1 - 1e-15)), axis=1)),
            "p is clipped to other limits than the statement's, much nearer to 0 and 1. The limits decide "
            "what a certain and wrong answer costs.",
        ),
        Mistake(
            "summed_over_samples",
            categorical_with(lambda y, p: -np.mean(np.sum(y * np.log(p), axis=0))),
            "The sum ran down the samples, and the mean over the classes. It is the other way round: sum "
            "each row, then take the mean over the rows.",
        ),
        Mistake(
            "log2",
            categorical_with(lambda y, p: -np.mean(np.sum(y * np.log2(p), axis=1))),
            "This is in bits: the logarithm has base 2. Asked is the natural one.",
        ),
        Mistake(
            "sum",
            categorical_with(lambda y, p: -np.sum(y * np.log(p))),
            "This is the sum over the samples. Asked is the mean.",
        ),
        Mistake(
            "minus_forgotten",
            categorical_with(lambda y, p: np.mean(np.sum(y * np.log(p), axis=1))),
            "The loss is negative: the logarithm of a probability is. Look at the beginning of the formula.",
        ),
        Mistake(
            "no_logarithm",
            categorical_with(lambda y, p: 1 - np.mean(np.sum(y * p, axis=1))),
            "This is how far the probability of the true class is from 1, on average. The formula has its "
            "logarithm, which punishes a confident mistake much harder.",
        ),
    ),
    hints=(
        "A row of one-hot labels picks one probability out of its row: that of the true class. "
        "The loss is the mean of minus their logarithms.",
        "Clip p with np.clip, multiply y by its logarithm, sum each row, then average the rows.",
        "np.sum with axis=1 adds up a row; np.mean of what is left divides by the number of samples. "
        "And a minus in front.",
    ),
    difficulty=2,
    importance=5,
    minutes=6,
    stable=True,
)
