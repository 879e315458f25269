"""Lesson 3b: how `tune_momentum` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.optimization import settles_soon, steps_to_settle
from grader.references import optimization as reference


def bowls(rng: np.random.Generator) -> Iterator[Case]:
    """Two to eight curvatures, the largest 10 to 2,000 times the smallest, of any size."""
    yield with_best(np.array([1.0, 100.0]))
    for ratio in np.geomspace(10, 2000, 11) * rng.uniform(0.9, 1, 11):
        between = np.exp(rng.uniform(0, np.log(ratio), rng.integers(0, 7)))
        curvatures = np.array([1.0, max(ratio, 10.0), *between]) * np.exp(rng.uniform(-4, 4))
        yield with_best(rng.permutation(curvatures).round(6))


def with_best(curvatures: np.ndarray) -> Case:
    """A bowl; the secret is how many steps the best pair takes."""
    return Case((curvatures,), secret=steps_to_settle(curvatures, *reference.tune_momentum(curvatures)))


EXERCISE = Exercise(
    reference=reference.tune_momentum,
    kind="property",
    task="decide",
    verify=settles_soon,
    cases=bowls,
    mistakes=(
        Mistake(
            "textbook",
            lambda curvatures: (1 / np.max(curvatures), 0.9),
            "0.9 is one value for all bowls. How long a step should be remembered depends on how much longer "
            "than wide the bowl is.",
        ),
        Mistake(
            "no_momentum",
            lambda curvatures: (2 / (np.max(curvatures) + np.min(curvatures)), 0.0),
            "This is the best rate without momentum, and the flat direction takes its time. What does "
            "momentum allow?",
        ),
        Mistake(
            "too_much",
            lambda curvatures: (1 / np.max(curvatures), 0.99),
            "It swings: it remembers for longer than the bowl takes to cross.",
        ),
        Mistake(
            "usual_rate",
            lambda curvatures: (0.01, 0.9),
            "These are the usual two numbers, whatever the bowl: in steep ones they diverge, in flat ones "
            "they crawl.",
        ),
        Mistake(
            "flattest",
            lambda curvatures: (1 / np.min(curvatures), 0.9),
            "The rate fits the flattest direction only: along the steepest the steps grow.",
        ),
    ),
    hints=(
        "In each direction by itself the descent is a recursion of two numbers, θ and velocity. For which "
        "pairs does it shrink fastest there, and which directions are the worst?",
        "You may also let the computer find it: simulate the descent on these curvatures for a grid of "
        "pairs, and return the pair with the fewest steps.",
        "The best pair shrinks the flattest and the steepest direction alike. It depends on the square roots "
        "of the smallest and of the largest curvature alone.",
    ),
    difficulty=4,
    importance=3,
    minutes=20,
)
