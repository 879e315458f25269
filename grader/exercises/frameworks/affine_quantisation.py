"""Lesson 4: how `affine_quantisation` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def all_kinds_of_values(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """One value, one side only, two unequal sides, none but 0; of all sizes, few and many."""
    yield (np.array([1.0]),)
    yield (np.array([-2.0]),)
    yield (np.array([-1.0, 3.0]),)
    yield (np.array([2.0, 2.0, 5.0]),)
    yield (np.array([0.0, 6.0]),)
    yield (np.array([-4.0, -1.0]),)
    for _ in range(4):  # one side only, and 0 not among them
        yield (rng.choice((-1, 1)) * rng.uniform(2, 9, rng.integers(2, 30)).round(2),)
    for size in (1e-4, 1e-2, 1, 100, 1e4):
        below, above = rng.permutation((rng.uniform(0.05, 0.7), rng.uniform(1, 3)))
        yield (size * np.concatenate([rng.uniform(-below, above, rng.integers(1, 60)), [-below, above]]),)
    yield (np.maximum(rng.normal(0, 1, (8, 16)), 0),)  # behind ReLU
    yield (rng.normal(rng.choice((-1, 1)), 0.5, (6, 5, 4)),)
    yield (rng.normal(rng.choice((-1, 1)), 1, 200).astype(np.float32),)
    yield (np.zeros(3),)


def grid(stretched: bool = True, steps: int = 255, lowest: int = -128, whole: bool = True):
    """The grid from the smallest value to the largest, with one of its parts otherwise."""

    def answer(values):
        low, high = float(values.min()), float(values.max())
        if stretched or low == high:
            low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            return 1.0, 0
        scale = (high - low) / steps
        zero_point = lowest - low / scale
        return scale, round(zero_point) if whole else zero_point

    return answer


def symmetric(values):
    return (float(np.abs(values).max()) / 127, 0) if values.any() else (1.0, 0)


EXERCISE = Exercise(
    reference=reference.affine_quantisation,
    kind="property",
    verify=verifying.is_affine_grid,
    cases=all_kinds_of_values,
    returns=("scale", "zero_point"),
    mistakes=(
        Mistake(
            "symmetric",
            symmetric,
            "You put the zero point at 0. Up to half of the 256 levels lie where you have no values.",
        ),
        Mistake(
            "zero_outside",
            grid(stretched=False),
            "Where all values lie on one side, 0.0 has no level of its own: padding and ReLU would be off.",
        ),
        Mistake(
            "steps_of_256",
            grid(steps=256),
            "The far end is off by up to a whole step. How many steps lie between 256 levels?",
        ),
        Mistake(
            "zero_point_not_whole",
            grid(whole=False),
            "The zero point is a level: a whole number from −128 to 127.",
        ),
        Mistake(
            "unsigned",
            grid(lowest=0),
            "Your zero point is right for levels from 0 to 255. Those of int8 begin lower.",
        ),
    ),
    hints=(
        "Draw a line with your smallest and your largest value on it, and 0. Which stretch must the levels "
        "cover?",
        "Count the steps between 256 levels: the stretch divided by their number is the scale. Then ask on "
        "which level the left end is to lie.",
        "The lowest level, −128, is to stand for the left end of the stretch. Put both into the formula of a "
        "level, solve it for the zero point, and round.",
    ),
    task="derive",
    difficulty=3,
    importance=3,
    minutes=10,
)
