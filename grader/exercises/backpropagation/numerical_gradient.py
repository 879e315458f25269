"""Lesson 3a: how `numerical_gradient` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import function, random_quadratic
from grader.references import backpropagation as reference


def landscapes(rng: np.random.Generator) -> Iterator[tuple]:
    """Functions with a third derivative, so that a wide h shows which difference was taken; ranks 0 to 3."""
    bowl = function("quadratic", A=np.diag([2.0, 6.0]), b=np.array([1.0, 0.0]))
    yield function("weighted_cubes", weights=np.array([1.0])), np.array([2.0]), 1.0
    yield function("weighted_cubes", weights=np.array([1.0])), np.array([0.0]), 0.5
    yield function("double_well", tilt=0.0), np.array([1.0]), 0.5
    yield function("double_well", tilt=0.5), np.array(2.0), 0.1
    yield bowl, np.array([1.0, -1.0])
    yield bowl, np.array([1.0, -1.0]), 0.5
    yield function("weighted_cubes", weights=np.array([1.0, -2.0])), np.array([1.0, 3.0]), 0.1
    yield function("banana", steepness=2.0), np.array([-1.0, 1.0])
    yield function("weighted_cubes", weights=np.arange(1.0, 7)), np.arange(6.0).reshape(2, 3), 0.1
    for shape in ((2,), (3,), (2, 2), (1, 4), (3, 2), (2, 1, 3)):
        theta, weights = rng.normal(0, 1, shape).round(2), rng.normal(0, 1, np.prod(shape)).round(1)
        yield function("weighted_cubes", weights=weights), theta, float(rng.choice((0.1, 0.2, 0.5)))
        yield function("waves", frequencies=weights), theta
    for shape in ((3,), (2, 2), (4,)):
        theta = rng.normal(0, 1, shape).round(2)
        yield function("banana", steepness=round(rng.uniform(1, 5), 1)), theta, 0.1
        yield function("quadratic", **random_quadratic(rng, theta.size)), theta


def differences(quotient):
    """A gradient whose entries `quotient(f, theta, step, h)` gives, with h at one place of `step`."""

    def answer(f, theta, h=1e-5):
        gradient = np.zeros(theta.shape)
        for i in np.ndindex(theta.shape):
            step = np.zeros(theta.shape)
            step[i] = h
            gradient[i] = quotient(f, theta, step, h)
        return gradient

    return answer


def numerical_gradient_in_place(f, theta, h=1e-5):
    """Adds h, takes 2h away, adds h: afterwards theta is only nearly what it was."""
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        up = f(theta)
        theta[i] -= 2 * h
        gradient[i] = (up - f(theta)) / (2 * h)
        theta[i] += h
    return gradient


def numerical_gradient_not_restored(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    moved = theta.copy()
    for i in np.ndindex(theta.shape):
        moved[i] += h
        up = f(moved)
        moved[i] -= 2 * h
        gradient[i] = (up - f(moved)) / (2 * h)
    return gradient


EXERCISE = Exercise(
    reference=reference.numerical_gradient,
    cases=landscapes,
    mistakes=(
        Mistake(
            "forward_difference",
            differences(lambda f, theta, step, h: (f(theta + step) - f(theta)) / h),
            "The difference goes to one side only. Take it from h before the point to h behind it: "
            "that is far more exact.",
        ),
        Mistake(
            "backward_difference",
            differences(lambda f, theta, step, h: (f(theta) - f(theta - step)) / h),
            "The difference goes to one side only. Take it from h before the point to h behind it.",
        ),
        Mistake(
            "divided_by_h",
            differences(lambda f, theta, step, h: (f(theta + step) - f(theta - step)) / h),
            "It is twice what it should be: the two points are 2h apart.",
        ),
        Mistake(
            "all_at_once",
            lambda f, theta, h=1e-5: np.full(theta.shape, (f(theta + h) - f(theta - h)) / (2 * h)),
            "All elements were moved at once, so all entries are alike. Move one at a time.",
        ),
        Mistake(
            "not_put_back",
            numerical_gradient_not_restored,
            "An element that was moved stayed there while the next ones were tried. Start each from theta "
            "itself.",
        ),
        Mistake(
            "flat",
            lambda f, theta, h=1e-5: reference.numerical_gradient(f, theta, h).ravel(),
            "The numbers are right, but in a row. Give the gradient the shape of theta.",
        ),
        Mistake(
            "h_ignored",
            lambda f, theta, h=1e-5: reference.numerical_gradient(f, theta),
            "The answer is the gradient itself, not the formula's difference quotient for the h given: where "
            "h is wide, the two differ. Is it this quotient, and this h?",
        ),
        Mistake(
            "theta_changed",
            numerical_gradient_in_place,
            "Afterwards theta is not exactly what it was: adding h and taking it away again leaves "
            "rounding errors. Work on a copy, or put the old number back.",
        ),
    ),
    hints=(
        "For each element: move it by h to the right and to the left, with all others as they are, and "
        "compare the two values of f.",
        "np.ndindex(theta.shape) runs through the indices of an array of any shape. An array of zeros with "
        "one h in it can be added and subtracted, and leaves theta alone.",
        "In the loop: make the array for the move, put h at index i, and set the gradient's entry i to the "
        "difference of the two values of f, divided by the distance between the two points.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)
