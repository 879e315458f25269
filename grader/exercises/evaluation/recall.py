"""Lesson 6: how `recall` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import binary_labels, of_counts
from grader.references import evaluation as reference

EXERCISE = Exercise(
    reference=reference.recall,
    cases=binary_labels,
    mistakes=(
        Mistake(
            "precision",
            reference.precision,
            "This is precision: you divide by the rows predicted positive, and not by those that are "
            "positive.",
        ),
        Mistake(
            "nan",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fn), undefined=np.nan),
            "Where no row is positive, 0 is divided by 0. Return 0.0 then.",
        ),
        Mistake(
            "one",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fn), undefined=1.0),
            "Where no row is positive, 0.0 is asked for, and not 1.0.",
        ),
        Mistake(
            "accuracy",
            reference.accuracy,
            "This is accuracy: negative rows count in it. Look at the positive ones only.",
        ),
        Mistake(
            "of_the_negatives",
            of_counts(lambda tp, fp, fn, tn: tn / (tn + fp)),
            "This is the share of the negative rows that were predicted 0, the specificity.",
        ),
        Mistake(
            "misses",
            of_counts(lambda tp, fp, fn, tn: fn / (tp + fn)),
            "This is the share of positives that were missed. Asked is the share that was found.",
        ),
    ),
    hints=(
        "Which rows are positive? Forget all others.",
        "Of these, count the ones that were predicted 1: `(y_true == 1) & (y_pred == 1)`.",
        "Divide the one count by the other, if that isn't 0; if it is, return 0.0.",
    ),
    difficulty=1,
    importance=5,
    minutes=4,
)
