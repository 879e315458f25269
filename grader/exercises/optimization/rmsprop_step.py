"""Lesson 3b: how `rmsprop_step` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.optimization.cases import SHAPES, arrays
from grader.references import optimization as reference


def rmsprop_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step and later ones; zero and tiny gradients; an epsilon that counts and one that doesn't."""
    for theta, grad, v, rate, rho, epsilon in (
        ([1.0], [2.0], [0.0], 0.1, 0.9, 1e-7),
        ([1.0], [2.0], [3.0], 0.5, 0.25, 0.25),
        ([1.0], [-2.0], [1.0], 0.1, 0.5, 1.0),
        ([1.0], [0.0], [0.0], 0.1, 0.9, 1e-7),
        ([1.0, 1.0], [100.0, 0.01], [0.0, 0.0], 0.1, 0.9, 1e-7),
        ([1.0, 1.0], [1e-4, -1e-4], [0.0, 0.0], 0.1, 0.9, 1e-7),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], [[0.0, 1.0], [4.0, 0.5]], 0.1, 0.9, 0.1),
    ):
        yield np.array(theta), np.array(grad), np.array(v), rate, rho, epsilon
    for shape in SHAPES:
        theta, grad, v = arrays(rng, 3, shape)
        rho, epsilon = float(rng.choice((0.5, 0.8, 0.9))), float(rng.choice((1e-7, 0.01, 0.1)))
        yield theta, grad, np.abs(v), float(rng.choice((0.01, 0.1, 0.3))), rho, epsilon


def rmsprop_with(average, move):
    """A step whose average is `average(...)` and whose parameters `move(...)` gives."""

    def answer(theta, grad, v, rate, rho, epsilon):
        new = average(grad, v, rho)
        return move(theta, grad, v, new, rate, epsilon), new

    return answer


def squares(grad, v, rho):
    return rho * v + (1 - rho) * grad**2


def rmsprop_move(theta, grad, old, new, rate, epsilon):
    return theta - rate * grad / np.sqrt(new + epsilon)


def rmsprop_in_place(theta, grad, v, learning_rate, rho, epsilon):
    v *= rho
    v += (1 - rho) * grad**2
    theta -= learning_rate * grad / np.sqrt(v + epsilon)
    return theta, v


EXERCISE = Exercise(
    reference=reference.rmsprop_step,
    cases=rmsprop_steps,
    mistakes=(
        Mistake(
            "epsilon_outside",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / (np.sqrt(new) + epsilon),
            ),
            "ε was added to the root, as in Adam. Keras's RMSprop adds it under the root.",
        ),
        Mistake(
            "epsilon_forgotten",
            rmsprop_with(
                squares, lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(new)
            ),
            "ε is missing: a gradient that has always been 0 gives 0 / 0 = nan.",
        ),
        Mistake(
            "epsilon_fixed",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(new + 1e-7),
            ),
            "ε is 1e-7 here, whatever the argument `epsilon` says. Use the argument.",
        ),
        Mistake(
            "uphill",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta + rate * grad / np.sqrt(new + epsilon),
            ),
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "formula.",
        ),
        Mistake(
            "old_average",
            rmsprop_with(
                squares,
                lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / np.sqrt(old + epsilon),
            ),
            "The step was divided by the root of the old average. Update the average first, then use it.",
        ),
        Mistake(
            "rho_swapped",
            rmsprop_with(lambda grad, v, rho: (1 - rho) * v + rho * grad**2, rmsprop_move),
            "ρ and 1 − ρ have changed places: ρ is the share of the old average that is kept.",
        ),
        Mistake(
            "gradient_not_squared",
            rmsprop_with(lambda grad, v, rho: rho * v + (1 - rho) * np.abs(grad), rmsprop_move),
            "The average is of the gradient's size. It must be of its square, as a root is taken later.",
        ),
        Mistake(
            "root_forgotten",
            rmsprop_with(
                squares, lambda theta, grad, old, new, rate, epsilon: theta - rate * grad / (new + epsilon)
            ),
            "The step was divided by the average of the squares. Without its root, large gradients make "
            "small steps.",
        ),
        Mistake(
            "adagrad",
            rmsprop_with(lambda grad, v, rho: v + grad**2, rmsprop_move),
            "The squares were added up, so the steps shrink for ever: that is Adagrad. RMSprop averages, "
            "and forgets.",
        ),
        Mistake(
            "average_lost",
            lambda theta, grad, v, rate, rho, epsilon: (
                theta - rate * grad / np.sqrt(squares(grad, v, rho) + epsilon)
            ),
            "Only the parameters came back. The next step needs the average, too: return both.",
        ),
        Mistake(
            "in_place",
            rmsprop_in_place,
            "The values are right, but the given arrays themselves were changed. Make new ones.",
        ),
    ),
    hints=(
        "Two lines, and they are the formula: the new average first, then the parameters.",
        "The average is ρ of the old one and 1 − ρ of the squared gradient, element by element: `** 2`.",
        "Divide the plain step by np.sqrt of the new average plus ε (added before the root is taken); "
        "return both arrays.",
    ),
    returns=("theta", "v"),
    difficulty=2,
    importance=4,
    minutes=5,
)
