"""Lesson 7d: how `previous_token_head` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.transformers import looks_back
from grader.references import transformers as reference


def texts(rng: np.random.Generator) -> Iterator[Case]:
    """Short texts and long ones, of each depth from the smallest on; the secret is the encoding."""
    sizes = [(2, 16), (3, 16), (12, 16), (200, 16), (8, 18), (40, 32), (60, 64)]
    sizes += [(int(rng.integers(4, 100)), 2 * int(rng.integers(8, 33))) for _ in range(9)]
    for length, depth in sizes:
        yield Case((length, depth), secret=reference.positional_encoding(length, depth))


def turned(scale: float = 100.0, by: float = 1.0, order=lambda matrix: matrix):
    """Queries turned by so many steps, and as large."""

    def answer(length, depth):
        turn = np.zeros((depth, depth))
        for i in range(0, depth, 2):
            angle = by * 10000.0 ** -(i / depth)
            turn[i : i + 2, i : i + 2] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        return order(scale * turn), np.eye(depth)

    return answer


def in_halves(matrix):
    """For an encoding whose sines come first, and then its cosines."""
    depth = len(matrix)
    places = np.concatenate([np.arange(0, depth, 2), np.arange(1, depth, 2)])
    return matrix[np.ix_(places, places)]


EXERCISE = Exercise(
    reference=reference.previous_token_head,
    kind="property",
    task="design",
    verify=looks_back,
    cases=texts,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "next_token",
            turned(by=-1.0),
            "It looks one ahead: turned the wrong way.",
        ),
        Mistake(
            "too_soft",
            turned(scale=1.0),
            "It is turned the right way, and √depth makes differences of scores small: they need a factor.",
        ),
        Mistake(
            "softish",
            turned(scale=10.0),
            "It is turned the right way, and the differences of scores need a larger factor.",
        ),
        Mistake(
            "itself",
            turned(by=0.0),
            "Each position looks at itself: its own encoding is the likest to it.",
        ),
        Mistake(
            "halves",
            turned(order=in_halves),
            "This would do if all sines came first. Here sines and cosines alternate.",
        ),
    ),
    hints=(
        "Two encodings fit each other best, as a product of rows, where they are of the same position. So "
        "what should query i look like?",
        "A column of sin(a) and one of cos(a) become those of a − w by a turn: sin(a − w) = sin a · cos w − "
        "cos a · sin w, and cos(a − w) = cos a · cos w + sin a · sin w. Each pair has a w of its own.",
        "Wk may be the identity. Wq has blocks of 2 × 2 on its diagonal, one for each pair of columns, and a "
        "factor in front: the smallest differences of scores, divided by √depth, must still be some 4.",
    ),
    difficulty=5,
    importance=4,
    minutes=25,
    seconds=8,
)
