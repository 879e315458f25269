"""Lesson 7d: answers that are right for most inputs: none of them passes on any seed."""

import numpy as np
import pytest
from asking import each_of, verdict

from grader.exercises.transformers.cases import softmax
from grader.exercises.transformers.temperature_for import halved, of_logits
from grader.judging.bank import PUBLIC_SEED
from grader.references import transformers as reference

SEEDS = (PUBLIC_SEED, "one", "two")


def hiding(hide, limit=np.inf):
    """Attention with another way to hide a score, or scores that are cut off."""

    def answer(q, k, v, mask=None):
        scores = np.clip(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]), -limit, limit)
        if mask is None:
            return softmax(scores) @ v
        return softmax(hide(scores, mask)) * mask.any(axis=-1, keepdims=True) @ v

    return answer


def after_the_exponential(q, k, v, mask):
    """Where a hidden score is far above all others, nothing is left of those."""
    weights = softmax(q @ k.T / np.sqrt(q.shape[1])) * mask
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total == 0, 1, total) @ v


def taken_away(much):
    return hiding(lambda scores, mask: scores - much * ~mask)


def put_in(score):
    return hiding(lambda scores, mask: np.where(mask, scores, score))


def asking(new, notice=lambda after, before: np.abs(after - before).max(axis=1) > 1e-9):
    """The influence by another change of a row, or noticed in another way."""

    def answer(f, x):
        before, columns = f(x), []
        for j in range(len(x)):
            changed = x.copy()
            changed[j] = new(x, j)
            columns.append(notice(f(changed), before))
        return np.stack(columns, axis=1)

    return answer


def drawn(x, j):
    return x[j] + np.random.default_rng(j).normal(size=x.shape[1])


def one_feature(place):
    return asking(lambda x, j: x[j] + np.eye(x.shape[1])[place])


def one_column(place):
    return asking(drawn, lambda after, before: np.abs(after - before)[:, place] > 1e-9)


def short_pieces(word, vocabulary):
    return reference.wordpiece(word, [piece for piece in vocabulary if len(piece) < 9])


NEARLY = {
    "wordpiece": [short_pieces],
    "attention": [
        *map(taken_away, (30, 1e3, 1e4)),
        *map(put_in, (-100.0, -1e4)),
        *(hiding(lambda scores, mask: np.where(mask, scores, -1e30), limit) for limit in (20, 500)),
        lambda q, k, v, mask=None: reference.attention(
            q, k, v, mask.T if mask is not None and mask.shape[0] == mask.shape[-1] else mask
        ),
    ],
    "masked_attention": [*map(taken_away, (30, 100)), after_the_exponential],
    "influence": [
        asking(lambda x, j: x[(j + 1) % len(x)]),
        asking(lambda x, j: x.mean(axis=0)),
        asking(lambda x, j: -x[j]),
        one_feature(0),
        one_feature(-1),
        one_column(0),
        one_column(-1),
        asking(drawn, lambda after, before: np.abs(after.sum(axis=1) - before.sum(axis=1)) > 1e-9),
        asking(drawn, lambda after, before: (after != before).any(axis=1)),
        asking(drawn, lambda after, before: np.abs(after - before).max(axis=1) > 3e-3),
    ],
    "temperature_for": [
        halved(of_logits, low=low, high=high) for low, high in ((1e-4, 1e4), (1e-8, 1e4), (1e-4, 1e8))
    ],
}


@pytest.mark.parametrize("seed", SEEDS)
@each_of(NEARLY)
def test_an_answer_that_is_nearly_right_is_refused(name, answer, seed):
    assert verdict(name, answer, seed).status == "failed"
