"""Lesson 3, training: how its seventeen exercises are checked.

A generator of cases first, then the exercises that use it; `EXERCISES` is at the end.

Case values are rounded, so that a counterexample can be followed by hand. In some cases the optimisers get a
large epsilon, so that its place in the formula shows.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.training import is_trained
from solutions import training as reference


def predictions(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """True values and predictions of one shape, one to three axes: errors up and down, none, large ones."""
    for y, y_hat in (
        ([3.0], [1.0]),
        ([1.0], [1.5]),
        ([2.0, 2.0], [1.0, 3.0]),
        ([1.0, 2.0], [1.0, 5.0]),
        ([1.0, -2.0, 3.0], [1.0, -2.0, 3.0]),
        ([0.0, 0.0, 0.0, 0.0], [0.5, -0.5, 0.5, -0.5]),
        ([1000.0, 0.0], [-1000.0, 0.1]),
        ([[1.0, 2.0]], [[2.0, 4.0]]),
        ([[1.0], [2.0]], [[0.0], [4.0]]),
        ([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]], [[1.5, 0.0], [-1.0, 1.0], [2.0, 5.0]]),
    ):
        yield np.array(y), np.array(y_hat)
    for shape in ((1,), (2,), (3,), (4,), (6,), (10,), (1, 4), (4, 1), (2, 2), (3, 3), (5, 2), (2, 2, 3)):
        y = rng.normal(0, 2, shape).round(1)
        yield y, (y + rng.normal(0, 1, shape)).round(1)


MSE = Exercise(
    reference=reference.mse,
    cases=predictions,
    mistakes=(
        Mistake(
            "signed_differences",
            lambda y, y_hat: np.mean(y - y_hat),
            "The differences were averaged with their signs, so errors up and down cancel out. "
            "What does the formula do to each of them first?",
        ),
        Mistake(
            "square_of_mean",
            lambda y, y_hat: np.mean(y - y_hat) ** 2,
            "The mean was squared. Square each difference, then take the mean.",
        ),
        Mistake(
            "sum",
            lambda y, y_hat: np.sum((y - y_hat) ** 2),
            "This is the sum of the squares, which grows with the number of samples. Asked is their mean.",
        ),
        Mistake(
            "divided_by_rows",
            lambda y, y_hat: np.sum((y - y_hat) ** 2) / len(y),
            "The sum was divided by the number of rows. With several columns there are more elements than "
            "that.",
        ),
        Mistake(
            "half",
            lambda y, y_hat: np.mean((y - y_hat) ** 2) / 2,
            "This is half of it. Some texts put a ½ in front to spare a 2 in the gradient; this formula "
            "has none.",
        ),
        Mistake(
            "root",
            lambda y, y_hat: np.sqrt(np.mean((y - y_hat) ** 2)),
            "This is the root of the mean squared error, in the units of y. The formula has no root.",
        ),
        Mistake(
            "absolute",
            lambda y, y_hat: np.mean(np.abs(y - y_hat)),
            "The differences were made positive, but not squared. This is the mean absolute error.",
        ),
        Mistake(
            "not_averaged",
            lambda y, y_hat: (y - y_hat) ** 2,
            "There is one number for each sample. A loss is a single number: their mean.",
        ),
    ),
    hints=(
        "Three steps, from the inside of the formula outwards: subtract, square, average.",
        "NumPy subtracts and squares whole arrays at once; np.mean without an axis averages all elements.",
        "The square is `** 2`, and it belongs around the bracketed difference, inside of np.mean.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)


def mse_gradient_in_place(y, y_hat):
    y_hat -= y
    y_hat *= 2 / y.size
    return y_hat


MSE_GRADIENT = Exercise(
    reference=reference.mse_gradient,
    cases=predictions,
    mistakes=(
        Mistake(
            "sign",
            lambda y, y_hat: 2 * (y - y_hat) / y.size,
            "The sign is turned round. A prediction that is too high must have a positive gradient: "
            "raising it further raises the loss.",
        ),
        Mistake(
            "mean_forgotten",
            lambda y, y_hat: 2 * (y_hat - y),
            "This is the gradient of the sum. The loss is a mean: each element has only its share in it.",
        ),
        Mistake(
            "two_forgotten",
            lambda y, y_hat: (y_hat - y) / y.size,
            "It is half of what it should be. What is the derivative of a square?",
        ),
        Mistake(
            "divided_by_rows",
            lambda y, y_hat: 2 * (y_hat - y) / len(y),
            "It was divided by the number of rows. The mean is over all elements, in all columns.",
        ),
        Mistake(
            "reduced",
            lambda y, y_hat: np.mean(2 * (y_hat - y)),
            "A single number came back. Each prediction has a derivative of its own.",
        ),
        Mistake(
            "not_differentiated",
            lambda y, y_hat: (y_hat - y) ** 2 / y.size,
            "These are the shares of each sample in the loss itself. Asked is how fast the loss changes.",
        ),
        Mistake(
            "in_place",
            mse_gradient_in_place,
            "The values are right, but the predictions themselves were changed. Put the result into a new "
            "array.",
        ),
    ),
    hints=(
        "Take one prediction and look at how the loss depends on it: a square, divided by n. Differentiate "
        "that.",
        "The derivative of (ŷ − y)² with respect to ŷ is 2 (ŷ − y). The 1/n of the mean stays in front of "
        "it.",
        "No sum is left: one expression for whole arrays. `size` of an array counts all its elements.",
    ),
    difficulty=2,
    importance=5,
    minutes=5,
)


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


BINARY_CROSS_ENTROPY = Exercise(
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


def distributions(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One-hot labels with rows of probabilities; exactly 0 and 1 among them, two classes and more."""
    for y, p in (
        ([[1.0, 0.0]], [[0.5, 0.5]]),
        ([[0.0, 1.0]], [[0.75, 0.25]]),
        ([[1.0, 0.0]], [[1.0, 0.0]]),
        ([[1.0, 0.0]], [[0.0, 1.0]]),
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


CATEGORICAL_CROSS_ENTROPY = Exercise(
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


def labelled_scores(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels with logits: one row to many, two classes to ten, equal logits, up to ±1e4, rows far apart."""
    for labels, logits in (
        ([0], [[0.0, 0.0]]),
        ([1], [[1.0, 3.0]]),
        ([0], [[1.0, 3.0]]),
        ([0], [[1e4, -1e4]]),
        ([1], [[1e4, -1e4]]),
        ([0], [[-1e4, -1e4]]),
        ([2], [[1.0, 2.0, 3.0]]),
        ([1], [[1001.0, 1002.0, 1003.0]]),
        ([0, 1], [[0.0, 0.0], [2.0, -1.0]]),
        ([1, 1], [[0.5, 0.0], [2.0, -1.0]]),
        ([0, 0], [[0.0, 0.0], [1e4, -1e4]]),
        ([1, 0], [[1e4, 9999.0], [-1e4, -9999.0]]),
        ([2, 0], [[1.0, 2.0, 4.0], [-1.0, 0.0, 2.0]]),
    ):
        yield np.array(labels), np.array(logits)
    for n, k in ((1, 2), (1, 4), (2, 2), (2, 3), (3, 2), (3, 3), (4, 5), (6, 3), (5, 10), (12, 4)):
        yield rng.integers(0, k, n), rng.normal(0, 2, (n, k)).round(1)
    for n, k in ((2, 3), (4, 4)):
        yield rng.integers(0, k, n), rng.integers(-10_000, 10_001, (n, k)).astype(float)


def picked(z, labels):
    """The label's entry of each row."""
    return z[np.arange(len(labels)), labels]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def unshifted_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def globally_shifted_softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


def log_sum_exp(z):
    top = z.max(axis=1)
    return top + np.log(np.exp(z - top[:, None]).sum(axis=1))


def cross_entropy_with_shift_lost(labels, z):
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - picked(z, labels))


SPARSE_CROSS_ENTROPY_FROM_LOGITS = Exercise(
    reference=reference.sparse_cross_entropy_from_logits,
    cases=labelled_scores,
    mistakes=(
        Mistake(
            "overflow",
            lambda labels, z: np.mean(np.log(np.exp(z).sum(axis=1)) - picked(z, labels)),
            "The formula is right, but the exponential overflows for large logits. Shift each row first, "
            "as the statement's last formula allows.",
        ),
        Mistake(
            "softmax_overflow",
            lambda labels, z: -np.mean(np.log(picked(unshifted_softmax(z), labels))),
            "The exponential overflows for large logits and gives nan. Go without the softmax: "
            "the logarithm of the sum can be had by itself.",
        ),
        Mistake(
            "log_of_softmax",
            lambda labels, z: -np.mean(np.log(picked(softmax(z), labels))),
            "Your softmax is stable, but where it rounds a probability to 0 the logarithm is −∞. "
            "Go without the softmax: the logarithm of the sum can be had by itself.",
        ),
        Mistake(
            "clipped",
            lambda labels, z: -np.mean(np.log(np.clip(picked(softmax(z), labels), 1e-7, 1 - 1e-7))),
            "Clipped probabilities hide how wrong a sample is: beyond 16 the loss stops growing. "
            "From logits nothing needs to be clipped.",
        ),
        Mistake(
            "epsilon_in_the_logarithm",
            lambda labels, z: -np.mean(np.log(picked(softmax(z), labels) + 1e-7)),
            "With 1e-7 in the logarithm the loss can't grow beyond 16, and a perfect sample gets one below "
            "0. From logits nothing needs to be added.",
        ),
        Mistake(
            "one_maximum_for_all",
            lambda labels, z: np.mean(np.log(np.exp(z - z.max()).sum(axis=1)) - picked(z - z.max(), labels)),
            "One maximum for the whole array is not enough: in a row far below it every exponential rounds "
            "to 0, and the logarithm is −∞. Give each row its own.",
        ),
        Mistake(
            "minus_forgotten",
            lambda labels, z: np.mean(picked(z, labels) - log_sum_exp(z)),
            "The loss is negative: this is the mean log-probability. Look at which of the two is subtracted "
            "from which.",
        ),
        Mistake(
            "shift_lost",
            cross_entropy_with_shift_lost,
            "The sum was shifted and the label's logit was not. What is subtracted from a row must be "
            "subtracted everywhere, or be added again.",
        ),
        Mistake(
            "wrong_indexing",
            lambda labels, z: np.mean(log_sum_exp(z)[:, None] - z[:, labels]),
            "z[:, labels] takes the columns of all labels for every row. Each row has one label: "
            "index with the row numbers, too.",
        ),
        Mistake(
            "sum",
            lambda labels, z: np.sum(log_sum_exp(z) - picked(z, labels)),
            "This is the sum over the samples. Asked is the mean.",
        ),
        Mistake(
            "as_probabilities",
            lambda labels, z: -np.mean(np.log(np.clip(picked(z, labels), 1e-7, 1 - 1e-7))),
            "The logits were taken for probabilities. They are scores of any sign: the softmax of the "
            "formula turns them into probabilities.",
        ),
    ),
    hints=(
        "For each row: the logarithm of the sum of exponentials, minus the logit of the true class. "
        "Shift the row by its maximum first, so that no exponent is above 0.",
        "A shift of the whole row changes nothing in the difference, so it need not be added again. "
        "The maximum wants axis=1 and keepdims=True to line up with the rows.",
        "Two arrays of shape (n,): np.log of the row sums of np.exp, and the shifted logits indexed with the "
        "row numbers (np.arange) and the labels. Return the mean of their difference.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
    stable=True,
)


def one_hot(labels, z):
    return np.eye(z.shape[1])[labels]


def gradient_over_columns(labels, z):
    e = np.exp(z - z.max(axis=0))
    return (e / e.sum(axis=0) - one_hot(labels, z)) / len(labels)


def gradient_at_all_labels(labels, z):
    p = softmax(z)
    p[:, labels] -= 1
    return p / len(labels)


def gradient_in_place(labels, z):
    z -= z.max(axis=1, keepdims=True)
    return reference.softmax_cross_entropy_gradient(labels, z)


SOFTMAX_CROSS_ENTROPY_GRADIENT = Exercise(
    reference=reference.softmax_cross_entropy_gradient,
    cases=labelled_scores,
    mistakes=(
        Mistake(
            "mean_forgotten",
            lambda labels, z: softmax(z) - one_hot(labels, z),
            "This is the gradient of the sum. The loss is a mean over the samples: each has only its share "
            "in it.",
        ),
        Mistake(
            "one_hot_forgotten",
            lambda labels, z: softmax(z) / len(labels),
            "These are the probabilities, divided by n. Where do the labels come in?",
        ),
        Mistake(
            "sign",
            lambda labels, z: (one_hot(labels, z) - softmax(z)) / len(labels),
            "The sign is turned round. Raising the true class's logit lowers the loss: its gradient is "
            "negative.",
        ),
        Mistake(
            "divided_by_all",
            lambda labels, z: (softmax(z) - one_hot(labels, z)) / z.size,
            "It was divided by samples times classes. The loss is a mean over the samples only.",
        ),
        Mistake(
            "divided_by_classes",
            lambda labels, z: (softmax(z) - one_hot(labels, z)) / z.shape[1],
            "It was divided by the number of classes. The loss is a mean over the samples.",
        ),
        Mistake(
            "width_from_the_labels",
            lambda labels, z: (softmax(z) - np.eye(labels.max() + 1)[labels]) / len(labels),
            "The one-hot labels are as wide as the largest label of this batch asks for. The last classes "
            "may be absent: take the width from the logits.",
        ),
        Mistake(
            "overflow",
            lambda labels, z: (unshifted_softmax(z) - one_hot(labels, z)) / len(labels),
            "The rule is right, but its softmax overflows for large logits. Use the stable one of lesson 2.",
        ),
        Mistake(
            "one_maximum_for_all",
            lambda labels, z: (globally_shifted_softmax(z) - one_hot(labels, z)) / len(labels),
            "One maximum for the whole array is not enough: a row far below it turns into 0 / 0 = nan. "
            "Give each row its own.",
        ),
        Mistake(
            "all_labels_in_every_row",
            gradient_at_all_labels,
            "p[:, labels] takes the columns of all labels in every row. Each row has one label: "
            "index with the row numbers, too.",
        ),
        Mistake(
            "softmax_over_samples",
            gradient_over_columns,
            "The softmax ran down the samples. Each row should sum to 1, whatever the other samples are.",
        ),
        Mistake(
            "in_place",
            gradient_in_place,
            "The values are right, but the logits themselves were changed. Put the shifted ones into a new "
            "array.",
        ),
    ),
    hints=(
        "Three steps: a stable softmax of each row, minus the one-hot labels, divided by the number of "
        "samples.",
        "One-hot labels are rows of the unit matrix np.eye, picked by the labels. Or subtract 1 from the "
        "probability at (row number, label).",
        "Shift by the row maximum, exponentiate, divide by the row sum (both with keepdims=True): that is p. "
        "Then the formula of the statement, as it stands.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
    stable=True,
)


def epochs(rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Sizes that the batch size divides and that it doesn't, a batch of one, one batch of all, and beyond."""
    yield from ((1, 1, 0), (2, 1, 0), (4, 2, 0), (5, 2, 0), (5, 5, 1), (5, 8, 1), (6, 4, 2), (7, 3, 0))
    for n, batch_size in (
        *((3, 1), (4, 3), (6, 2), (6, 6), (7, 4), (8, 3), (9, 3), (9, 4), (10, 4), (10, 10), (11, 20)),
        *((16, 5), (20, 6), (32, 8), (50, 16), (100, 32)),
    ):
        yield n, batch_size, int(rng.integers(1, 1_000_000))


def shuffled(n, seed):
    return np.random.default_rng(seed).permutation(n)


def cut(order, batch_size):
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def drawn_batches(n, batch_size, seed):
    return cut(np.random.default_rng(seed).integers(0, n, n), batch_size)


def shuffled_batches(n, batch_size, seed):
    rng, batches = np.random.default_rng(seed), cut(np.arange(n), batch_size)
    return [batches[i] for i in rng.permutation(len(batches))]


MINIBATCHES = Exercise(
    reference=reference.minibatches,
    cases=epochs,
    mistakes=(
        Mistake(
            "last_dropped",
            lambda n, batch_size, seed: cut(shuffled(n, seed)[: n // batch_size * batch_size], batch_size),
            "The samples left over at the end were dropped. They make a last, short batch.",
        ),
        Mistake(
            "empty_at_the_end",
            lambda n, batch_size, seed: [
                shuffled(n, seed)[start : start + batch_size] for start in range(0, n + 1, batch_size)
            ],
            "Where the batch size divides n, an empty batch stands at the end. Look at where the loop over "
            "the beginnings stops.",
        ),
        Mistake(
            "not_shuffled",
            lambda n, batch_size, seed: cut(np.arange(n), batch_size),
            "The batches are in the order of the data. Shuffle before you cut.",
        ),
        Mistake(
            "batches_shuffled",
            shuffled_batches,
            "The order of the batches was shuffled, but in each of them lie neighbours. Shuffle the samples.",
        ),
        Mistake(
            "drawn_with_replacement",
            drawn_batches,
            "Some samples come twice and others never. In an epoch each comes once: shuffle them, don't "
            "draw.",
        ),
        Mistake(
            "legacy_generator",
            lambda n, batch_size, seed: cut(np.random.RandomState(seed).permutation(n), batch_size),
            "The order is that of NumPy's old generator (np.random.seed). Take the new one, as the "
            "statement says.",
        ),
        Mistake(
            "number_of_batches",
            lambda n, batch_size, seed: np.array_split(shuffled(n, seed), batch_size),
            "There are `batch_size` batches. Asked are batches of that size, however many there will be.",
        ),
        Mistake(
            "evened_out",
            lambda n, batch_size, seed: np.array_split(shuffled(n, seed), -(-n // batch_size)),
            "The batches were made nearly equal. Only the last one may be shorter.",
        ),
        Mistake(
            "dealt_like_cards",
            lambda n, batch_size, seed: [
                shuffled(n, seed)[i :: -(-n // batch_size)] for i in range(-(-n // batch_size))
            ],
            "The shuffled indices were dealt out in turn. Cut them instead: the first ones make the first "
            "batch.",
        ),
    ),
    hints=(
        "Two steps: all indices in random order, then slices of it, one after the other.",
        "The statement names the call that shuffles. range takes a step: it can count where each batch "
        "begins.",
        "A slice may reach beyond the end of an array, and then is shorter: so the last batch needs no care. "
        "A list comprehension over the beginnings, a slice for each.",
    ),
    difficulty=2,
    importance=4,
    minutes=6,
)


def function(name: str, **settings: object) -> Live:
    """What stands for a function of `grader.child.functions` among the arguments of a case."""
    return Live("function", [name, settings])


def random_quadratic(rng: np.random.Generator, d: int) -> dict[str, np.ndarray]:
    """A bowl that is steeper in some directions than in others: A symmetric, its eigenvalues above 0."""
    half = rng.normal(0, 1, (d, d)).round(1)
    return {"A": (half @ half.T + 0.5 * np.eye(d)).round(2), "b": rng.normal(0, 1, d).round(1)}


def descents(rng: np.random.Generator) -> Iterator[tuple[Live, np.ndarray, float, int]]:
    """Gradients of bowls and of curved valleys, one to four parameters; no step at all, and too long ones."""
    one = function("quadratic_gradient", A=np.array([[2.0]]), b=np.array([0.0]))
    two = function("quadratic_gradient", A=np.diag([1.0, 4.0]), b=np.array([0.5, -1.0]))
    yield one, np.array([1.0]), 0.25, 1
    yield one, np.array([-4.0]), 0.25, 3
    yield one, np.array([1.0]), 0.1, 0
    yield one, np.array([1.0]), 1.5, 4
    yield two, np.array([0.0, 0.0]), 0.25, 0
    yield two, np.array([2.0, 1.0]), 0.25, 2
    yield two, np.array([2.0, 1.0]), 0.5, 5
    yield function("double_well_gradient", tilt=0.1), np.array([0.5, -0.5]), 0.2, 3
    yield function("banana_gradient", steepness=2.0), np.array([-1.0, 1.0]), 0.05, 4
    for d, steps in ((1, 2), (1, 5), (2, 1), (2, 3), (2, 10), (3, 2), (3, 6), (4, 4)):
        gradient = function("quadratic_gradient", **random_quadratic(rng, d))
        yield gradient, rng.normal(0, 2, d).round(1), float(rng.choice((0.05, 0.1, 0.2))), steps
    for d, steps in ((1, 4), (2, 2), (3, 5)):
        gradient = function("double_well_gradient", tilt=round(rng.uniform(-0.3, 0.3), 2))
        yield gradient, rng.uniform(0.2, 1.5, d).round(1), float(rng.choice((0.1, 0.2))), steps
    for d, steps in ((2, 3), (3, 4)):
        gradient = function("banana_gradient", steepness=round(rng.uniform(0.5, 2), 1))
        yield gradient, rng.uniform(-1, 0.5, d).round(1), 0.05, steps


def path_with(move):
    """A path that `move(f, start, theta, learning_rate)` makes, one point after the other."""

    def answer(f, theta, learning_rate, steps):
        path = [theta]
        for _ in range(steps):
            path.append(move(f, theta, path[-1], learning_rate))
        return np.array(path)

    return answer


def aliased_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def aliased_copy(f, theta, learning_rate, steps):
    return aliased_descent(f, theta.copy(), learning_rate, steps)


def path_without_end(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        path.append(theta)
        theta = theta - learning_rate * f(theta)
    return np.array(path)


def unit_step(f, start, theta, learning_rate):
    gradient = f(theta)
    return theta - learning_rate * gradient / (np.linalg.norm(gradient) or 1.0)


GRADIENT_DESCENT = Exercise(
    reference=reference.gradient_descent,
    cases=descents,
    mistakes=(
        Mistake(
            "gradient_at_start",
            path_with(lambda f, start, theta, rate: theta - rate * f(start)),
            "The gradient at the start was used for every step. Compute it anew where the path is by then.",
        ),
        Mistake(
            "uphill",
            path_with(lambda f, start, theta, rate: theta + rate * f(theta)),
            "The path climbs. The gradient points uphill: look at the sign in the formula.",
        ),
        Mistake(
            "aliased",
            aliased_descent,
            "All rows are alike, and the start was changed: `-=` changes the one array that every entry of "
            "the path refers to. Make a new array in each step.",
        ),
        Mistake(
            "aliased_copy",
            aliased_copy,
            "All rows are alike: `-=` changes the one array that every entry of the path refers to. Make a "
            "new array in each step.",
        ),
        Mistake(
            "start_missing",
            lambda f, theta, rate, steps: np.array([*reference.gradient_descent(f, theta, rate, steps)[1:]]),
            "The first row is missing: the path begins with the start itself.",
        ),
        Mistake(
            "end_missing",
            path_without_end,
            "The last row is missing: the point after the last step belongs to the path, too.",
        ),
        Mistake(
            "one_step_too_few",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, max(steps - 1, 0)),
            "There is one step too few: after `steps` steps the path has steps + 1 points, with the start.",
        ),
        Mistake(
            "last_only",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, steps)[-1],
            "Only the last point came back. Keep every point on the way, the start included.",
        ),
        Mistake(
            "learning_rate_forgotten",
            path_with(lambda f, start, theta, rate: theta - f(theta)),
            "The steps are as long as the gradient. Multiply it by the learning rate.",
        ),
        Mistake(
            "unit_steps",
            path_with(unit_step),
            "Each step has the length of the learning rate. The gradient's own length belongs to the step: "
            "don't divide it out.",
        ),
        Mistake(
            "one_step_too_many",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, steps + 1),
            "There is one row too many: after `steps` steps the path has steps + 1 points, with the start.",
        ),
    ),
    hints=(
        "Keep a list of points that begins with the start. In each step, compute the next point from the "
        "last one.",
        "A loop over range(steps): the gradient is f, called with the last point; the next point is the "
        "last one minus the learning rate times that.",
        "Append a new array in each round (no `-=`), and turn the list into one array with np.array at the "
        "end.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)

SHAPES = ((), (1,), (2,), (2,), (3,), (3,), (4,), (6,), (2, 2), (1, 3), (3, 2), (4, 3), (2, 2, 2))


def arrays(rng: np.random.Generator, count: int, shape: tuple[int, ...]) -> list[np.ndarray]:
    return [np.asarray(rng.normal(0, 1, shape).round(2)) for _ in range(count)]


def plain_steps(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Parameters and gradients of ranks 0 to 3; zero gradients, steps of both signs, a learning rate of 1."""
    for theta, grad, rate in (
        ([1.0], [2.0], 0.5),
        ([1.0], [-2.0], 0.25),
        ([1.0, 2.0], [10.0, -10.0], 0.1),
        ([1.0, 2.0], [0.0, 0.0], 0.1),
        ([0.0, 0.0, 0.0], [1.0, -2.0, 3.0], 1.0),
        ([3.0, -1.0], [0.5, 0.25], 2.0),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], 0.1),
    ):
        yield np.array(theta), np.array(grad), rate
    for shape in (*SHAPES, (8,), (5, 4)):
        yield *arrays(rng, 2, shape), float(rng.choice((0.01, 0.1, 0.3, 0.5)))


def sgd_in_place(theta, grad, learning_rate):
    theta -= learning_rate * grad
    return theta


SGD_STEP = Exercise(
    reference=reference.sgd_step,
    cases=plain_steps,
    mistakes=(
        Mistake(
            "uphill",
            lambda theta, grad, rate: theta + rate * grad,
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "formula.",
        ),
        Mistake(
            "in_place",
            sgd_in_place,
            "The values are right, but the given array itself was changed: `-=` does that. Make a new one.",
        ),
        Mistake(
            "learning_rate_forgotten",
            lambda theta, grad, rate: theta - grad,
            "The step is as long as the gradient. Multiply it by the learning rate.",
        ),
        Mistake(
            "change_only",
            lambda theta, grad, rate: -rate * grad,
            "This is the step alone. Asked are the parameters after it.",
        ),
        Mistake(
            "sign_only",
            lambda theta, grad, rate: theta - rate * np.sign(grad),
            "Every parameter moved by the learning rate. How large the gradient is counts, too.",
        ),
        Mistake(
            "unit_step",
            lambda theta, grad, rate: theta - rate * grad / (np.linalg.norm(grad) or 1.0),
            "The gradient was brought to length 1. Its own length belongs to the step.",
        ),
    ),
    hints=(
        "One line, and it is the formula.",
        "NumPy multiplies an array by a number and subtracts arrays, whatever shape they have.",
        "Return a new array: the parameters, minus the gradient times the learning rate.",
    ),
    difficulty=1,
    importance=5,
    minutes=2,
)


def momentum_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step (no velocity yet) and later ones; velocity with and against the step, momentum 0."""
    for theta, grad, velocity, rate, momentum in (
        ([1.0], [2.0], [0.0], 0.1, 0.9),
        ([1.0], [2.0], [0.5], 0.1, 0.8),
        ([1.0], [2.0], [-0.5], 0.1, 0.5),
        ([1.0], [2.0], [0.5], 0.1, 0.0),
        ([1.0, -1.0], [0.0, 0.0], [0.2, -0.4], 0.1, 0.5),
        ([1.0, 2.0], [4.0, -4.0], [1.0, 1.0], 0.25, 0.5),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], [[0.0, 1.0], [-1.0, 0.5]], 0.1, 0.9),
    ):
        yield np.array(theta), np.array(grad), np.array(velocity), rate, momentum
    for shape in SHAPES:
        momentum = float(rng.choice((0.5, 0.8, 0.9)))
        yield *arrays(rng, 3, shape), float(rng.choice((0.01, 0.1, 0.3))), momentum


def momentum_in_place(theta, grad, velocity, learning_rate, momentum):
    velocity *= momentum
    velocity -= learning_rate * grad
    theta += velocity
    return theta, velocity


def momentum_as_in_pytorch(theta, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + grad
    return theta - learning_rate * velocity, velocity


def momentum_with(speed, move=lambda theta, grad, old, new, rate, m: theta + new):
    """A step whose velocity is `speed(...)` and whose parameters `move(...)` gives."""

    def answer(theta, grad, velocity, rate, m):
        new = speed(grad, velocity, rate, m)
        return move(theta, grad, velocity, new, rate, m), new

    return answer


def keras_speed(grad, velocity, rate, m):
    return m * velocity - rate * grad


MOMENTUM_STEP = Exercise(
    reference=reference.momentum_step,
    cases=momentum_steps,
    mistakes=(
        Mistake(
            "pytorch",
            momentum_as_in_pytorch,
            "This is PyTorch's form, whose velocity has another sign and scale. Asked is Keras's: the "
            "learning rate goes into the velocity.",
        ),
        Mistake(
            "other_sign",
            momentum_with(
                lambda grad, velocity, rate, m: m * velocity + rate * grad,
                lambda theta, grad, old, new, rate, m: theta - new,
            ),
            "Your velocity points uphill and is subtracted. Asked is one that points downhill and is added.",
        ),
        Mistake(
            "uphill",
            momentum_with(lambda grad, velocity, rate, m: m * velocity + rate * grad),
            "The step goes uphill. The gradient points to where the loss grows: look at its sign in the "
            "formula.",
        ),
        Mistake(
            "velocity_first",
            lambda *arguments: reference.momentum_step(*arguments)[::-1],
            "Both are right, but in the other order: the parameters come first, then the velocity.",
        ),
        Mistake(
            "old_velocity",
            momentum_with(keras_speed, lambda theta, grad, old, new, rate, m: theta + old),
            "The parameters moved by the old velocity. First the velocity changes, then the parameters by "
            "the new one.",
        ),
        Mistake(
            "moving_average",
            momentum_with(lambda grad, velocity, rate, m: m * velocity - (1 - m) * rate * grad),
            "The gradient was weighed with 1 − m, as in a moving average. The formula adds it in full.",
        ),
        Mistake(
            "learning_rate_on_all",
            momentum_with(lambda grad, velocity, rate, m: rate * (m * velocity - grad)),
            "The learning rate was applied to the velocity, too, which holds it already. It belongs to the "
            "gradient.",
        ),
        Mistake(
            "nesterov",
            momentum_with(keras_speed, lambda theta, grad, old, new, rate, m: theta + m * new - rate * grad),
            "This is Nesterov's momentum (`nesterov=True` in Keras). The plain one adds the velocity as it "
            "is.",
        ),
        Mistake(
            "velocity_lost",
            lambda theta, grad, velocity, rate, m: theta + keras_speed(grad, velocity, rate, m),
            "Only the parameters came back. The next step needs the velocity, too: return both.",
        ),
        Mistake(
            "in_place",
            momentum_in_place,
            "The values are right, but the given arrays themselves were changed: `*=` and `-=` do that. "
            "Make new ones.",
        ),
    ),
    hints=(
        "Two lines, and they are the formula: the new velocity first, then the parameters.",
        "A fraction of the old velocity, minus the plain step of gradient descent: that is the new velocity.",
        "Give the new velocity the same name (it is a new array), and return theta plus it, and itself.",
    ),
    difficulty=2,
    importance=4,
    minutes=4,
)


def rmsprop_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step and later ones; zero and tiny gradients; an epsilon that counts and one that doesn't."""
    for theta, grad, v, rate, rho, epsilon in (
        ([1.0], [2.0], [0.0], 0.1, 0.9, 1e-7),
        ([1.0], [2.0], [3.0], 0.5, 0.25, 0.25),
        ([1.0], [-2.0], [1.0], 0.1, 0.5, 1.0),
        ([1.0], [0.0], [0.0], 0.1, 0.9, 1e-7),
        ([1.0, 1.0], [100.0, 0.01], [0.0, 0.0], 0.1, 0.9, 1e-7),
        ([1.0, 1.0], [1e-4, -1e-4], [0.0, 0.0], 0.1, 0.9, 1e-7),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], [[0.0, 1.0], [4.0, 0.5]], 0.1, 0.9, 0.1),
    ):
        yield np.array(theta), np.array(grad), np.array(v), rate, rho, epsilon
    for shape in SHAPES:
        theta, grad, v = arrays(rng, 3, shape)
        rho, epsilon = float(rng.choice((0.5, 0.8, 0.9))), float(rng.choice((1e-7, 0.01, 0.1)))
        yield theta, grad, np.abs(v), float(rng.choice((0.01, 0.1, 0.3))), rho, epsilon


def rmsprop_with(average, move):
    """A step whose average is `average(...)` and whose parameters `move(...)` gives."""

    def answer(theta, grad, v, rate, rho, epsilon):
        new = average(grad, v, rho)
        return move(theta, grad, v, new, rate, epsilon), new

    return answer


def squares(grad, v, rho):
    return rho * v + (1 - rho) * grad**2


def rmsprop_move(theta, grad, old, new, rate, epsilon):
    return theta - rate * grad / np.sqrt(new + epsilon)


def rmsprop_in_place(theta, grad, v, learning_rate, rho, epsilon):
    v *= rho
    v += (1 - rho) * grad**2
    theta -= learning_rate * grad / np.sqrt(v + epsilon)
    return theta, v


RMSPROP_STEP = Exercise(
    reference=reference.rmsprop_step,
    cases=rmsprop_steps,
    mistakes=(
        Mistake(
            "epsilon_outside",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / (np.sqrt(new) + epsilon),
            ),
            "ε was added to the root, as in Adam. Keras's RMSprop adds it under the root.",
        ),
        Mistake(
            "epsilon_forgotten",
            rmsprop_with(
                squares, lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(new)
            ),
            "ε is missing: a gradient that has always been 0 gives 0 / 0 = nan.",
        ),
        Mistake(
            "epsilon_fixed",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(new + 1e-7),
            ),
            "ε is 1e-7 here, whatever the argument `epsilon` says. Use the argument.",
        ),
        Mistake(
            "uphill",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta + rate * grad / np.sqrt(new + epsilon),
            ),
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "formula.",
        ),
        Mistake(
            "old_average",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(old + epsilon),
            ),
            "The step was divided by the root of the old average. Update the average first, then use it.",
        ),
        Mistake(
            "rho_swapped",
            rmsprop_with(lambda grad, v, rho: (1 - rho) * v + rho * grad**2, rmsprop_move),
            "ρ and 1 − ρ have changed places: ρ is the share of the old average that is kept.",
        ),
        Mistake(
            "gradient_not_squared",
            rmsprop_with(lambda grad, v, rho: rho * v + (1 - rho) * np.abs(grad), rmsprop_move),
            "The average is of the gradient's size. It must be of its square, as a root is taken later.",
        ),
        Mistake(
            "root_forgotten",
            rmsprop_with(
                squares, lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / (new + epsilon)
            ),
            "The step was divided by the average of the squares. Without its root, large gradients make "
            "small steps.",
        ),
        Mistake(
            "adagrad",
            rmsprop_with(lambda grad, v, rho: v + grad**2, rmsprop_move),
            "The squares were added up, so the steps shrink for ever: that is Adagrad. RMSprop averages, "
            "and forgets.",
        ),
        Mistake(
            "average_lost",
            lambda theta, grad, v, rate, rho, epsilon: (
                theta - rate * grad / np.sqrt(squares(grad, v, rho) + epsilon)
            ),
            "Only the parameters came back. The next step needs the average, too: return both.",
        ),
        Mistake(
            "in_place",
            rmsprop_in_place,
            "The values are right, but the given arrays themselves were changed. Make new ones.",
        ),
    ),
    hints=(
        "Two lines, and they are the formula: the new average first, then the parameters.",
        "The average is ρ of the old one and 1 − ρ of the squared gradient, element by element: `** 2`.",
        "Divide the plain step by np.sqrt of the new average plus ε (added before the root is taken); "
        "return both arrays.",
    ),
    difficulty=2,
    importance=4,
    minutes=5,
)


def adam_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step and later ones, t up to 1000; zero and tiny gradients; an epsilon that counts."""
    for theta, grad, m, v, t, rate, beta_1, beta_2, epsilon in (
        ([1.0], [4.0], [0.0], [0.0], 1, 0.5, 0.75, 0.5, 1e-7),
        ([1.0], [-4.0], [0.0], [0.0], 1, 0.001, 0.9, 0.999, 1e-7),
        ([1.0], [2.0], [1.0], [3.0], 2, 0.1, 0.5, 0.5, 0.1),
        ([1.0], [0.0], [0.0], [0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([1.0, 1.0], [100.0, 0.01], [0.0, 0.0], [0.0, 0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([1.0, 1.0], [1e-6, -1e-6], [0.0, 0.0], [0.0, 0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([2.0, -1.0], [1.0, 1.0], [0.5, -0.5], [1.0, 0.25], 3, 0.1, 0.8, 0.9, 0.01),
        ([[1.0, 0.0]], [[0.5, -0.5]], [[0.0, 1.0]], [[4.0, 0.5]], 1000, 0.1, 0.9, 0.999, 0.1),
    ):
        yield np.array(theta), np.array(grad), np.array(m), np.array(v), t, rate, beta_1, beta_2, epsilon
    for shape in SHAPES:
        theta, grad, m, v = arrays(rng, 4, shape)
        beta_1, beta_2 = float(rng.choice((0.5, 0.9))), float(rng.choice((0.9, 0.99, 0.999)))
        epsilon = float(rng.choice((1e-7, 0.01, 0.1)))
        rate, t = float(rng.choice((0.01, 0.1))), int(rng.integers(2, 30))
        yield theta, grad, m, np.abs(v), t, rate, beta_1, beta_2, epsilon


def adam_with(
    move=lambda m_hat, v_hat, epsilon, correction: m_hat / (np.sqrt(v_hat) + epsilon),
    share=lambda beta, t: 1 - beta**t,
    share_of_v=None,
    square=lambda grad: grad**2,
    state=lambda m, v, m_hat, v_hat: (m, v),
):
    """Adam with one part of it exchanged.

    Args:
        move: the step without the learning rate; `correction` is what `v` was divided by.
        share: what the averages are divided by.
        share_of_v: what v is divided by, if something else.
        square: what is averaged in v.
        state: what is returned beside theta.
    """

    def answer(theta, grad, m, v, t, rate, beta_1, beta_2, epsilon):
        m = beta_1 * m + (1 - beta_1) * grad
        v = beta_2 * v + (1 - beta_2) * square(grad)
        correction = (share_of_v or share)(beta_2, t)
        m_hat, v_hat = m / share(beta_1, t), v / correction
        step = move(m_hat, v_hat, epsilon, correction)
        return theta - rate * step, *state(m, v, m_hat, v_hat)

    return answer


def adam_in_place(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m += (1 - beta_1) * (grad - m)
    v += (1 - beta_2) * (grad**2 - v)
    theta -= learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return theta, m, v


def right_share(beta, t):
    return 1 - beta**t


def no_share(beta, t):
    return 1.0


ADAM_STEP = Exercise(
    reference=reference.adam_step,
    cases=adam_steps,
    mistakes=(
        Mistake(
            "uncorrected",
            adam_with(share=no_share),
            "The bias correction is missing: in the first steps the averages, which start at 0, are far "
            "too small.",
        ),
        Mistake(
            "only_m_corrected",
            adam_with(share_of_v=no_share),
            "m was corrected and v wasn't: both start at 0, and both are too small in the first steps.",
        ),
        Mistake(
            "only_v_corrected",
            adam_with(share=no_share, share_of_v=right_share),
            "v was corrected and m wasn't: both start at 0, and both are too small in the first steps.",
        ),
        Mistake(
            "uphill",
            adam_with(move=lambda m, v, epsilon, correction: -m / (np.sqrt(v) + epsilon)),
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "last formula.",
        ),
        Mistake(
            "averages_lost",
            lambda *arguments: reference.adam_step(*arguments)[0],
            "Only the parameters came back. The next step needs both averages, too: return all three.",
        ),
        Mistake(
            "betas_swapped",
            lambda theta, grad, m, v, t, rate, beta_1, beta_2, epsilon: reference.adam_step(
                theta, grad, m, v, t, rate, beta_2, beta_1, epsilon
            ),
            "β₁ and β₂ have changed places: the first is the share of m, the second that of v.",
        ),
        Mistake(
            "corrected_state",
            adam_with(state=lambda m, v, m_hat, v_hat: (m_hat, v_hat)),
            "The corrected averages were returned. The next step goes on from the plain m and v, "
            "or it corrects what is corrected already.",
        ),
        Mistake(
            "keras_epsilon",
            adam_with(
                move=lambda m, v, epsilon, correction: m / (np.sqrt(v) + epsilon / np.sqrt(correction))
            ),
            "This is Keras's place for ε: it is added to the root of the uncorrected v. In the cheat "
            "sheet's formula it is added to the root of the corrected one.",
        ),
        Mistake(
            "epsilon_inside",
            adam_with(move=lambda m, v, epsilon, correction: m / np.sqrt(v + epsilon)),
            "ε was added under the root. In Adam's formula it stands outside.",
        ),
        Mistake(
            "epsilon_forgotten",
            adam_with(move=lambda m, v, epsilon, correction: m / np.sqrt(v)),
            "ε is missing: a gradient that has always been 0 gives 0 / 0 = nan.",
        ),
        Mistake(
            "one_step_late",
            adam_with(share=lambda beta, t: 1 - beta ** (t + 1)),
            "The correction uses t + 1. Here t is 1 in the first step already.",
        ),
        Mistake(
            "one_step_early",
            adam_with(share=lambda beta, t: 1 - beta ** (t - 1)),
            "The correction uses t − 1, and divides by 0 in the first step. t counts from 1 already.",
        ),
        Mistake(
            "exponent_forgotten",
            adam_with(share=lambda beta, t: 1 - beta),
            "The correction is that of the first step in every step: the power t is missing.",
        ),
        Mistake(
            "times_t",
            adam_with(share=lambda beta, t: 1 - beta * t),
            "β was multiplied by t. In β₁ᵗ the t is an exponent: `**`.",
        ),
        Mistake(
            "root_forgotten",
            adam_with(move=lambda m, v, epsilon, correction: m / (v + epsilon)),
            "The step was divided by the corrected average of the squares. The formula has its root.",
        ),
        Mistake(
            "gradient_not_squared",
            adam_with(square=np.abs),
            "v averages the gradient's size. It must average its square.",
        ),
        Mistake(
            "in_place",
            adam_in_place,
            "The values are right, but the given arrays themselves were changed. Make new ones.",
        ),
    ),
    hints=(
        "Five lines, one for each formula of the statement, in that order.",
        "Keep four names apart: m and v, which are returned, and their corrected twins, which are only used "
        "in the last formula.",
        "The powers are `beta_1**t` and `beta_2**t`. In the last line divide the corrected m by the "
        "bracket of np.sqrt of the corrected v, plus ε.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
)


def landscapes(rng: np.random.Generator) -> Iterator[tuple]:
    """Functions with a third derivative, so that a wide h shows which difference was taken; ranks 0 to 3."""
    bowl = function("quadratic", A=np.diag([2.0, 6.0]), b=np.array([1.0, 0.0]))
    yield function("weighted_cubes", weights=np.array([1.0])), np.array([2.0]), 1.0
    yield function("weighted_cubes", weights=np.array([1.0])), np.array([0.0]), 0.5
    yield function("double_well", tilt=0.0), np.array([1.0]), 0.5
    yield function("double_well", tilt=0.5), np.array(2.0), 0.1
    yield bowl, np.array([1.0, -1.0])
    yield bowl, np.array([1.0, -1.0]), 0.5
    yield function("weighted_cubes", weights=np.array([1.0, -2.0])), np.array([1.0, 3.0]), 0.1
    yield function("banana", steepness=2.0), np.array([-1.0, 1.0])
    yield function("weighted_cubes", weights=np.arange(1.0, 7)), np.arange(6.0).reshape(2, 3), 0.1
    for shape in ((2,), (3,), (2, 2), (1, 4), (3, 2), (2, 1, 3)):
        theta, weights = rng.normal(0, 1, shape).round(2), rng.normal(0, 1, np.prod(shape)).round(1)
        yield function("weighted_cubes", weights=weights), theta, float(rng.choice((0.1, 0.2, 0.5)))
        yield function("waves", frequencies=weights), theta
    for shape in ((3,), (2, 2), (4,)):
        theta = rng.normal(0, 1, shape).round(2)
        yield function("banana", steepness=round(rng.uniform(1, 5), 1)), theta, 0.1
        yield function("quadratic", **random_quadratic(rng, theta.size)), theta


def differences(quotient):
    """A gradient whose entries `quotient(f, theta, step, h)` gives, with h at one place of `step`."""

    def answer(f, theta, h=1e-5):
        gradient = np.zeros(theta.shape)
        for i in np.ndindex(theta.shape):
            step = np.zeros(theta.shape)
            step[i] = h
            gradient[i] = quotient(f, theta, step, h)
        return gradient

    return answer


def numerical_gradient_in_place(f, theta, h=1e-5):
    """Adds h, takes 2h away, adds h: afterwards theta is only nearly what it was."""
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        up = f(theta)
        theta[i] -= 2 * h
        gradient[i] = (up - f(theta)) / (2 * h)
        theta[i] += h
    return gradient


def numerical_gradient_not_restored(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    moved = theta.copy()
    for i in np.ndindex(theta.shape):
        moved[i] += h
        up = f(moved)
        moved[i] -= 2 * h
        gradient[i] = (up - f(moved)) / (2 * h)
    return gradient


NUMERICAL_GRADIENT = Exercise(
    reference=reference.numerical_gradient,
    cases=landscapes,
    mistakes=(
        Mistake(
            "forward_difference",
            differences(lambda f, theta, step, h: (f(theta + step) - f(theta)) / h),
            "The difference goes to one side only. Take it from h before the point to h behind it: "
            "that is far more exact.",
        ),
        Mistake(
            "backward_difference",
            differences(lambda f, theta, step, h: (f(theta) - f(theta - step)) / h),
            "The difference goes to one side only. Take it from h before the point to h behind it.",
        ),
        Mistake(
            "divided_by_h",
            differences(lambda f, theta, step, h: (f(theta + step) - f(theta - step)) / h),
            "It is twice what it should be: the two points are 2h apart.",
        ),
        Mistake(
            "all_at_once",
            lambda f, theta, h=1e-5: np.full(theta.shape, (f(theta + h) - f(theta - h)) / (2 * h)),
            "All elements were moved at once, so all entries are alike. Move one at a time.",
        ),
        Mistake(
            "not_put_back",
            numerical_gradient_not_restored,
            "An element that was moved stayed there while the next ones were tried. Start each from theta "
            "itself.",
        ),
        Mistake(
            "flat",
            lambda f, theta, h=1e-5: reference.numerical_gradient(f, theta, h).ravel(),
            "The numbers are right, but in a row. Give the gradient the shape of theta.",
        ),
        Mistake(
            "h_ignored",
            lambda f, theta, h=1e-5: reference.numerical_gradient(f, theta),
            "The answer is the gradient itself, not the formula's difference quotient for the h given: where "
            "h is wide, the two differ. Is it this quotient, and this h?",
        ),
        Mistake(
            "theta_changed",
            numerical_gradient_in_place,
            "Afterwards theta is not exactly what it was: adding h and taking it away again leaves "
            "rounding errors. Work on a copy, or put the old number back.",
        ),
    ),
    hints=(
        "For each element: move it by h to the right and to the left, with all others as they are, and "
        "compare the two values of f.",
        "np.ndindex(theta.shape) runs through the indices of an array of any shape. An array of zeros with "
        "one h in it can be added and subtracted, and leaves theta alone.",
        "In the loop: make the array for the move, put h at index i, and set the gradient's entry i to the "
        "difference of the two values of f, divided by the distance between the two points.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)


def two_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Networks of one unit to many, square weights and others; a dead unit, pre-activations of exactly 0.

    Exactly 0 only where every order of summing gives 0. And no true class is next to impossible, where a
    loss that is clipped differs from one that isn't.
    """
    one, zero = np.array([[1.0]]), np.array([0.0])
    out, zeros = np.array([[1.0, -1.0]]), np.array([0.0, 0.0])
    yield one, np.array([0]), one, zero, out, zeros
    yield one, np.array([1]), one, np.array([1.0]), out, np.array([0.5, 0.0])
    yield one, np.array([1]), -one, zero, out, zeros
    yield one, np.array([0]), one, np.array([-1.0]), out, zeros
    yield np.array([[1.0], [-2.0]]), np.array([0, 1]), one, zero, out, zeros
    yield np.array([[1.0], [2.0]]), np.array([0, 1]), one, np.array([0.5]), out, zeros
    yield np.array([[1.0, 2.0]]), np.array([1]), np.array([[1.0], [-0.5]]), np.array([0.5]), out, zeros
    yield np.array([[1.0, 2.0]]), np.array([0]), np.array([[1.0], [-0.5]]), np.array([1.0]), out, zeros
    for n, inputs, units, classes in (
        *((1, 1, 2, 2), (1, 2, 2, 2), (2, 2, 2, 2), (2, 1, 3, 2), (3, 2, 3, 2), (3, 3, 3, 3), (4, 2, 5, 3)),
        *((4, 4, 4, 4), (5, 3, 4, 3), (6, 4, 3, 5), (8, 5, 6, 4), (10, 3, 8, 3), (16, 8, 8, 10)),
    ):
        yield next(
            network for network in random_networks(rng, n, inputs, units, classes) if is_clear(*network)
        )


def random_networks(
    rng: np.random.Generator, n: int, inputs: int, units: int, classes: int
) -> Iterator[tuple]:
    while True:
        X, labels = rng.normal(0, 1, (n, inputs)).round(1), rng.integers(0, classes, n)
        W1, b1 = rng.normal(0, 0.6, (inputs, units)).round(1), rng.normal(0, 0.5, units).round(1)
        W2, b2 = rng.normal(0, 0.6, (units, classes)).round(1), rng.normal(0, 0.5, classes).round(1)
        yield X, labels, W1, (b1 + 0.05).round(2), W2, b2


def is_clear(X, labels, W1, b1, W2, b2):
    """Whether rounding decides nothing: no pre-activation is next to 0, and clipping p shows nowhere."""
    Z1 = X @ W1 + b1
    p = softmax(np.maximum(Z1, 0) @ W2 + b2)
    return np.abs(Z1).min() > 1e-3 and picked(p, labels).min() > 1e-4


def backpropagate_with(
    output=lambda labels, Z2: reference.softmax_cross_entropy_gradient(labels, Z2),
    mask=lambda Z1, dH: Z1 > 0,
    before=lambda Z1, H: H,
    bias=lambda dZ: dZ.sum(axis=0),
    weights=lambda A, dZ: A.T @ dZ,
    returned=lambda loss, dW1, db1, dW2, db2: (loss, dW1, db1, dW2, db2),
):
    """Backpropagation with one part of it exchanged.

    Args:
        output: the gradient of the logits.
        mask: where the hidden layer lets the gradient pass.
        before: what the output layer's weights are multiplied with.
        bias: a bias's gradient from that of the pre-activations.
        weights: that of a layer's weights, from its input, too.
        returned: what comes back.
    """

    def answer(X, labels, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        H = np.maximum(Z1, 0)
        Z2 = H @ W2 + b2
        dZ2 = output(labels, Z2)
        dH = dZ2 @ W2.T
        dZ1 = dH * mask(Z1, dH)
        loss = reference.sparse_cross_entropy_from_logits(labels, Z2)
        return returned(loss, weights(X, dZ1), bias(dZ1), weights(before(Z1, H), dZ2), bias(dZ2))

    return answer


def summed_loss(X, labels, *weights):
    loss, *gradients = reference.backpropagate(X, labels, *weights)
    return len(X) * loss, *gradients


BACKPROPAGATE = Exercise(
    reference=reference.backpropagate,
    cases=two_layers,
    mistakes=(
        Mistake(
            "mean_forgotten",
            backpropagate_with(output=lambda labels, Z2: softmax(Z2) - one_hot(labels, Z2)),
            "The gradients are n times too large: those of the sum. The loss is a mean, so divide by n once, "
            "at the logits.",
        ),
        Mistake(
            "one_hot_forgotten",
            backpropagate_with(output=lambda labels, Z2: softmax(Z2) / len(labels)),
            "The gradient of the logits lacks the labels: it starts from p − y, not from p.",
        ),
        Mistake(
            "relu_ignored",
            backpropagate_with(mask=lambda Z1, dH: 1.0),
            "The hidden layer's gradient went back as if ReLU were not there. Where its output is 0, "
            "nothing passes.",
        ),
        Mistake(
            "mask_of_the_gradient",
            backpropagate_with(mask=lambda Z1, dH: dH > 0),
            "The mask was made from the gradient. ReLU's slope depends on what went into it on the way "
            "forward.",
        ),
        Mistake(
            "open_at_zero",
            backpropagate_with(mask=lambda Z1, dH: Z1 >= 0),
            "Where a pre-activation is exactly 0, the gradient passed. ReLU's slope there is 0.",
        ),
        Mistake(
            "pre_activation_used",
            backpropagate_with(before=lambda Z1, H: Z1),
            "For W2, the pre-activations were used. The output layer was given what came out of ReLU.",
        ),
        Mistake(
            "bias_averaged",
            backpropagate_with(bias=lambda dZ: dZ.mean(axis=0)),
            "The biases' gradients were averaged over the samples. The division by n is in the gradient of "
            "the logits already: sum.",
        ),
        Mistake(
            "divided_twice",
            backpropagate_with(
                weights=lambda A, dZ: A.T @ dZ / len(dZ), bias=lambda dZ: dZ.sum(axis=0) / len(dZ)
            ),
            "The gradients were divided by n twice: in the gradient of the logits, and again in each "
            "product.",
        ),
        Mistake(
            "transposed",
            backpropagate_with(weights=lambda A, dZ: dZ.T @ A),
            "The weights' gradients are transposed. A gradient has the shape of what it is the gradient of.",
        ),
        Mistake(
            "bias_kept_as_row",
            backpropagate_with(bias=lambda dZ: dZ.sum(axis=0, keepdims=True)),
            "The biases' gradients are matrices of one row. A gradient has the shape of what it is the "
            "gradient of.",
        ),
        Mistake(
            "loss_summed",
            summed_loss,
            "The gradients are right, and the loss is the sum over the samples. Asked is the mean, whose "
            "gradients these are.",
        ),
        Mistake(
            "loss_missing",
            backpropagate_with(returned=lambda loss, *gradients: gradients),
            "The gradients are right, but the loss is missing: it comes first.",
        ),
        Mistake(
            "output_layer_first",
            backpropagate_with(returned=lambda loss, dW1, db1, dW2, db2: (loss, dW2, db2, dW1, db1)),
            "The gradients come back in the order of the backward pass. Asked is the order of the arguments, "
            "the hidden layer first.",
        ),
        Mistake(
            "weights_before_biases",
            backpropagate_with(returned=lambda loss, dW1, db1, dW2, db2: (loss, dW1, dW2, db1, db2)),
            "The weights' gradients come back before those of the biases. Asked is layer by layer: dW1, db1, "
            "dW2, db2.",
        ),
    ),
    hints=(
        "Forward first, keeping Z1, H and Z2. Then backwards, a line for each line of the forward pass, "
        "beginning with the gradient of the logits: you have a function for it.",
        "For a layer Z = A W + b: the gradient of W is A transposed times that of Z; that of b is the "
        "column sums of that of Z; that of A is that of Z times W transposed.",
        "From the logits: gradients of W2 and b2 (A is H), then of H; times 1 or 0, by the sign of Z1; "
        "then of W1 and b1 (A is X). Shapes tell where to transpose.",
    ),
    difficulty=5,
    importance=5,
    minutes=25,
)


def gradient_lists(rng: np.random.Generator) -> Iterator[tuple[list[np.ndarray], float]]:
    """Lists of one array to five, of mixed ranks: within the norm, on it, beyond it, and all zeros."""
    for grads, max_norm in (
        ([[3.0, 4.0]], 1.0),
        ([[3.0, 4.0]], 5.0),
        ([[3.0, 4.0]], 10.0),
        ([[0.0, 0.0]], 1.0),
        ([[3.0], [[0.0, 4.0]]], 1.0),
        ([[1.0, 1.0], [1.0, 1.0]], 1.0),
        ([[0.5], [-0.5]], 1.0),
        ([[0.0], [[0.0, 0.0]], [0.0]], 0.5),
        ([[0.0, 0.0], [6.0, 8.0]], 5.0),
        ([[300.0, -400.0], [0.001]], 0.1),
    ):
        yield [np.array(g) for g in grads], max_norm
    shapes = ((2,), (2, 2), (3,), (3, 2), (4,), ())
    for count in (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5):
        chosen = [shapes[i] for i in rng.integers(0, len(shapes), count)]
        grads = [np.asarray(rng.normal(0, 2, shape).round(1)) for shape in chosen]
        yield grads, float(rng.choice((0.5, 1.0, 3.0, 20.0)))


def norm_of(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


def clipped_with(norm):
    """Clipped by what `norm(grads)` takes for the norm."""

    def answer(grads, max_norm):
        scale = max_norm / max(norm(grads), max_norm)
        return [g * scale for g in grads]

    return answer


def clipped_in_place(grads, max_norm):
    scale = max_norm / max(norm_of(grads), max_norm)
    for g in grads:
        g *= scale
    return grads


CLIP_BY_GLOBAL_NORM = Exercise(
    reference=reference.clip_by_global_norm,
    cases=gradient_lists,
    mistakes=(
        Mistake(
            "each_by_itself",
            lambda grads, max_norm: [clipped_with(norm_of)([g], max_norm)[0] for g in grads],
            "Each array was clipped by its own norm, which changes the direction of the whole. One norm, "
            "of all arrays together, and one factor for all.",
        ),
        Mistake(
            "by_value",
            lambda grads, max_norm: [np.clip(g, -max_norm, max_norm) for g in grads],
            "Each number was clipped by itself, which changes the direction. All must shrink by the same "
            "factor.",
        ),
        Mistake(
            "always_scaled",
            lambda grads, max_norm: [g * max_norm / norm_of(grads) for g in grads],
            "Short gradients were stretched, and zeros became nan. Where the norm is within the limit, "
            "nothing changes.",
        ),
        Mistake(
            "sum_of_norms",
            clipped_with(lambda grads: sum(np.linalg.norm(np.ravel(g)) for g in grads)),
            "The norms of the arrays were added. Add all squares first, and take one root at the end.",
        ),
        Mistake(
            "root_forgotten",
            clipped_with(lambda grads: sum(np.sum(g**2) for g in grads)),
            "This is the sum of the squares. The norm is its root.",
        ),
        Mistake(
            "largest_entry",
            clipped_with(lambda grads: max(np.max(np.abs(g)) for g in grads)),
            "The limit was held to the largest entry. The norm is the root of the sum of all squares.",
        ),
        Mistake(
            "in_place",
            clipped_in_place,
            "The values are right, but what was given was changed: the list, or the arrays in it. Make a new "
            "list of new arrays.",
        ),
    ),
    hints=(
        "One norm for all arrays together, then one factor for all: that is what keeps the direction.",
        "Sum the squares of each array, add these sums up, take the root. The factor is the limit divided "
        "by the norm, but never above 1.",
        "Dividing by the larger one of norm and limit gives a factor of exactly 1 within the limit, and no "
        "0 / 0. Multiply each array by it in a list comprehension.",
    ),
    difficulty=2,
    importance=3,
    minutes=7,
)


def schedules(rng: np.random.Generator) -> Iterator[tuple[int, int, float]]:
    """The start, the middle, the end and what comes after it; one step in all."""
    yield from (
        *((0, 1, 1.0), (1, 1, 1.0), (0, 10, 0.5), (5, 10, 0.5), (10, 10, 0.5), (11, 10, 0.5), (20, 10, 0.5)),
        *((1, 4, 0.1), (3, 4, 0.1), (100, 100, 0.01), (150, 100, 0.01), (250, 100, 0.01)),
    )
    for share in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.2, 1.5):
        total = int(rng.integers(10, 2000))
        yield int(share * total), total, float(rng.choice((0.001, 0.05, 0.1, 0.3, 1.0)))


def decay_with(curve):
    """A learning rate of `initial` times `curve(progress)`, with the progress held to 1."""
    return lambda step, total, initial: initial * curve(min(step, total) / total)


COSINE_DECAY = Exercise(
    reference=reference.cosine_decay,
    cases=schedules,
    mistakes=(
        Mistake(
            "rises_again",
            lambda step, total, initial: 0.5 * initial * (1 + np.cos(np.pi * step / total)),
            "After the end the rate rises again, with the cosine. From `total_steps` on it stays 0.",
        ),
        Mistake(
            "half_forgotten",
            decay_with(lambda progress: 1 + np.cos(np.pi * progress)),
            "At step 0 the rate is twice the initial one. Look at the beginning of the formula.",
        ),
        Mistake(
            "quarter_of_a_wave",
            decay_with(lambda progress: np.cos(np.pi / 2 * progress)),
            "This is a quarter of the wave: it falls slowly at first and steeply at the end. Half a wave "
            "is flat at both ends.",
        ),
        Mistake(
            "whole_wave",
            decay_with(lambda progress: 0.5 * (1 + np.cos(2 * np.pi * progress))),
            "The rate is back at its start at the end: a whole wave. Half of one is asked for.",
        ),
        Mistake(
            "linear",
            decay_with(lambda progress: 1 - progress),
            "The rate falls along a straight line. The formula has a cosine.",
        ),
        Mistake(
            "degrees",
            decay_with(lambda progress: 0.5 * (1 + np.cos(180 * progress))),
            "np.cos takes radians: half a wave is π, not 180.",
        ),
        Mistake(
            "integer_division",
            decay_with(lambda progress: 0.5 * (1 + np.cos(np.pi * (progress // 1)))),
            "The rate stays at its start and then drops to 0: `//` divides whole numbers without a rest. "
            "Use `/`.",
        ),
    ),
    hints=(
        "How far along is the training, from 0 to 1? Never more than 1. Then the formula.",
        "min holds the step to the total. np.cos goes from 1 (at 0) to −1 (at π): adding 1 and halving makes "
        "that a fall from 1 to 0.",
        "Two lines: the progress, with min; then half of `initial` times a bracket with 1 and the cosine "
        "of π times the progress.",
    ),
    difficulty=1,
    importance=3,
    minutes=4,
)

TRAINING_DIGITS = 1000


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The embedded digits as rows of numbers from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return data.features.reshape(len(data.target), -1).astype(np.float64) / 16, data.target


def changed_digits(rng: np.random.Generator) -> Iterator[Case]:
    """Digits dimmed, with noise and their pixels in another order: a thousand to learn, the others hidden.

    Dimmed, because one long step an epoch then comes nowhere near the goal, and mini-batches still do.
    """
    x, y = digits()
    x = np.clip(0.7 * x + rng.normal(0, 0.014, x.shape), 0, 1)[:, rng.permutation(x.shape[1])]
    order = rng.permutation(len(x))
    known, hidden = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    arguments = (x[known], y[known], 32, 100, 0.1, int(rng.integers(1000)))
    yield Case(arguments, secret={"x": x[hidden], "y": y[hidden]})


def trained_with(
    batch_size: int = 20,
    scale: Callable[[int], float] = lambda inputs: np.sqrt(2 / inputs),
    labels: Callable[[np.ndarray], np.ndarray] = lambda y: y,
    direction: float = 1.0,
):
    """A training with one part of it exchanged."""

    def answer(X, y, hidden, epochs, learning_rate, seed):
        rng = np.random.default_rng(seed)
        inputs, classes, y = X.shape[1], y.max() + 1, labels(y)
        shapes = (inputs, hidden), (hidden,), (hidden, classes), (classes,)
        weights = [
            rng.normal(0, scale(shape[0]), shape) if len(shape) == 2 else np.zeros(shape) for shape in shapes
        ]
        for epoch in range(epochs):
            for batch in reference.minibatches(len(X), batch_size, seed + epoch):
                _, *gradients = reference.backpropagate(X[batch], y[batch], *weights)
                weights = [w - direction * learning_rate * g for w, g in zip(weights, gradients, strict=True)]
        return tuple(weights)

    return answer


def untrained(X, y, hidden, epochs, learning_rate, seed):
    return trained_with()(X, y, hidden, 0, learning_rate, seed)


TRAIN_NETWORK = Exercise(
    reference=reference.train_network,
    kind="goal",
    verify=is_trained,
    cases=changed_digits,
    mistakes=(
        Mistake(
            "one_batch_an_epoch",
            trained_with(batch_size=10**6),
            "One step an epoch, with the gradient of all samples, is too few steps. Use mini-batches.",
        ),
        Mistake(
            "zero_weights",
            trained_with(scale=lambda inputs: 0.0),
            "With all weights 0 every hidden unit is like every other, and no gradient tells them apart.",
        ),
        Mistake(
            "torn_apart",
            trained_with(labels=lambda y: np.random.default_rng(0).permutation(y)),
            "Images and labels were shuffled apart. Index both with the same batch.",
        ),
        Mistake(
            "uphill",
            trained_with(direction=-1.0),
            "The steps go uphill: the loss grows. Look at the sign of the step.",
        ),
        Mistake(
            "untrained",
            untrained,
            "The weights are as random as at the start. Does the loop keep what each step returns?",
        ),
    ),
    hints=(
        "Random initial weights, then a loop over epochs, and in it a loop over mini-batches: gradients, "
        "step. You have written a function for each of these.",
        "Draw W1 and W2 from a normal distribution of standard deviation √(2 / inputs of the layer), "
        "biases 0. Give `minibatches` another seed in each epoch, and index X and y with each batch.",
        "Batches of about 20. `backpropagate` returns the loss and four gradients, in the order of the "
        "weights; apply `sgd_step` to each pair, and keep what it returns.",
    ),
    difficulty=4,
    importance=5,
    minutes=20,
    packages=("numpy",),
    seconds=60,
    megabytes=2048,
)

EXERCISES: tuple[Exercise, ...] = (
    MSE,
    MSE_GRADIENT,
    BINARY_CROSS_ENTROPY,
    CATEGORICAL_CROSS_ENTROPY,
    SPARSE_CROSS_ENTROPY_FROM_LOGITS,
    SOFTMAX_CROSS_ENTROPY_GRADIENT,
    MINIBATCHES,
    GRADIENT_DESCENT,
    SGD_STEP,
    MOMENTUM_STEP,
    RMSPROP_STEP,
    ADAM_STEP,
    NUMERICAL_GRADIENT,
    BACKPROPAGATE,
    CLIP_BY_GLOBAL_NORM,
    COSINE_DECAY,
    TRAIN_NETWORK,
)
