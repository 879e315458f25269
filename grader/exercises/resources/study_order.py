"""Lesson 8: how `study_order` is checked."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import resources as reference

TOPICS = (
    *("algebra", "attention", "backprop", "calculus", "convolution", "deployment", "evaluation", "ethics"),
    *("finetuning", "gradients", "initialisation", "keras", "loss", "metrics", "networks", "optimizers"),
    *("python", "quantising", "recurrence", "statistics", "tokens", "vision"),
)


def ways(rng: np.random.Generator) -> Iterator[tuple[dict[str, list[str]], str]]:
    """Small ones by hand: no need, a chain, a tie, topics beside the way, circles; then larger ones.

    Circles have one to five topics, on the way and beside it. Those beside it stand alone, need topics of
    the way, or need the goal itself.
    """
    yield {}, "vision"
    yield {"vision": []}, "vision"
    yield {"loss": ["metrics"], "metrics": ["python"]}, "loss"
    yield {"algebra": ["tokens", "keras", "tokens"]}, "algebra"
    yield {"keras": ["python"], "vision": ["keras"], "algebra": []}, "keras"
    yield {"loss": ["tokens", "metrics"], "metrics": ["vision"]}, "loss"  # a tie that a level hides
    yield {"loss": ["calculus", "metrics"], "calculus": ["vision"]}, "loss"
    yield {"loss": ["loss"]}, "loss"
    yield {"loss": ["keras"], "keras": ["loss"]}, "loss"
    yield {"vision": ["loss"], "loss": ["keras"], "keras": ["loss"]}, "vision"
    five = ["loss", "keras", "metrics", "algebra", "python"]
    yield {"vision": ["loss"], **{topic: [five[i - 4]] for i, topic in enumerate(five)}}, "vision"
    yield {"vision": ["loss"], "tokens": ["keras"], "keras": ["tokens"]}, "vision"
    yield {"vision": ["loss"], "tokens": ["keras", "loss"], "keras": ["tokens"]}, "vision"
    yield {"vision": ["loss"], "tokens": ["keras"], "keras": ["tokens", "vision"]}, "vision"
    yield {"vision": ["loss"], "tokens": ["tokens", "loss", "vision"]}, "vision"
    yield {topic: [before] for topic, before in itertools.pairwise(TOPICS)}, TOPICS[0]
    for i in range(16):
        names = rng.permutation(TOPICS)[: int(rng.integers(7, 16))].tolist()
        needs = {
            name: rng.permutation(names[:place])[: int(rng.integers(0, 4))].tolist()
            for place, name in enumerate(names)
        }
        goal = names[-1 - int(rng.integers(2))]
        needs[goal] = sorted({*needs[goal], *rng.choice(names[:-2], 2, replace=False).tolist()}, reverse=True)
        if i % 5 == 4:  # on the way, of three to five
            circle = rng.permutation(names[:-2])[: 3 + i // 5].tolist()
            needs[goal].append(circle[0])
            close(needs, circle)
        elif i % 5 == 1:  # beside it, of two to five
            circle = rng.permutation(sorted(set(TOPICS).difference(names)))[: 2 + i // 5].tolist()
            needs |= {topic: rng.permutation(names[-4:])[:2].tolist() for topic in circle}
            close(needs, circle)
        yield (
            {name: needs[name] for name in rng.permutation(list(needs)).tolist() if needs[name] or i % 2},
            goal,
        )


def close(needs: dict[str, list[str]], circle: list[str]) -> None:
    """Let each topic of a circle need the next, and the last the first."""
    for topic, before in zip(circle, [*circle[1:], circle[0]], strict=True):
        needs[topic] = [*needs[topic], before]


def on_the_way(needs: dict[str, list[str]], goal: str) -> set[str]:
    found, todo = set(), [goal]
    while todo:
        topic = todo.pop()
        if topic not in found:
            found.add(topic)
            todo += needs.get(topic, [])
    return found


def in_order(needs: dict[str, list[str]], topics: set[str], following: Callable, strict: bool = True):
    """The topics in an order that `following` chooses, of all that could come next, one or several of."""
    order: list[str] = []
    while len(order) < len(topics):
        ready = [topic for topic in topics - set(order) if not set(needs.get(topic, ())) - set(order)]
        if not ready:
            if strict:
                raise ValueError("a circle")
            return order
        order += following(sorted(ready))
    return order


def first(ready: list[str]) -> list[str]:
    return ready[:1]


def all_topics(needs, goal):
    return in_order(needs, {goal}.union(needs, *needs.values()), first)


def any_circle(needs, goal):
    all_topics(needs, goal)
    return reference.study_order(needs, goal)


def depth_first(needs, goal, sort=sorted):
    order = reference.study_order(needs, goal)  # which raises where there is a circle
    order.clear()

    def visit(topic):
        for needed in sort(needs.get(topic, [])):
            visit(needed)
        if topic not in order:
            order.append(topic)

    visit(goal)
    return order


def direct_only(needs, goal):
    reference.study_order(needs, goal)
    return [*sorted(set(needs.get(goal, []))), goal]


EXERCISE = Exercise(
    reference=reference.study_order,
    cases=ways,
    mistakes=(
        Mistake(
            "depth_first",
            depth_first,
            "Everything comes after what it needs. But you finish one branch before the next: of all topics "
            "that could come now, the first by name is asked for.",
        ),
        Mistake(
            "as_given",
            lambda needs, goal: depth_first(needs, goal, sort=list),
            "Everything comes after what it needs. But where several could come next, you take them as they "
            "are given, and not by name.",
        ),
        Mistake(
            "by_level",
            lambda needs, goal: in_order(needs, on_the_way(needs, goal), list),
            "You take all topics at once that could come now. After each one, look anew: what has just "
            "become possible may come first by name.",
        ),
        Mistake(
            "last_by_name",
            lambda needs, goal: in_order(needs, on_the_way(needs, goal), lambda ready: ready[-1:]),
            "Where several could come next, you take the last by name, and the first is asked for.",
        ),
        Mistake(
            "all_topics",
            all_topics,
            "Topics stand on your list that the goal doesn't need.",
        ),
        Mistake(
            "any_circle",
            any_circle,
            "You raise an error for a circle that isn't on the way to the goal.",
        ),
        Mistake(
            "no_error",
            lambda needs, goal: in_order(needs, on_the_way(needs, goal), first, strict=False),
            "Where topics need one another in a circle you return a list, and a ValueError is asked for.",
        ),
        Mistake(
            "direct_only",
            direct_only,
            "You list what the goal needs directly. What that needs in turn is missing.",
        ),
        Mistake(
            "backwards",
            lambda needs, goal: reference.study_order(needs, goal)[::-1],
            "Your list begins with the goal: it is to be read the other way round.",
        ),
        Mistake(
            "goal_left_out",
            lambda needs, goal: reference.study_order(needs, goal)[:-1],
            "The goal itself is missing at the end of your list.",
        ),
        Mistake(
            "by_name",
            lambda needs, goal: sorted(reference.study_order(needs, goal)),
            "These are the right topics, sorted by name: some come before what they need.",
        ),
    ),
    hints=(
        "There are two questions: which topics are needed at all, and in which order? Answer the first "
        "before the second.",
        "Collect what is needed by going back from the goal, each topic once. Then again and again: which of "
        "those that are left have all that they need?",
        "Of the topics that are ready take the smallest by name, one at a time, and look anew after each. If "
        "some are left and none is ready, they wait for one another.",
    ),
    difficulty=2,
    importance=3,
    minutes=12,
)
