"""Lesson 3b: how `rate_plan` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.optimization import ends_low
from grader.references import optimization as reference


def descents(rng: np.random.Generator) -> Iterator[tuple[float, float, int]]:
    """Flat and steep bowls, 20 to 300 steps, noise that is 0.02 to 0.4 times the first gradient."""
    for curvature in (0.02, 0.1, 0.5, 1.0, 3.0, 10.0, 40.0):
        c = round(curvature * rng.uniform(0.8, 1.2), 4)
        yield c, round(c * np.exp(rng.uniform(np.log(0.02), np.log(0.4))), 6), int(rng.integers(20, 301))


def falling(factor: Callable[[np.ndarray], np.ndarray]):
    """A rate of 1 / curvature times what a function of the step's share of all steps gives."""
    return lambda curvature, noise, steps: factor(np.arange(steps) / steps) / curvature


EXERCISE = Exercise(
    reference=reference.rate_plan,
    kind="property",
    task="design",
    verify=ends_low,
    cases=descents,
    mistakes=(
        Mistake(
            "constant",
            falling(lambda share: 0.1 + 0 * share),
            "At a constant rate either it arrives late or the noise keeps it moving. Which rate is good at "
            "first, and which at last?",
        ),
        Mistake(
            "blind",
            lambda curvature, noise, steps: 1 / (1 + np.arange(steps)),
            "This plan is the same for every bowl: in a flat one it all but stops before it has arrived, "
            "and in a steep one it overshoots at first.",
        ),
        Mistake(
            "too_fast_down",
            lambda curvature, noise, steps: 0.3 / curvature / (1 + np.arange(steps)) ** 2,
            "These rates fall so fast that it all but stops before it has arrived.",
        ),
        Mistake(
            "never_small",
            falling(lambda share: 1 - 0.3 * share),
            "The last rates are still large, and the noise of the last steps stays in θ.",
        ),
        Mistake(
            "diverges",
            falling(lambda share: 4 * (1 - share)),
            "The first rates are above 2 / curvature, where each step leads further away.",
        ),
    ),
    hints=(
        "A step of 1 / curvature would lead to the lowest place at once, if it weren't for the noise. Later, "
        "small steps average the noise away.",
        "What a plan ends at can be computed: the mean of θ² becomes (1 − ηc)² times itself, plus "
        "(η · noise)². Try plans in a loop before you hand one in.",
        "Begin near 1 / curvature and let the rate fall about as 1 / step; or choose each rate so that the "
        "mean of θ² after its step is the least.",
    ),
    difficulty=4,
    importance=3,
    minutes=20,
)
