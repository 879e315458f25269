"""Lesson 3a: how `gradient_descent` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import function, random_quadratic
from grader.references import backpropagation as reference


def descents(rng: np.random.Generator) -> Iterator[tuple[Live, np.ndarray, float, int]]:
    """Gradients of bowls and of curved valleys, one to four parameters; no step at all, and too long ones."""
    one = function("quadratic_gradient", A=np.array([[2.0]]), b=np.array([0.0]))
    two = function("quadratic_gradient", A=np.diag([1.0, 4.0]), b=np.array([0.5, -1.0]))
    yield one, np.array([1.0]), 0.25, 1
    yield one, np.array([-4.0]), 0.25, 3
    yield one, np.array([1.0]), 0.1, 0
    yield one, np.array([1.0]), 1.5, 4
    yield two, np.array([0.0, 0.0]), 0.25, 0
    yield two, np.array([2.0, 1.0]), 0.25, 2
    yield two, np.array([2.0, 1.0]), 0.5, 5
    yield function("double_well_gradient", tilt=0.1), np.array([0.5, -0.5]), 0.2, 3
    yield function("banana_gradient", steepness=2.0), np.array([-1.0, 1.0]), 0.05, 4
    for d, steps in ((1, 2), (1, 5), (2, 1), (2, 3), (2, 10), (3, 2), (3, 6), (4, 4)):
        gradient = function("quadratic_gradient", **random_quadratic(rng, d))
        yield gradient, rng.normal(0, 2, d).round(1), float(rng.choice((0.05, 0.1, 0.2))), steps
    for d, steps in ((1, 4), (2, 2), (3, 5)):
        gradient = function("double_well_gradient", tilt=round(rng.uniform(-0.3, 0.3), 2))
        yield gradient, rng.uniform(0.2, 1.5, d).round(1), float(rng.choice((0.1, 0.2))), steps
    for d, steps in ((2, 3), (3, 4)):
        gradient = function("banana_gradient", steepness=round(rng.uniform(0.5, 2), 1))
        yield gradient, rng.uniform(-1, 0.5, d).round(1), 0.05, steps


def path_with(move):
    """A path that `move(f, start, theta, learning_rate)` makes, one point after the other."""

    def answer(f, theta, learning_rate, steps):
        path = [theta]
        for _ in range(steps):
            path.append(move(f, theta, path[-1], learning_rate))
        return np.array(path)

    return answer


def aliased_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def aliased_copy(f, theta, learning_rate, steps):
    return aliased_descent(f, theta.copy(), learning_rate, steps)


def path_without_end(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        path.append(theta)
        theta = theta - learning_rate * f(theta)
    return np.array(path)


def unit_step(f, start, theta, learning_rate):
    gradient = f(theta)
    return theta - learning_rate * gradient / (np.linalg.norm(gradient) or 1.0)


EXERCISE = Exercise(
    reference=reference.gradient_descent,
    cases=descents,
    mistakes=(
        Mistake(
            "gradient_at_start",
            path_with(lambda f, start, theta, rate: theta - rate * f(start)),
            "The gradient at the start was used for every step. Compute it anew where the path is by then.",
        ),
        Mistake(
            "uphill",
            path_with(lambda f, start, theta, rate: theta + rate * f(theta)),
            "The path climbs. The gradient points uphill: look at the sign in the formula.",
        ),
        Mistake(
            "aliased",
            aliased_descent,
            "All rows are alike, and the start was changed: every entry of the path refers to one array, "
            "which was changed in place, as `-=` does. Make a new array in each step.",
        ),
        Mistake(
            "aliased_copy",
            aliased_copy,
            "All rows are alike: every entry of the path refers to one array, which was changed in place, "
            "as `-=` does. Make a new array in each step.",
        ),
        Mistake(
            "start_missing",
            lambda f, theta, rate, steps: np.array([*reference.gradient_descent(f, theta, rate, steps)[1:]]),
            "The first row is missing: the path begins with the start itself.",
        ),
        Mistake(
            "end_missing",
            path_without_end,
            "The last row is missing: the point after the last step belongs to the path, too.",
        ),
        Mistake(
            "one_step_too_few",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, max(steps - 1, 0)),
            "There is one step too few: after `steps` steps the path has steps + 1 points, with the start.",
        ),
        Mistake(
            "last_only",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, steps)[-1],
            "Only the last point came back. Keep every point on the way, the start included.",
        ),
        Mistake(
            "learning_rate_forgotten",
            path_with(lambda f, start, theta, rate: theta - f(theta)),
            "The steps are as long as the gradient. Multiply it by the learning rate.",
        ),
        Mistake(
            "unit_steps",
            path_with(unit_step),
            "Each step has the length of the learning rate. The gradient's own length belongs to the step: "
            "don't divide it out.",
        ),
        Mistake(
            "one_step_too_many",
            lambda f, theta, rate, steps: reference.gradient_descent(f, theta, rate, steps + 1),
            "There is one row too many: after `steps` steps the path has steps + 1 points, with the start.",
        ),
    ),
    hints=(
        "Keep a list of points that begins with the start. In each step, compute the next point from the "
        "last one.",
        "A loop over range(steps): the gradient is f, called with the last point; the next point is the "
        "last one minus the learning rate times that.",
        "Append a new array in each round (no `-=`), and turn the list into one array with np.array at the "
        "end.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
