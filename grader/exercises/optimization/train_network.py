"""Lesson 3b: how `train_network` is checked."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.optimization import is_trained
from grader.references import optimization as reference

TRAINING_DIGITS = 1000


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The embedded digits as rows of numbers from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return data.features.reshape(len(data.target), -1).astype(np.float64) / 16, data.target


def changed_digits(rng: np.random.Generator) -> Iterator[Case]:
    """Digits dimmed, with noise and their pixels in another order: a thousand to learn, the others hidden.

    Dimmed, because one long step an epoch then comes nowhere near the goal, and mini-batches still do.
    """
    x, y = digits()
    x = np.clip(0.7 * x + rng.normal(0, 0.014, x.shape), 0, 1)[:, rng.permutation(x.shape[1])]
    order = rng.permutation(len(x))
    known, hidden = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    arguments = (x[known], y[known], 32, 100, 0.1, int(rng.integers(1000)))
    yield Case(arguments, secret={"x": x[hidden], "y": y[hidden]})


def backpropagated(x, target, W1, b1, W2, b2):
    """The gradients of the four, with one-hot labels."""
    h = np.maximum(x @ W1 + b1, 0)
    z = h @ W2 + b2
    e = np.exp(z - z.max(axis=1, keepdims=True))
    dz = (e / e.sum(axis=1, keepdims=True) - target) / len(x)
    dh = np.where(h > 0, dz @ W2.T, 0)
    return x.T @ dh, dh.sum(axis=0), h.T @ dz, dz.sum(axis=0)


def trained_with(
    batch_size: int = 20,
    scale: Callable[[int], float] = lambda inputs: np.sqrt(2 / inputs),
    labels: Callable[[np.ndarray], np.ndarray] = lambda y: y,
    direction: float = 1.0,
):
    """A training with one part of it exchanged."""

    def answer(X, y, hidden, epochs, learning_rate, seed):
        rng = np.random.default_rng(seed)
        inputs, classes, y = X.shape[1], y.max() + 1, labels(y)
        shapes = (inputs, hidden), (hidden,), (hidden, classes), (classes,)
        weights = [
            rng.normal(0, scale(shape[0]), shape) if len(shape) == 2 else np.zeros(shape) for shape in shapes
        ]
        for epoch in range(epochs):
            for batch in reference.minibatches(len(X), batch_size, seed + epoch):
                gradients = backpropagated(X[batch], np.eye(classes)[y[batch]], *weights)
                weights = [w - direction * learning_rate * g for w, g in zip(weights, gradients, strict=True)]
        return tuple(weights)

    return answer


def untrained(X, y, hidden, epochs, learning_rate, seed):
    return trained_with()(X, y, hidden, 0, learning_rate, seed)


EXERCISE = Exercise(
    reference=reference.train_network,
    kind="goal",
    verify=is_trained,
    cases=changed_digits,
    mistakes=(
        Mistake(
            "one_batch_an_epoch",
            trained_with(batch_size=10**6),
            "One step an epoch, with the gradient of all samples, is too few steps. Use mini-batches.",
        ),
        Mistake(
            "zero_weights",
            trained_with(scale=lambda inputs: 0.0),
            "With all weights 0 every hidden unit is like every other, and no gradient tells them apart.",
        ),
        Mistake(
            "torn_apart",
            trained_with(labels=lambda y: np.random.default_rng(0).permutation(y)),
            "Images and labels were shuffled apart. Index both with the same batch.",
        ),
        Mistake(
            "uphill",
            trained_with(direction=-1.0),
            "The steps go uphill: the loss grows. Look at the sign of the step.",
        ),
        Mistake(
            "untrained",
            untrained,
            "The weights are as random as at the start. Does the loop keep what each step returns?",
        ),
    ),
    hints=(
        "Random initial weights, then a loop over epochs, and in it a loop over mini-batches: gradients, "
        "step. You have written a function for each of these, two of them in lesson 3a.",
        "Draw W1 and W2 from a normal distribution of standard deviation √(2 / inputs of the layer), "
        "biases 0. Give `minibatches` another seed in each epoch, and index X and y with each batch.",
        "Batches of about 20. Your `backpropagate` of lesson 3a returns the loss and four gradients, in the "
        "order of the weights; apply `sgd_step` to each pair, and keep what it returns.",
    ),
    difficulty=4,
    importance=5,
    minutes=20,
    packages=("numpy",),
    seconds=60,
    megabytes=2048,
)
