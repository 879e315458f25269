"""Lesson 7b: who guesses a window, a number of steps or a cell's weights passes nothing."""

from functools import cache

import numpy as np
import pytest
from asking import BY_NAME, verdict, whole_cases_of

from grader.child import plaindata
from grader.exercise import Given
from grader.exercises.verifying import recurrent_networks as verifying
from grader.exercises.verifying.recurrent_networks import MOST_OF_BEST
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.references import recurrent_networks as reference

SEEDS = (PUBLIC_SEED, "another")
GUESSERS = 1000


@cache
def windows(seed):
    """Of each series (rows) the error with each window, as a share of the least; and the kinds."""
    bank = bank_of(BY_NAME["choose_window"], seed)
    errors = np.array([plaindata.decode(secret, ours=True)["errors"] for secret in bank.secrets])
    return errors / errors.min(axis=1, keepdims=True), np.array(bank.groups)


def worst(seed, lengths):
    """The largest share of a kind, with a window for each series; of many such choices, if they are rows."""
    shares, kinds = windows(seed)
    shares = shares[np.arange(len(shares)), np.asarray(lengths) - 1]
    return np.max([shares[..., kinds == kind].mean(axis=-1) for kind in np.unique(kinds)], axis=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_hardly_anybody_who_guesses_looks_back_well(seed):
    rng, (shares, _) = np.random.default_rng(0), windows(seed)
    guessed = rng.integers(1, 41, (GUESSERS, len(shares)))
    assert np.mean(worst(seed, guessed) <= MOST_OF_BEST) < 0.01


@pytest.mark.parametrize("seed", SEEDS)
def test_no_short_window_and_not_the_longest_will_do(seed):
    sets = len(windows(seed)[0])
    for length in (*range(1, 22), *range(34, 41)):
        assert worst(seed, [length] * sets) > MOST_OF_BEST, length


@pytest.mark.parametrize("seed", SEEDS)
def test_the_references_windows_are_within_the_limit(seed):
    bank = bank_of(BY_NAME["choose_window"], seed)
    given = [plaindata.decode(case, ours=True) for case in bank.cases]
    assert worst(seed, [reference.choose_window(*arguments) for arguments in given]) < 1.1


def test_no_weights_that_are_drawn_remember():
    rng = np.random.default_rng(0)
    (case,) = whole_cases_of("flip_flop")
    for scale in (0.5, 5.0, 50.0, 300.0):
        for _ in range(GUESSERS // 100):
            cell = (rng.normal(0, scale, (1, 4)), rng.normal(0, scale, (1, 4)), rng.normal(0, scale, 4))
            cell = tuple(np.clip(part, -1000, 1000) for part in cell)
            assert not verifying.remembers(Given((), case.secret, ()), cell).right


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_number_of_steps_earns_much(seed):
    for steps in (*range(1, 9), 12, 16, 20):
        assert verdict("steps_until_vanished", lambda *given, steps=steps: steps, seed).credit < 0.4
