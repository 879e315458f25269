"""Lesson 3b: how `clip_by_global_norm` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import optimization as reference


def gradient_lists(rng: np.random.Generator) -> Iterator[tuple[list[np.ndarray], float]]:
    """Lists of one array to five, of mixed ranks: within the norm, on it, beyond it, and all zeros."""
    for grads, max_norm in (
        ([[3.0, 4.0]], 1.0),
        ([[3.0, 4.0]], 5.0),
        ([[3.0, 4.0]], 10.0),
        ([[0.0, 0.0]], 1.0),
        ([[3.0], [[0.0, 4.0]]], 1.0),
        ([[1.0, 1.0], [1.0, 1.0]], 1.0),
        ([[0.5], [-0.5]], 1.0),
        ([[0.0], [[0.0, 0.0]], [0.0]], 0.5),
        ([[0.0, 0.0], [6.0, 8.0]], 5.0),
        ([[300.0, -400.0], [0.001]], 0.1),
    ):
        yield [np.array(g) for g in grads], max_norm
    shapes = ((2,), (2, 2), (3,), (3, 2), (4,), ())
    for count in (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5):
        chosen = [shapes[i] for i in rng.integers(0, len(shapes), count)]
        grads = [np.asarray(rng.normal(0, 2, shape).round(1)) for shape in chosen]
        yield grads, float(rng.choice((0.5, 1.0, 3.0, 20.0)))


def norm_of(grads):
    return np.sqrt(sum(np.sum(g**2) for g in grads))


def clipped_with(norm):
    """Clipped by what `norm(grads)` takes for the norm."""

    def answer(grads, max_norm):
        scale = max_norm / max(norm(grads), max_norm)
        return [g * scale for g in grads]

    return answer


def clipped_in_place(grads, max_norm):
    scale = max_norm / max(norm_of(grads), max_norm)
    for g in grads:
        g *= scale
    return grads


EXERCISE = Exercise(
    reference=reference.clip_by_global_norm,
    cases=gradient_lists,
    mistakes=(
        Mistake(
            "each_by_itself",
            lambda grads, max_norm: [clipped_with(norm_of)([g], max_norm)[0] for g in grads],
            "Each array was clipped by its own norm, which changes the direction of the whole. One norm, "
            "of all arrays together, and one factor for all.",
        ),
        Mistake(
            "by_value",
            lambda grads, max_norm: [np.clip(g, -max_norm, max_norm) for g in grads],
            "Each number was clipped by itself, which changes the direction. All must shrink by the same "
            "factor.",
        ),
        Mistake(
            "always_scaled",
            lambda grads, max_norm: [g * max_norm / norm_of(grads) for g in grads],
            "Short gradients were stretched, and zeros became nan. Where the norm is within the limit, "
            "nothing changes.",
        ),
        Mistake(
            "sum_of_norms",
            clipped_with(lambda grads: sum(np.linalg.norm(np.ravel(g)) for g in grads)),
            "The norms of the arrays were added. Add all squares first, and take one root at the end.",
        ),
        Mistake(
            "root_forgotten",
            clipped_with(lambda grads: sum(np.sum(g**2) for g in grads)),
            "This is the sum of the squares. The norm is its root.",
        ),
        Mistake(
            "largest_entry",
            clipped_with(lambda grads: max(np.max(np.abs(g)) for g in grads)),
            "The limit was held to the largest entry. The norm is the root of the sum of all squares.",
        ),
        Mistake(
            "in_place",
            clipped_in_place,
            "The values are right, but what was given was changed: the list, or the arrays in it. Make a new "
            "list of new arrays.",
        ),
    ),
    hints=(
        "One norm for all arrays together, then one factor for all: that is what keeps the direction.",
        "Sum the squares of each array, add these sums up, take the root. The factor is the limit divided "
        "by the norm, but never above 1.",
        "Dividing by the larger one of norm and limit gives a factor of exactly 1 within the limit, and no "
        "0 / 0. Multiply each array by it in a list comprehension.",
    ),
    difficulty=2,
    importance=3,
    minutes=7,
)
