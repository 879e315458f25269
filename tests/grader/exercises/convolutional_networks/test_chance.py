"""Lesson 7a: who always says the same, or guesses, passes nothing; right choices are far from limits."""

from functools import cache

import numpy as np
import pytest
from asking import BY_NAME, verdict

from grader.child import plaindata
from grader.exercises.verifying.convolutional_networks import LESS_THAN_BEST
from grader.judging.bank import PUBLIC_SEED, bank_of

SEEDS = (PUBLIC_SEED, "another")
GUESSERS = 1000
CHOICES = 16  # none, one or two of five names


@cache
def choices(seed):
    """The choices there are; of each set (rows) what each costs, in shares of right answers; the kinds."""
    bank = bank_of(BY_NAME["choose_augmentations"], seed)
    secrets = [plaindata.decode(secret, ours=True) for secret in bank.secrets]
    names = [name for name in secrets[0] if name != "kind"]
    right = np.array([[secret[name] for name in names] for secret in secrets])
    return names, right.max(axis=1, keepdims=True) - right, np.array(bank.groups)


def kinds_served(seed, chosen):
    """How many kinds a choice for each set passes."""
    _, lost, kinds = choices(seed)
    lost = lost[np.arange(len(lost)), chosen]
    return sum(lost[kinds == kind].mean() <= LESS_THAN_BEST for kind in np.unique(kinds))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_choice_serves_more_than_half_of_the_kinds(seed):
    names, lost, _ = choices(seed)
    assert len(names) == CHOICES
    served = [kinds_served(seed, [choice] * len(lost)) for choice in range(CHOICES)]
    assert max(served) == 3
    assert min(served) == served[names.index("")] == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_who_guesses_serves_all_kinds(seed):
    rng, sets = np.random.default_rng(0), len(choices(seed)[1])
    assert max(kinds_served(seed, rng.integers(CHOICES, size=sets)) for _ in range(GUESSERS)) < 6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_way_alone_is_well_within_the_limit_and_any_other_far_beyond(seed):
    names, lost, kinds = choices(seed)
    for kind in np.unique(kinds):
        means = dict(zip(names, lost[kinds == kind].mean(axis=0), strict=True))
        if kind == "plain":
            assert means[""] < 0.02
        else:
            assert means[kind] < 0.015
            assert min(share for name, share in means.items() if kind not in name.split(" + ")) > 0.1


def test_the_judge_finds_the_same_of_a_constant_choice():
    found = verdict("choose_augmentations", lambda *given: ["shift", "invert"])
    assert (found.status, found.passed, found.cases) == ("failed", 3, 6), found.message


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_stack_and_no_guess_has_every_field(seed):
    rng = np.random.default_rng(0)
    for layers in range(30):
        assert verdict("stack_for_field", lambda *given, n=layers: [(3, 1)] * n, seed).status == "failed"
    for _ in range(20):
        found = verdict("stack_for_field", lambda *given: [(3, 1)] * int(rng.integers(0, 25)), seed)
        assert (found.status, found.credit < 0.5) == ("failed", True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["convolution_parameters", "receptive_field"])
def test_no_constant_count_earns_much(name, seed):
    for value in (*range(8), 10, 28):
        assert verdict(name, lambda *given, value=value: value, seed).credit < 0.2
