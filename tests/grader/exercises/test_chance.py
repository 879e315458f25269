"""Exercises whose answer comes from a small set: no constant answer passes, nor any of many guessers."""

import numpy as np
import pytest
from asking import BY_NAME, passes

from grader.child import plaindata
from grader.judging.bank import PUBLIC_SEED, bank_of

SEEDS = (PUBLIC_SEED, "another")
GUESSERS = 1000

# By exercise, what can be answered, from the arguments of a case.
OPTIONS = {
    "pick_model": lambda models, X, y: range(len(models)),
}


@pytest.fixture(params=SEEDS)
def seed(request):
    return request.param


def options_of(name, seed):
    """What can be answered in each case."""
    cases = bank_of(BY_NAME[name], seed).cases
    return [list(OPTIONS[name](*plaindata.decode(case, ours=True))) for case in cases]


@pytest.mark.parametrize("name", OPTIONS)
def test_no_constant_answer_passes(name, seed):
    options = options_of(name, seed)
    for place in range(max(map(len, options))):
        assert not passes(name, seed, [choice[min(place, len(choice) - 1)] for choice in options]), place


@pytest.mark.parametrize("name", OPTIONS)
def test_nobody_passes_who_guesses(name, seed):
    options, rng = options_of(name, seed), np.random.default_rng(0)
    for _ in range(GUESSERS):
        assert not passes(name, seed, [choice[rng.integers(len(choice))] for choice in options])
