"""Lesson 5b: how `batch_norm_layer` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.exercises.architecture.cases import per_feature
from grader.references import architecture as reference

SHAPES = ((1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (4, 2), (2, 3), (5, 3), (4, 4), (8, 3), (12, 4))


def state_of(gamma: Any, beta: Any, mean: Any, variance: Any) -> dict[str, np.ndarray]:
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return {name: np.asarray(value) for name, value in zip(names, (gamma, beta, mean, variance), strict=True)}


def batches(rng: np.random.Generator) -> Iterator[tuple]:
    """In training and in use, from one row at inference to twelve, beside a state that was met before."""
    new = state_of([1.0], [0.0], [0.0], [1.0])
    yield np.array([[3.0]]), new, False
    yield np.array([[3.0]]), new, True
    yield np.array([[3.0], [5.0]]), new, True
    yield np.array([[3.0], [5.0]]), new, False
    yield np.array([[4.0], [4.0]]), state_of([2.0], [1.0], [3.0], [0.5]), True
    for shape in SHAPES:
        for training in (True, False):
            n = max(shape[0], 2) if training else shape[0]
            x = rng.normal(rng.normal(0, 3), 2, (n, shape[1])).round(2)
            gamma, variance = per_feature(rng, shape[1]), per_feature(rng, shape[1])
            beta, mean = rng.normal(0, 1, (2, shape[1])).round(2)
            yield x, state_of(gamma, beta, mean, variance), training


def state_changed(x, state, training):
    y, new = reference.batch_norm_layer(x, state, training)
    state.update(new)
    return y, state


def always_remembers(x, state, training):
    y, _ = reference.batch_norm_layer(x, state, training)
    return y, reference.batch_norm_layer(x, state, True)[1]


def moving_in_training(x, state, training):
    y, _ = reference.batch_norm_layer(x, state, False)
    return y, reference.batch_norm_layer(x, state, training)[1]


EXERCISE = Exercise(
    reference=reference.batch_norm_layer,
    task="repair",
    cases=batches,
    returns=("y", "state"),
    faults=(
        Fault(
            "batch_at_inference",
            """\
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
""",
            """\
    mean, variance = x.mean(axis=0), x.var(axis=0)
    if training:
""",
            "At inference the batch normalises itself: a single row becomes 0, and every answer is β.",
        ),
        Fault(
            "momentum_reversed",
            """\
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
""",
            """\
            "moving_mean": (1 - momentum) * state["moving_mean"] + momentum * mean,
            "moving_variance": (1 - momentum) * state["moving_variance"] + momentum * variance,
""",
            "One batch all but replaced what was remembered of those before it.",
        ),
        Fault(
            "unbiased",
            "x.var(axis=0)",
            "x.var(axis=0, ddof=1)",
            "In training the rows come out too narrow, the more so the fewer they are. Keras divides by n.",
        ),
    ),
    mistakes=(
        Mistake(
            "always_remembers",
            always_remembers,
            "At inference what is remembered was moved, too. Nothing changes there.",
        ),
        Mistake(
            "moving_in_training",
            moving_in_training,
            "In training, the rows were normalised by what is remembered. There it is the batch's own mean "
            "and variance.",
        ),
        Mistake(
            "state_changed",
            state_changed,
            "The numbers are right, but the state that came in was changed. Return a new one.",
        ),
    ),
    hints=(
        "There are three faults. Compare the layer with the statement: first at inference, with a single "
        "row, then in training, y and state each for itself.",
        "Where do μ and σ² come from in either mode, which share of the old is kept, and what is a variance "
        "divided by?",
        "At inference μ and σ² are the remembered ones. m is the share of the old, 0.99. And there is no "
        "n − 1 anywhere.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)
