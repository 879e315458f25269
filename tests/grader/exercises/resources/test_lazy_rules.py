"""`cheapest_good_enough`: fixed habits and lots that are drawn are refused, on any seed."""

import numpy as np
import pytest
from asking import verdict, whole_cases_of

from grader.exercises.verifying.resources import FALL_SHORT
from grader.judging.bank import PUBLIC_SEED

SEEDS = (PUBLIC_SEED, "one")
GUESSERS = 1000


def by_margin(margin):
    def answer(costs, right, n, target):
        trusted = right / n >= target + margin
        return int(np.argmin(np.where(trusted, costs, np.inf)))

    return answer


def careful(costs, right, n, target):
    """Hoeffding's bound, which holds for anything between 0 and 1, and not only for shares near 1."""
    return by_margin(np.sqrt(np.log(20) / (2 * n)))(costs, right, n, target)


def by_rank(rank):
    """The model of this rank by price, or the nearest that there is."""

    def answer(costs, right, n, target):
        order = np.argsort(costs)
        return int(order[np.clip(rank + len(costs) * (rank < 0), 0, len(costs) - 1)])

    return answer


def by_price(times, of=np.min):
    """The first that costs so many times as much as the cheapest, or as the dearest."""

    def answer(costs, right, n, target):
        place = np.searchsorted(np.sort(costs), times * of(costs))
        return by_rank(min(place, len(costs) - 1))(costs, right, n, target)

    return answer


def above(skipped=0, up=0):
    """Of those measured above the line the first by price, or a later one, or some ranks dearer."""

    def answer(costs, right, n, target):
        order = np.argsort(costs)
        ranks = np.flatnonzero(right[order] >= n * target)
        return by_rank(ranks[min(skipped, len(ranks) - 1)] + up)(costs, right, n, target)

    return answer


def by_errors(share):
    """So many of the errors that are allowed, whatever n is."""
    return lambda costs, right, n, target: by_margin((1 - share) * (1 - target))(costs, right, n, target)


def towards_the_best(share):
    """So far on the way from the target to the best that was measured."""

    def answer(costs, right, n, target):
        return by_margin(share * (right.max() / n - target))(costs, right, n, target)

    return answer


def of_spread(share):
    """So much of the standard deviation of a single row, whatever n is."""

    def answer(costs, right, n, target):
        return by_margin(share * np.sqrt(target * (1 - target)))(costs, right, n, target)

    return answer


HABITS = {
    "the first": lambda costs, right, n, target: 0,
    "the last": lambda costs, right, n, target: len(costs) - 1,
    "most right for its price": lambda costs, right, n, target: int(np.argmax(right / costs)),
    "nearest to the target": lambda costs, right, n, target: int(np.argmin(abs(right / n - target))),
    "Hoeffding": careful,
    **{f"rank {rank}": by_rank(rank) for rank in range(-17, 17)},
    **{
        f"{share:.1f} of the ranks": lambda *given, share=share: by_rank(int(share * len(given[0])))(*given)
        for share in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    },
    **{f"{times} times the cheapest": by_price(times) for times in (1.5, 2, 3, 4, 6, 10)},
    **{f"{share} of the dearest": by_price(share, np.max) for share in (0.2, 0.3, 0.5, 0.7)},
    **{f"measured above, not the first {skipped}": above(skipped) for skipped in (1, 2, 3)},
    **{f"{up} ranks above the first measured above": above(0, up) for up in (1, 2, 3)},
    **{f"{share} of the errors": by_errors(share) for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6)},
    **{f"{share} of the way": towards_the_best(share) for share in (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5)},
    **{f"{share} of the spread": of_spread(share) for share in (0.03, 0.06, 0.09, 0.1, 0.12, 0.15)},
    **{f"{margin} more": by_margin(margin) for margin in (0.005, 0.015, 0.02, 0.025, 0.03, 0.035, 0.045)},
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_refused(habit, seed):
    assert verdict("cheapest_good_enough", HABITS[habit], seed).status == "failed"


def test_nobody_who_draws_by_lot_is_safe():
    rng, short = np.random.default_rng(0), []
    for case in whole_cases_of("cheapest_good_enough")[:130]:
        chosen = rng.integers(len(case.secret["truth"]), size=GUESSERS)
        short.append(case.secret["truth"][chosen] < case.arguments[3])
    assert np.mean(short, axis=0).min() > 2 * FALL_SHORT
