"""Lesson 3a: how `training_step` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.references import backpropagation as reference


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """One sample and many, two to four classes, hidden units on and off, small steps and long ones."""
    for n, inputs, units, classes in (
        *(
            (1, 1, 1, 2),
            (2, 1, 1, 2),
            (2, 1, 1, 2),
            (2, 1, 1, 2),
            (2, 1, 1, 2),
            (2, 1, 2, 2),
            (2, 2, 2, 2),
            (3, 2, 2, 2),
            (3, 2, 3, 2),
            (2, 3, 2, 3),
            (4, 2, 3, 2),
        ),
        *((4, 2, 4, 3), (5, 3, 3, 3), (4, 3, 5, 2), (6, 2, 4, 4), (6, 4, 4, 3), (5, 5, 4, 3), (8, 3, 5, 3)),
        *((8, 4, 6, 4), (10, 4, 5, 3), (10, 5, 6, 4), (12, 4, 8, 3), (15, 6, 5, 3), (20, 6, 8, 4)),
    ):
        X = rng.normal(0, 1, (n, inputs)).round(2)
        layers = (
            rng.normal(0, 1, shape).round(2) for shape in ((inputs, units), units, (units, classes), classes)
        )
        yield X, rng.integers(0, classes, n), *layers, float(rng.choice((0.1, 0.5, 1.0)))


def in_place(X, labels, W1, b1, W2, b2, learning_rate):
    new = reference.training_step(X, labels, W1, b1, W2, b2, learning_rate)
    for old, moved in zip((W1, b1, W2, b2), new, strict=True):
        old[:] = moved
    return W1, b1, W2, b2


def uphill(X, labels, W1, b1, W2, b2, learning_rate):
    return reference.training_step(X, labels, W1, b1, W2, b2, -learning_rate)


EXERCISE = Exercise(
    reference=reference.training_step,
    task="repair",
    cases=steps,
    returns=("W1", "b1", "W2", "b2"),
    faults=(
        Fault(
            "gate_of_the_gradient",
            "dZ1 = dH * (Z1 > 0)",
            "dZ1 = dH * (dH > 0)",
            "ReLU lets through where its input was above 0. You asked the gradient.",
        ),
        Fault(
            "new_weights",
            "dH = dZ2 @ W2.T",
            "dH = dZ2 @ new_W2.T",
            "The hidden layer's gradient went back through W2 as it is *after* the step. All gradients are "
            "those at the weights that came in.",
        ),
        Fault(
            "averaged_twice",
            """\
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
""",
            """\
    new_W1 = W1 - learning_rate * (X.T @ dZ1) / len(X)
    new_b1 = b1 - learning_rate * dZ1.mean(axis=0)
""",
            "The hidden layer's steps are too short, the more so the more samples there are: the loss is a "
            "mean already.",
        ),
    ),
    mistakes=(
        Mistake(
            "arguments_changed",
            in_place,
            "The old weights are gone: the step was made in the arrays that came in. Return new ones.",
        ),
        Mistake("uphill", uphill, "The step goes uphill."),
    ),
    hints=(
        "There are three faults, and training gets somewhere with each of them. So don't look at the loss: "
        "compare the steps with numerical gradients, one of the four arrays after the other.",
        "The output layer's step is right. Follow the gradient from there: through which weights, through "
        "which gate, and is it of the sum or of the mean?",
        "Compare line by line with the table of the backward pass. Each gradient is taken at the weights "
        "before the step, ReLU's gate is set in the forward pass, and one division by n is enough.",
    ),
    difficulty=3,
    importance=5,
    minutes=15,
)
