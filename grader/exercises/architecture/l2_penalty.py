"""Lesson 5b: how `l2_penalty` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import architecture as reference

SHAPES = (
    *([(3,)], [(2, 2)], [(2, 1), (2,)], [(2,), (3,)], [(1, 2), (2, 1)], [()], [(4,), (2, 2)]),
    *([(3, 2), (2,)], [(2, 2), (2, 2)], [(3, 3), (3,), (3, 1)], [(2, 2, 2)], [(3, 4), (4, 2)]),
    *([(5, 4), (4,), (4, 3), (3,)], [(3, 3, 1, 2), (2, 4)], [(10, 6), (6, 4)], [(8, 8), (8, 8)]),
    *([(20,), (4, 5)], [(6, 2), (2,), (2, 6)]),
)


def weights_and_strengths(rng: np.random.Generator) -> Iterator[tuple]:
    """No array at all, zeros, one number, weights below 0, vectors among matrices, a strength of 0."""
    yield [], 0.1
    yield [np.zeros((2, 2))], 0.1
    yield [np.array([3.0])], 0.5
    yield [np.array([[1.0, 2.0]]), np.array([3.0])], 0.5
    yield [np.array([1.0, -1.0])], 0.25
    yield [np.array([[2.0, -3.0]])], 0.0
    for shapes in SHAPES:
        arrays = [np.asarray(rng.normal(0, 1, shape).round(2)) for shape in shapes]
        yield arrays, float(rng.choice((0.001, 0.01, 0.05, 0.3, 2.0)))


def squares(weights):
    return float(sum(np.sum(w**2) for w in weights))


def in_place(weights, strength):
    for w in weights:
        w *= w
    return float(strength * sum(w.sum() for w in weights))


EXERCISE = Exercise(
    reference=reference.l2_penalty,
    cases=weights_and_strengths,
    mistakes=(
        Mistake(
            "half",
            lambda weights, strength: strength * squares(weights) / 2,
            "It is half as much as is asked for: some books have the ½, Keras hasn't.",
        ),
        Mistake(
            "root",
            lambda weights, strength: strength * squares(weights) ** 0.5,
            "You took the root: that is the length of the weights. The penalty is its square.",
        ),
        Mistake(
            "l1",
            lambda weights, strength: strength * float(sum(np.abs(w).sum() for w in weights)),
            "You added the sizes of the weights: that is L1. L2 adds their squares.",
        ),
        Mistake(
            "mean",
            lambda weights, strength: strength * squares(weights) / max(sum(np.size(w) for w in weights), 1),
            "You took the mean of the squares. It is their sum, however many there are.",
        ),
        Mistake(
            "squared_sum",
            lambda weights, strength: strength * float(sum(np.sum(w) ** 2 for w in weights)),
            "You squared the sums. Square each weight first: else weights of both signs cancel.",
        ),
        Mistake(
            "first_array",
            lambda weights, strength: strength * squares(weights[:1]),
            "Only the first array counts in your answer. Does the function return within the loop?",
        ),
        Mistake(
            "matrices_only",
            lambda weights, strength: strength * squares([w for w in weights if np.ndim(w) > 1]),
            "Vectors are left out. It is often wise not to punish biases, but then they aren't in the list.",
        ),
        Mistake(
            "strength_squared",
            lambda weights, strength: strength**2 * squares(weights),
            "The strength was squared along with the weights.",
        ),
        Mistake(
            "strength_forgotten",
            lambda weights, strength: squares(weights),
            "The strength makes no difference in your answer.",
        ),
        Mistake(
            "in_place",
            in_place,
            "The number is right, but the weights themselves were changed. Make new arrays.",
        ),
    ),
    hints=(
        "Two sums, one in the other: over the arrays of the list, and over the entries of each.",
        "Square an array's entries with `** 2` and add them up with np.sum; sum adds the arrays' numbers.",
        "An empty list gives 0 if you begin at 0. Multiply with the strength once, at the end.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
)
