"""Lesson 7a: how `stack_for_field` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.convolutional_networks import sees_so_far
from grader.references import convolutional_networks as reference

ROOM = 1.2  # what may be spent, beside what the cheapest stack needs


def fields(rng: np.random.Generator) -> Iterator[Case]:
    """Small fields, large ones, and even ones, which no stack can have; the secret: whether there is one."""
    drawn = [*(2 * rng.permutation(np.arange(5, 25))[:6] + 1), *(2 * rng.permutation(np.arange(3, 20))[:3])]
    for field in (2, 3, 5, 7, 4, 9, *(int(one) for one in drawn)):
        cheapest = 9 * ((field - 1) // 2)
        yield Case((field, int(ROOM * cheapest) if field % 2 else 9 * field), secret=bool(field % 2))


def odd(stack: Callable[[int], list]):
    """A stack for odd fields alone."""
    return lambda field, max_weights: stack(field) if field % 2 else []


EXERCISE = Exercise(
    reference=reference.stack_for_field,
    kind="property",
    task="design",
    verify=sees_so_far,
    cases=fields,
    mistakes=(
        Mistake(
            "one_large",
            odd(lambda field: [(field, 1)]),
            "One kernel that sees so far has as many weights as its square. Small ones, stacked, see as far "
            "with fewer.",
        ),
        Mistake(
            "sum_of_sizes",
            odd(lambda field: [(3, 1)] * max(field // 3, 1)),
            "You count three pixels for each layer of kernel 3. Windows overlap: each adds two.",
        ),
        Mistake(
            "one_more",
            odd(lambda field: [(3, 1)] * (field // 2 + 1)),
            "Your stack has a layer too many: the first one sees three pixels, each further one two more.",
        ),
        Mistake(
            "even",
            lambda field, max_weights: [(3, 1)] * (field // 2),
            "For an even field you return a stack that sees a pixel more: with odd kernels at stride 1 a "
            "field is always odd.",
        ),
        Mistake(
            "fives",
            odd(lambda field: [(5, 1)] * ((field - 1) // 4) + [(3, 1)] * ((field - 1) % 4 // 2)),
            "A kernel of 5 adds four pixels for 25 weights. What do two kernels of 3 add, and for how many?",
        ),
        Mistake(
            "never",
            lambda field, max_weights: [],
            "You never return a stack.",
        ),
    ),
    hints=(
        "By how many pixels does a layer of kernel k widen the field, at stride 1? And what does it cost?",
        "Kernel 3 adds two pixels for 9 weights, kernel 5 four for 25, kernel 7 six for 49. Which is the "
        "cheapest for its pixels?",
        "Layers of kernel 3 alone: as many as half of field − 1. If that is no whole number, there is no "
        "stack.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
