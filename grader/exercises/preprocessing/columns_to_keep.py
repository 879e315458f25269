"""Lesson 5a: how `columns_to_keep` is checked."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.preprocessing import keeps_what_is_served, linear_error
from grader.references import preprocessing as reference

ROWS, SERVED, TABLES = 250, 400, 12


class Column(NamedTuple):
    """A column in training and as it is served, and whether it can be trusted."""

    train: np.ndarray
    served: np.ndarray
    honest: bool


def tables(rng: np.random.Generator) -> Iterator[Case]:
    """Honest columns, and three that change; the secret is the targets served, and the best error."""
    for _ in range(TABLES):
        y, new_y, made = a_table(rng)
        made = [made[place] for place in rng.permutation(len(made))]
        train, served = (
            np.column_stack(parts).round(3)
            for parts in zip(*((column.train, column.served) for column in made), strict=True)
        )
        honest = [place for place, column in enumerate(made) if column.honest]
        best = linear_error(train[:, honest], served[:, honest], y, new_y)
        yield Case((train, served, y), secret={"new_y": new_y, "best": best}, group="tables")


def a_table(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[Column]]:
    """Useful, useless and drifting columns; one of another unit, the target's copy, a row number."""
    rows = ROWS + SERVED
    useful, useless = rng.normal(0, 1, (rows, 3)), rng.normal(0, 1, (rows, 2))
    drifting = rng.normal(0, 1, rows) + 0.5 * (np.arange(rows) >= ROWS)
    measured = rng.normal(3, 1, rows)
    signs = rng.choice([-1, 1], 5)
    y = (
        useful @ (signs[:3] * rng.uniform(0.6, 1.2, 3))
        + signs[3] * 1.2 * drifting
        + signs[4] * (measured - 3)
        + rng.normal(0, 0.8, rows)
    )
    order = np.r_[np.argsort(y[:ROWS]), np.arange(ROWS, rows)]  # the file is sorted by its target
    y = y[order]
    columns = np.c_[useful, useless, drifting][order] * rng.uniform(0.5, 20, 6)
    made = [Column(column[:ROWS], column[ROWS:], True) for column in columns.T]
    measured = measured[order]
    unit = float(rng.choice((0.1, 0.3048, 2.54, 10)))
    made.append(Column(measured[:ROWS], measured[ROWS:] * unit, False))
    copy = y[:ROWS] + rng.normal(0, 0.1, ROWS)
    made.append(Column(copy, np.full(SERVED, np.median(copy)), False))
    number = np.arange(rows, dtype=float)
    made.append(Column(number[:ROWS], number[ROWS:], False))
    return y[:ROWS], y[ROWS:], made


def changes(train, served):
    """By how many standard deviations each mean has moved, and how much wider each column has become."""
    spread = train.std(axis=0)
    return np.abs(served.mean(axis=0) - train.mean(axis=0)) / spread, served.std(axis=0) / spread


def most_correlated(train, served, y):
    correlations = [abs(np.corrcoef(column, y)[0, 1]) for column in train.T]
    return np.argsort(correlations)[-3:].tolist()


def unit_kept(train, served, y):
    is_counted = np.ptp(np.diff(served, axis=0), axis=0) == 0
    return np.flatnonzero((np.ptp(served, axis=0) > 0) & ~is_counted).tolist()


def too_careful(train, served, y):
    moved, widened = changes(train, served)
    return np.flatnonzero((moved < 0.25) & (widened > 0.8) & (widened < 1.25)).tolist()


EXERCISE = Exercise(
    reference=reference.columns_to_keep,
    kind="property",
    task="decide",
    verify=keeps_what_is_served,
    cases=tables,
    mistakes=(
        Mistake(
            "all",
            lambda train, served, y: list(range(train.shape[1])),
            "You kept all columns. One of them is the target in disguise: it is constant when served.",
        ),
        Mistake(
            "most_correlated",
            most_correlated,
            "The column that goes best with the target in training is worth nothing when served.",
        ),
        Mistake(
            "unit_kept",
            unit_kept,
            "A column that you kept has the same shape and another scale when served.",
        ),
        Mistake(
            "too_careful",
            too_careful,
            "An honest column that drifts a little was dropped, and it was worth much.",
        ),
    ),
    hints=(
        "A model can only use what it is served. Put each column of `train` beside the same column of "
        "`served`, as two histograms, for one table.",
        "Two figures tell the columns apart: how far the mean has moved, and how the spread has changed, "
        "both beside the spread in training.",
        "Some drift is harmless. Drop what has moved by more than about one standard deviation, or is twice "
        "or half as wide as it was.",
    ),
    difficulty=4,
    importance=4,
    minutes=20,
    seconds=10,
)
