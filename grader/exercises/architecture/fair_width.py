"""Lesson 5b: how `fair_width` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import architecture as reference


def cost(inputs: int, depth: int, classes: int, width: int) -> int:
    return (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * classes


def networks(rng: np.random.Generator) -> Iterator[tuple]:
    """Depths of one to six; budgets that fit a width exactly, that lack one, and that are too small for any.

    What is left over is often so little that without the biases another unit would fit.
    """
    yield 1, 1, 1, cost(1, 1, 1, 1)
    yield 1, 1, 1, cost(1, 1, 1, 1) - 1
    yield 2, 2, 2, cost(2, 2, 2, 3)
    yield 2, 2, 2, cost(2, 2, 2, 3) - 1
    yield 3, 1, 2, 20
    yield 3, 2, 2, 5
    yield 2, 1, 9, 4
    yield 3, 1, 2, 9_000
    for i in range(24):
        inputs, depth, classes = int(rng.integers(2, 100)), 1 + i % 6, int(rng.integers(2, 20))
        width = int(rng.integers(2, 60))
        exact = cost(inputs, depth, classes, width)
        step = cost(inputs, depth, classes, width + 1) - exact
        left = (0, step - 1, int(rng.integers(step)))[i % 3]
        yield inputs, depth, classes, exact + left


def widest(cost_of: Callable[[int, int, int, int], int]):
    """The widest whose cost is within the budget, if costs are counted so."""

    def answer(inputs, depth, classes, budget):
        width = 0
        while cost_of(inputs, depth, classes, width + 1) <= budget:
            width += 1
        return width

    return answer


EXERCISE = Exercise(
    reference=reference.fair_width,
    task="derive",
    cases=networks,
    mistakes=(
        Mistake(
            "linear",
            lambda inputs, depth, classes, budget: max(budget // (depth * (inputs + classes + 1)), 0),
            "Between two hidden layers each unit meets each unit, so there the width counts twice: with "
            "double the width there are four times as many weights.",
        ),
        Mistake(
            "bias_forgotten",
            widest(lambda i, d, k, w: i * w + (d - 1) * w * w + w * k),
            "Your network costs more than the budget: each unit has a bias, too.",
        ),
        Mistake(
            "output_bias_forgotten",
            widest(lambda i, d, k, w: cost(i, d, k, w) - k),
            "Your network costs a little more than the budget: the output layer's units have a bias, too.",
        ),
        Mistake(
            "one_over",
            lambda *given: reference.fair_width(*given) + 1,
            "Your width costs more than the budget: you stop one step too late.",
        ),
        Mistake(
            "one_matrix_too_many",
            widest(lambda i, d, k, w: cost(i, d + 1, k, w)),
            "Count the matrices between hidden layers: of two layers, there is one between them.",
        ),
        Mistake(
            "one_hidden_layer",
            widest(lambda i, d, k, w: cost(i, 1, k, w)),
            "Your network has a single hidden layer, however many are asked for.",
        ),
        Mistake(
            "output_forgotten",
            widest(lambda i, d, k, w: cost(i, d, k, w) - (w + 1) * k),
            "The output layer has weights and biases as well.",
        ),
        Mistake(
            "budget_not_used_up",
            widest(lambda i, d, k, w: cost(i, d, k, w) + 1),
            "A network that costs exactly the budget is within it.",
        ),
        Mistake(
            "at_least_one",
            lambda *given: max(reference.fair_width(*given), 1),
            "Even one unit is more than this budget allows: 0 is asked for there.",
        ),
    ),
    hints=(
        "Write down what one network costs: the first layer, those between hidden layers, the last one. Test "
        "it with dense_parameter_count of lesson 1.",
        "The cost only grows with the width. So try widths from 1 on, and stop before the budget is passed.",
        "The first layer has inputs plus one numbers for each unit, and each further hidden layer width plus "
        "one. There are depth − 1 of those.",
    ),
    difficulty=3,
    importance=3,
    minutes=10,
)
