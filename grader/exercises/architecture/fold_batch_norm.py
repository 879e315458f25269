"""Lesson 5b: how `fold_batch_norm` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.architecture.cases import per_feature
from grader.references import architecture as reference

SHAPES = ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (3, 3), (4, 2), (4, 4), (6, 3), (5, 5), (8, 4))


def pairs_of_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """One weight and many, as many inputs as units; variances near 0, and an epsilon that counts."""
    one, zero = np.array([1.0]), np.array([0.0])
    yield np.array([[6.0]]), np.array([3.0]), np.array([2.0]), np.array([3.0]), one, np.array([4.0]), 0.0
    yield np.array([[1.0]]), np.array([5.0]), one, zero, np.array([2.0]), np.array([1.0]), 3.0
    yield np.array([[2.0]]), np.array([0.5]), one, one, zero, zero, 0.25
    yield np.eye(2), np.zeros(2), np.array([2.0, 3.0]), np.zeros(2), np.zeros(2), np.ones(2), 1e-3
    for shape in (*SHAPES, *SHAPES):
        units = shape[1]
        kernel, bias = rng.normal(0, 1, shape).round(2), rng.normal(0, 1, units).round(2)
        beta, mean = rng.normal(0, 1, (2, units)).round(2)
        epsilon = float(rng.choice((1e-3, 0.1, 1.0)))
        variance = per_feature(rng, units) * rng.choice((0.1, 1.0), units)
        yield kernel, bias, per_feature(rng, units), beta, mean, variance.round(3), epsilon


def by(kernel_of: Callable | None = None, bias_of: Callable | None = None, scale_of: Callable | None = None):
    """A folding with another kernel, bias or scale."""

    def answer(kernel, bias, gamma, beta, mean, variance, epsilon):
        with np.errstate(all="ignore"):
            scale = (scale_of or (lambda g, v, e: g / np.sqrt(v + e)))(gamma, variance, epsilon)
            new_kernel = (kernel_of or (lambda k, s: k * s))(kernel, scale)
            return new_kernel, (bias_of or (lambda b, m, s, t: (b - m) * s + t))(bias, mean, scale, beta)

    return answer


def rows(kernel, scale):
    """Scale the rows where there are as many as units, else as it is right."""
    return kernel * scale[:, np.newaxis] if kernel.shape[0] == kernel.shape[1] else kernel * scale


def in_place(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    kernel *= scale
    bias -= mean
    bias *= scale
    bias += beta
    return kernel, bias


EXERCISE = Exercise(
    reference=reference.fold_batch_norm,
    task="derive",
    cases=pairs_of_layers,
    returns=("kernel", "bias"),
    mistakes=(
        Mistake(
            "bias_unscaled",
            by(bias_of=lambda b, m, s, t: b - m * s + t),
            "The layer's bias passes through the normalisation, too, and is stretched with all the rest.",
        ),
        Mistake(
            "bias_lost",
            by(bias_of=lambda b, m, s, t: t - m * s),
            "The layer's own bias is lost.",
        ),
        Mistake(
            "mean_unscaled",
            by(bias_of=lambda b, m, s, t: b * s - m + t),
            "The mean is taken off before the division, so it is divided, too.",
        ),
        Mistake(
            "mean_added",
            by(bias_of=lambda b, m, s, t: (b + m) * s + t),
            "The mean is taken off, and you added it.",
        ),
        Mistake(
            "epsilon_forgotten",
            by(scale_of=lambda g, v, e: g / np.sqrt(np.maximum(v, 1e-9))),
            "ε makes no difference in your answer. It shows where the variance is small.",
        ),
        Mistake(
            "root_forgotten",
            by(scale_of=lambda g, v, e: g / (v + e)),
            "You divided by the variance. The normalisation divides by its root.",
        ),
        Mistake(
            "gamma_forgotten",
            by(scale_of=lambda g, v, e: 1 / np.sqrt(v + e)),
            "γ makes no difference in your answer.",
        ),
        Mistake(
            "beta_scaled",
            by(bias_of=lambda b, m, s, t: (b - m + t) * s),
            "β is added last, after everything was divided and stretched.",
        ),
        Mistake(
            "rows",
            by(kernel_of=rows),
            "Each *output* has its own γ. Which axis of the kernel is that? It only shows where the kernel "
            "has as many rows as columns.",
        ),
        Mistake(
            "kernel_as_it_was",
            by(kernel_of=lambda k, s: 1.0 * k),
            "The kernel came back as it was. What it does is stretched by the normalisation.",
        ),
        Mistake(
            "in_place",
            in_place,
            "The numbers are right, but the layer that came in was changed. Make new arrays.",
        ),
    ),
    hints=(
        "Write down what comes out of both layers for an input x, in one formula, and sort it: what is "
        "multiplied with x, and what isn't?",
        "What x is multiplied with is the new kernel, and what is left is the new bias. Each unit has a "
        "factor of its own.",
        "The factor of a unit is γ divided by the root of variance plus ε. It stretches the unit's column of "
        "the kernel, and the difference of bias and mean; β comes on top.",
    ),
    difficulty=3,
    importance=3,
    minutes=12,
)
