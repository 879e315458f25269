"""Lesson 2: how `smallest_flip` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.neural_networks import flips_nearby
from grader.references import neural_networks as reference


def neurons(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """One input and many, scores of both signs and exactly 0, weights that are short, long and partly 0."""
    yield np.array([3.0]), np.array([2.0]), 0.0
    yield np.array([-3.0]), np.array([2.0]), 1.0
    yield np.array([1.0, 5.0]), np.array([1.0, 1.0]), -2.0
    yield np.array([1.0, 0.0]), np.array([3.0, 4.0]), -8.0
    yield np.array([2.0, 1.0]), np.array([1.0, -2.0]), 0.0
    yield np.array([0.0, 0.0]), np.array([0.0, 2.0]), -1.0
    yield np.array([2.0, -1.0, 0.5]), np.array([0.5, -3.0, 0.0]), 0.25
    for i, inputs in enumerate((1, 2, 2, 3, 3, 4, 5, 5, 8, 8, 12, 12, 20, 20, 30, 30, 50, 50)):
        x, w = rng.normal(0, 1, inputs).round(2), rng.normal(0, 1, inputs).round(2)
        w[0] += 1.5
        score = float((-1) ** i * rng.uniform(1, 4))
        yield x, w, round(score - float(x @ w), 2)


def moved(length):
    """Along w, by so many times w."""
    return lambda x, w, b: x - length(x @ w + b, w) * w


def heaviest_input(x, w, b):
    new, i = x.copy(), np.abs(w).argmax()
    new[i] -= (x @ w + b) / w[i]
    return new


def step_by_step(x, w, b):
    sign = np.sign(x @ w + b)
    new = x.copy()
    while sign and sign * (new @ w + b) > 0:
        new = new - 0.1 * sign * w / np.linalg.norm(w)
    return new


EXERCISE = Exercise(
    reference=reference.smallest_flip,
    kind="property",
    task="derive",
    verify=flips_nearby,
    cases=neurons,
    mistakes=(
        Mistake(
            "not_squared",
            moved(lambda score, w: score / np.linalg.norm(w)),
            "You divided by the length of w; look at what one step of length 1 along w changes the score by.",
        ),
        Mistake(
            "not_divided",
            moved(lambda score, w: score),
            "You went along w by as much as the score is. How much does the score change if w is added to x "
            "once?",
        ),
        Mistake(
            "wrong_way",
            moved(lambda score, w: abs(score) / (w @ w)),
            "For a negative score you walked away from the boundary.",
        ),
        Mistake(
            "uphill",
            moved(lambda score, w: -score / (w @ w)),
            "The length is right, and the direction is the opposite: the score got twice as large.",
        ),
        Mistake(
            "one_coordinate",
            heaviest_input,
            "Changing one input works, but all inputs together need less.",
        ),
        Mistake(
            "step_by_step",
            step_by_step,
            "Small steps until it flips nearly always go a little too far. The distance can be computed.",
        ),
        Mistake(
            "mirrored",
            moved(lambda score, w: 2 * score / (w @ w)),
            "It flips, at twice the distance: this is the mirror image of x, as far on the other side.",
        ),
        Mistake(
            "bias_forgotten",
            lambda x, w, b: x - (x @ w) / (w @ w) * w,
            "The bias is part of the score, and it shifts the boundary.",
        ),
    ),
    hints=(
        "Draw it for two inputs: where z = 0 is a line. In which direction is the way from x to it shortest, "
        "and what has that direction to do with w?",
        "Go from x by t times w, and work out the score there: it is the old one and t times something. For "
        "which t is it 0?",
        "One whole w, added to x, changes the score by w·w. So how many of them, or what part of one, does "
        "it take to get rid of the score z? Mind the sign.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
    packages=("numpy",),
)
