"""Lesson 5a: how `drop_duplicates_and_outliers` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.exercises.preprocessing.cases import NAN, flats, numbers, rows_of, table
from grader.references import preprocessing as reference


def tables(rng: np.random.Generator) -> Iterator[tuple[Live, float]]:
    """Copies, gaps, far values on both sides, hidden by copies or by another far value."""
    yield table({"a": numbers(1, 2, 2)}), 2.0
    yield table({"a": numbers(1, 2, 1, 2, 2, 1, 20), "b": list("abcdefg")}), 2.0
    yield table({"a": numbers(1, 2, 1, 2, 2, 1, -20), "b": list("abcdefg")}), 2.0
    yield table({"a": numbers(1, 2, 3, 9, 9, 9)}), 1.5
    yield table({"a": numbers(0, 1, 2, 1, 8), "b": list("abcde")}), 1.8
    yield table({"a": numbers(1, NAN, 3, NAN), "b": ["x", "y", None, "y"]}), 1.5
    yield table({"a": numbers(1, 2, 3, 4, 30), "b": numbers(50, 1, 2, 1, 100)}), 1.5
    yield table({"a": numbers(4, 4, 4), "b": ["x", "x", "y"]}), 1.0
    yield table({"a": ["x", "y", "x", None, None]}), 3.0
    yield (
        table({"a": np.array([3, 1, 2, 3, 1, 60]), "b": numbers(1, NAN, 2, 1, NAN, 1)}, [9, 4, 2, 7, 0, 5]),
        2.0,
    )
    made = 0
    while made < 14:
        columns = flats(rng, int(rng.integers(8, 40)))
        rows = len(columns["area"])
        columns["area"][rng.integers(rows)] *= 10
        columns["rooms"][rng.integers(rows)] = -40.0
        places = rng.permutation([*range(rows), *rng.integers(0, rows, int(rng.integers(0, rows)))])
        columns = rows_of(columns, places.tolist())
        z = float(rng.choice((1.5, 2.0, 2.5, 3.0)))
        if is_clear(columns, z):
            made += 1
            yield table(columns, rng.permutation(len(places)).tolist() if made % 2 else None), z


def is_clear(columns: dict[str, Any], z: float) -> bool:
    """Whether no number lies so near the limit that rounding decides."""
    columns = rows_of(columns, distinct(columns))
    for column in (columns["area"], columns["rooms"]):
        far = np.abs(column - np.nanmean(column)) - z * np.nanstd(column)
        if np.nanmin(np.abs(far)) < 1e-6:
            return False
    return True


def distinct(columns: dict[str, Any]) -> list[int]:
    """The place of each row that none before it is equal to."""
    seen: dict[tuple[str, ...], int] = {}
    for place, row in enumerate(zip(*columns.values(), strict=True)):
        seen.setdefault(tuple(str(cell) for cell in row), place)
    return list(seen.values())


def near(df, z, ddof=0, size=abs, together="any"):
    """The rows without those that lie far out, in one way or another."""
    scores = df.select_dtypes("number")
    scores = size(scores - scores.mean()) / scores.std(ddof=ddof).where(scores.nunique() > 1, 1)
    return df[~getattr(scores > z, together)(axis=1)] if len(scores.columns) else df


def after_dropping(**how):
    return lambda df, z: near(df.drop_duplicates(), z, **how).reset_index(drop=True)


def column_by_column(df, z):
    df = df.drop_duplicates()
    for name in df.select_dtypes("number"):
        far = (df[name] - df[name].mean()).abs() > z * df[name].std(ddof=0)
        df = df[~far]
    return df.reset_index(drop=True)


EXERCISE = Exercise(
    reference=reference.drop_duplicates_and_outliers,
    cases=tables,
    mistakes=(
        Mistake(
            "outliers_first",
            lambda df, z: near(df, z).drop_duplicates().reset_index(drop=True),
            "Copies were still there when you computed means and deviations, and pulled them their way.",
        ),
        Mistake(
            "n_minus_1",
            after_dropping(ddof=1),
            "Your standard deviation divides by n − 1, as pandas does unless it is told otherwise.",
        ),
        Mistake(
            "one_side",
            after_dropping(size=lambda scores: scores),
            "A number far *below* the mean is an outlier, too.",
        ),
        Mistake(
            "missing_dropped",
            lambda df, z: after_dropping()(df, z).dropna().reset_index(drop=True),
            "Rows with a gap are gone. A missing number is no outlier, and a missing text no reason either.",
        ),
        Mistake(
            "index_kept",
            lambda df, z: near(df.drop_duplicates(), z),
            "The rows are right, but their index has gaps: it is to count from 0.",
        ),
        Mistake(
            "column_by_column",
            column_by_column,
            "You dropped rows for one column, and computed the next column's mean without them. All columns "
            "are judged on the same rows.",
        ),
        Mistake(
            "every_column",
            after_dropping(together="all"),
            "A row goes if *one* of its numbers lies far out; yours went only if all of them do.",
        ),
    ),
    hints=(
        "Two steps in this order: copies, then outliers among the rows that are left. Which columns have a "
        "mean at all?",
        "A DataFrame has methods for the first step, for choosing columns by their type, and for mean and "
        "standard deviation by column. Look up how the last one divides.",
        "Make a table of True and False that says which number lies far out, ask each row whether any is "
        "True, and keep the other rows. Last, number the rows anew.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
    packages=("numpy", "pandas"),
    objects=True,
    seconds=10,
)
