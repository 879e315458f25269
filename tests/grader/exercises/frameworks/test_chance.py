"""Lesson 4: who counts nothing passes nothing, by a constant answer or at random."""

import numpy as np
import pytest
from asking import cases_of

from grader.references import frameworks as reference

SEEDS = range(5)


def share_right(answer, seed):
    cases = [calls for (calls,) in cases_of("count_traces", seed)]
    return np.mean([answer(calls) == reference.count_traces(calls) for calls in cases])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_is_right_for_many_calls(seed):
    assert max(share_right(lambda calls, n=n: n, seed) for n in range(21)) < 0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_no_one_of_a_thousand_who_guess_is_right_everywhere(seed):
    rng = np.random.default_rng(seed)
    shares = [share_right(lambda calls: rng.integers(0, len(calls) + 1), seed) for _ in range(1000)]
    assert max(shares) < 0.8
    assert np.mean(shares) < 0.35
