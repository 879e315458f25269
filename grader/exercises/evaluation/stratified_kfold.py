"""Lesson 6: how `stratified_kfold` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.evaluation import is_stratified_folds
from grader.references import evaluation as reference


def labels_and_folds(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int]]:
    """Two to five classes, frequent and rare, sorted, shuffled and in turn; two to ten folds."""
    yield np.array([0, 0, 1, 1]), 2
    yield np.array([0, 1, 0, 1, 0, 1, 0, 1]), 2
    yield np.array([5, 5, 5, 5, 5, 2, 2, 2]), 3
    yield np.array([0] * 12 + [1] * 3), 4
    yield np.repeat([0, 1, 2], 10), 3
    for i in range(12):
        counts = rng.integers(2, 25, int(rng.integers(1, 5)))
        y = np.repeat(rng.permutation(10)[: len(counts) + 1], [*counts, int(rng.integers(30, 70))])
        yield (rng.permutation(y) if i % 3 else y), int(rng.integers(2, 11))


def pairs(y, tests):
    rows = np.arange(len(y))
    return [(np.setdiff1d(rows, test), np.asarray(test)) for test in tests]


def as_many_of_each(y, k):
    """From each class as many rows a fold as the rarest class can give."""
    of_class = [np.flatnonzero(y == label) for label in np.unique(y)]
    size = max(min(map(len, of_class)) // k, 1)
    return pairs(
        y, [np.concatenate([rows[i * size : (i + 1) * size] for rows in of_class]) for i in range(k)]
    )


def rest_left_out(y, k):
    """Of each class, c // k rows a fold, and no more."""
    tests = []
    for i in range(k):
        parts = [
            (rows := np.flatnonzero(y == label))[i * (len(rows) // k) : (i + 1) * (len(rows) // k)]
            for label in np.unique(y)
        ]
        tests.append(np.concatenate(parts))
    return pairs(y, tests)


def rest_to_the_last(y, k):
    """Of each class, c // k rows a fold, and to the last fold all that is left."""
    tests: list[list[int]] = [[] for _ in range(k)]
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        size = len(rows) // k
        for i in range(k):
            tests[i] += rows[i * size : (i + 1) * size if i < k - 1 else None].tolist()
    return pairs(y, tests)


EXERCISE = Exercise(
    reference=reference.stratified_kfold,
    kind="property",
    verify=is_stratified_folds,
    cases=labels_and_folds,
    mistakes=(
        Mistake(
            "not_stratified",
            lambda y, k: reference.kfold(len(y), k),
            "These folds are cut without a look at the labels.",
        ),
        Mistake(
            "parts_swapped",
            lambda y, k: [(test, train) for train, test in reference.stratified_kfold(y, k)],
            "The two parts of a pair came back the other way round: training first, then test.",
        ),
        Mistake(
            "rest_to_the_last",
            rest_to_the_last,
            "What is left of a class after equal parts went to the last fold as a whole. Deal it out.",
        ),
        Mistake(
            "rest_left_out",
            rest_left_out,
            "What is left of a class after equal parts is in no test part. Deal it out, too.",
        ),
        Mistake(
            "as_many_of_each",
            as_many_of_each,
            "Each class gave as many test rows as the rarest. It is to give the same *share* of its rows.",
        ),
    ),
    hints=(
        "Within one class it is easy: deal its rows out to the folds, like cards. What if you do so with "
        "each class?",
        "np.flatnonzero gives the rows of a class, and of a list rows[fold::k] is each k-th row from `fold` "
        "on.",
        "For each fold: join what it got of each class to its test part. Training is all the other rows: "
        "np.setdiff1d gives them.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
    packages=("numpy",),
)
