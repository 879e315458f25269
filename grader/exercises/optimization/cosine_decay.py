"""Lesson 3b: how `cosine_decay` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import optimization as reference


def schedules(rng: np.random.Generator) -> Iterator[tuple[int, int, float]]:
    """The start, the middle, the end and what comes after it; one step in all."""
    yield from (
        *((0, 1, 1.0), (1, 1, 1.0), (0, 10, 0.5), (5, 10, 0.5), (10, 10, 0.5), (11, 10, 0.5), (20, 10, 0.5)),
        *((1, 4, 0.1), (3, 4, 0.1), (100, 100, 0.01), (150, 100, 0.01), (250, 100, 0.01)),
    )
    for share in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.2, 1.5):
        total = int(rng.integers(10, 2000))
        yield int(share * total), total, float(rng.choice((0.001, 0.05, 0.1, 0.3, 1.0)))


def decay_with(curve):
    """A learning rate of `initial` times `curve(progress)`, with the progress held to 1."""
    return lambda step, total, initial: initial * curve(min(step, total) / total)


EXERCISE = Exercise(
    reference=reference.cosine_decay,
    cases=schedules,
    mistakes=(
        Mistake(
            "rises_again",
            lambda step, total, initial: 0.5 * initial * (1 + np.cos(np.pi * step / total)),
            "After the end the rate rises again, with the cosine. From `total_steps` on it stays 0.",
        ),
        Mistake(
            "half_forgotten",
            decay_with(lambda progress: 1 + np.cos(np.pi * progress)),
            "At step 0 the rate is twice the initial one. Look at the beginning of the formula.",
        ),
        Mistake(
            "quarter_of_a_wave",
            decay_with(lambda progress: np.cos(np.pi / 2 * progress)),
            "This is a quarter of the wave: it falls slowly at first and steeply at the end. Half a wave "
            "is flat at both ends.",
        ),
        Mistake(
            "pi_forgotten",
            decay_with(lambda progress: 0.5 * (1 + np.cos(progress))),
            "The cosine got the progress alone, 0 to 1. Half a wave goes from 0 to π.",
        ),
        Mistake(
            "whole_wave",
            decay_with(lambda progress: 0.5 * (1 + np.cos(2 * np.pi * progress))),
            "The rate is back at its start at the end: a whole wave. Half of one is asked for.",
        ),
        Mistake(
            "linear",
            decay_with(lambda progress: 1 - progress),
            "The rate falls along a straight line. The formula has a cosine.",
        ),
        Mistake(
            "degrees",
            decay_with(lambda progress: 0.5 * (1 + np.cos(180 * progress))),
            "A cosine takes radians: half a wave is π, not 180.",
        ),
        Mistake(
            "integer_division",
            decay_with(lambda progress: 0.5 * (1 + np.cos(np.pi * (progress // 1)))),
            "The rate stays at its start and then drops to 0, as with `//`, which leaves out what is behind "
            "the point. Divide with `/`.",
        ),
    ),
    hints=(
        "How far along is the training, from 0 to 1? Never more than 1. Then the formula.",
        "min holds the step to the total. np.cos goes from 1 (at 0) to −1 (at π): adding 1 and halving makes "
        "that a fall from 1 to 0.",
        "Two lines: the progress, with min; then half of `initial` times a bracket with 1 and the cosine "
        "of π times the progress.",
    ),
    difficulty=1,
    importance=3,
    minutes=4,
)
