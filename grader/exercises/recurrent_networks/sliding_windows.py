"""Lesson 7b: how `sliding_windows` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import recurrent_networks as reference


def series_and_lengths(rng: np.random.Generator) -> Iterator[tuple]:
    """A single window, windows of one value, horizons of one step and of several, left out and given."""
    yield np.array([1.0, 2.0]), 1
    yield np.array([1.0, 2.0, 3.0]), 2, 1
    yield np.array([1.0, 2.0, 3.0]), 1, 2
    yield np.array([4.0, 3.0, 8.0, 5.0]), 2, 2
    for i in range(16):
        length, horizon = int(rng.integers(1, 7)), int(rng.integers(1, 5))
        series = rng.normal(0, 5, length + horizon + int(rng.integers(0, 9))).round(1)
        series = series.astype(np.float32) if i % 5 == 4 else series
        yield (series, length, horizon) if i % 3 else (series, length)


def by(count: Callable[[int, int, int], int], target: Callable[[int, int, int], int]):
    """Other windows, so many, and other targets; places beyond the end are its last."""

    def answer(series, length, horizon=1):
        windows = range(count(len(series), length, horizon))
        X = np.array([series[i : i + length] for i in windows])[:, :, None]
        return X, np.array([series[min(target(i, length, horizon), len(series) - 1)] for i in windows])

    return answer


def all_of_them(n, length, horizon):
    return n - length - horizon + 1


def behind(i, length, horizon):
    return i + length - 1 + horizon


def without_channel(series, length, horizon=1):
    X, y = reference.sliding_windows(series, length, horizon)
    return X[:, :, 0], y


def side_by_side(series, length, horizon=1):
    X, y = reference.sliding_windows(series, length, horizon)
    return X[::length], y[::length]


def targets_in_a_column(series, length, horizon=1):
    X, y = reference.sliding_windows(series, length, horizon)
    return X, y[:, None]


EXERCISE = Exercise(
    reference=reference.sliding_windows,
    cases=series_and_lengths,
    returns=("X", "y"),
    mistakes=(
        Mistake(
            "target_in_window",
            by(all_of_them, lambda i, length, horizon: i + length - 2 + horizon),
            "Your target comes a step too soon: at a horizon of 1 yours is its window's last value.",
        ),
        Mistake(
            "target_too_late",
            by(all_of_them, lambda i, length, horizon: i + length + horizon),
            "Your target comes a step too late: at a horizon of 1 it is the value right after the window.",
        ),
        Mistake(
            "horizon_forgotten",
            by(lambda n, length, horizon: n - length, lambda i, length, horizon: i + length),
            "The horizon makes no difference in your answer.",
        ),
        Mistake(
            "last_left_out",
            by(lambda n, length, horizon: n - length - horizon, behind),
            "The last window is missing.",
        ),
        Mistake(
            "side_by_side",
            side_by_side,
            "Your windows lie side by side. Each begins one value after the one before, so they overlap.",
        ),
        Mistake(
            "without_channel",
            without_channel,
            "The values are right. A recurrent layer wants a third axis, of the numbers at each step: "
            "(m, length, 1).",
        ),
        Mistake(
            "targets_in_a_column",
            targets_in_a_column,
            "The values are right, and y has an axis too many: its shape is (m,).",
        ),
    ),
    hints=(
        "Write down the series 10, 11, 12, 13, 14, all windows of two values, and what comes after each. How "
        "many are there? And at a horizon of 2?",
        "Window i is series[i : i + length]. The last value of it stands at i + length − 1, and the target "
        "`horizon` places after that.",
        "So the last window is the one whose target is the last value of all. [:, :, None] gives windows "
        "their third axis.",
    ),
    difficulty=2,
    importance=5,
    minutes=6,
)
