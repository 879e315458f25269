"""Lesson 5a: how `standardise` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import preprocessing as reference


def two_parts(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One to forty rows and one to five columns of any scale; constant ones, which may differ in test."""
    yield np.array([[1.0], [3.0]]), np.array([[5.0]])
    yield np.array([[1.0], [3.0]]), np.array([[2.0], [6.0]])
    yield np.array([[2.0], [2.0]]), np.array([[2.0]])
    yield np.array([[2.0], [2.0]]), np.array([[3.5]])
    yield np.array([[4.0, -1.0]]), np.array([[4.0, 2.0]])
    yield np.array([[0.0, 10.0], [4.0, 30.0]]), np.array([[2.0, 20.0]])
    yield np.array([[0.0], [2e-5]]), np.array([[1e-5], [4e-5]])
    yield np.array([[0.0, 5.0], [1.0, 5.0], [5.0, 5.0]]), np.array([[1.0, 5.0], [3.0, 6.0]])
    for _ in range(16):
        n, m, columns = int(rng.integers(2, 41)), int(rng.integers(1, 12)), int(rng.integers(1, 6))
        centre, scale = rng.normal(0, 20, columns), np.exp(rng.uniform(-2, 4, columns))
        train = rng.normal(centre, scale, (n, columns)).round(2)
        test = rng.normal(centre, scale, (m, columns)).round(2)
        if rng.random() < 0.4:
            train[:, rng.integers(columns)] = rng.integers(-20, 20) / 4  # its deviation is exactly 0
        yield train, test


def scaled(mean=lambda a: a.mean(axis=0), std=lambda a: a.std(axis=0), constant=0.0):
    """What standardises by the training part in one way or another; a constant column times `constant`."""

    def answer(train, test):
        centre, spread = mean(train), std(train)
        with np.errstate(all="ignore"):
            parts = ((part - centre) / np.where(spread > 0, spread, 1) for part in (train, test))
            return tuple(np.where(spread > 0, part, constant * part) for part in parts)

    return answer


right = scaled()


def without_care(train, test):
    with np.errstate(all="ignore"):
        return tuple((part - train.mean(axis=0)) / train.std(axis=0) for part in (train, test))


def with_epsilon(train, test):
    spread = train.std(axis=0) + 1e-8
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread


def of_all_rows(train, test):
    both = np.concatenate([train, test])
    return tuple(right(both, part)[1] for part in (train, test))


EXERCISE = Exercise(
    reference=reference.standardise,
    cases=two_parts,
    returns=("train", "test"),
    mistakes=(
        Mistake(
            "own_statistics",
            lambda train, test: (right(train, train)[0], right(test, test)[0]),
            "The test part was standardised by its own mean and deviation: the same value comes out "
            "differently in the two parts.",
        ),
        Mistake(
            "all_rows",
            of_all_rows,
            "Mean and deviation were computed from both parts. In use the test rows are not there yet.",
        ),
        Mistake(
            "constant_is_nan",
            without_care,
            "A constant column has a deviation of 0, and you divided by it.",
        ),
        Mistake(
            "constant_keeps_differences",
            scaled(constant=1.0),
            "A column that is constant in training is to be 0 in test as well, whatever stands there: how "
            "much a step in it counts was never seen.",
        ),
        Mistake(
            "n_minus_1",
            lambda train, test: scaled(std=lambda a: a.std(axis=0, ddof=min(1, len(a) - 1)))(train, test),
            "Your standard deviation divides by n − 1.",
        ),
        Mistake(
            "variance",
            scaled(std=lambda a: a.var(axis=0)),
            "You divided by the variance: its root is asked for.",
        ),
        Mistake(
            "min_max",
            scaled(mean=lambda a: a.min(axis=0), std=lambda a: np.ptp(a, axis=0)),
            "Smallest and largest became 0 and 1. Asked for are a mean of 0 and a deviation of 1.",
        ),
        Mistake(
            "epsilon",
            with_epsilon,
            "A small number was added to the deviation. In a constant column that leaves the small number "
            "alone to divide by: any other value in test becomes huge.",
        ),
        Mistake(
            "one_for_all",
            scaled(mean=np.mean, std=lambda a: np.where(a.std(axis=0) > 0, a.std(), 0)),
            "Each column has a mean and a deviation of its own; yours are of the whole array.",
        ),
        Mistake(
            "not_centred",
            scaled(mean=lambda a: 0.0),
            "The deviations are 1, but the means are not 0.",
        ),
    ),
    hints=(
        "Two numbers for each column, from the training rows alone; both parts are changed by them.",
        "Along which axis does a mean leave a number for each column? And what comes of a column whose "
        "numbers are all equal?",
        "Find the constant columns first. Put 1 in the place of their deviation, and make them 0 at the end.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
