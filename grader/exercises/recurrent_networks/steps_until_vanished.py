"""Lesson 7b: how `steps_until_vanished` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import recurrent_networks as reference

LONG = 400  # steps, in which all that vanishes has vanished


def matrices(rng: np.random.Generator) -> Iterator[tuple]:
    """One unit, diagonals, turns, and matrices whose norm grows first; some vanish in a single step."""
    yield np.array([[0.5]]), 0.6
    yield np.array([[0.5]]), 0.3
    yield np.array([[0.5]]), 0.25  # exactly
    yield np.array([[0.98]]), 0.01
    yield np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 1.0], [0.2, 0.0, 0.0]]), 0.85  # small, and large again
    yield np.array([[-0.5]]), 0.2
    yield np.array([[0.5, 0.0], [0.0, 0.25]]), 0.2
    yield np.array([[0.0, 2.0], [0.0, 0.0]]), 0.5
    yield np.array([[0.0, -0.75], [0.75, 0.0]]), 0.5
    yield np.array([[0.5, 3.0], [0.0, 0.5]]), 0.25
    yield np.array([[0.75, 8.0], [0.0, 0.5]]), 0.75
    made = 0
    while made < 14:
        units, fraction = int(rng.integers(2, 6)), float(rng.choice((0.5, 0.1, 0.01, 0.001)))
        Wh = rng.normal(0, 1, (units, units)) + np.triu(rng.normal(0, 2, (units, units)), 1) * (made % 2)
        Wh = (rng.uniform(0.5, 0.9) / np.abs(np.linalg.eigvals(Wh)).max() * Wh).round(3)
        power = np.linalg.matrix_power
        steps = reference.steps_until_vanished(Wh, fraction)
        norms = [np.linalg.norm(power(Wh, t), 2) for t in (max(steps - 1, 1), steps)]
        if all(abs(norm / fraction - 1) > 1e-3 for norm in norms):  # no rounding decides
            made += 1
            yield Wh, fraction


def first(is_small: Callable[[np.ndarray, int, float], bool]):
    """The first step at which something is small; never so is said by a large number."""

    def answer(Wh, fraction):
        return next((t for t in range(1, LONG) if is_small(Wh, t, fraction)), LONG)

    return answer


def spectral_radius(Wh, fraction):
    radius = np.abs(np.linalg.eigvals(Wh)).max()
    return max(int(np.ceil(np.log(fraction) / np.log(radius))), 1) if radius > 0 else 1


def norm_power(Wh, fraction):
    norm = np.linalg.norm(Wh, 2)
    return max(int(np.ceil(np.log(fraction) / np.log(norm))), 1) if norm < 1 else LONG


EXERCISE = Exercise(
    reference=reference.steps_until_vanished,
    cases=matrices,
    mistakes=(
        Mistake(
            "spectral_radius",
            spectral_radius,
            "This is what the largest eigenvalue says. It rules in the long run only: at first the norm may "
            "grow.",
        ),
        Mistake(
            "norm_power",
            norm_power,
            "‖W‖ᵗ is only a bound for ‖Wᵗ‖: the norm of W may be above 1, and its powers vanish all the "
            "same.",
        ),
        Mistake(
            "elementwise",
            first(lambda Wh, t, fraction: bool(np.linalg.norm(np.clip(Wh, -5, 5) ** t, 2) <= fraction)),
            "`**` on an array raises each number to a power. A matrix is multiplied with itself.",
        ),
        Mistake(
            "frobenius",
            first(lambda Wh, t, fraction: bool(np.linalg.norm(np.linalg.matrix_power(Wh, t)) <= fraction)),
            "This is the root of the sum of squares, NumPy's norm where nothing else is asked for. The "
            "spectral norm is the largest singular value.",
        ),
        Mistake(
            "one_early",
            lambda Wh, fraction: max(reference.steps_until_vanished(Wh, fraction) - 1, 1),
            "A step too few.",
        ),
        Mistake(
            "one_late",
            lambda Wh, fraction: reference.steps_until_vanished(Wh, fraction) + 1,
            "A step too many.",
        ),
        Mistake(
            "largest_entry",
            first(lambda Wh, t, fraction: np.abs(np.linalg.matrix_power(Wh, t)).max() <= fraction),
            "This is the largest entry of the power. A direction in which several add up is passed on "
            "longer.",
        ),
    ),
    hints=(
        "Take Wh itself first, then Wh · Wh, and so on. When is the first one small enough?",
        "A loop that multiplies once more each time, until the spectral norm is at most the fraction. "
        "np.linalg.norm has an argument for which norm it is.",
        "In a while loop, multiply what you have by Wh once more as long as its norm, of order 2, is too "
        "large. Count from 1: Wh itself is the first power.",
    ),
    difficulty=2,
    importance=4,
    minutes=6,
)
