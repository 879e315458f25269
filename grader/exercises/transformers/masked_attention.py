"""Lesson 7d: how `masked_attention` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.exercises.transformers.cases import normal, random_mask, softmax
from grader.references import transformers as reference

SIZES = ((2, 3, 1, 2), (3, 3, 2, 1), (3, 4, 2, 2), (4, 4, 3, 2), (4, 3, 2, 3), (5, 5, 2, 3), (3, 6, 4, 2))
"""Queries, keys, depth, and depth of the values: never as many queries or keys as the depth."""


def questions(rng: np.random.Generator) -> Iterator[tuple]:
    """Masks that hide some keys, all but one, or all; looking back, and drawn."""
    q, k, v = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0], [-1.0]]), np.array([[3.0], [6.0], [9.0]])
    yield q[:1], k[:2], v[:2], np.array([[True, False]])
    yield q, k, v, np.array([[True, True, False], [False, False, True]])
    yield q, k, v, np.array([[False, False, False], [True, True, False]])
    near, keys = np.array([[1.0], [0.98]]), np.array([[-390.0], [-391.0], [390.0]])
    # What is hidden fits best by far.
    yield near, keys, v, np.array([[True, True, False], [False, True, False]])
    for i, (n, m, d, e) in enumerate(2 * SIZES):
        mask = np.tri(n, m, dtype=bool) if i < len(SIZES) else random_mask(rng, n, m)
        if i % 4 == 3:
            mask[int(rng.integers(n))] = False
        given = (normal(rng, n, d), 2 * normal(rng, m, d), 3 * normal(rng, m, e), mask)
        yield (*(part.astype(np.float32) for part in given[:3]), mask) if i == 5 else given


def all_hidden(q, k, v, mask):
    scores = np.where(mask, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ v


def mean_of_all_hidden(q, k, v, mask):
    return softmax(np.where(mask, q @ k.T / np.sqrt(q.shape[1]), -1e9)) @ v


def mask_forgotten(q, k, v, mask):
    return softmax(q @ k.T / np.sqrt(q.shape[1])) @ v


LARGEST = "e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))"

EXERCISE = Exercise(
    reference=reference.masked_attention,
    task="repair",
    cases=questions,
    faults=(
        Fault(
            "masked_after",
            f"scores = np.where(mask, scores, -np.inf)\n    {LARGEST}\n    weights = e",
            f"{LARGEST}\n    weights = mask * e",
            "Rows of weights don't add up to 1: the hidden keys took their share first.",
        ),
        Fault(
            "over_queries",
            "e.sum(axis=1",
            "e.sum(axis=0",
            "Each query shares out one unit of attention. Yours share out one unit for each key.",
        ),
        Fault(
            "root_of_n",
            "np.sqrt(q.shape[1])",
            "np.sqrt(q.shape[0])",
            "The root is of the depth, not of how many queries there are.",
        ),
    ),
    mistakes=(
        Mistake(
            "all_hidden",
            all_hidden,
            "A query without anything to attend to became nan. It gets zeros.",
        ),
        Mistake(
            "mean_of_all_hidden",
            mean_of_all_hidden,
            "A query without anything to attend to attends to all in your answer. It gets zeros.",
        ),
        Mistake("mask_forgotten", mask_forgotten, "The mask makes no difference in your answer."),
    ),
    hints=(
        "There are three faults. Print `scores` and `weights` for two queries and three keys with one key "
        "hidden: what should the rows add up to, and do they?",
        "At which of the steps does the mask come in, and who has had a share by then? Along which axis are "
        "weights divided by their sum? And what is under the root?",
        "A hidden score becomes −∞ before the exponential. The sum runs over the keys, axis 1. The depth is "
        "the second number of q's shape.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
