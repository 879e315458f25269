"""Lesson 7c: how `trainable_parameters` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.models import packed, with_random_weights
from grader.exercises.transfer_learning.cases import network
from grader.references import transfer_learning as reference


def partly_frozen(rng: np.random.Generator) -> Iterator[tuple]:
    for model in networks(rng):
        yield (packed(with_random_weights(model, rng)),)


def networks(rng: np.random.Generator) -> Iterator[Any]:
    """Networks that may learn nothing, all or a part; some normalise, some hold others."""
    from keras import layers

    def dense():
        return layers.Dense(int(rng.integers(2, 9)))

    yield network("none", (3,), layers.ReLU())
    yield network("one", (1,), layers.Dense(1))
    yield network("normal", (2,), layers.BatchNormalization())
    frozen = network("frozen", (2,), layers.Dense(3), layers.Dense(1))
    frozen.trainable = False
    yield frozen
    for i in range(6):
        model = network("dense", (int(rng.integers(2, 9)),), dense(), layers.BatchNormalization(), dense())
        model.layers[i % 3].trainable = False
        yield model
    for i in range(4):
        body = network("body", (6, 6, 1), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Flatten())
        body.trainable = i % 2 == 1
        if i == 3:
            body.layers[-3].trainable = False
        yield network("nested", (6, 6, 1), body, dense(), functional=True)
    for _ in range(2):
        units = int(rng.integers(3, 9))
        twice = layers.Dense(units)
        yield network("loop", (units,), twice, twice, dense(), functional=True)


def sizes(choose):
    """Sum the sizes of the arrays that are chosen from a model."""
    return lambda model: int(sum(np.prod(weight.shape) for weight in choose(model)))


def of_trainable_layers(model):
    return int(sum(layer.count_params() for layer in model.layers if layer.trainable))


def biases_left_out(model):
    return [weight for weight in model.trainable_weights if len(weight.shape) > 1]


EXERCISE = Exercise(
    reference=reference.trainable_parameters,
    cases=partly_frozen,
    objects=True,
    mistakes=(
        Mistake(
            "all",
            lambda model: int(model.count_params()),
            "These are all weights, frozen ones and averages among them. Only those that training may change "
            "are asked for.",
        ),
        Mistake(
            "of_trainable_layers",
            of_trainable_layers,
            "A layer may be trainable and still hold numbers that no gradient changes, or a frozen layer "
            "within it. Ask the model for its weights, not for its layers.",
        ),
        Mistake(
            "arrays",
            lambda model: len(model.trainable_weights),
            "You counted the arrays. Each holds as many numbers as its shape says.",
        ),
        Mistake(
            "rows",
            lambda model: int(sum(weight.shape[0] for weight in model.trainable_weights)),
            "That is the length of each array along its first axis. Multiply all of its axes.",
        ),
        Mistake(
            "frozen",
            sizes(lambda model: model.non_trainable_weights),
            "That is what training leaves alone: the other part is asked for.",
        ),
        Mistake(
            "kernels",
            sizes(biases_left_out),
            "The kernels are counted, and what has one axis only is not: biases, and scales and shifts.",
        ),
    ),
    hints=(
        "A Keras model tells apart which of its weights training may change. Look at what it has whose name "
        "begins with `trainable`.",
        "Each of these weights is an array with a shape. How many numbers an array holds is the product of "
        "its shape.",
        "Go through `model.trainable_weights`, multiply each one's shape (math.prod does), and add up.",
    ),
    difficulty=1,
    importance=3,
    minutes=4,
    packages=("numpy", "tensorflow", "keras"),
    seconds=20,
    megabytes=2048,
)
