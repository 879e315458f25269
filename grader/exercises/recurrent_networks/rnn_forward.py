"""Lesson 7b: how `rnn_forward` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.recurrent_networks.cases import cells, normal
from grader.references import recurrent_networks as reference


def sequences(rng: np.random.Generator) -> Iterator[tuple]:
    """Sequences of one step and of several; steps, features and units of equal and of different number."""
    yield np.ones((1, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)
    yield np.array([[[1.0], [0.0]]]), np.ones((1, 1)), np.array([[0.5]]), np.zeros(1)
    yield np.array([[[0.0], [0.0], [0.0]]]), np.ones((1, 1)), np.array([[1.0]]), np.array([0.5])
    for i, ((n, d, _), weights) in enumerate(cells(rng, 1)):
        X = normal(rng, n, 2 + i % 4, d)
        given = (X, *weights)
        yield tuple(part.astype(np.float32) for part in given) if i % 6 == 5 else given


def by(step: Callable, begin: Callable = lambda n, u: np.zeros((n, u))):
    """A loop with another step, or another beginning."""

    def answer(X, Wx, Wh, b):
        h, states = begin(len(X), Wh.shape[0]), []
        for i in range(X.shape[1]):
            h = step(X[:, i], h, Wx, Wh, b)
            states.append(h)
        return np.stack(states, axis=1)

    return answer


def time_first(X, Wx, Wh, b):
    return reference.rnn_forward(X, Wx, Wh, b).transpose(1, 0, 2)


def with_the_beginning(X, Wx, Wh, b):
    states = reference.rnn_forward(X, Wx, Wh, b)
    return np.concatenate([np.zeros_like(states[:, :1]), states], axis=1)


EXERCISE = Exercise(
    reference=reference.rnn_forward,
    cases=sequences,
    mistakes=(
        Mistake(
            "no_memory",
            by(lambda x, h, Wx, Wh, b: reference.rnn_step(x, 0 * h, Wx, Wh, b)),
            "Every step begins from zeros again. Hand on the state from step to step.",
        ),
        Mistake(
            "last_only",
            lambda X, Wx, Wh, b: reference.rnn_forward(X, Wx, Wh, b)[:, -1],
            "This is the last state alone. All of them are asked for.",
        ),
        Mistake(
            "backwards",
            lambda X, Wx, Wh, b: reference.rnn_forward(X[:, ::-1], Wx, Wh, b)[:, ::-1],
            "The sequence is read from its end.",
        ),
        Mistake(
            "time_first",
            time_first,
            "The states are right, and their axes stand in another order: samples, steps, units.",
        ),
        Mistake(
            "with_the_beginning",
            with_the_beginning,
            "The zeros from before the first step stand among the states.",
        ),
        Mistake(
            "begins_with_ones",
            by(reference.rnn_step, begin=lambda n, u: np.ones((n, u))),
            "It begins from ones. Before the first step, the state is zeros.",
        ),
        Mistake(
            "no_tanh",
            by(lambda x, h, Wx, Wh, b: x @ Wx + h @ Wh + b),
            "tanh is missing at each step.",
        ),
        Mistake(
            "samples_as_steps",
            lambda X, Wx, Wh, b: reference.rnn_forward(X.transpose(1, 0, 2), Wx, Wh, b).transpose(1, 0, 2),
            "You go from sample to sample, and samples have nothing to do with each other. Time is the "
            "second axis.",
        ),
    ),
    hints=(
        "`rnn_step` does one step for all samples at once. What does it need at the first step, and what at "
        "each further one?",
        "X[:, i] is what comes in at step i, shape (n, d). Keep each state in a list.",
        "Begin with zeros of shape (n, u), where u is the number of Wh's rows. After the loop, np.stack with "
        "axis 1 puts the states side by side.",
    ),
    difficulty=2,
    importance=5,
    minutes=6,
)
