"""Lesson 2: how `wake_units` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.neural_networks import units_decide
from grader.references import neural_networks as reference


def layers(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Layers of which some units are dead, some always on, some fine; weights of 0; one huge sample; ties."""
    X = np.array([[1.0], [2.0], [5.0]])
    yield X, np.array([[1.0]]), np.array([-9.0])
    yield X, np.array([[1.0]]), np.array([1.0])
    yield X, np.array([[1.0, -1.0]]), np.array([-9.0, 7.0])
    yield X, np.array([[1.0, 1.0]]), np.array([-2.5, 3.0])
    yield X, np.array([[0.0, 2.0]]), np.array([4.0, -1.0])
    yield np.array([[0.0], [3.0], [3.0]]), np.array([[1.0, -1.0]]), np.array([1.0, -1.0])
    yield np.array([[1.0], [1.0], [2.0]]), np.array([[-1.0, 1.0]]), np.array([5.0, 1.5])
    yield np.array([[0.1], [0.2], [90.0]]), np.array([[1.0, 2.0]]), np.array([-95.0, -90.0])
    for inputs, units, n in (
        (1, 3, 4), (2, 3, 5), (2, 4, 5), (3, 5, 6), (3, 6, 8), (4, 6, 8), (4, 8, 10), (5, 8, 12), (6, 10, 15),
        (8, 12, 20),
    ):  # fmt: skip
        X = rng.uniform(0.5, 3, (n, inputs)).round(2)
        X[0] *= rng.choice((1, 10))
        W = (np.abs(rng.normal(0, 1, (inputs, units))) + 0.2).round(2) * rng.choice((-1, 1), units)
        W[:, 0] = 0
        yield X, W, _biases(rng, X @ W)


def _biases(rng, sums):
    """In turn of a unit that is on for all samples, of a dead one, and of one that is fine."""
    low, high = sums.min(axis=0), sums.max(axis=0)
    beyond, share = rng.uniform(0.5, 2, len(low)), rng.uniform(0.2, 0.8, len(low))
    return np.choose(
        np.arange(len(low)) % 3, [beyond - low, -high - beyond, -low - share * (high - low)]
    ).round(3)


def changed(sick, new):
    """Other biases for those units whose smallest and largest sums are so, with b."""

    def answer(X, W, b):
        sums = X @ W
        low, high = sums.min(axis=0), sums.max(axis=0)
        return np.where(sick(low + b, high + b) & (low < high), new(sums), b)

    return answer


def is_sick(low, high):
    return (low > 0) | (high <= 0)


def middle(sums):
    return (sums.min(axis=0) + sums.max(axis=0)) / 2


EXERCISE = Exercise(
    reference=reference.wake_units,
    kind="property",
    task="design",
    verify=units_decide,
    cases=layers,
    mistakes=(
        Mistake(
            "all_changed",
            changed(lambda low, high: True, lambda sums: -middle(sums)),
            "Units that were fine got new biases.",
        ),
        Mistake(
            "only_dead",
            changed(lambda low, high: high <= 0, lambda sums: -middle(sums)),
            "A unit that is always on is linear: it bends nothing on these samples.",
        ),
        Mistake(
            "only_always_on",
            changed(lambda low, high: low > 0, lambda sums: -middle(sums)),
            "Dead units are still dead.",
        ),
        Mistake(
            "sign",
            changed(is_sick, middle),
            "The sign is the wrong one: what was off everywhere is more so now. What must be added to a sum "
            "to bring it to 0?",
        ),
        Mistake(
            "zero",
            changed(is_sick, lambda sums: 0 * sums[0]),
            "With bias 0 a unit whose sums are all of one sign is still off for all, or on for all.",
        ),
        Mistake(
            "median_to_zero",
            changed(is_sick, lambda sums: -np.median(sums, axis=0)),
            "Where half of the samples agree, the sum in the middle can be the largest of all: look at the "
            "unit's smallest and largest sum.",
        ),
        Mistake(
            "idle_units_changed",
            lambda X, W, b: np.where(
                is_sick((X @ W).min(axis=0) + b, (X @ W).max(axis=0) + b), -middle(X @ W), b
            ),
            "A unit whose weights are all 0 got a new bias, which can't help it.",
        ),
    ),
    hints=(
        "Without its bias a unit has a sum for each sample. A bias shifts all of them alike. Which shifts "
        "put some of them above 0 and some not?",
        "Of a unit's sums only the smallest and the largest matter. With both, and b, you can say which "
        "units are fine already.",
        "Shift so that 0 lies halfway between the smallest and the largest sum. np.where takes the new bias "
        "for units that need one, and the old one for those that are fine or whose two sums are equal.",
    ),
    difficulty=3,
    importance=3,
    minutes=12,
    packages=("numpy",),
)
