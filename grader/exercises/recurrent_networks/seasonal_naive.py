"""Lesson 7b: how `seasonal_naive` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import recurrent_networks as reference


def forecasts(rng: np.random.Generator) -> Iterator[tuple]:
    """No step, fewer than a season, several seasons; series of one season, and a period of 1."""
    yield np.array([7.0]), 1, 3
    yield np.array([1.0, 2.0, 3.0]), 3, 0
    yield np.array([1.0, 2.0, 3.0]), 3, 1
    yield np.array([1.0, 2.0, 3.0]), 3, 4
    yield np.array([9.0, 1.0, 2.0, 3.0]), 3, 3
    yield np.array([5.0, 4.0, 8.0, 6.0]), 1, 2
    for i in range(14):
        period = int(rng.integers(2, 9))
        n = period * int(rng.integers(1, 4)) + int(rng.integers(0, period))
        series = rng.normal(10, 5, n).round(1)
        yield series.astype(np.float32) if i % 5 == 4 else series, period, int(rng.integers(1, 3 * period))


def by(place: Callable[[int, int, int], int]):
    """A forecast that copies another place of the series: of n values, a period, at step i."""
    return lambda series, period, steps: np.array(
        [series[place(len(series), period, i) % len(series)] for i in range(steps)], float
    )


EXERCISE = Exercise(
    reference=reference.seasonal_naive,
    cases=forecasts,
    mistakes=(
        Mistake(
            "last_value", by(lambda n, period, i: n - 1), "The last value is repeated: forecast a season."
        ),
        Mistake(
            "first_season",
            by(lambda n, period, i: i % period),
            "This is the first season of the series. The last one is to come again.",
        ),
        Mistake(
            "begins_anew",
            by(lambda n, period, i: n // period * period - period + i % period),
            "You count seasons from the series' beginning. The last one ends where the series ends, wherever "
            "that is.",
        ),
        Mistake(
            "runs_on",
            by(lambda n, period, i: n - period + i),
            "After the last season you run on. After one season, the same begins again.",
        ),
        Mistake(
            "a_step_late",
            by(lambda n, period, i: n - period + (i + 1) % period),
            "You are a place too far on: the first forecast is the first value of the last season, "
            "`series[n − period]`.",
        ),
        Mistake(
            "reversed",
            by(lambda n, period, i: n - 1 - i % period),
            "The season comes backwards.",
        ),
    ),
    hints=(
        "Which of the known values is exactly one season before the first that is to be forecast?",
        "The last season is the last `period` values. Step i takes the one at place i of it, and after its "
        "end begins anew.",
        "A slice from `period` values before the end is that season. i % period runs through its places "
        "again and again.",
    ),
    difficulty=1,
    importance=5,
    minutes=4,
)
