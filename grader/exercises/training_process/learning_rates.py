"""Lesson 5c: how `learning_rates` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import training_process as reference


def ends_and_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """Few steps and many, rising and falling, over less than one order of magnitude and over four."""
    yield 1.0, 4.0, 2
    yield 1.0, 4.0, 3
    yield 8.0, 0.5, 5
    for i in range(21):
        start = float(f"{10 ** rng.uniform(-3, -0.5):.2g}")
        ratio = 10 ** rng.uniform(0.3, 1 - np.log10(start))
        end = float(f"{start * (1 / ratio if i % 3 == 2 else ratio):.2g}")
        yield start, end, int(rng.integers(2, 5) if i < 9 else rng.integers(5, 60))


def by_the_exponents(start, end, steps):
    return np.linspace(np.log10(start), np.log10(end), steps)


EXERCISE = Exercise(
    reference=reference.learning_rates,
    cases=ends_and_steps,
    mistakes=(
        Mistake(
            "linear",
            lambda start, end, steps: np.linspace(start, end, steps),
            "From each rate to the next you go on by the same distance. Asked for is the same factor: from "
            "0.001 to 1 nearly all of yours lie above 0.1.",
        ),
        Mistake(
            "end_left_out",
            lambda start, end, steps: start * (end / start) ** (np.arange(steps) / steps),
            "The last of your rates stops short of `end`: between n rates there are n − 1 factors.",
        ),
        Mistake(
            "start_left_out",
            lambda start, end, steps: start * (end / start) ** (np.arange(1, steps + 1) / steps),
            "Your first rate isn't `start`: it has been multiplied already.",
        ),
        Mistake(
            "one_too_many",
            lambda start, end, steps: np.geomspace(start, end, steps + 1),
            "You have one rate more than asked for. `steps` counts the rates, both ends among them.",
        ),
        Mistake(
            "exponents",
            by_the_exponents,
            "These are the logarithms of the rates. What makes rates of them again?",
        ),
        Mistake(
            "ends_as_exponents",
            lambda start, end, steps: np.logspace(start, end, steps),
            "np.logspace takes exponents: it begins at 10 to the power of `start`.",
        ),
        Mistake(
            "backwards",
            lambda start, end, steps: np.geomspace(end, start, steps),
            "The rates are right, and in the wrong order: the first is `start`, even if it is the larger "
            "one.",
        ),
    ),
    hints=(
        "How often is the factor used on the way from the first rate to the last? And what is the product of "
        "all these factors?",
        "Between n rates there are n − 1 factors, and their product is end / start. So what is one of them?",
        "One factor is the (steps − 1)-th root of end / start. NumPy also has a function for such a row: its "
        "name has `geom` in it.",
    ),
    difficulty=1,
    importance=3,
    minutes=4,
)
