"""Lesson 3b: how `signal_preserving_scales` is checked."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.optimization import keeps_signals
from grader.references import optimization as reference

LAYERS = 12
KINDS = (  # slope below 0, slope above 0, what is taken away, bend
    (0.0, 1.0, 0.0, 0.0),
    (0.3, 1.0, 0.0, 0.0),
    (-1.0, 1.0, 0.0, 0.0),
    (1.0, 1.0, 0.0, 1.0),
    (1.0, 1.0, 0.0, 0.0),
    (0.0, 1.0, 0.4, 0.0),
    (0.0, 2.0, 0.0, 0.0),
    (-0.5, 1.5, 0.0, 0.0),
)


def activations_and_sizes(rng: np.random.Generator) -> Iterator[Case]:
    """Eight activations in a drawn order, each with twelve layers of 250 to 500 units, or 800 once."""
    for kind in rng.permutation(len(KINDS)):
        below, above, shift, bend = KINDS[kind]
        settings = {"below": below, "above": above, "shift": shift, "bend": bend}
        sizes = [160, *map(int, rng.integers(250, 501, LAYERS))]
        sizes[rng.integers(4, LAYERS)] = 800  # five times the inputs, which fan-out would make √5 too small
        secret = {"activation": settings, "seed": int(rng.integers(2**32))}
        yield Case((Live("function", ["activation", settings]), sizes), secret=secret)


def by(rule: Callable[[int, int], float]):
    """Scales from the numbers of inputs and units alone."""
    return lambda f, sizes: [float(rule(*pair)) for pair in pairwise(sizes)]


def of_outputs(f, sizes):
    scales = reference.signal_preserving_scales(f, sizes)
    return [scale * np.sqrt(a / b) for scale, (a, b) in zip(scales, pairwise(sizes), strict=True)]


EXERCISE = Exercise(
    reference=reference.signal_preserving_scales,
    kind="property",
    task="derive",
    verify=keeps_signals,
    cases=activations_and_sizes,
    mistakes=(
        Mistake(
            "he",
            by(lambda fan_in, units: np.sqrt(2 / fan_in)),
            "These are He's weights, right for ReLU, of which a half is 0. What does *this* f leave of a "
            "normal signal?",
        ),
        Mistake(
            "glorot",
            by(lambda fan_in, units: np.sqrt(2 / (fan_in + units))),
            "These are Glorot's weights: halfway between what the way forward and the way back ask for. Here "
            "the way forward counts, and f does, too.",
        ),
        Mistake(
            "one_over_inputs",
            by(lambda fan_in, units: np.sqrt(1 / fan_in)),
            "This keeps the size of the sums. What comes out is f of them.",
        ),
        Mistake(
            "fan_out",
            of_outputs,
            "Each sum runs over the layer's *inputs*: their number counts, not that of the units.",
        ),
        Mistake(
            "variances",
            lambda f, sizes: [scale**2 for scale in reference.signal_preserving_scales(f, sizes)],
            "These are variances. Asked for are standard deviations, their roots.",
        ),
    ),
    hints=(
        "A sum over hundreds of inputs is nearly normal. How wide is it, if the inputs have mean square 1 "
        "and the weights a standard deviation of σ?",
        "f can only be asked: give it many normal numbers of a spread s, and look at the mean square of what "
        "comes out. It should be 1 again.",
        "Find s by halving an interval, since the mean square grows with it. The standard deviation of the "
        "weights is s divided by the root of the number of inputs.",
    ),
    difficulty=4,
    importance=4,
    minutes=20,
    seconds=40,
)
