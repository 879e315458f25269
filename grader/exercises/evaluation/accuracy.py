"""Lesson 6: how `accuracy` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import binary_labels, of_counts
from grader.references import evaluation as reference

EXERCISE = Exercise(
    reference=reference.accuracy,
    cases=binary_labels,
    mistakes=(
        Mistake(
            "nan_without_rows",
            of_counts(lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn), undefined=np.nan),
            "Without rows there is nothing to divide by: return 0.0 then.",
        ),
        Mistake(
            "errors",
            of_counts(lambda tp, fp, fn, tn: (fp + fn) / (tp + fp + fn + tn)),
            "This is the share of predictions that are wrong.",
        ),
        Mistake(
            "count",
            of_counts(lambda tp, fp, fn, tn: tp + tn),
            "This is how many are right. Which share of all rows is it?",
        ),
        Mistake(
            "positives_only",
            of_counts(lambda tp, fp, fn, tn: tp / (tp + fp + fn + tn)),
            "Only the positives that were found count here. A 0 that was predicted as 0 is right, too.",
        ),
        Mistake(
            "in_percent",
            of_counts(lambda tp, fp, fn, tn: 100 * (tp + tn) / (tp + fp + fn + tn)),
            "This is in percent. A number from 0 to 1 is asked for.",
        ),
    ),
    hints=(
        "How many rows are there, and for how many of them are both labels the same?",
        "Compared with ==, two arrays give an array of True and False, which can be summed.",
        "np.mean of that array is the share. Look at the length first: of no rows there is no mean.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
