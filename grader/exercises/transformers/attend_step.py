"""Lesson 7d: how `attend_step` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import normal, softmax
from grader.references import transformers as reference

SIZES = ((1, 1, 1), (2, 2, 2), (3, 2, 1), (2, 3, 2), (4, 4, 3), (3, 4, 5), (5, 3, 3), (4, 2, 4))
"""Depth of a token, of queries and keys, and of values."""


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """First tokens, second ones, and such as have several before them."""
    one = np.eye(1)
    yield np.array([2.0]), None, 0 * one, one, 3 * one
    yield np.array([2.0]), {"keys": np.array([[1.0]]), "values": np.array([[5.0]])}, 0 * one, one, 3 * one
    for i, (d, depth, e) in enumerate(3 * SIZES):
        t = (0, 1, 2, 5, 9)[i % 5]
        cache = {"keys": normal(rng, t, depth), "values": normal(rng, t, e)} if t else None
        Wq, Wk, Wv = (rng.normal(0, 1, (d, size)).round(2) for size in (depth, depth, e))
        given = normal(rng, d), cache, 1.5 * Wq, Wk, Wv
        yield tuple(map(in_float32, given)) if i % 8 == 6 else given


def in_float32(part):
    if isinstance(part, dict):
        return {name: array.astype(np.float32) for name, array in part.items()}
    return None if part is None else part.astype(np.float32)


def of_all(form: Callable):
    """Another output of q, all keys and all values; the cache is right."""

    def answer(x, cache, Wq, Wk, Wv):
        _, new = reference.attend_step(x, cache, Wq, Wk, Wv)
        return form(x @ Wq, new["keys"], new["values"]), new

    return answer


def scaled(by: Callable):
    return of_all(lambda q, keys, values: softmax(keys @ q / by(keys)) @ values)


def own_left_out(q, keys, values):
    shared = softmax(keys[:-1] @ q / np.sqrt(len(q)))
    return shared @ values[:-1]


def own_alone(x, cache, Wq, Wk, Wv):
    output, _ = reference.attend_step(x, None, Wq, Wk, Wv)
    return output, reference.attend_step(x, cache, Wq, Wk, Wv)[1]


def in_place(x, cache, Wq, Wk, Wv):
    output, new = reference.attend_step(x, cache, Wq, Wk, Wv)
    cache = {} if cache is None else cache
    cache.update(new)
    return output, cache


def not_kept(x, cache, Wq, Wk, Wv):
    output, _ = reference.attend_step(x, cache, Wq, Wk, Wv)
    return output, {"keys": (x @ Wk)[None], "values": (x @ Wv)[None]} if cache is None else cache


def forgets(x, cache, Wq, Wk, Wv):
    output, _ = reference.attend_step(x, cache, Wq, Wk, Wv)
    return output, {"keys": (x @ Wk)[None], "values": (x @ Wv)[None]}


def added_before(x, cache, Wq, Wk, Wv):
    output, new = reference.attend_step(x, cache, Wq, Wk, Wv)
    return output, {name: np.roll(part, 1, axis=0) for name, part in new.items()}


def queries_cached(x, cache, Wq, Wk, Wv):
    output, new = reference.attend_step(x, cache, Wq, Wk, Wv)
    return output, {"queries": (x @ Wq)[None], **new}


EXERCISE = Exercise(
    reference=reference.attend_step,
    cases=steps,
    returns=("output", "cache"),
    mistakes=(
        Mistake(
            "in_place",
            in_place,
            "The cache that came in was changed: a second continuation from it would be wrong. Return a new "
            "one.",
        ),
        Mistake(
            "own_left_out",
            of_all(own_left_out),
            "Your token doesn't attend to itself. It does, and the first one has nobody else.",
        ),
        Mistake(
            "own_alone",
            own_alone,
            "The cache is right, and what is in it makes no difference in your output.",
        ),
        Mistake(
            "queries_cached",
            queries_cached,
            "Old queries are never needed again: keys and values are all that belongs in the cache.",
        ),
        Mistake(
            "by_length",
            scaled(lambda keys: np.sqrt(len(keys))),
            "You divide by the root of how many tokens there are. It is the root of the depth of a key.",
        ),
        Mistake("unscaled", scaled(lambda keys: 1.0), "The scores aren't divided by √d."),
        Mistake(
            "not_kept",
            not_kept,
            "Your output is right. The cache leaves as it came: the next token would not find this one in "
            "it.",
        ),
        Mistake(
            "forgets",
            forgets,
            "Your output is right. The cache has lost the tokens before this one.",
        ),
        Mistake(
            "added_before",
            added_before,
            "Your output is right. The cache has its tokens in another order: the new one comes last.",
        ),
    ),
    hints=(
        "Which three vectors are made of this token? Which of them will a later token ask for?",
        "Keys of all so far: those of the cache with this token's below, (t + 1, d). np.concatenate makes a "
        "new array and leaves the old ones alone. Where the cache is None, there is only this token's.",
        "q has shape (d,), so keys @ q are all t + 1 scores. Divided by √d and through a softmax, times the "
        "values: that is the output.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
)
