"""Lesson 7d: how `multi_head_attention` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import softmax, texts_and_projections
from grader.references import transformers as reference


def texts(rng: np.random.Generator) -> Iterator[tuple]:
    """A single token, a single head, a head for each column, and several of several."""
    x = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    yield x, np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2), np.eye(2), 2
    yield x, np.eye(2), np.eye(2), np.eye(2), np.eye(2), 2
    for i, given in enumerate(texts_and_projections(rng)):
        *arrays, heads = given
        yield (*(part.astype(np.float32) for part in arrays), heads) if i == 7 else given


def in_heads(z: np.ndarray, heads: int) -> np.ndarray:
    n, t, d = z.shape
    return z.reshape(n, t, heads, d // heads).swapaxes(1, 2)


def side_by_side(z: np.ndarray) -> np.ndarray:
    n, heads, t, size = z.shape
    return z.swapaxes(1, 2).reshape(n, t, heads * size)


def attended(q, k, v, scale=lambda q: np.sqrt(q.shape[-1])):
    return softmax(q @ k.swapaxes(-1, -2) / scale(q)) @ v


def of_heads(parted: Callable = in_heads, joined: Callable = side_by_side, attend: Callable = attended):
    """Heads made, asked or joined in another way."""

    def answer(x, Wq, Wk, Wv, Wo, heads):
        return joined(attend(*(parted(x @ W, heads) for W in (Wq, Wk, Wv)))) @ Wo

    return answer


def interleaved(z, heads):
    """Columns dealt out in turn."""
    n, t, d = z.shape
    return z.reshape(n, t, d // heads, heads).transpose(0, 3, 1, 2)


def with_weights(change: Callable):
    """The reference's answer with other weights."""
    return lambda x, *weights_and_heads: reference.multi_head_attention(
        x, *change(*weights_and_heads[:-1]), weights_and_heads[-1]
    )


def root_of_whole_depth(x, Wq, Wk, Wv, Wo, heads):
    def attend(q, k, v):
        return attended(q, k, v, scale=lambda q: np.sqrt(x.shape[-1]))

    return of_heads(attend=attend)(x, Wq, Wk, Wv, Wo, heads)


def looks_back_alone(q, k, v):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    return softmax(np.where(np.tri(q.shape[-2], dtype=bool), scores, -np.inf)) @ v


EXERCISE = Exercise(
    reference=reference.multi_head_attention,
    cases=texts,
    seconds=8,
    mistakes=(
        Mistake(
            "one_head",
            lambda x, Wq, Wk, Wv, Wo, heads: reference.multi_head_attention(x, Wq, Wk, Wv, Wo, 1),
            "The number of heads makes no difference in your answer: each looks by itself, and has a softmax "
            "of its own.",
        ),
        Mistake(
            "root_of_whole_depth",
            root_of_whole_depth,
            "You divide by the root of the whole depth. A head's queries have d / heads numbers.",
        ),
        Mistake(
            "without_output",
            lambda x, Wq, Wk, Wv, Wo, heads: side_by_side(
                attended(*(in_heads(x @ W, heads) for W in (Wq, Wk, Wv)))
            ),
            "Wo makes no difference in your answer: it mixes what the heads have found.",
        ),
        Mistake(
            "reshaped_alone",
            of_heads(
                parted=lambda z, heads: z.reshape(len(z), heads, z.shape[1], -1),
                joined=lambda z: z.reshape(len(z), z.shape[2], -1),
            ),
            "A reshape to (n, heads, t, d / heads) puts numbers of other tokens into a head. Part the last "
            "axis first, then exchange two axes.",
        ),
        Mistake(
            "interleaved",
            of_heads(
                parted=interleaved,
                joined=lambda z: z.transpose(0, 2, 3, 1).reshape(len(z), z.shape[2], -1),
            ),
            "Your heads take columns in turn. Head i has the i-th block of neighbouring columns.",
        ),
        Mistake(
            "joined_in_another_order",
            of_heads(joined=lambda z: z.transpose(0, 2, 3, 1).reshape(len(z), z.shape[2], -1)),
            "The heads are right, and put together in another order: first all of head 0, then all of head "
            "1.",
        ),
        Mistake(
            "not_put_back",
            of_heads(joined=lambda z: z.reshape(len(z), z.shape[2], -1)),
            "The heads are right. Before they are joined, tokens and heads have to change places again.",
        ),
        Mistake(
            "output_transposed",
            with_weights(lambda Wq, Wk, Wv, Wo: (Wq, Wk, Wv, Wo.T)),
            "Wo was used the wrong way round.",
        ),
        Mistake(
            "queries_and_keys_swapped",
            with_weights(lambda Wq, Wk, Wv, Wo: (Wk, Wq, Wv, Wo)),
            "Queries and keys have changed places: it is the query that shares out its attention.",
        ),
        Mistake(
            "looks_back_alone",
            of_heads(attend=looks_back_alone),
            "Your tokens don't look ahead. There is no mask here: each sees all.",
        ),
    ),
    hints=(
        "x @ Wq has the queries of all heads side by side, (n, t, d). What shape should they have, so that "
        "`attention` takes each head by itself?",
        "`reshape(n, t, heads, d // heads)` parts the last axis. For attention, tokens and depth must be the "
        "last two axes: exchange axes 1 and 2.",
        "`attention` works on any axes before. Afterwards exchange axes 1 and 2 again, reshape to (n, t, d), "
        "and multiply by Wo.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
)
