"""Lesson 7b: how `choose_window` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.recurrent_networks import looks_back_well
from grader.references import recurrent_networks as reference

KNOWN, LATER, LONGEST, SETS = 140, 300, 40, 24
KINDS = {"without a season": (0, 0), "with a short season": (4, 8), "with a long season": (14, 34)}
"""The shortest and the longest season of a kind."""


def all_series(rng: np.random.Generator) -> Iterator[Case]:
    """Series of three kinds; the secret: the error of the forecast with each window."""
    for kind in rng.permutation(list(KINDS)):
        for _ in range(SETS):
            whole = series_of(str(kind), rng).round(3)
            known = whole[:KNOWN]
            errors = [error_after(whole, length) for length in range(1, LONGEST + 1)]
            yield Case((known, LONGEST), secret={"errors": errors, "kind": str(kind)}, group=str(kind))


def series_of(kind: str, rng: np.random.Generator) -> np.ndarray:
    """A season of some shape, if there is one, and what remembers the value before."""
    n, (shortest, longest) = KNOWN + LATER, KINDS[kind]
    noise, tail = rng.normal(0, 1, n), 0.0
    wandering = np.empty(n)
    for i in range(n):
        wandering[i] = tail = rng.uniform(0.55, 0.65) * tail + noise[i]
    if not longest:
        return wandering
    shape = rng.normal(0, 2.5, int(rng.integers(shortest, longest + 1)))
    return np.resize(shape, n) + wandering


def fitted(series: np.ndarray, length: int) -> np.ndarray:
    """Least squares of the next value on a window's, and a constant."""
    windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    X = np.column_stack([windows[:, :-1], np.ones(len(windows))])
    return np.linalg.lstsq(X, windows[:, -1])[0]


def error_of(weights: np.ndarray, series: np.ndarray, start: int) -> float:
    """The root mean square error from a place of the series on."""
    length = len(weights) - 1
    windows = np.lib.stride_tricks.sliding_window_view(series[start - length :], length + 1)
    return float(np.sqrt(np.mean((windows[:, :-1] @ weights[:-1] + weights[-1] - windows[:, -1]) ** 2)))


def error_after(whole: np.ndarray, length: int) -> float:
    return error_of(fitted(whole[:KNOWN], length), whole, KNOWN)


def always(length: int):
    return lambda series, longest: length


def training_error(series, longest):
    lengths = range(1, longest + 1)
    return min(lengths, key=lambda length: error_of(fitted(series, length), series, length))


EXERCISE = Exercise(
    reference=reference.choose_window,
    kind="property",
    task="decide",
    verify=looks_back_well,
    cases=all_series,
    mistakes=(
        Mistake(
            "training_error",
            training_error,
            "You take the longest window, or the one that fits best what it was fitted to, which nearly "
            "always comes to the same. Each of its weights has to be learnt from few values.",
        ),
        Mistake(
            "shortest", always(1), "You always look one step back, and no season can be seen from there."
        ),
        Mistake("a_dozen", always(12), "You always take twelve values, whatever the series is like."),
        Mistake("two_dozen", always(24), "You always take 24 values, whatever the series is like."),
    ),
    hints=(
        "A window that is too short doesn't see the season; one that is too long has many weights to learn. "
        "Which is right, the series itself can say.",
        "Keep its last third back. Fit each window to what comes before, and look how well it forecasts "
        "that part.",
        "For every length from 1 to the longest: windows of the first two thirds, np.linalg.lstsq, the root "
        "mean square error on the last third. Take the length with the smallest.",
    ),
    difficulty=3,
    importance=4,
    minutes=15,
    seconds=60,
)
