"""Lesson 4: how `custom_step` is checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import FLOAT32, Exercise, Fault, Mistake
from grader.exercises.frameworks.cases import packed, with_random_weights
from grader.references import frameworks as reference


@cache
def regularised(sizes: tuple[int, ...]) -> Any:
    """A network with batch normalisation and a dropout of nothing, so that its steps can be compared."""
    import keras

    layers = [
        keras.Input(sizes[:1], name="features"),
        *(keras.layers.Dense(units, "relu", name="hidden") for units in sizes[1:-1]),
        keras.layers.BatchNormalization(name="normalised", momentum=0.5),
        keras.layers.Dropout(0.0, name="dropout"),
        keras.layers.Dense(sizes[-1], "softmax", name="output"),
    ]
    return keras.Sequential(layers, name="network")


def steps(rng: np.random.Generator) -> Iterator[tuple[Live, Live, np.ndarray, np.ndarray]]:
    """Small networks and a batch for each, with and without momentum.

    No Adam: a bias before a normalisation has no gradient but rounding, which Adam would make a step of.
    """

    def step(sizes: tuple[int, ...], n: int, **settings: float):
        model = with_random_weights(regularised(sizes), rng)
        x = rng.normal(0, 1, (n, sizes[0])).round(2).astype(np.float32)
        optimizer = Live("optimizer", {"class_name": "SGD", "config": settings})
        return packed(model), optimizer, x, rng.integers(0, sizes[-1], n)

    for n in (2, 3, 4):
        yield step((1, 2), n, learning_rate=0.5)
    for n in (3, 4, 5, 6, 8):
        yield step((2, 3), n, learning_rate=round(rng.uniform(0.1, 1), 2))
    for n in (4, 5, 6, 8):
        yield step((3, 4, 3), n, learning_rate=round(rng.uniform(0.1, 1), 2))
    for n in (5, 6, 8):
        yield step((3, 2), n, learning_rate=0.3, momentum=0.9)


def outside_the_tape(model, optimizer, x, y):
    import keras
    import tensorflow as tf

    p = model(x, training=True)
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(y, p)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return float(loss)


EXERCISE = Exercise(
    reference=reference.custom_step,
    cases=steps,
    objects=True,
    tolerance=FLOAT32,
    task="repair",
    faults=(
        Fault(
            "not_training",
            "model(x, training=True)",
            "model(x)",
            "The model ran as it does in use: dropout was off, and the moving statistics stood still.",
        ),
        Fault(
            "all_weights",
            """\
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
""",
            """\
    gradients = tape.gradient(loss, model.weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
""",
            "Some layers learn, and others never do. Moving statistics are weights without a gradient: which "
            "gradient meets which weight?",
        ),
        Fault(
            "another_call",
            "return float(loss)",
            "return float(mean_loss(y, model(x)))",
            "The step is right. What you return is the loss of another model: the one after the update, as it "
            "is in use.",
        ),
    ),
    mistakes=(
        Mistake(
            "outside_the_tape",
            outside_the_tape,
            "The tape saw no forward pass, so no weight has a gradient: they are all None.",
        ),
    ),
    hints=(
        "There are three faults, and none raises an error. Make a small model, do a step, and compare its "
        "weights before and after, layer by layer, moving statistics included.",
        "Go through it line by line: how does the model run, which gradient meets which variable, and which "
        "model's loss comes back?",
        "A model must be told that it trains. `model.weights` holds the moving statistics, "
        "`model.trainable_variables` doesn't. And the loss that is asked for is there before the update.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
    packages=("numpy", "tensorflow", "keras"),
    seconds=20,
    megabytes=2048,
)
