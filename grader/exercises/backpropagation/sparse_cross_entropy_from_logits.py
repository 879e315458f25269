"""Lesson 3a: how `sparse_cross_entropy_from_logits` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import labelled_scores, picked, softmax, unshifted_softmax
from grader.references import backpropagation as reference


def log_sum_exp(z):
    top = z.max(axis=1)
    return top + np.log(np.exp(z - top[:, None]).sum(axis=1))


def cross_entropy_with_shift_lost(labels, z):
    shifted = z - z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - picked(z, labels))


EXERCISE = Exercise(
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
