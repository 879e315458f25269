"""Lesson 4: how `clip_range` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference

NUMBERS = 4000  # of a kind, shown, and as many fresh ones
GROUP = "all kinds"


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(0, 1, n)


def laplace(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.laplace(0, 1, n)


def mostly_near(rng: np.random.Generator, n: int) -> np.ndarray:
    """Normal, one in a hundred of them six times as wide."""
    return rng.normal(0, np.where(rng.random(n) < 0.01, 6.0, 1.0))


def behind_relu(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.maximum(rng.normal(0, 1, n), 0)


SHIFTS = {uniform: (-1, 1), laplace: (0.5, 2), mostly_near: (0.5, 2), behind_relu: (0, 0)}


def samples(rng: np.random.Generator) -> Iterator[Case]:
    """Four kinds of numbers, each in 2, 3, 5 and 6 bits: few reward clipping, many forgive little of it."""
    for draw, shifts in SHIFTS.items():
        for bits in (2, 3, 5, 6):
            size, shift = rng.choice((-1, 1)) * 10 ** rng.uniform(-2, 2), rng.uniform(*shifts)
            shown, fresh = ((size * (draw(rng, NUMBERS) + shift)).astype(np.float32) for _ in range(2))
            secret = {"fresh": fresh, "best": least_error(fresh, bits)}
            yield Case((shown.astype(np.float64), bits), secret=secret, group=GROUP)


def least_error(fresh: np.ndarray, bits: int) -> float:
    """The error of the best range, searched on the very numbers: on a coarse grid, then around its best."""
    low, middle, high = fresh.min(), np.median(fresh), fresh.max()
    shares = np.geomspace(0.03, 1, 25)
    found = best_of(fresh, bits, middle - (middle - low) * shares, middle + (high - middle) * shares)
    for around in (0.08, 0.02):
        _, low, high = found
        near = around * (high - low) * np.linspace(-1, 1, 9)
        found = best_of(fresh, bits, low + near, high + near)
    return found[0]


def best_of(values: np.ndarray, bits: int, lows: np.ndarray, highs: np.ndarray) -> tuple[float, float, float]:
    """The least error, and the range that has it."""
    pairs = ((float(low), float(high)) for low in lows for high in highs if low < high)
    return min((verifying.rounding_error(values, low, high, bits), low, high) for low, high in pairs)


def quantiles(share: float) -> Callable:
    def answer(values, bits):
        low, high = np.quantile(values, [share, 1 - share])
        return float(low), float(high)

    return answer


def sigmas(values, bits):
    middle, reach = values.mean(), 3 * values.std()
    return float(middle - reach), float(middle + reach)


def sigmas_within(values, bits):
    low, high = sigmas(values, bits)
    return max(low, float(values.min())), min(high, float(values.max()))


def symmetric(values, bits):
    """The best range of those that have 0 in their middle."""
    reaches = np.abs(values).max() * np.geomspace(0.02, 1, 60)
    reach = float(min(reaches, key=lambda end: verifying.rounding_error(values, -end, end, bits)))
    return -reach, reach


EXERCISE = Exercise(
    reference=reference.clip_range,
    kind="property",
    verify=verifying.clips_well,
    cases=samples,
    returns=("low", "high"),
    mistakes=(
        Mistake(
            "min_max",
            quantiles(0),
            "You cut nothing off: for a few far numbers all others get coarse steps.",
        ),
        Mistake(
            "percentile",
            quantiles(0.01),
            "A fixed share off each end is too much where bits are many, and too little where they are few.",
        ),
        Mistake(
            "permille",
            quantiles(0.001),
            "So little off each end is not enough for far numbers, and the number of bits has no say in it.",
        ),
        Mistake(
            "sigmas",
            sigmas,
            "Three deviations fit bell shapes, and here they reach beyond what there is.",
        ),
        Mistake(
            "sigmas_within",
            sigmas_within,
            "Three deviations fit some bell shapes, and the number of bits has no say in it.",
        ),
        Mistake(
            "symmetric",
            symmetric,
            "Your range lies evenly around 0. Where numbers lie on one side, half of the levels are idle.",
        ),
    ),
    hints=(
        "Two errors work against each other: what lies outside is cut off, and what lies inside is rounded. "
        "You can compute both for any range, on the numbers that you have.",
        "Write the error of a range as a function, as the checker takes it. Then try ranges: which has the "
        "least?",
        "Begin with the smallest and the largest number. Move one end inwards in many small steps, keep the "
        "best, then the other end, and go round two or three times.",
    ),
    task="decide",
    difficulty=4,
    importance=3,
    minutes=15,
    seconds=10,
)
