"""Lesson 8: wrong answers that no known mistake covers, and what they are told."""

import numpy as np
import pytest
from asking import after, verdict

from grader.judging.bank import PUBLIC_SEED
from grader.references import resources as reference


def with_raised(error):
    def answer(prerequisites, goal):
        try:
            return reference.study_order(prerequisites, goal)
        except ValueError:
            raise error from None

    return answer


def longest_first(prerequisites, goal):
    """Valid, but in the order of how much each topic needs."""
    order = reference.study_order(prerequisites, goal)

    def depth(topic):
        return 1 + max(map(depth, prerequisites.get(topic, ())), default=0)

    return sorted(order, key=lambda topic: (depth(topic), topic))


ORDERS = {
    "a set": (after("study_order", set), ""),
    "a text": (after("study_order", ", ".join), ""),
    "twice": (after("study_order", lambda order: order + order[-1:]), ""),
    "a KeyError": (with_raised(KeyError("keras")), "KeyError"),
    "no answer": (with_raised(RecursionError()), "RecursionError"),
    "by depth": (longest_first, ""),
    "needs changed": (
        lambda needs, goal: (reference.study_order(needs, goal), needs.clear())[0],
        "changed",
    ),
}
FRONTS = {
    "the models": (lambda models: [m for m in models if m["name"] in reference.pareto_front(models)], ""),
    "a set": (after("pareto_front", set), ""),
    "backwards": (after("pareto_front", lambda names: names[::-1]), ""),
    "one of twins": (
        lambda models: [
            name for name in reference.pareto_front(models) if name == min(twins_of(name, models))
        ],
        "",
    ),
    "all": (lambda models: sorted(m["name"] for m in models), ""),
}


def twins_of(name, models):
    figures = {m["name"]: (m["accuracy"], m["bytes"], m["milliseconds"]) for m in models}
    return [other for other in figures if figures[other] == figures[name]]


CHOICES = {
    "its name": (lambda costs, right, n, target: "the first", "whole number"),
    "a share": (lambda costs, right, n, target: 0.5, "whole number"),
    "its cost": (lambda costs, right, n, target: costs.min(), "whole number"),
    "from the end": (lambda costs, right, n, target: -1, "from 0 to"),
    "one too many": (lambda costs, right, n, target: len(costs), "from 0 to"),
    "several": (lambda costs, right, n, target: np.argsort(costs), "whole number"),
    "truth": (lambda costs, right, n, target: True, "whole number"),
    "nothing": (lambda costs, right, n, target: None, "is None"),
}
ANSWERS = {"study_order": ORDERS, "pareto_front": FRONTS, "cheapest_good_enough": CHOICES}


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, answers in ANSWERS.items() for kind in answers]
)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "one"])
def test_other_wrong_answers_are_refused(name, kind, seed):
    answer, words = ANSWERS[name][kind]
    found = verdict(name, answer, seed)
    assert found.status in ("failed", "error"), found.message
    assert words in found.message
