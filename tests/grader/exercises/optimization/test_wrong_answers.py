"""Lesson 3b: mistakes that are named however they are written."""

import numpy as np
import pytest
from asking import verdict

from grader.judging.bank import PUBLIC_SEED


def clip_into_the_list(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        grads[:] = [g * max_norm / norm for g in grads]
    return grads


def counted_batches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size + 1)]


def adam_without_powers(theta, grad, m, v, t, rate, beta_1, beta_2, epsilon):
    m, v = beta_1 * m + (1 - beta_1) * grad, beta_2 * v + (1 - beta_2) * grad**2
    return theta - rate * (m / (1 - beta_1)) / (np.sqrt(v / (1 - beta_2)) + epsilon), m, v


NAMED = {
    "into the list": ("clip_by_global_norm", clip_into_the_list, "in_place", "the list, or the arrays in it"),
    "one batch more": ("minibatches", counted_batches, "empty_at_the_end", "an empty batch"),
    "no powers": ("adam_step", adam_without_powers, "exponent_forgotten", "the power t is missing"),
}


@pytest.mark.parametrize("case", NAMED)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_a_mistake_is_named_however_it_is_written(case, seed):
    name, answer, mistake, words = NAMED[case]
    found = verdict(name, answer, seed)
    assert found.mistake == mistake, found.message
    assert words in found.message
