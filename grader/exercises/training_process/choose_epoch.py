"""Lesson 5c: how `choose_epoch` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.training_process import is_well_chosen
from grader.references import training_process as reference

CURVES = 60
PATIENCE = 5


def curves(rng: np.random.Generator) -> Iterator[Case]:
    """Noisy curves that fall and, most of them, rise again; the true losses are the secret.

    In each, a few epochs are luckier than the rest. In every third, some losses are nan: a stretch of them
    at the beginning, or the best epoch's.
    """
    for i in range(CURVES):
        epochs = int(rng.integers(60, 101))
        t = np.arange(epochs)
        turn = rng.uniform(0.3, 0.9) * epochs
        start = rng.uniform(0.8, 1.6) * np.exp(-t / rng.uniform(4, 15))
        before = rng.uniform(0.1, 0.3) * np.clip(1 - t / turn, 0, None)
        after = rng.uniform(0.2, 0.6) * np.clip(t - turn, 0, None) / epochs
        true = rng.uniform(0.2, 0.6) + start + before + after
        seen = true + rng.normal(0, rng.uniform(0.02, 0.03), epochs)
        lucky = int(rng.integers(1, 7))
        seen[rng.choice(epochs, lucky, replace=False)] -= rng.uniform(0.06, 0.2, lucky)
        if i % 6 == 1:
            seen[2 : 2 + int(rng.integers(5, 9))] = np.nan
        if i % 6 == 4:
            seen[true.argmin() - 1 : true.argmin() + 2] = np.nan
        yield Case((seen.round(4),), secret=true, group="curves")


def lowest(val_losses):
    return int(np.nanargmin(val_losses))


def first_patience(val_losses):
    return reference.early_stopping(val_losses.tolist(), PATIENCE)[1]


def last(val_losses):
    return int(np.flatnonzero(~np.isnan(val_losses))[-1])


def nan_wins(val_losses):
    return int(np.argmin(val_losses))  # which takes nan for the lowest there is


EXERCISE = Exercise(
    reference=reference.choose_epoch,
    kind="property",
    task="decide",
    verify=is_well_chosen,
    cases=curves,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "argmin",
            lowest,
            "One very lucky epoch among eighty is to be expected, and the lowest loss is the luckiest of "
            "all. What do its neighbours say?",
        ),
        Mistake(
            "first_patience",
            first_patience,
            "It paused for five epochs and went on improving. All epochs are there, so there is no need to "
            "stop looking.",
        ),
        Mistake("last", last, "The last epoch is rarely the best: most of these losses rise in the end."),
        Mistake(
            "middle",
            lambda val_losses: len(val_losses) // 2,
            "Half way is as good as a guess: look at the losses.",
        ),
        Mistake(
            "nan_wins",
            nan_wins,
            "nan is no low loss. For np.argmin it is lower than everything.",
        ),
    ),
    hints=(
        "If you drew the losses, which epoch would your eye choose, and why not the lowest point?",
        "Luck is another in every epoch, and the true loss hardly changes from one to the next. So several "
        "neighbours together tell more than any of them alone.",
        "Replace each loss by the mean or the median of the nine around it, without nan (np.nanmean, "
        "np.nanmedian), and take the lowest of these. An epoch that is nan itself stays out.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
)
