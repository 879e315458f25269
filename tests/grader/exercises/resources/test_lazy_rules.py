"""`cheapest_good_enough`: fixed habits and lots that are drawn are refused, on any seed."""

import numpy as np
import pytest
from asking import verdict, whole_cases_of

from grader.exercises.verifying.resources import DEAR, FALL_SHORT
from grader.judging.bank import PUBLIC_SEED

SEEDS = (PUBLIC_SEED, "one", "another")
GUESSERS = 1000


def by_margin(margin):
    def answer(costs, right, n, target):
        trusted = right / n >= target + margin
        return int(np.argmin(np.where(trusted, costs, np.inf)))

    return answer


def careful(costs, right, n, target):
    """Hoeffding's bound, which holds for anything between 0 and 1, and not only for shares near 1."""
    return by_margin(np.sqrt(np.log(20) / (2 * n)))(costs, right, n, target)


HABITS = {
    "the first": lambda costs, right, n, target: 0,
    "the last": lambda costs, right, n, target: len(costs) - 1,
    "the dearest": lambda costs, right, n, target: int(np.argmax(costs)),
    "of middle price": lambda costs, right, n, target: int(np.argsort(costs)[len(costs) // 2]),
    "second by price": lambda costs, right, n, target: int(np.argsort(costs)[1]),
    "most right for its price": lambda costs, right, n, target: int(np.argmax(right / costs)),
    "nearest to the target": lambda costs, right, n, target: int(np.argmin(abs(right / n - target))),
    "Hoeffding": careful,
    **{f"{margin} more": by_margin(margin) for margin in (0.005, 0.015, 0.025, 0.03, 0.04)},
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_refused(habit, seed):
    assert verdict("cheapest_good_enough", HABITS[habit], seed).status == "failed"


def test_nobody_who_draws_by_lot_is_safe():
    rng, short, dear = np.random.default_rng(0), [], []
    for case in whole_cases_of("cheapest_good_enough")[:130]:
        costs, _, _, target = case.arguments
        chosen = rng.integers(len(costs), size=GUESSERS)
        short.append(case.secret["truth"][chosen] < target)
        dear.append(costs[chosen] / case.secret["least"])
    assert np.mean(short, axis=0).min() > 2 * FALL_SHORT
    assert np.mean(dear) < DEAR  # cheap it would be
