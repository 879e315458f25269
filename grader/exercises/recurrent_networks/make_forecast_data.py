"""Lesson 7b: how `make_forecast_data` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.references import recurrent_networks as reference


def all_series(rng: np.random.Generator) -> Iterator[tuple]:
    """Series that count, that rise and that tremble; test parts of one value and of many; windows of one."""
    yield np.array([1.0, 2.0, 3.0, 4.0, 9.0]), 1, 1
    yield np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0]), 2, 2
    for _ in range(18):
        length, test_steps = int(rng.integers(1, 6)), int(rng.integers(2, 9))
        n = length + test_steps + int(rng.integers(6, 25))
        yield (np.arange(n) * rng.choice((0.0, 0.5, 2.0)) + rng.normal(20, 3, n)).round(1), length, test_steps


def touching(series, length, test_steps):
    """Training windows that share targets with the test part: all windows but the last."""
    known = series[: len(series) - test_steps]
    windows = np.lib.stride_tricks.sliding_window_view((series - known.mean()) / known.std(), length + 1)
    X, y = windows[:, :-1], windows[:, -1]
    return X[:-1], y[:-1], X[-test_steps:], y[-test_steps:]


def cut_first(series, length, test_steps):
    """Windows of each part by itself, so that the first test values have none."""
    known = series[: len(series) - test_steps]
    z = (series - known.mean()) / known.std()
    before, after = z[: len(known)], z[len(known) :]
    if len(after) <= length:
        return reference.make_forecast_data(series, length, test_steps)
    parts = [np.lib.stride_tricks.sliding_window_view(part, length + 1) for part in (before, after)]
    return tuple(part[:, rows] for part in parts for rows in (slice(-1), -1))


def not_scaled(series, length, test_steps):
    windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    X, y = windows[:, :-1], windows[:, -1]
    return X[:-test_steps], y[:-test_steps], X[-test_steps:], y[-test_steps:]


EXERCISE = Exercise(
    reference=reference.make_forecast_data,
    task="repair",
    cases=all_series,
    returns=("X_train", "y_train", "X_test", "y_test"),
    faults=(
        Fault(
            "future_in_scale",
            "(series - known.mean()) / known.std()",
            "(series - series.mean()) / series.std()",
            "The scale was taken from the whole series: with other test values, training would look "
            "otherwise.",
        ),
        Fault(
            "drawn",
            "rows = np.arange(len(windows))",
            "rows = np.random.default_rng(0).permutation(len(windows))",
            "The windows were put in random order before the split: those of the test lie between those of "
            "training, which know what comes next.",
        ),
        Fault(
            "target_in_window",
            "X, y = windows[:, :-1], windows[:, -1]",
            "X, y = windows[:, 1:], windows[:, -1]",
            "Your windows end with what they should forecast.",
        ),
    ),
    mistakes=(
        Mistake(
            "touching",
            touching,
            "The last training windows reach into the test part: what they forecast belongs to it.",
        ),
        Mistake(
            "cut_first",
            cut_first,
            "The first values of the test part have no window. Theirs may reach back into what was known by "
            "then.",
        ),
        Mistake("not_scaled", not_scaled, "Nothing is standardised."),
    ),
    hints=(
        "There are three faults. Try the series 0, 1, 2, …, 9 with length 2 and three test values, and look "
        "at what each window holds and what follows it. Then change a test value, and look at X_train.",
        "Which values may the mean and the deviation know? In which order do the windows come? And which "
        "value of a stretch of length + 1 is the target?",
        "`known` is there to give the scale. The rows stay in order: time isn't shuffled. The last value of "
        "a stretch is the target, and the window is what stands before it.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
