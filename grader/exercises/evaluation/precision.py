"""Lesson 6: how `precision` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import binary_labels, of_counts
from grader.references import evaluation as reference

EXERCISE = Exercise(
    reference=reference.precision,
    cases=binary_labels,
    mistakes=(
        Mistake(
            "recall",
            reference.recall,
            "This is recall: you divide by the rows that are positive, and not by those predicted positive.",
        ),
        Mistake(
            "nan",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fp), undefined=np.nan),
            "Where nothing was predicted positive, 0 is divided by 0. Return 0.0 then.",
        ),
        Mistake(
            "one",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fp), undefined=1.0),
            "Where nothing was predicted positive, 0.0 is asked for, and not 1.0.",
        ),
        Mistake(
            "accuracy",
            reference.accuracy,
            "This is accuracy: rows that were predicted 0 count in it. Look at the predicted positives only.",
        ),
        Mistake(
            "of_the_negatives",
            of_counts(lambda tp, fp, fn, tn: tn / (tn + fn)),
            "You counted for label 0 what is asked for label 1.",
        ),
        Mistake(
            "share_of_all",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn)),
            "You divide by all rows. Divide by those that were predicted positive.",
        ),
    ),
    hints=(
        "Which rows were predicted positive? Forget all others.",
        "Of these, count the ones that are positive: `(y_true == 1) & (y_pred == 1)`.",
        "Divide the one count by the other, if that isn't 0; if it is, return 0.0.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)
