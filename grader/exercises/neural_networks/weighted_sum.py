"""Lesson 2: how `weighted_sum` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import neural_networks as reference


def neurons(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Inputs, weights and bias of one neuron: one input to many, both signs, bias zero or not."""
    yield np.array([2.0]), np.array([3.0]), 0.0
    yield np.array([2.0]), np.array([3.0]), 1.0
    yield np.array([1.0, 2.0]), np.array([3.0, -1.0]), 0.5
    yield np.array([-1.0, -2.0]), np.array([2.0, 4.0]), 3.0
    yield np.array([0.0, 0.0, 0.0]), np.array([1.0, -2.0, 3.0]), -1.5
    yield np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, -2.0]), 0.0
    for inputs in (1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 16, 20, 32, 64):
        x, w = rng.normal(0, 2, (2, inputs)).round(2)
        yield x, w, float(np.round(rng.choice((-1, 1)) * rng.uniform(0.5, 3), 2))


EXERCISE = Exercise(
    reference=reference.weighted_sum,
    cases=neurons,
    mistakes=(
        Mistake(
            "bias_forgotten",
            lambda x, w, b: np.sum(x * w),
            "The inputs are weighed and summed, but the bias b is missing.",
        ),
        Mistake(
            "not_summed",
            lambda x, w, b: x * w + b,
            "This is one number an input. A neuron adds its weighted inputs up to a single number.",
        ),
        Mistake(
            "bias_for_each_input",
            lambda x, w, b: np.sum(x * w + b),
            "The bias was added once for each input. A neuron has one bias, added after the sum.",
        ),
        Mistake(
            "mean",
            lambda x, w, b: np.mean(x * w) + b,
            "The weighted inputs were averaged. The formula has their sum.",
        ),
        Mistake(
            "bias_subtracted",
            lambda x, w, b: np.sum(x * w) - b,
            "The bias was subtracted. Look at its sign in the formula.",
        ),
        Mistake(
            "activated",
            lambda x, w, b: max(0.0, np.sum(x * w) + b),
            "Negative sums came back as 0. The weighted sum comes before the activation: leave it as it is.",
        ),
    ),
    hints=(
        "Each input has its own weight: multiply them in pairs, add the products up, then add the bias once.",
        "The sum of products of two vectors is their dot product: np.dot, or the operator @.",
        "The dot product of x and w, plus b: one line.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
