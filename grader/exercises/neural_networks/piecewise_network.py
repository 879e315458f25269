"""Lesson 2: how `piecewise_network` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.neural_networks import runs_through_points
from grader.references import neural_networks as reference


def points(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Two points and many, knots on both sides of 0, at equal distances and not."""
    yield np.array([0.0, 1.0]), np.array([0.0, 2.0])
    yield np.array([0.0, 2.0]), np.array([1.0, 5.0])
    yield np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, 2.0])
    yield np.array([-1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0])
    yield np.array([1.0, 2.0, 4.0]), np.array([3.0, 3.0, 0.0])
    yield np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 1.0, -1.0, 0.0])
    for count in (3, 4, 5, 6, 8, 10, 12, 15, 20, 25):
        knots = rng.uniform(-4, 0) + np.cumsum(rng.uniform(0.3, 1, count))
        yield knots.round(2), rng.normal(0, 2, count).round(2)


def network(knots, values, outputs, start=1.0, sign=-1.0):
    """A unit with its kink at each knot but the last, with these weights to the output."""
    return np.ones((1, len(knots) - 1)), sign * knots[:-1], outputs[:, None], start * values[:1]


def slopes_of(knots, values):
    return np.diff(values) / np.diff(knots)


def bends_of(knots, values):
    slopes = slopes_of(knots, values)
    return slopes - np.append(0, slopes[:-1])


def one_to_the_left(knots, values):
    bends = bends_of(knots, values)
    return np.ones((1, len(bends) - 1)), -knots[1:-1], bends[1:, None], values[:1].astype(float)


def hats(knots, values):
    """Up to each point and down again, with three units for each."""
    gaps = np.diff(knots, prepend=knots[0] - 1, append=knots[-1] + 1)
    kinks = np.column_stack([knots - gaps[:-1], knots, knots + gaps[1:]]).ravel()
    bends = np.column_stack([1 / gaps[:-1], -1 / gaps[:-1] - 1 / gaps[1:], 1 / gaps[1:]])
    return np.ones((1, len(kinks))), -kinks, (bends * values[:, None]).reshape(-1, 1), np.zeros(1)


EXERCISE = Exercise(
    reference=reference.piecewise_network,
    kind="property",
    task="design",
    verify=runs_through_points,
    cases=points,
    mistakes=(
        Mistake(
            "slopes",
            lambda knots, values: network(knots, values, slopes_of(knots, values)),
            "Each unit adds to those before it: the slope, or the *change* of slope?",
        ),
        Mistake(
            "bias_sign",
            lambda knots, values: network(knots, values, bends_of(knots, values), sign=1.0),
            "The kinks lie on the other side of 0. For which x is x + b exactly 0?",
        ),
        Mistake(
            "no_start",
            lambda knots, values: network(knots, values, bends_of(knots, values), start=0.0),
            "It starts at 0 and not at the first value.",
        ),
        Mistake(
            "first_slope_missing",
            one_to_the_left,
            "It is flat up to the second knot: the first piece has a slope, too, and needs a unit that "
            "begins with it.",
        ),
        Mistake(
            "too_many_units",
            hats,
            "It runs through all points, and n points need fewer kinks than you use.",
        ),
        Mistake(
            "values_as_weights",
            lambda knots, values: network(knots, values, np.diff(values)),
            "A weight to the output is a slope: how far a piece rises must be divided by how long it is.",
        ),
    ),
    hints=(
        "A unit relu(x − k) is 0 left of k, and rises with slope 1 right of it. Multiplied and added to "
        "others it bends the line at k. Where do you need kinks?",
        "Begin at the left. The output bias is the height at the first knot. The first unit makes the first "
        "slope; all further ones find that slope there already.",
        "Work out the slope of each piece: rise by length. The weight of the unit with its kink at a knot is "
        "the slope behind the knot less the slope before it, and at the first knot nothing was before.",
    ),
    difficulty=4,
    importance=4,
    minutes=15,
    packages=("numpy",),
)
