"""Lesson 3a: how `largest_stable_rate` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.backpropagation.cases import function
from grader.exercises.verifying.backpropagation import is_limit_rate
from grader.references import backpropagation as reference


def bowls(rng: np.random.Generator) -> Iterator[Case]:
    """Two to eight dimensions, turned, curvatures over several powers of ten, any place."""
    yield _bowl(np.diag([1.0, 4.0]), np.zeros(2), np.array([3.0, 1.0]))
    yield _bowl(np.diag([0.1, 20.0]), np.array([1.0, -1.0]), np.array([50.0, -0.06]))
    for d in (2, 2, 3, 3, 4, 5, 5, 6, 7, 8):
        turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
        curvatures = np.exp(rng.uniform(-3, 3, d))
        A = (turn * curvatures) @ turn.T
        yield _bowl(A, rng.normal(0, 3, d), rng.normal(0, 3, d).round(1))


def _bowl(A: np.ndarray, b: np.ndarray, theta: np.ndarray) -> Case:
    A = (A + A.T) / 2
    gradient = function("quadratic_gradient", A=A, b=b)
    return Case((gradient, theta), secret=float(2 / np.linalg.eigvalsh(A).max()))


def steepness(g, theta, direction):
    """The curvature in a direction of length 1."""
    return direction @ (g(theta + direction) - g(theta))


def along_the_gradient(g, theta):
    return 2 / steepness(g, theta, g(theta) / np.linalg.norm(g(theta)))


def along_an_axis(g, theta):
    return 2 / max(steepness(g, theta, axis) for axis in np.eye(len(theta)))


def flattest(g, theta):
    A = np.array([g(theta + axis) - g(theta) for axis in np.eye(len(theta))])
    return 2 / np.linalg.eigvalsh((A + A.T) / 2).min()


EXERCISE = Exercise(
    reference=reference.largest_stable_rate,
    kind="property",
    task="derive",
    verify=is_limit_rate,
    cases=bowls,
    mistakes=(
        Mistake(
            "one_over",
            lambda g, theta: reference.largest_stable_rate(g, theta) / 2,
            "This is half of it: the rate that settles the steepest direction in one step.",
        ),
        Mistake(
            "flattest",
            flattest,
            "The flattest direction allows much more. The steepest decides.",
        ),
        Mistake(
            "one_step",
            along_the_gradient,
            "You measured along the gradient. The steepest direction may hardly be in it, and need a hundred "
            "steps to show.",
        ),
        Mistake(
            "along_an_axis",
            along_an_axis,
            "You measured along each parameter. The steepest direction may lie between them.",
        ),
        Mistake(
            "by_the_gradient",
            lambda g, theta: 2 / np.linalg.norm(g(theta)),
            "How long the gradient is says how far away you are, and not how curved the bowl is.",
        ),
    ),
    hints=(
        "What the gradient changes by, between two places, depends on the curvature alone. In which "
        "direction is it the most?",
        "Either try rates and follow many steps, halving an interval between one that converges and one that "
        "doesn't; or look for the steepest direction.",
        "g(θ + v) − g(θ) turns v towards the steepest direction. Do it again and again, with v brought back "
        "to length 1 each time; what its length becomes is the curvature there.",
    ),
    difficulty=4,
    importance=3,
    minutes=15,
    packages=("numpy",),
    seconds=15,
)
