"""Lesson 5b: how `head_for` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.architecture import fits_targets
from grader.references import architecture as reference

EACH = 4  # of a kind


def targets(rng: np.random.Generator) -> Iterator[Case]:
    """Six kinds of targets in a drawn order, some whole numbers as floats, and some classes missing.

    What could be of two kinds is left out: labels of which each row happens to have one, real numbers that
    are all whole or between 0 and 1.
    """
    made = [maker(rng, i) for maker in MAKERS for i in range(EACH)]
    for i in rng.permutation(len(made)):
        kind, units, y = made[i]
        yield Case((y,), secret={"kind": kind, "units": units})


def yes_or_no(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    y = np.append(rng.integers(0, 2, rng.integers(4, 30)), [0, 1])
    y = rng.permutation(y).astype(("int64", "float64")[i % 2])
    return "binary", 1, y[:, np.newaxis] if i == 3 else y


def class_numbers(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    k = int(rng.integers(3, 12))
    others = np.arange(k - 1)
    if i >= 1:  # one class is missing, though never the last
        others = np.delete(others, rng.integers(k - 1))
    y = rng.permutation(np.concatenate([others, [k - 1], rng.choice(others, 5)]))
    y = y.astype(("int64", "float64")[i % 2])
    return "numbers", k, y[:, np.newaxis] if i == 3 else y


def one_hot(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    k = int(rng.integers(3, 9)) if i else 2
    classes = k if i < 2 else k - 1  # a column without a one
    labels = rng.permutation(np.append(np.arange(classes), rng.integers(0, classes, 4)))
    return "one_hot", k, np.eye(k, dtype=("int64", "float64")[i % 2])[labels]


def labels(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    """Rows of 0 and 1: in two cases the first ones have a single 1 each, and the last one has none."""
    k = int(rng.integers(2, 7))
    single = np.eye(k)[rng.integers(0, k, 3)]
    more = (rng.random((int(rng.integers(2, 8)), k)) < 0.4).astype(float)
    y = np.concatenate([np.ones((1, k)), more, single] if i < 2 else [single, more, np.zeros((1, k))])
    if i == 3:  # one 1 a row in the mean
        k, y = 3, np.array([[1.0, 1, 0], [0, 0, 0], [0, 1, 0], [1, 0, 1], [0, 0, 1], [0, 0, 0]])
    return "labels", k, y.astype(("int64", "float64")[i % 2])


def real_numbers(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    y = (rng.normal(rng.normal(0, 3), 4, int(rng.integers(4, 20)))).round(2)
    y = np.append(y, [-1.25, 7.5]) if i < 3 else np.append(np.abs(y), [0.25, 180.5])
    if i == 0:
        y = np.append(y.round(), [-2, 0, 3])  # whole, though no class numbers
    return "real", 1, y[:, np.newaxis] if i == 2 else y


def real_columns(rng: np.random.Generator, i: int) -> tuple[str, int, np.ndarray]:
    k = int(rng.integers(2, 5))
    y = rng.normal(0, 3, (int(rng.integers(3, 10)), k)).round(2)
    y[0] = -1.25
    if i == 0:
        y = np.abs(y).round() + np.array([3, *range(5, k + 4)])  # whole numbers in several columns
    return "real", k, y


MAKERS = (yes_or_no, class_numbers, one_hot, labels, real_numbers, real_columns)


def with_kinds(change: Callable):
    """The reference's heads, changed by `change(y, units, activation, loss)`."""
    return lambda y: change(y, *reference.head_for(y))


def one_hot_as_multilabel(y, units, activation, loss):
    wrong = loss == "categorical_crossentropy"
    return (units, "sigmoid", "binary_crossentropy") if wrong else (units, activation, loss)


def multilabel_softmax(y, units, activation, loss):
    wrong = loss == "binary_crossentropy" and units > 1
    return (units, "softmax", "categorical_crossentropy") if wrong else (units, activation, loss)


def first_row(y):
    """What the first row alone says, of rows of 0 and 1."""
    rows = y if y.ndim > 1 and y.shape[1] > 1 and np.isin(y, (0, 1)).all() else None
    return reference.head_for(y if rows is None else rows[:1])


def squashed_regression(y, units, activation, loss):
    return units, "sigmoid" if activation == "linear" else activation, loss


def sparse_for_one_hot(y, units, activation, loss):
    return units, activation, "sparse_" + loss if loss == "categorical_crossentropy" else loss


def units_by_unique(y, units, activation, loss):
    return len(np.unique(y)) if loss.startswith("sparse") else units, activation, loss


def floats_as_real(y, units, activation, loss):
    wrong = loss.startswith("sparse") and y.dtype.kind == "f"
    return (1, "linear", "mean_squared_error") if wrong else (units, activation, loss)


def one_number(y, units, activation, loss):
    return 1 if activation == "linear" else units, activation, loss


def softmax_of_one(y, units, activation, loss):
    return units, "softmax" if units == 1 and activation == "sigmoid" else activation, loss


EXERCISE = Exercise(
    reference=reference.head_for,
    kind="property",
    task="decide",
    verify=fits_targets,
    cases=targets,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "one_hot_as_multilabel",
            with_kinds(one_hot_as_multilabel),
            "Each row has exactly one 1: the classes exclude each other.",
        ),
        Mistake(
            "multilabel_softmax",
            with_kinds(multilabel_softmax),
            "Softmax makes its outputs compete: two labels can't both be likely.",
        ),
        Mistake(
            "first_row",
            first_row,
            "The first rows have a single 1 each, and others don't. Look at all of them.",
        ),
        Mistake(
            "squashed_regression",
            with_kinds(squashed_regression),
            "A sigmoid can't reach values outside of 0 and 1.",
        ),
        Mistake(
            "sparse_for_one_hot",
            with_kinds(sparse_for_one_hot),
            "The sparse loss is for class numbers. Rows with a single 1 have its twin.",
        ),
        Mistake(
            "units_by_unique",
            with_kinds(units_by_unique),
            "A class that is missing here still has its number, and an output.",
        ),
        Mistake(
            "floats_as_real",
            with_kinds(floats_as_real),
            "Class numbers may come as floats: look at the values, and not at their type.",
        ),
        Mistake(
            "one_number",
            with_kinds(one_number),
            "Several numbers a row are asked for, and yours gives one.",
        ),
        Mistake(
            "softmax_of_one",
            with_kinds(softmax_of_one),
            "Softmax of a single number is always 1.",
        ),
    ),
    hints=(
        "Three questions tell the kinds apart: are all values 0 or 1, how many columns are there, and is "
        "there a single 1 in each row?",
        "With 0 and 1 alone it is yes or no, or one class of several, by the rows' sums. Else, one column of "
        "whole numbers from 0 on are class numbers, and everything else is real.",
        "reshape(len(y), -1) makes columns of any target. np.isin asks for 0 and 1, `% 1` for whole numbers, "
        "and the largest class number tells how many classes there are at least.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
)
