"""Lesson 6: how `macro_f1` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import class_labels
from grader.references import evaluation as reference


def of_classes(figure, y_true, y_pred, classes):
    return [figure((y_true == c).astype(int), (y_pred == c).astype(int)) for c in classes]


def present_only(y_true, y_pred, num_classes):
    return float(np.mean(of_classes(reference.f1_score, y_true, y_pred, np.unique([y_true, y_pred]))))


def true_classes_only(y_true, y_pred, num_classes):
    return float(np.mean(of_classes(reference.f1_score, y_true, y_pred, np.unique(y_true))))


def weighted(y_true, y_pred, num_classes):
    scores = of_classes(reference.f1_score, y_true, y_pred, range(num_classes))
    return float(np.average(scores, weights=np.bincount(y_true, minlength=num_classes)))


def of_means(y_true, y_pred, num_classes):
    p, r = (
        np.mean(of_classes(figure, y_true, y_pred, range(num_classes)))
        for figure in (reference.precision, reference.recall)
    )
    return float(2 * p * r / (p + r)) if p + r else 0.0


EXERCISE = Exercise(
    reference=reference.macro_f1,
    cases=class_labels,
    mistakes=(
        Mistake(
            "present_only",
            present_only,
            "You left out classes that occur nowhere. Here they count as 0, and the sum is divided by "
            "num_classes.",
        ),
        Mistake(
            "true_classes_only",
            true_classes_only,
            "You left out classes that no row is of. They count as 0, and the sum is divided by num_classes.",
        ),
        Mistake(
            "weighted",
            weighted,
            "Each class counts by how many rows it has: so the rare ones hardly matter. All are to count "
            "alike.",
        ),
        Mistake(
            "micro",
            lambda y_true, y_pred, num_classes: reference.accuracy(y_true, y_pred),
            "This is accuracy, which comes of adding up the counts of all classes before dividing. Compute "
            "an F1 of each class, then the mean.",
        ),
        Mistake(
            "f1_of_means",
            of_means,
            "You took the means of precision and of recall first, and their F1 then. Take the F1 of each "
            "class, and then the mean.",
        ),
        Mistake(
            "class_1_only",
            lambda y_true, y_pred, num_classes: reference.f1_score(y_true, y_pred),
            "This is the F1 of class 1 alone. Each class has its own.",
        ),
    ),
    hints=(
        "For one class it is a question with two answers: is a row of it, or not?",
        "`y_true == c` and `y_pred == c` turn the classes into such labels, and you have a function for "
        "these.",
        "Collect an F1 for each c in range(num_classes), with 0.0 where it is undefined, and take the mean.",
    ),
    difficulty=2,
    importance=3,
    minutes=6,
)
