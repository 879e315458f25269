"""Lesson 5b: how `he_normal` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.architecture import is_he_normal
from grader.references import architecture as reference


def layers_and_seeds(rng: np.random.Generator) -> Iterator[tuple]:
    """Wide layers and narrow ones, each with a seed twice and another seed once; and tiny ones."""
    for fan_in, fan_out in ((200, 100), (50, 400), (784, 32), (30, 90), (3, 2)):
        seed, other = (int(number) for number in rng.choice(2**31, 2, replace=False))
        for used in (seed, other, seed):
            yield fan_in, fan_out, used
    yield 1, 1, int(rng.integers(2**31))


def drawn(deviation: Callable[[int, int], float]):
    """Normal weights of another standard deviation."""
    return lambda fan_in, fan_out, seed: np.random.default_rng(seed).normal(
        0, deviation(fan_in, fan_out), (fan_in, fan_out)
    )


def uniform(fan_in, fan_out, seed):
    limit = np.sqrt(6 / fan_in)
    return np.random.default_rng(seed).uniform(-limit, limit, (fan_in, fan_out))


def positive(fan_in, fan_out, seed):
    return np.random.default_rng(seed).random((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def one_row(fan_in, fan_out, seed):
    row = np.random.default_rng(seed).normal(0, np.sqrt(2 / fan_in), fan_out)
    return np.tile(row, (fan_in, 1))


EXERCISE = Exercise(
    reference=reference.he_normal,
    kind="property",
    verify=is_he_normal,
    cases=layers_and_seeds,
    mistakes=(
        Mistake(
            "variance_as_deviation",
            drawn(lambda fan_in, fan_out: 2 / fan_in),
            "2 / fan_in is the variance. NumPy asks for the standard deviation, which is its root.",
        ),
        Mistake(
            "one_over_inputs",
            drawn(lambda fan_in, fan_out: np.sqrt(1 / fan_in)),
            "The 2 is missing: ReLU lets half of a signal's square through, and that makes up for it.",
        ),
        Mistake(
            "glorot",
            drawn(lambda fan_in, fan_out: np.sqrt(2 / (fan_in + fan_out))),
            "These are Glorot's weights, which look at inputs and units. He's look at the inputs alone.",
        ),
        Mistake(
            "fan_out",
            drawn(lambda fan_in, fan_out: np.sqrt(2 / fan_out)),
            "You divided by the units. Each sum runs over the inputs.",
        ),
        Mistake(
            "uniform",
            uniform,
            "These are drawn evenly between two limits. Normal ones are asked for.",
        ),
        Mistake(
            "positive",
            positive,
            "The weights have a mean that is not 0: does what you draw from reach as far below 0 as above?",
        ),
        Mistake(
            "one_row",
            one_row,
            "All inputs got the same weights: a row was drawn, and repeated.",
        ),
        Mistake(
            "transposed",
            lambda fan_in, fan_out, seed: reference.he_normal(fan_in, fan_out, seed).T,
            "Rows and columns have changed places: a row for each input, a column for each unit.",
        ),
        Mistake(
            "seed_forgotten",
            lambda fan_in, fan_out, seed: reference.he_normal(fan_in, fan_out, 0),
            "Every seed gives the same weights: use the one that is handed in.",
        ),
    ),
    hints=(
        "np.random.default_rng makes a generator from a seed, and its method `normal` draws.",
        "`normal` takes the mean, the standard deviation and the shape. Which of the two is 2 / fan_in?",
        "The standard deviation is the root of the variance, np.sqrt; the shape is a tuple of two.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
    seconds=20,
    megabytes=2048,
)
