"""Lesson 4: how `count_traces` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import frameworks as reference

SHAPES = ((), (1,), (2,), (3,), (1, 2), (2, 2), (3, 2))
MAX_CALLS = 20


def histories(rng: np.random.Generator) -> Iterator[tuple[list]]:
    """Few calls, then up to 20: of each kind some that come again, next to each other and later.

    Numbers are whole: TensorFlow takes 1, 1.0 and True for one and the same.
    """

    def some(count: int, **weights: float) -> list:
        """So many arguments, drawn from so few that some come twice."""
        kinds = [tensor() if rng.random() < weights.get("tensors", 0.6) else number() for _ in range(count)]
        return [kinds[i] for i in rng.integers(0, max(1, 2 * count // 3), count)]

    def tensor() -> tuple:
        dtype = "float32" if rng.random() < 0.6 else "int32"
        return "tensor", dtype, SHAPES[rng.integers(len(SHAPES))]

    def number() -> tuple:
        return "number", int(rng.integers(0, 10))

    one, other = (int(n) for n in rng.choice(np.arange(2, 100), 2, replace=False))
    a, b = (SHAPES[i] for i in 1 + rng.choice(3, 2, replace=False))
    floats, wholes = ("tensor", "float32", a), ("tensor", "int32", a)
    yield ([],)
    yield ([floats, floats],)
    yield ([floats, wholes],)
    yield ([floats, ("tensor", "float32", b)],)
    yield ([floats, ("tensor", "float32", (1, *a))],)
    yield ([("number", one), ("number", other)],)
    yield ([("number", one), ("number", one)],)
    yield ([("number", one), ("tensor", "int32", ())],)
    yield ([floats, wholes, floats],)
    yield ([("number", one), ("number", other), ("number", one)],)
    yield ([("tensor", "int32", ()), ("number", one), ("number", other)],)
    for count in (4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 14, 16, 18, MAX_CALLS):
        yield (some(count),)
    yield (some(12, tensors=0),)
    yield (some(12, tensors=1),)


def number_of(signature):
    """The number of different signatures, where a call is told apart by no more than this says of it."""

    def answer(calls):
        return len({signature(*call) for call in calls})

    return answer


EXERCISE = Exercise(
    reference=reference.count_traces,
    cases=histories,
    mistakes=(
        Mistake(
            "once",
            lambda calls: min(1, len(calls)),
            "You count one graph for all calls. A new shape or type needs a graph of its own.",
        ),
        Mistake(
            "per_call",
            lambda calls: len(calls),
            "You count a graph for each call. A graph that is there already is used again.",
        ),
        Mistake(
            "numbers_count_once",
            number_of(lambda kind, *rest: (kind, *rest) if kind == "tensor" else kind),
            "Tensors are right. A Python number is no input of a graph: it is built into it. What does that "
            "mean for the next one?",
        ),
        Mistake(
            "numbers_as_tensors",
            number_of(lambda kind, *rest: rest if kind == "tensor" else ("int32", ())),
            "A Python number is no tensor of shape (): it is built into the graph. Try two different ones.",
        ),
        Mistake(
            "dtype_ignored",
            number_of(lambda kind, *rest: (kind, rest[-1])),
            "Whole numbers and floats are not computed with the same graph.",
        ),
        Mistake(
            "rank_only",
            number_of(lambda kind, *rest: (rest[0], len(rest[1])) if kind == "tensor" else rest),
            "You look at the number of axes only. Lengths count, unless the signature leaves them open.",
        ),
        Mistake(
            "only_the_last",
            lambda calls: sum(i == 0 or call != calls[i - 1] for i, call in enumerate(calls)),
            "You compare a call with the one before it. Graphs of earlier calls are kept, too.",
        ),
    ),
    hints=(
        "Try it: call `graphs_made` with two tensors that differ in one respect only, or with two numbers.",
        "Ask of each call whether one before it was of the same type and shape; of a number, whether it was "
        "the same number.",
        "Count the calls that are unlike all before them. Python has a container that holds each thing once.",
    ),
    task="derive",
    difficulty=2,
    importance=4,
    minutes=6,
)
