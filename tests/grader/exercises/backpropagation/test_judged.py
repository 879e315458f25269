"""Lesson 3a: what is judged by what it leads to passes however it is found."""

import numpy as np
import pytest
from asking import verdict


def by_linear_quantile(y, cost_under, cost_over):
    return np.quantile(y, cost_under / (cost_under + cost_over))


def by_counting(y, cost_under, cost_over):
    """The first value at which too much costs as much as too little saves."""
    ordered = sorted(y)
    return next(v for i, v in enumerate(ordered, 1) if i * cost_over >= (len(ordered) - i) * cost_under)


def by_trying(y, cost_under, cost_over):
    guesses = np.linspace(y.min(), y.max(), 2001)
    off = y - guesses[:, None]
    return guesses[np.where(off > 0, cost_under * off, -cost_over * off).sum(axis=1).argmin()]


def by_subgradients(y, cost_under, cost_over):
    guess, width = np.median(y), np.ptp(y)
    for step in width * 0.98 ** np.arange(500):
        slope = np.mean(np.where(y > guess, -cost_under, cost_over))
        guess -= 0.05 * step * np.sign(slope)
    return guess


def by_power_iteration(g, theta):
    v = np.random.default_rng(0).normal(size=len(theta))
    for _ in range(500):
        w = g(theta + v / np.linalg.norm(v)) - g(theta)
        v = w
    return 2 / np.linalg.norm(v)


def by_bisection(g, theta):
    low, high = 0.0, 100.0
    for _ in range(25):
        rate, at = (low + high) / 2, theta.copy()
        for _ in range(1000):
            at = at - rate * g(at)
            if not np.all(np.abs(at) < 1e12):
                break
        low, high = (low, rate) if np.linalg.norm(g(at)) > np.linalg.norm(g(theta)) else (rate, high)
    return low


JUDGED = {
    "best_constant": [by_linear_quantile, by_counting, by_trying, by_subgradients],
    "largest_stable_rate": [by_power_iteration, by_bisection],
}


@pytest.mark.parametrize(("name", "i"), [(name, i) for name in JUDGED for i in range(len(JUDGED[name]))])
@pytest.mark.parametrize("seed", ["public", "another", "a third"])
def test_another_answer_as_good_is_accepted(name, i, seed):
    found = verdict(name, JUDGED[name][i], seed)
    assert found.status == "passed", found.message
