"""Lesson 7b: how `rnn_step` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.recurrent_networks.cases import cells, normal
from grader.references import recurrent_networks as reference


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """Cells of one unit, and drawn ones; states of zeros and others."""
    one = np.ones((1, 1))
    yield 0 * one, 0 * one, one, one, np.array([0.5])
    yield one, 0 * one, 0.5 * one, 2 * one, np.array([0.0])
    yield 0 * one, one, 0.5 * one, 0.25 * one, np.array([0.0])
    for i, ((n, d, u), weights) in enumerate(cells(rng, 1)):
        x, h = normal(rng, n, d), normal(rng, n, u) * (i % 4 > 0)
        given = (x, h, *weights)
        yield tuple(part.astype(np.float32) for part in given) if i % 6 == 5 else given


def of_sums(form: Callable):
    """Another use of what comes from x, what comes from h, the bias, and h itself."""
    return lambda x, h, Wx, Wh, b: form(x @ Wx, h @ Wh, b, h)


EXERCISE = Exercise(
    reference=reference.rnn_step,
    cases=steps,
    mistakes=(
        Mistake("no_tanh", of_sums(lambda a, c, b, h: a + c + b), "The sum is right, and tanh is missing."),
        Mistake(
            "no_memory",
            of_sums(lambda a, c, b, h: np.tanh(a + b)),
            "The state before makes no difference in your answer.",
        ),
        Mistake(
            "no_input", of_sums(lambda a, c, b, h: np.tanh(c + b)), "x makes no difference in your answer."
        ),
        Mistake("no_bias", of_sums(lambda a, c, b, h: np.tanh(a + c)), "The bias is missing."),
        Mistake(
            "relu",
            of_sums(lambda a, c, b, h: np.maximum(a + c + b, 0)),
            "That is a ReLU. This cell squashes its sum with tanh.",
        ),
        Mistake(
            "sigmoid",
            of_sums(lambda a, c, b, h: 1 / (1 + np.exp(-(a + c + b)))),
            "That is a sigmoid. This cell squashes its sum with tanh.",
        ),
        Mistake(
            "two_tanh",
            of_sums(lambda a, c, b, h: np.tanh(a + b) + np.tanh(c)),
            "Two tanh were added. There is one, of the whole sum.",
        ),
        Mistake(
            "added_to_h",
            of_sums(lambda a, c, b, h: h + np.tanh(a + c + b)),
            "The old state was added to the new one. It comes in through Wh alone.",
        ),
        Mistake(
            "transposed",
            lambda x, h, Wx, Wh, b: np.tanh(x @ Wx + h @ Wh.T + b),
            "Wh was used the wrong way round: h · Wh, with h as a row.",
        ),
    ),
    hints=(
        "It is a dense layer with two inputs: what comes in now, and the state before.",
        "x @ Wx and h @ Wh both have shape (n, u). Which of the three terms is laid over all rows?",
        "The sum of the two products and the bias, and np.tanh of it.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)
