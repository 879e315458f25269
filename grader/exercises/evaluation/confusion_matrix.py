"""Lesson 6: how `confusion_matrix` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import class_labels
from grader.references import evaluation as reference


def each_pair_once(y_true, y_pred, num_classes):
    """An addition by indices, which NumPy does once for each place, however often it is named."""
    matrix = np.zeros((num_classes, num_classes), int)
    matrix[y_true, y_pred] += 1
    return matrix


def only_right_ones(y_true, y_pred, num_classes):
    return np.diag(np.diag(reference.confusion_matrix(y_true, y_pred, num_classes)))


def of_shares(y_true, y_pred, num_classes):
    matrix = reference.confusion_matrix(y_true, y_pred, num_classes)
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def of_classes_seen(y_true, y_pred, num_classes):
    labels = np.unique([y_true, y_pred])
    return reference.confusion_matrix(y_true, y_pred, num_classes)[np.ix_(labels, labels)]


EXERCISE = Exercise(
    reference=reference.confusion_matrix,
    cases=class_labels,
    mistakes=(
        Mistake(
            "transposed",
            lambda *given: reference.confusion_matrix(*given).T,
            "Rows and columns changed places: a row is for a true class, a column for a predicted one.",
        ),
        Mistake(
            "each_pair_once",
            each_pair_once,
            "A pair of classes that occurs several times was counted once. If an array is added to at places "
            "that an array of indices names, each place gets 1 only once.",
        ),
        Mistake(
            "classes_seen",
            of_classes_seen,
            "The matrix has a row for each class that occurs. It is to have num_classes rows.",
        ),
        Mistake(
            "shares",
            of_shares,
            "These are shares of each true class. Counts are asked for.",
        ),
        Mistake(
            "share_of_all",
            lambda *given: reference.confusion_matrix(*given) / len(given[0]),
            "These are shares of all rows. Counts are asked for.",
        ),
        Mistake(
            "only_right_ones",
            only_right_ones,
            "Only the diagonal is filled, the rows that are right. Where did the others go?",
        ),
    ),
    hints=(
        "Begin with a square of zeros. Each row of the data adds 1 in one place: in which?",
        "Go through both arrays together: the true class gives the line, the predicted one the column.",
        "A loop over zip(y_true, y_pred) with `matrix[true, predicted] += 1` does it.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)
