"""Lesson 4: how `custom_step` is checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Fault
from grader.exercises.models import packed, with_random_weights
from grader.exercises.verifying import frameworks as verifying
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


def steps(rng: np.random.Generator) -> Iterator[Case]:
    """Small networks and a batch for each, with and without momentum.

    No Adam: a bias before a normalisation has no gradient but rounding, which Adam would make a step of.
    """

    def step(sizes: tuple[int, ...], n: int, **settings: float) -> Case:
        from keras import optimizers

        model, y = with_random_weights(regularised(sizes), rng), rng.integers(0, sizes[-1], n)
        x = rng.normal(0, 1, (n, sizes[0])).round(2).astype(np.float32)
        arguments = packed(model), Live("optimizer", {"class_name": "SGD", "config": settings}), x, y
        loss = reference.custom_step(model, optimizers.SGD(**settings), x, y)
        weights = {weight.path.partition("/")[2]: weight.numpy() for weight in model.weights}
        return Case(arguments, secret={"loss": loss, "weights": weights})

    yield step((1, 2), 2, learning_rate=0.5)
    yield step((1, 2), 3, learning_rate=1.0)
    for n in (4, 6):
        yield step((2, 3), n, learning_rate=round(rng.uniform(0.1, 1), 2))
    yield step((3, 4, 3), 8, learning_rate=round(rng.uniform(0.1, 1), 2))
    yield step((3, 2), 6, learning_rate=0.3, momentum=0.9)


EXERCISE = Exercise(
    reference=reference.custom_step,
    cases=steps,
    kind="property",
    verify=verifying.is_the_step_of_fit,
    objects=True,
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
            "The step is right. What you return is the loss of another model: after the update, and as it is "
            "in use.",
        ),
    ),
    mistakes=(),
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
