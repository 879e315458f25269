"""Lesson 7d: how `causal_mask` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import transformers as reference


def sizes(rng: np.random.Generator) -> Iterator[tuple]:
    """From one token on."""
    for n in range(1, 9):
        yield (n,)
    for n in rng.choice(np.arange(9, 120), 12, replace=False):
        yield (int(n),)


EXERCISE = Exercise(
    reference=reference.causal_mask,
    cases=sizes,
    mistakes=(
        Mistake(
            "looks_ahead",
            lambda n: np.triu(np.ones((n, n), bool)),
            "Yours looks ahead: [i, j] asks whether token i may attend to token j, and the rows are those "
            "who look.",
        ),
        Mistake(
            "not_itself",
            lambda n: np.tri(n, k=-1, dtype=bool),
            "A token may attend to itself, too: the diagonal is True.",
        ),
        Mistake(
            "one_ahead",
            lambda n: np.tri(n, k=1, dtype=bool),
            "Each token sees the one after it, which it is to foretell.",
        ),
        Mistake(
            "hides",
            lambda n: ~np.tri(n, dtype=bool),
            "True stands where yours hides something. Here True means: may attend.",
        ),
        Mistake(
            "numbers",
            lambda n: np.tri(n),
            "The ones stand in the right places. Truths are asked for: True and False.",
        ),
        Mistake(
            "to_be_added",
            lambda n: np.where(np.tri(n, dtype=bool), 0.0, -np.inf),
            "This is what one adds to the scores. Here the mask itself is asked for: True and False.",
        ),
    ),
    hints=(
        "Write it down for three tokens. In which row does a single True stand?",
        "Token i may attend to token j if j isn't larger than i. Comparing a column of numbers with a row "
        "gives a table of truths.",
        "The numbers from 0 on are both the row and, with a second axis, the column; `>=` compares each with "
        "each. np.tri, with the right dtype, knows the shape, too.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
