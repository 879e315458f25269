"""Lesson 1: how `orthogonal_to` is checked."""

from collections.abc import Iterator

import numpy as np
from grader.exercises.verifying.vectors import is_orthogonal

from grader.exercise import Exercise, Mistake
from grader.references import vectors as reference


def single_vectors(rng: np.random.Generator) -> Iterator[tuple]:
    """Vectors along an axis, with zeros, and drawn ones of up to nine numbers, large and small."""
    for values in ([3.0, 4.0], [2.0, 0.0], [0.0, -1.0], [0.0, 0.0, 5.0], [1.0, 1.0, 1.0]):
        yield (np.array(values),)
    for size in (2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9):
        yield (rng.normal(0, rng.choice((0.1, 2.0)), size).round(3),)


def first_two_turned(v):
    """Right in two dimensions, and where the first two numbers aren't both 0."""
    turned = np.zeros(len(v))
    turned[:2] = -v[1], v[0]
    return reference.unit_vector(turned)


def not_of_length_one(v):
    axis = np.eye(len(v))[np.argmin(np.abs(v))]
    return axis - (axis @ v) / (v @ v) * v


def first_axis_left_over(v):
    """Nothing is left of the first axis where v points along it."""
    axis = np.eye(len(v))[0]
    return reference.unit_vector(axis - (axis @ v) / (v @ v) * v)


EXERCISE = Exercise(
    reference=reference.orthogonal_to,
    kind="property",
    verify=is_orthogonal,
    cases=single_vectors,
    mistakes=(
        Mistake(
            "not_of_length_one",
            not_of_length_one,
            "The angle is right. The length isn't 1 yet.",
        ),
        Mistake(
            "first_two_turned",
            first_two_turned,
            "You turn the first two numbers. Where both of them are 0, nothing is left to turn.",
        ),
        Mistake(
            "first_axis",
            first_axis_left_over,
            "You begin with the first axis. Where v points along just that, nothing is left of it.",
        ),
    ),
    hints=(
        "Take some vector that doesn't point where v does. What of it is too much?",
        "Its shadow on v: take that away, and a right angle is left. Then give it the length 1.",
        "With w for v at length 1, and some other vector a: a − (a · w) w. For a, take the axis along which "
        "v is smallest.",
    ),
    difficulty=3,
    importance=3,
    minutes=10,
)
