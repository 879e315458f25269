"""Lesson 6: how `f1_score` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import binary_labels, of_counts
from grader.references import evaluation as reference


def of_both(figure):
    """A figure of precision and recall."""
    return lambda y_true, y_pred: figure(
        reference.precision(y_true, y_pred), reference.recall(y_true, y_pred)
    )


EXERCISE = Exercise(
    reference=reference.f1_score,
    cases=binary_labels,
    mistakes=(
        Mistake(
            "plain_mean",
            of_both(lambda p, r: (p + r) / 2),
            "This is the plain mean of precision and recall. The harmonic mean is low if one of them is.",
        ),
        Mistake(
            "nan",
            of_counts(lambda tp, fp, fn, tn: 2 * tp / (2 * tp + fp + fn) if tp else np.nan, undefined=np.nan),
            "Where no positive was found, precision and recall are 0 or undefined. Return 0.0 then.",
        ),
        Mistake(
            "two_forgotten",
            of_both(lambda p, r: p * r / (p + r) if p + r else 0.0),
            "Precision 1 and recall 1 give ½ here: the 2 in the formula is missing.",
        ),
        Mistake(
            "product",
            of_both(lambda p, r: p * r),
            "This is the product of precision and recall.",
        ),
        Mistake(
            "jaccard",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fp + fn)),
            "This is TP / (TP + FP + FN). In F1, the found positives count twice, above the line and below "
            "it.",
        ),
        Mistake(
            "geometric_mean",
            of_both(lambda p, r: (p * r) ** 0.5),
            "This is the geometric mean, the root of the product.",
        ),
        Mistake(
            "accuracy",
            reference.accuracy,
            "This is accuracy: negative rows that were predicted 0 count in it, and in F1 they don't.",
        ),
    ),
    hints=(
        "You have written both parts of it already.",
        "Compute precision and recall first. What happens in the formula if both are 0?",
        "If p + r is 0, return 0.0, otherwise `2 * p * r / (p + r)`.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
)
