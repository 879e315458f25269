"""Lesson 1: how `dense_parameter_count` is checked."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference


def networks(rng: np.random.Generator) -> Iterator[tuple[list[int]]]:
    """Layer sizes: an input alone, one layer, the networks of the lesson, and random ones."""
    yield ([5],)
    yield ([1, 1],)
    yield ([3, 2],)
    yield ([2, 3],)
    yield ([3, 4, 2],)
    yield ([2, 2, 2],)
    yield ([4, 1, 3],)
    yield ([64, 32, 10],)
    yield ([784, 128, 10],)
    yield ([64, 32, 32, 32, 10],)
    for layers in (1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10):
        yield (rng.integers(2, 300 if layers > 2 else 20, layers + 1).tolist(),)


EXERCISE = Exercise(
    reference=reference.dense_parameter_count,
    cases=networks,
    mistakes=(
        Mistake(
            "biases_forgotten",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)),
            "These are the weights alone. Each unit has a bias, too.",
        ),
        Mistake(
            "input_has_biases",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)) + sum(sizes),
            "The input was counted among the layers that have biases. It computes nothing and has none.",
        ),
        Mistake(
            "one_bias_a_layer",
            lambda sizes: sum(n * units + 1 for n, units in pairwise(sizes)),
            "One bias was counted for each layer. Each unit of a layer has its own.",
        ),
        Mistake(
            "bias_for_each_input",
            lambda sizes: sum(n * units + n for n, units in pairwise(sizes)),
            "A bias was counted for each number that comes in. It belongs to the unit that adds it.",
        ),
        Mistake(
            "no_output_biases",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)) + sum(sizes[1:-1]),
            "The biases of the hidden layers are there; those of the output layer are missing.",
        ),
        Mistake(
            "all_multiplied",
            lambda sizes: int(np.prod(np.array(sizes, float))),
            "All sizes were multiplied. Weights join neighbouring layers only: count pair by pair, and add.",
        ),
        Mistake(
            "units_counted",
            lambda sizes: sum(sizes[1:]),
            "This is the number of units. A unit has as many weights as numbers come in, and a bias.",
        ),
        Mistake(
            "first_layer_only",
            lambda sizes: sizes[0] * sizes[1] + sizes[1],
            "Only the first layer was counted. There is one for each pair of neighbours in the list, "
            "which may also be none.",
        ),
    ),
    hints=(
        "Take one layer first: how many lines lead into it, if each of its units reads all that comes in? "
        "And how many biases has it?",
        "Go through the list in pairs of neighbours. Of a pair, the first is what comes in, the second the "
        "units.",
        "zip of the list without its last entry and the list without its first gives the pairs. Start a sum "
        "at 0 and add a layer's weights and biases for each.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)
