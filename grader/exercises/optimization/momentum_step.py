"""Lesson 3b: how `momentum_step` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.optimization.cases import SHAPES, arrays
from grader.references import optimization as reference


def momentum_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step (no velocity yet) and later ones; velocity with and against the step, momentum 0."""
    for theta, grad, velocity, rate, momentum in (
        ([1.0], [2.0], [0.0], 0.1, 0.9),
        ([1.0], [2.0], [0.5], 0.1, 0.8),
        ([1.0], [2.0], [-0.5], 0.1, 0.5),
        ([1.0], [2.0], [0.5], 0.1, 0.0),
        ([1.0, -1.0], [0.0, 0.0], [0.2, -0.4], 0.1, 0.5),
        ([1.0, 2.0], [4.0, -4.0], [1.0, 1.0], 0.25, 0.5),
        ([[1.0, 0.0], [0.0, 1.0]], [[0.5, -0.5], [2.0, 0.0]], [[0.0, 1.0], [-1.0, 0.5]], 0.1, 0.9),
    ):
        yield np.array(theta), np.array(grad), np.array(velocity), rate, momentum
    for shape in SHAPES:
        momentum = float(rng.choice((0.5, 0.8, 0.9)))
        yield *arrays(rng, 3, shape), float(rng.choice((0.01, 0.1, 0.3))), momentum


def momentum_in_place(theta, grad, velocity, learning_rate, momentum):
    velocity *= momentum
    velocity -= learning_rate * grad
    theta += velocity
    return theta, velocity


def momentum_as_in_pytorch(theta, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + grad
    return theta - learning_rate * velocity, velocity


def momentum_with(speed, move=lambda theta, grad, old, new, rate, m: theta + new):
    """A step whose velocity is `speed(...)` and whose parameters `move(...)` gives."""

    def answer(theta, grad, velocity, rate, m):
        new = speed(grad, velocity, rate, m)
        return move(theta, grad, velocity, new, rate, m), new

    return answer


def keras_speed(grad, velocity, rate, m):
    return m * velocity - rate * grad


EXERCISE = Exercise(
    reference=reference.momentum_step,
    cases=momentum_steps,
    mistakes=(
        Mistake(
            "pytorch",
            momentum_as_in_pytorch,
            "This is PyTorch's form, whose velocity has another sign and scale. Asked is Keras's: the "
            "learning rate goes into the velocity.",
        ),
        Mistake(
            "other_sign",
            momentum_with(
                lambda grad, velocity, rate, m: m * velocity + rate * grad,
                lambda theta, grad, old, new, rate, m: theta - new,
            ),
            "Your velocity points uphill and is subtracted. Asked is one that points downhill and is added.",
        ),
        Mistake(
            "uphill",
            momentum_with(lambda grad, velocity, rate, m: m * velocity + rate * grad),
            "The step goes uphill. The gradient points to where the loss grows: look at its sign in the "
            "formula.",
        ),
        Mistake(
            "velocity_first",
            lambda *arguments: reference.momentum_step(*arguments)[::-1],
            "Both are right, but in the other order: the parameters come first, then the velocity.",
        ),
        Mistake(
            "old_velocity",
            momentum_with(keras_speed, lambda theta, grad, old, new, rate, m: theta + old),
            "The parameters moved by the old velocity. First the velocity changes, then the parameters by "
            "the new one.",
        ),
        Mistake(
            "moving_average",
            momentum_with(lambda grad, velocity, rate, m: m * velocity - (1 - m) * rate * grad),
            "The gradient was weighed with 1 − m, as in a moving average. The formula adds it in full.",
        ),
        Mistake(
            "running_mean",
            lambda theta, grad, velocity, rate, m: (
                theta - rate * (m * velocity + (1 - m) * grad),
                m * velocity + (1 - m) * grad,
            ),
            "Your velocity is a running mean of the gradients, as Adam's m is. Asked is a sum of steps: the "
            "gradient counts in full, and the learning rate goes into the velocity.",
        ),
        Mistake(
            "learning_rate_on_all",
            momentum_with(lambda grad, velocity, rate, m: rate * (m * velocity - grad)),
            "The learning rate was applied to the velocity, too, which holds it already. It belongs to the "
            "gradient.",
        ),
        Mistake(
            "nesterov",
            momentum_with(keras_speed, lambda theta, grad, old, new, rate, m: theta + m * new - rate * grad),
            "This is Nesterov's momentum (`nesterov=True` in Keras). The plain one adds the velocity as it "
            "is.",
        ),
        Mistake(
            "velocity_lost",
            lambda theta, grad, velocity, rate, m: theta + keras_speed(grad, velocity, rate, m),
            "Only the parameters came back. The next step needs the velocity, too: return both.",
        ),
        Mistake(
            "in_place",
            momentum_in_place,
            "The values are right, but the given arrays themselves were changed: `*=` and `-=` do that. "
            "Make new ones.",
        ),
    ),
    hints=(
        "Two lines, and they are the formula: the new velocity first, then the parameters.",
        "A fraction of the old velocity, minus the plain step of gradient descent: that is the new velocity.",
        "Give the new velocity the same name (it is a new array), and return theta plus it, and itself.",
    ),
    returns=("theta", "velocity"),
    difficulty=2,
    importance=4,
    minutes=4,
)
