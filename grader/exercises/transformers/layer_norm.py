"""Lesson 7d: how `layer_norm` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import normal
from grader.references import transformers as reference

SHAPES = ((2,), (3, 3), (2, 3), (4, 4), (2, 3, 4), (3, 3, 3), (1, 5, 2), (2, 2, 2, 3))


def tokens(rng: np.random.Generator) -> Iterator[tuple]:
    """One token, one whose numbers are all alike, one number alone; small spreads, where epsilon counts."""
    yield np.array([1.0, 3.0]), np.ones(2), np.zeros(2)
    yield np.array([[1.0, 3.0], [10.0, 10.0]]), np.array([2.0, 1.0]), np.array([0.0, 5.0])
    yield np.array([[4.0], [-2.0]]), np.array([3.0]), np.array([0.5])
    yield np.array([[0.0, 0.1], [0.02, 0.0]]), np.ones(2), np.zeros(2)
    yield np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2), 0.5
    for i in range(16):
        shape = SHAPES[i % len(SHAPES)]
        x = (rng.choice((0.05, 0.5, 2.0)) * normal(rng, *shape) + rng.normal()).round(3)
        gamma, beta = rng.uniform(0.5, 2, shape[-1]).round(2), normal(rng, shape[-1])
        given = (x, gamma, beta)
        if i == 9:
            given = tuple(part.astype(np.float32) for part in given)
        yield (*given, float(rng.choice((1e-6, 0.01, 0.1)))) if i % 3 == 2 else given


def normed(axis=-1, ddof=0, scale=lambda variance, epsilon: np.sqrt(variance + epsilon)):
    """Along other axes, by another deviation."""

    def answer(x, gamma, beta, epsilon=1e-3):
        variance = x.var(axis=axis, keepdims=True, ddof=min(ddof, x.shape[-1] - 1))
        return gamma * (x - x.mean(axis=axis, keepdims=True)) / scale(variance, epsilon) + beta

    return answer


EXERCISE = Exercise(
    reference=reference.layer_norm,
    cases=tokens,
    mistakes=(
        Mistake(
            "over_batch",
            normed(axis=0),
            "You normalise along the first axis, over all samples: that is batch normalisation. Here each "
            "token is normalised by itself.",
        ),
        Mistake(
            "over_all",
            normed(axis=None),
            "There is one mean and one variance for all numbers in your answer. Each token has its own.",
        ),
        Mistake(
            "epsilon_outside",
            normed(scale=lambda variance, epsilon: np.sqrt(variance) + epsilon),
            "Epsilon was added to the root. It is added to the variance, under the root.",
        ),
        Mistake(
            "no_root",
            normed(scale=lambda variance, epsilon: variance + epsilon),
            "You divide by the variance. It is the root of it.",
        ),
        Mistake(
            "n_minus_1",
            normed(ddof=1),
            "Your variance divides by d − 1. Here it is the plain mean of the squares.",
        ),
        Mistake(
            "epsilon_fixed",
            lambda x, gamma, beta, epsilon=1e-3: reference.layer_norm(x, gamma, beta),
            "It is right for the default epsilon only. Use the parameter.",
        ),
        Mistake(
            "epsilon_tiny",
            lambda x, gamma, beta, epsilon=1e-6: reference.layer_norm(x, gamma, beta, epsilon),
            "Left out, your epsilon isn't 0.001. Where numbers hardly differ, that shows.",
        ),
        Mistake(
            "gamma_forgotten",
            lambda x, gamma, beta, epsilon=1e-3: reference.layer_norm(x, 1.0, beta, epsilon),
            "gamma makes no difference in your answer.",
        ),
        Mistake(
            "beta_forgotten",
            lambda x, gamma, beta, epsilon=1e-3: reference.layer_norm(x, gamma, 0.0, epsilon),
            "beta makes no difference in your answer.",
        ),
        Mistake(
            "mean_left",
            lambda x, gamma, beta, epsilon=1e-3: (
                gamma * x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) + beta
            ),
            "The mean was not taken away. Without that it is RMS normalisation, which many newer models "
            "have.",
        ),
        Mistake(
            "beta_scaled",
            lambda x, gamma, beta, epsilon=1e-3: (
                gamma * (reference.layer_norm(x, np.ones_like(gamma), np.zeros_like(beta), epsilon) + beta)
            ),
            "beta was multiplied by gamma. It is added last.",
        ),
    ),
    hints=(
        "Over which axis lie the numbers of one token? There has to be a mean for each token.",
        "`x.mean(axis=-1, keepdims=True)` keeps an axis of 1, so it can be taken away from x. The variance "
        "is the mean of the squares of what is left.",
        "Divide what is left by the root of variance plus epsilon, multiply by gamma, add beta.",
    ),
    difficulty=2,
    importance=4,
    minutes=5,
)
