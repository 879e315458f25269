"""Lesson 7d: how `attention` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import normal, random_mask, softmax
from grader.references import transformers as reference

SIZES = (
    (1, 2, 3, 1),
    (2, 3, 2, 2),
    (3, 3, 2, 1),
    (3, 2, 4, 3),
    (2, 4, 3, 3),
    (4, 3, 4, 2),
    (3, 5, 2, 4),
)
"""Queries, keys, depth, and depth of the values."""
BEFORE = ((), (2,), (), (2, 3), (1,), (), (3,))
"""Axes before them."""


def questions(rng: np.random.Generator) -> Iterator[tuple]:
    """One key, equal keys, huge scores, axes before; with masks and without, and who sees nothing."""
    q, k, v = np.array([[2.0, 0.0]]), np.array([[5.0, 1.0], [5.0, 7.0]]), np.array([[10.0], [20.0]])
    yield q, k[:1], v[:1]
    yield q, k, v
    yield q, k, v, np.array([[False, True]])
    yield q, k, v, np.array([[False, False]])
    yield np.eye(2), np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]])
    yield np.array([[0.0], [1.0], [-1.0]]), np.array([[1e4], [-1e4]]), np.array([[1.0], [3.0]])
    one = np.eye(1)
    yield one, np.array([[1e4], [-1e4]]), v, np.array([[False, True]])  # what is hidden fits best by far
    yield one, np.array([[1e4 - 1], [1e4], [-1e4]]), np.array([[1.0], [3.0], [9.0]])  # near, and far away
    yield np.array([[2.0], [1.0], [0.0]]), np.array([[1.0], [2.0], [0.5]]), np.eye(3), np.tri(3, dtype=bool)
    for i, ((n, m, d, e), before) in enumerate(zip(2 * SIZES, 2 * BEFORE, strict=True)):
        q, k, v = normal(rng, *before, n, d), 2 * normal(rng, *before, m, d), normal(rng, *before, m, e)
        given = (q, k, v)
        if i >= len(SIZES):
            mask = random_mask(rng, n, m)
            if i % 3 == 1:
                mask[int(rng.integers(n))] = False
            given = (q, k, v, mask)
        yield tuple(part.astype(np.float32) for part in given) if i == 4 else given
    mask = np.stack([random_mask(rng, 3, 4), random_mask(rng, 3, 4)])
    yield normal(rng, 2, 3, 2), normal(rng, 2, 4, 2), normal(rng, 2, 4, 2), mask


def masked(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def scored(scale, axis=-1):
    """Scores divided by something else, and a softmax over another axis."""

    def answer(q, k, v, mask=None):
        scores = q @ np.swapaxes(k, -1, -2) / scale(q, k, v)
        return softmax(masked(scores, mask), axis) @ v

    return answer


def by_root_of_depth(q, k, v):
    return np.sqrt(q.shape[-1])


def masked_after(q, k, v, mask=None):
    weights = softmax(q @ np.swapaxes(k, -1, -2) / by_root_of_depth(q, k, v))
    return weights * (1 if mask is None else mask) @ v


def masked_by_zeros(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / by_root_of_depth(q, k, v)
    return softmax(scores if mask is None else scores * mask) @ v


def unshifted(q, k, v, mask=None):
    e = np.exp(masked(q @ np.swapaxes(k, -1, -2) / by_root_of_depth(q, k, v), mask))
    return e / e.sum(axis=-1, keepdims=True) @ v


def blind_rows_nan(q, k, v, mask=None):
    scores = masked(q @ np.swapaxes(k, -1, -2) / by_root_of_depth(q, k, v), mask)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


def blind_rows_mean(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / by_root_of_depth(q, k, v)
    return softmax(scores if mask is None else np.where(mask, scores, -1e9)) @ v


def other_way_round(q, k, v, mask=None):
    return reference.attention(q, k, v, None if mask is None else ~mask)


EXERCISE = Exercise(
    reference=reference.attention,
    cases=questions,
    stable=True,
    mistakes=(
        Mistake(
            "unscaled",
            scored(lambda q, k, v: 1.0),
            "The scores aren't divided by √d. In high depths a single key would take all.",
        ),
        Mistake(
            "divided_by_depth",
            scored(lambda q, k, v: q.shape[-1]),
            "You divide by the depth. It is the root of the depth.",
        ),
        Mistake(
            "root_of_number",
            scored(lambda q, k, v: np.sqrt(k.shape[-2])),
            "The root is of the depth of a query, not of the number of keys.",
        ),
        Mistake(
            "root_of_values_depth",
            scored(lambda q, k, v: np.sqrt(v.shape[-1])),
            "The root is of the depth of queries and keys. Values may have another.",
        ),
        Mistake(
            "over_queries",
            scored(by_root_of_depth, axis=-2),
            "Your softmax runs over the queries. Each query shares out one unit of attention among the keys.",
        ),
        Mistake(
            "mask_forgotten",
            lambda q, k, v, mask=None: reference.attention(q, k, v),
            "The mask makes no difference in your answer.",
        ),
        Mistake(
            "mask_other_way_round",
            other_way_round,
            "Your queries see what the mask hides. True means: may attend.",
        ),
        Mistake(
            "masked_after",
            masked_after,
            "With a mask, the weights of a query don't add up to 1: hidden keys took their share before they "
            "were taken away.",
        ),
        Mistake(
            "masked_by_zeros",
            masked_by_zeros,
            "A hidden key still has weight: a score of 0 isn't nothing, for e⁰ is 1.",
        ),
        Mistake(
            "unshifted",
            unshifted,
            "Large scores overflow in np.exp. Take the largest of each row away first: the softmax stays "
            "the same.",
        ),
        Mistake(
            "blind_rows_nan",
            blind_rows_nan,
            "A query that may attend to nothing became nan. It gets zeros here.",
        ),
        Mistake(
            "blind_rows_mean",
            blind_rows_mean,
            "A query that may attend to nothing attends to all in your answer. It gets zeros here.",
        ),
    ),
    hints=(
        "Three steps: scores of shape (…, n, m), weights of the same shape whose rows add up to 1, and a "
        "weighted mean of the values.",
        "np.swapaxes(k, -1, -2) turns the keys over, whatever axes stand before. A hidden score becomes "
        "-np.inf before the softmax: e to that is 0.",
        "Take each row's largest score away before np.exp. Where a whole row is −∞, that would be nan: "
        "`max` takes an `initial`, and the sum that you divide by must not be 0.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
)
