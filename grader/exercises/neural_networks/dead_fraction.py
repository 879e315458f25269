"""Lesson 2: how `dead_fraction` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import neural_networks as reference


def pre_activations(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """(n, units): all dead, none dead, some dead, exact zeros, one sample, one unit."""
    for rows in (
        [[1.0]],
        [[-1.0]],
        [[0.0]],
        [[1.0, -2.0]],
        [[-1.0, 2.0], [3.0, -4.0]],
        [[-1.0, -2.0], [-3.0, -0.5]],
        [[1.0, 2.0], [3.0, 4.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[-5.0, 1.0], [1.0, 2.0]],
        [[-1.0, -2.0, -3.0], [1.0, -1.0, 2.0]],
        [[1.0, -2.0, 0.0, -1.0], [-3.0, -1.0, 0.0, 5.0]],
    ):
        yield (np.array(rows),)
    for shape in ((1, 5), (5, 1), (2, 6), (6, 2), (3, 3), (3, 4), (4, 3), (5, 8), (8, 5), (10, 8), (32, 16)):
        Z = rng.normal(0, 1, shape).round(2)
        dead = rng.random(shape[1]) < 0.4
        Z[:, dead] = -np.abs(Z[:, dead])
        Z[rng.random(shape) < 0.1] = 0
        yield (Z,)


EXERCISE = Exercise(
    reference=reference.dead_fraction,
    cases=pre_activations,
    mistakes=(
        Mistake(
            "entries",
            lambda Z: np.mean(Z <= 0),
            "This is the share of entries, and most living units are 0 for some samples. "
            "Count units: a dead one is ≤ 0 for every sample.",
        ),
        Mistake(
            "samples",
            lambda Z: np.mean(np.all(Z <= 0, axis=1)),
            "This is the share of samples (rows). The units are the columns: look at the axis.",
        ),
        Mistake(
            "zero_alive",
            lambda Z: np.mean(np.all(Z < 0, axis=0)),
            "A pre-activation of exactly 0 was counted as alive. ReLU's slope is 0 there too.",
        ),
        Mistake(
            "count",
            lambda Z: np.sum(np.all(Z <= 0, axis=0)),
            "This is how many units are dead. Asked is their share of all units.",
        ),
        Mistake(
            "any_sample",
            lambda Z: np.mean(np.any(Z <= 0, axis=0)),
            "A unit was counted as soon as one sample left it at 0. A dead one is ≤ 0 for every sample.",
        ),
        Mistake(
            "alive",
            lambda Z: 1 - np.mean(np.all(Z <= 0, axis=0)),
            "This is the share of living units. Asked is the share of dead ones.",
        ),
        Mistake(
            "mean_of_unit",
            lambda Z: np.mean(np.mean(Z, axis=0) <= 0),
            "A unit was judged by its mean. One sample above 0 is enough to keep it alive.",
        ),
    ),
    hints=(
        "Ask of each column: is it ≤ 0 in every row? The answer is the share of columns that say yes.",
        "np.all with an axis answers for each column at once. The mean of booleans is the share of True.",
        "Compare Z with 0, reduce with np.all over the axis of the samples (the first), then take np.mean.",
    ),
    difficulty=2,
    importance=3,
    minutes=6,
)
