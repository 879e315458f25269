"""Lesson 8: orders, fronts and choices made in other ways."""

import functools
import graphlib
import heapq
import math
import operator

import numpy as np
import pytest
from asking import each_of, verdict
from scipy import stats

from grader.judging.bank import PUBLIC_SEED


def with_a_heap(prerequisites, goal):
    needed = {}
    todo = [goal]
    for topic in todo:
        if topic not in needed:
            needed[topic] = set(prerequisites.get(topic, []))
            todo += sorted(needed[topic])
    waiting = {topic: len(needs) for topic, needs in needed.items()}
    ready = [topic for topic, count in waiting.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        order.append(heapq.heappop(ready))
        for topic, needs in needed.items():
            if order[-1] in needs:
                waiting[topic] -= 1
                if not waiting[topic]:
                    heapq.heappush(ready, topic)
    if len(order) < len(needed):
        raise ValueError("there is a circle")
    return order


def with_graphlib(prerequisites, goal):
    needed, todo = set(), {goal}
    while todo:
        needed |= todo
        todo = set().union(*(prerequisites.get(topic, []) for topic in todo)) - needed
    sorter = graphlib.TopologicalSorter({topic: prerequisites.get(topic, []) for topic in needed})
    sorter.prepare()  # a CycleError is a ValueError
    order, ready = [], []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        order.append(ready.pop(0))
        sorter.done(order[-1])
    return order


def one_after_another(prerequisites, goal):
    """Each time the first by name of what can be reached from the goal and waits for nothing."""

    @functools.cache
    def rooted(topic, done):
        return {topic}.union(*(rooted(other, done) for other in prerequisites.get(topic, ())))

    try:
        needed = rooted(goal, ())
    except RecursionError:
        raise ValueError("a circle") from None
    done = []
    while goal not in done:
        left = sorted(needed.difference(done))
        done.append(next(t for t in left if needed.intersection(prerequisites.get(t, ())) <= set(done)))
    return done


def in_a_table(models):
    rows = np.array([[m["accuracy"], -m["bytes"], -m["milliseconds"]] for m in models]).reshape(-1, 3)
    no_worse = np.all(rows[:, None] >= rows, axis=2)  # row i beside row j
    beaten = np.any(no_worse & ~no_worse.T, axis=0)
    return sorted(np.array([m["name"] for m in models], dtype=object)[~beaten].tolist())


def one_by_one(models):
    """Keep a front, and let each model in turn join it or not."""
    front = []
    for model in models:
        figures = (1 - model["accuracy"], model["bytes"], model["milliseconds"])
        if not any(is_below(other, figures) for _, other in front):
            front = [(name, other) for name, other in front if not is_below(figures, other)]
            front.append((model["name"], figures))
    return [name for name, _ in sorted(front)]


def is_below(one, other):
    return one != other and all(map(operator.le, one, other))


def first_that(is_trusted):
    """The first in order of costs that is trusted."""

    def answer(costs, right, n, target):
        for place in np.argsort(costs):
            if is_trusted(int(right[place]), n, target):
                return int(place)
        return int(np.argmax(right))

    return answer


def wilson(count, n, target, z=1.645):
    p = count / n
    centre = p + z**2 / (2 * n)
    return (centre - z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n) >= target


def resampled(count, n, target):
    draws = np.random.default_rng(0).binomial(n, count / n, 2000) / n
    return np.quantile(draws, 0.04) >= target


ANSWERS = {
    "study_order": [with_a_heap, with_graphlib, one_after_another],
    "pareto_front": [in_a_table, one_by_one],
    "cheapest_good_enough": [
        first_that(wilson),
        first_that(resampled),
        first_that(lambda count, n, target: stats.binomtest(count, n, target, "greater").pvalue < 0.05),
        first_that(lambda count, n, target: stats.beta.ppf(0.025, count, n - count + 1) > target),
        first_that(lambda c, n, target: c / n - 1.96 * math.sqrt(c / n * (1 - c / n) / n) > target),
        lambda costs, right, n, target: np.int64(first_that(wilson)(costs, right, n, target)),
    ],
}


SEEDS = (PUBLIC_SEED, "one", "another")


@pytest.mark.parametrize("seed", SEEDS[:2])
@each_of(ANSWERS)
def test_other_ways_pass(name, answer, seed):
    found = verdict(name, answer, seed)
    assert found.status == "passed", found.message


def wald(chance):
    z = stats.norm.isf(chance)
    return lambda c, n, target: c / n - z * math.sqrt(c / n * (1 - c / n) / n) >= target


RULES = {  # given how likely a model that just reaches the target may be taken
    "binomial": lambda chance: lambda c, n, target: stats.binom.sf(c - 1, n, target) < chance,
    "Clopper-Pearson": lambda chance: lambda c, n, target: stats.beta.ppf(chance, c, n - c + 1) >= target,
    "Jeffreys": lambda chance: lambda c, n, target: stats.beta.ppf(chance, c + 0.5, n - c + 0.5) >= target,
    "Wald": wald,
    "Wilson": lambda chance: lambda c, n, target: wilson(c, n, target, stats.norm.isf(chance)),
}


@pytest.mark.parametrize("chance", [0.05, 0.01, 0.001])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_right_or_a_little_more_careful_passes(rule, chance, seed):
    found = verdict("cheapest_good_enough", first_that(RULES[rule](chance)), seed)
    assert found.status == "passed", found.message


@pytest.mark.parametrize("chance", [0.05, 0.01])
@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_thinks_of_how_many_models_there_are_passes(chance, seed):
    def by_bonferroni(costs, right, n, target):
        return first_that(RULES["binomial"](chance / len(costs)))(costs, right, n, target)

    found = verdict("cheapest_good_enough", by_bonferroni, seed)
    assert found.status == "passed", found.message
