"""Lesson 3a: how `softmax_cross_entropy_gradient` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import labelled_scores, one_hot, softmax, unshifted_softmax
from grader.references import backpropagation as reference


def globally_shifted_softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


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


EXERCISE = Exercise(
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
