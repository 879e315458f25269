"""Lesson 5a: how `out_of_fold_encoding` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Answered, Case, Exercise, Mistake
from grader.exercises.verifying.preprocessing import is_out_of_fold, line_error
from grader.references import preprocessing as reference

ROWS, NEW_ROWS, TABLES = 600, 900, 8


def categories(rng: np.random.Generator) -> Iterator[Case]:
    """A small table twice, the same with one target changed, in turn for four rows; then tables to judge."""
    train = 10_000 + rng.permutation(np.r_[np.repeat(np.arange(39), 3), 97, 98, 99])
    y = rng.normal(500, 60, len(train)).round(1)
    test = np.r_[rng.choice(train, 20), 10_200, 10_201]
    seed = int(rng.integers(1000))
    for _ in range(2):
        yield Case((train, y, test, 5, seed))
    for row in rng.choice(len(train), 4, replace=False):
        changed = y.copy()
        changed[row] += 400
        yield Case((train, changed, test, 5, seed), secret={"row": int(row), "base": 0})
    for _ in range(TABLES):
        yield a_table(rng)


def a_table(rng: np.random.Generator) -> Case:
    """Rows sorted by their category, which tells much of the target, and a second column."""
    count = int(rng.integers(60, 101))
    drawn = rng.integers(0, count, ROWS + NEW_ROWS)
    drawn[:ROWS].sort()
    x = rng.normal(0, 1, len(drawn))
    y = x + rng.normal(0, 1.5, count)[drawn] + rng.normal(0, 1, len(drawn))
    names = 10_000 + rng.permutation(count)[drawn]
    secret = {"x": x[:ROWS], "new_x": x[ROWS:], "new_y": y[ROWS:]}
    arguments = (names[:ROWS], y[:ROWS], names[ROWS:], 5, int(rng.integers(1000)))
    ours = Answered(arguments, secret, reference.out_of_fold_encoding(*arguments))
    return Case(arguments, secret=secret | {"best": line_error(ours)}, group="tables")


def means(train, y, asked, smoothing=0.0, unseen=None):
    """The mean target of each category that is asked for; smoothed by so many rows of the mean of all."""
    default = y.mean() if unseen is None else unseen
    found = {}
    for category in np.unique(train):
        own = y[train == category]
        found[category] = (own.sum() + smoothing * y.mean()) / (len(own) + smoothing)
    return np.array([found.get(category, default) for category in asked])


def smoothed(amount):
    def answer(train, y, test, folds, seed):
        return means(train, y, train, amount), means(train, y, test, amount)

    return answer


def in_folds(train, y, order, folds):
    codes = np.empty(len(train))
    for fold in np.array_split(order, folds):
        others = np.setdiff1d(np.arange(len(train)), fold)
        codes[fold] = means(train[others], y[others], train[fold])
    return codes


def shuffled_folds(train, y, folds, seed):
    return in_folds(train, y, np.random.default_rng(seed).permutation(len(train)), folds)


EXERCISE = Exercise(
    reference=reference.out_of_fold_encoding,
    kind="property",
    verify=is_out_of_fold,
    cases=categories,
    mistakes=(
        Mistake(
            "naive",
            smoothed(0.0),
            "Each row's own target is in its code: rare categories give it away.",
        ),
        Mistake(
            "smoothed",
            smoothed(5.0),
            "Smoothing makes the leak smaller and leaves it there: a row's own target is in its code.",
        ),
        Mistake(
            "test_targets",
            lambda train, y, test, folds, seed: (
                shuffled_folds(train, y, folds, seed),
                means(test, np.resize(y, len(test)), test),
            ),
            "Test rows are encoded by what training knows. They have no targets of their own.",
        ),
        Mistake(
            "sorted_folds",
            lambda train, y, test, folds, seed: (
                in_folds(train, y, np.arange(len(train)), folds),
                means(train, y, test),
            ),
            "The folds were cut from sorted rows: whole categories fell out.",
        ),
        Mistake(
            "unseen_is_zero",
            lambda train, y, test, folds, seed: (
                shuffled_folds(train, y, folds, seed),
                means(train, y, test, unseen=0.0),
            ),
            "A category that training doesn't know got the code 0, as if its targets were known to be 0.",
        ),
    ),
    hints=(
        "Each fold's rows get their codes from the rows of all other folds. So no row has a part in its own "
        "code, nor has any row near it by chance.",
        "Draw an order of the rows from the seed and cut it into folds. For each fold, find the others, and "
        "each category's mean among them.",
        "Write a small function first: from categories and targets that may be seen to the code of one "
        "category, with the mean of all where it doesn't occur. Both parts of the answer need it.",
    ),
    difficulty=3,
    importance=3,
    minutes=20,
    seconds=20,
)
