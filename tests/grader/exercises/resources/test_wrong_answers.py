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


def levels_back(count):
    """What the goal needs is collected so many levels back, and no further."""

    def answer(prerequisites, goal):
        found, level = {goal}, {goal}
        for _ in range(count):
            level = {before for topic in level for before in prerequisites.get(topic, ())}
            found |= level
        return reference.study_order({topic: prerequisites.get(topic, ()) for topic in found}, goal)

    return answer


def circles_up_to(length):
    """A circle of more topics is taken for none: the list ends where none of the topics is ready."""

    def answer(prerequisites, goal):
        try:
            return reference.study_order(prerequisites, goal)
        except ValueError:
            if any(is_back(prerequisites, topic, length) for topic in prerequisites):
                raise
        return [goal]

    return answer


def is_back(prerequisites, start, steps):
    level = {start}
    for _ in range(steps):
        level = {before for topic in level for before in prerequisites.get(topic, ())}
        if start in level:
            return True
    return False


def no_circle_among(chosen):
    """An error for a circle, too, among the topics that `chosen` takes into account."""

    def answer(prerequisites, goal):
        order = reference.study_order(prerequisites, goal)
        for topic in chosen(prerequisites, goal):
            reference.study_order(prerequisites, topic)
        return order

    return answer


def joined_to(prerequisites, goal):
    """The topics that are joined to the goal by needs, in whichever direction."""
    found, before = {goal}, set()
    while found != before:
        before = set(found)
        for topic, needs in prerequisites.items():
            if found.intersection([topic, *needs]):
                found |= {topic, *needs}
    return found


def that_need(prerequisites, goal):
    """The topics that need the goal."""
    found, before = {goal}, set()
    while found != before:
        before = set(found)
        found |= {topic for topic, needs in prerequisites.items() if found.intersection(needs)}
    return found


ORDERS = {
    **{f"{count} levels back": (levels_back(count), "") for count in (1, 2, 3, 4, 5, 6, 8, 12)},
    **{f"circles up to {length}": (circles_up_to(length), "") for length in (1, 2, 3, 4)},
    "a circle that is joined to the way": (no_circle_among(joined_to), "ValueError"),
    "a circle that needs the goal": (no_circle_among(that_need), "ValueError"),
    "a set": (after("study_order", set), ""),
    "a text": (after("study_order", ", ".join), ""),
    "an array": (after("study_order", lambda order: np.array(order, object)), "is an array (dtype object)"),
    "twice": (after("study_order", lambda order: order + order[-1:]), ""),
    "a KeyError": (with_raised(KeyError("keras")), "KeyError"),
    "no answer": (with_raised(RecursionError()), "RecursionError"),
    "by depth": (longest_first, ""),
    "needs changed": (
        lambda needs, goal: (reference.study_order(needs, goal), needs.clear())[0],
        "changed",
    ),
}


def rounded(**change):
    """The right front of models with other figures, or in another order of names."""

    def answer(models):
        return reference.pareto_front(
            [{**m, **{key: to(m[key]) for key, to in change.items()}} for m in models]
        )

    return answer


def nearly(tolerance):
    """As good or better is what is less than this worse."""

    def answer(models):
        signed = [(m["accuracy"], -m["bytes"], -m["milliseconds"]) for m in models]
        return sorted(
            model["name"]
            for model, mine in zip(models, signed, strict=True)
            if not any(
                all(a >= b - tolerance for a, b in zip(other, mine, strict=True))
                and any(a > b + tolerance for a, b in zip(other, mine, strict=True))
                for other in signed
            )
        )

    return answer


FRONTS = {
    "accuracy to 2 decimals": (rounded(accuracy=lambda share: round(share, 2)), ""),
    "accuracy to 3 decimals": (rounded(accuracy=lambda share: round(share, 3)), ""),
    "whole per cent": (rounded(accuracy=lambda share: int(100 * share)), ""),
    "whole milliseconds": (rounded(milliseconds=round), ""),
    "a decimal of milliseconds": (rounded(milliseconds=lambda ms: round(ms, 1)), ""),
    "three decimals of milliseconds": (rounded(milliseconds=lambda ms: round(ms, 3)), ""),
    "whole kilobytes": (rounded(bytes=lambda size: size // 1000), ""),
    "nearly, 0.01": (nearly(0.01), ""),
    "nearly, 0.001": (nearly(0.001), ""),
    "short names first": (
        after("pareto_front", lambda names: sorted(names, key=lambda name: (len(name), name))),
        "",
    ),
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
