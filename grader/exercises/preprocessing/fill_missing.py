"""Lesson 5a: how `fill_missing` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.exercises.preprocessing.cases import NAN, flats, numbers, table
from grader.references import preprocessing as reference


def two_parts(rng: np.random.Generator) -> Iterator[tuple[Live, Live]]:
    """Gaps in either part, in numbers and texts; modes on a tie; a column that is all gaps in test."""
    yield table({"a": numbers(1, NAN, 4)}), table({"a": numbers(NAN, 8)})
    yield table({"a": ["x", None, "y", "y"]}), table({"a": ["x", None, "x"]})
    yield table({"a": ["y", "x", None]}), table({"a": [None, "z"]})
    yield table({"a": numbers(1, 2, 9)}), table({"a": numbers(NAN)})
    yield table({"a": np.array([1, 2, 9])}), table({"a": numbers(NAN, 5)})
    yield table({"a": numbers(3, 4), "b": ["x", "y"]}), table({"a": numbers(5, 6), "b": ["z", "x"]})
    yield table({"a": numbers(0, NAN), "b": ["x", None]}, [7, 3]), table({"a": numbers(2), "b": [None]}, [5])
    for _ in range(15):
        train = flats(rng, int(rng.integers(5, 40)), missing=float(rng.choice((0.1, 0.3))))
        test = flats(rng, int(rng.integers(3, 15)), missing=0.4)
        yield table(train, rng.permutation(len(train["area"])).tolist()), table(test)


def first_met(column):
    counts = column.value_counts()
    return next(word for word in column.dropna() if counts[word] == counts.max())


def usual(frame, number=lambda column: column.mean(), text=lambda column: column.mode()[0]):
    """What fills each column that has a value."""
    columns = {name: number if name in frame.select_dtypes("number") else text for name in frame}
    return {name: fill(frame[name]) for name, fill in columns.items() if frame[name].notna().any()}


def filled(**how):
    def answer(train, test):
        values = usual(train, **how)
        return train.fillna(values), test.fillna(values)

    return answer


def of_all_rows(train, test):
    import pandas as pd

    values = usual(pd.concat([train, test]))
    return train.fillna(values), test.fillna(values)


def numbers_only(train, test):
    means = train.mean(numeric_only=True)
    return train.fillna(means), test.fillna(means)


def in_place(train, test):
    values = usual(train)
    train.fillna(values, inplace=True)
    test.fillna(values, inplace=True)
    return train, test


EXERCISE = Exercise(
    reference=reference.fill_missing,
    cases=two_parts,
    returns=("train", "test"),
    mistakes=(
        Mistake(
            "own_values",
            lambda train, test: (train.fillna(usual(train)), test.fillna(usual(test))),
            "The test part was filled with what is usual among its own rows. In use there may be a single "
            "row: fill it with what training has taught.",
        ),
        Mistake(
            "all_rows",
            of_all_rows,
            "What you filled with was computed from both parts, so training has seen the test rows.",
        ),
        Mistake(
            "median", filled(number=lambda column: column.median()), "Numbers got the median, not the mean."
        ),
        Mistake("numbers_only", numbers_only, "Columns of text still have gaps."),
        Mistake(
            "first_met_on_tie",
            filled(text=first_met),
            "Where two texts are equally frequent you took the one that comes first in the table; asked is "
            "the one that sorts first.",
        ),
        Mistake(
            "rows_dropped",
            lambda train, test: (train.dropna(), test.dropna()),
            "Rows with gaps are gone. They are to stay, with the gaps filled.",
        ),
        Mistake(
            "in_place",
            in_place,
            "The tables are right, but those that you were given have changed, too: work on copies.",
        ),
    ),
    hints=(
        "First find out one value for each column, from the training rows; then use these values twice.",
        "A column's type says whether it is one of numbers. A Series has methods for the mean and for the "
        "most frequent values, and the latter come sorted.",
        "A DataFrame's method that fills gaps takes a dict from columns to values, and returns a new table.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    packages=("numpy", "pandas"),
    objects=True,
    seconds=10,
)
