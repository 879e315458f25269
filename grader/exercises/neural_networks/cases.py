"""Lesson 2: what the cases of several exercises share."""

from collections.abc import Iterator

import numpy as np


def signed_arrays(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """For the element-wise functions: ranks 0 to 3, both signs, zeros, tiny values, and up to ±1e4."""
    for value in (0.0, 2.5, -1.5, 1e4, -1e4):
        yield (np.array(value),)
    yield (np.array([0.0, -0.0]),)
    yield (np.array([1e-12, -1e-12]),)
    yield (np.array([-20.0, 20.0]),)
    yield (np.array([1e4, -1e4]),)
    yield (np.array([-1.5, 0.0, 2.5]),)
    yield (np.array([-0.5, -1.0, -3.0]),)
    yield (np.array([30.0, -30.0, 40.0, -40.0]),)
    yield (np.array([[-2.0, 0.5], [0.0, 1.5]]),)
    yield (np.array([[[-0.7, 0.7]], [[3.2, -3.2]]]),)
    yield (np.array([[-1e4, -40.0, -1.0], [0.0, 1.0, 1e4]]),)
    for shape in ((), (), (3,), (5,), (8,), (2, 3), (4, 4), (2, 3, 4)):
        yield (np.asarray(np.round(rng.normal(0, 2, shape), 2)),)
    for scale in (10, 40, 1e4):
        values = rng.uniform(-scale, scale, 6).round(1)
        values[0] = -abs(values[0])
        yield (values,)


def naive_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def two_branch_sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


def exponential_ratio(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def softmax_over(axis):
    """Stable softmax over another axis, or over all elements for `None`."""

    def answer(z):
        e = np.exp(z - np.max(z, axis=axis, keepdims=True))
        return e / np.sum(e, axis=axis, keepdims=True)

    return answer


def unshifted_softmax_over(axis):
    return lambda z: np.exp(z) / np.sum(np.exp(z), axis=axis, keepdims=True)


def random_layer(rng: np.random.Generator, inputs: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights (inputs, units) and biases (units,) of a layer."""
    return rng.normal(0, 1, (inputs, units)).round(2), rng.normal(0, 1, units).round(2)
