"""Lesson 4: how `train_step` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import FLOAT32, Exercise, Mistake
from grader.exercises.frameworks.cases import network
from grader.exercises.models import packed, with_random_weights
from grader.references import frameworks as reference


def steps(rng: np.random.Generator) -> Iterator[tuple[Live, Live, np.ndarray, np.ndarray]]:
    """Small classifiers and a batch for each: plain and adaptive optimizers, some batch normalisation."""

    def step(sizes: tuple[int, ...], n: int, optimizer: str, normalised: bool = False, **settings: Any):
        model = with_random_weights(network(sizes, normalised=normalised), rng)
        x = rng.normal(0, 1, (n, sizes[0])).round(2).astype(np.float32)
        return packed(model), Live("optimizer", {"class_name": optimizer, "config": settings}), x, labels(n)

    def labels(n: int, classes: int = 2) -> np.ndarray:
        return rng.integers(0, classes, n)

    yield step((1, 2), 1, "SGD", learning_rate=0.5)
    yield step((1, 2), 2, "SGD", learning_rate=1.0)
    yield step((2, 2), 3, "SGD", learning_rate=0.1)
    yield step((2, 2), 2, "Adam", learning_rate=0.1)
    yield step((1, 2), 4, "SGD", normalised=True, learning_rate=0.5)
    yield step((2, 3), 4, "SGD", normalised=True, learning_rate=0.2)
    for n in (2, 3, 4, 6, 8):
        yield step((2, 3), n, "SGD", learning_rate=round(rng.uniform(0.1, 1), 2))
    for n in (3, 8):
        yield step((3, 4, 3), n, "SGD", learning_rate=0.5, momentum=0.9)
    yield step((4, 5, 3), 6, "Adam", learning_rate=0.05)
    yield step((3, 4, 4), 5, "SGD", normalised=True, learning_rate=0.3)


def stepping(
    training: bool = True, sign: float = 1.0, summed: bool = False, update: bool = True, again: bool = False
):
    """A step of training with one of its parts otherwise."""

    def answer(model, optimizer, x, y):
        import keras
        import tensorflow as tf

        def loss_of(x):
            losses = keras.losses.sparse_categorical_crossentropy(y, model(x, training=training))
            return tf.reduce_sum(losses) if summed else tf.reduce_mean(losses)

        with tf.GradientTape() as tape:
            loss = loss_of(x)
        weights = model.trainable_variables
        gradients = [sign * gradient for gradient in tape.gradient(loss, weights)]
        if update:
            optimizer.apply(gradients, weights)
        return float(loss_of(x)) if again else float(loss)

    return answer


def outside_the_tape(model, optimizer, x, y):
    import keras
    import tensorflow as tf

    p = model(x, training=True)
    loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
    with tf.GradientTape() as tape:
        pass
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return float(loss)


EXERCISE = Exercise(
    reference=reference.train_step,
    cases=steps,
    objects=True,
    tolerance=FLOAT32,
    mistakes=(
        Mistake(
            "no_update",
            stepping(update=False),
            "The loss is right, but the weights are as they were: nobody told the optimizer of the "
            "gradients.",
        ),
        Mistake(
            "uphill",
            stepping(sign=-1.0),
            "The weights moved the wrong way, up the loss. Optimizers subtract the gradient themselves: "
            "give it to them as it is.",
        ),
        Mistake(
            "summed",
            stepping(summed=True),
            "The losses of the batch were added up. Take their mean: else the step grows with the batch.",
        ),
        Mistake(
            "loss_afterwards",
            stepping(again=True),
            "This is the loss after the update. The one from before it is asked for, which you have already.",
        ),
        Mistake(
            "inference_mode",
            stepping(training=False),
            "The model ran as it does in use. Dropout and batch normalisation work otherwise while a model "
            "trains: its call has an argument for that.",
        ),
        Mistake(
            "outside_the_tape",
            outside_the_tape,
            "The gradients are all None: the tape only knows what was computed while it was open. Model and "
            "loss belong inside its block.",
        ),
    ),
    hints=(
        "Four moves: run the model and compute the loss while a `tf.GradientTape` records; ask the tape for "
        "the gradients; give them to the optimizer; return the loss.",
        "`keras.losses.sparse_categorical_crossentropy` gives a loss for each sample. The gradients are "
        "those of their mean with respect to `model.trainable_variables`.",
        "`tape.gradient` takes the loss and the list of variables; `optimizer.apply` takes the gradients "
        "and the same list. Call the model with `training=True`.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
    packages=("numpy", "tensorflow", "keras"),
    seconds=20,
    megabytes=2048,
)
