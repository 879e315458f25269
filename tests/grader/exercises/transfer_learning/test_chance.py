"""Lesson 7c: who guesses a layer or draws images by lot passes nothing; and nor does a fixed habit."""

from functools import cache

import numpy as np
import pytest
from asking import BY_NAME, verdict, whole_cases_of

from grader.child import plaindata
from grader.exercises.transfer_learning.images_to_label import SETS
from grader.exercises.verifying.transfer_learning import FURTHEST, GAIN, share_right
from grader.judging.bank import PUBLIC_SEED, bank_of

SEEDS = (PUBLIC_SEED, "another")
GUESSERS = 1000


@cache
def lost(seed):
    """By kind, what each layer of each backbone costs."""
    bank = bank_of(BY_NAME["choose_layer"], seed)
    kinds: dict[str, list[np.ndarray]] = {}
    for secret in bank.secrets:
        found = plaindata.decode(secret, ours=True)
        kinds.setdefault(found["kind"], []).append(max(found["accuracies"]) - np.array(found["accuracies"]))
    return kinds


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_who_guesses_chooses_well(seed):
    rng = np.random.default_rng(0)
    worst = np.zeros(GUESSERS)
    for backbones in lost(seed).values():
        costs = [costs[rng.integers(0, len(costs), GUESSERS)] for costs in backbones]
        worst = np.maximum(worst, np.mean(costs, axis=0))
    assert (worst > FURTHEST).all()


HABITS = {
    "the second": lambda features, y: 1,
    "the last but one": lambda features, y: len(features) - 2,
    "the narrowest": lambda features, y: int(np.argmin([f.shape[1] for f in features])),
    "the smallest numbers": lambda features, y: int(np.argmin([f.var() for f in features])),
    "the largest number": lambda features, y: int(np.argmax([np.abs(f).max() for f in features])),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_refused(habit, seed):
    assert verdict("choose_layer", HABITS[habit], seed).status == "failed"


@pytest.mark.parametrize("seed", range(2))
def test_nobody_who_draws_by_lot_gains_enough(seed):
    rng = np.random.default_rng(0)
    cases = whole_cases_of("images_to_label", seed)[:SETS]  # of one order
    gains = [
        [
            share_right(features, rng.choice(len(features), n, replace=False), case.secret)
            - case.secret["by_lot"]
            for _ in range(GUESSERS // 10)
        ]
        for case in cases
        for features, n in [case.arguments]
    ]
    assert np.mean(gains, axis=0).max() < GAIN


WAYS = {
    "the last": lambda features, n: np.arange(len(features) - n, len(features)),
    "the largest": lambda features, n: np.argsort(-np.linalg.norm(features, axis=1))[:n],
    "along one feature": lambda features, n: np.argsort(features[:, 0])[
        np.linspace(0, len(features) - 1, n).astype(int)
    ],
    "the oddest": lambda features, n: np.argsort(-np.linalg.norm(features - features.mean(axis=0), axis=1))[
        :n
    ],
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_doesnt_look_for_groups_is_refused(way, seed):
    assert verdict("images_to_label", WAYS[way], seed).status == "failed"
