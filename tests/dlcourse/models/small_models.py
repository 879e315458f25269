"""Each builder of the course at a small size, and samples for its models."""

import keras
import numpy as np

from dlcourse import models

L = keras.layers


# The builders of classifiers and regressions, small, with one sample's shape.
BUILDERS = {
    "mlp": lambda *task, **options: models.mlp((6,), *task, hidden=(5,), **options),
    "mlp of images": lambda *task, **options: models.mlp((4, 4, 2), *task, hidden=(5,), **options),
    "cnn": lambda *task, **options: models.cnn((8, 8, 1), *task, filters=(3,), dense=4, **options),
    "cnn of grey images": lambda *task, **options: models.cnn(
        (8, 8), *task, filters=(3,), dense=4, **options
    ),
    "lstm": lambda *task, **options: models.rnn((5, 2), *task, units=(3, 3), **options),
    "gru": lambda *task, **options: models.rnn((5, 2), *task, cell="gru", units=(3,), **options),
    "simple": lambda *task, **options: models.rnn((5, 2), *task, cell="simple", units=(3,), **options),
    "transformer": lambda *task, **options: models.transformer(
        20, 6, *task, depth=8, heads=2, feed_forward=8, **options
    ),
    "transfer": lambda *task, **options: models.transfer(classifier(), *task, **options),
}
TASKS = {"binary": None, "multiclass": 3, "multilabel": 4, "regression": None}


def classifier() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,)),
            L.Dense(5),
            L.BatchNormalization(),
            L.Activation("relu"),
            L.Dense(4, activation="relu"),
            L.Dense(3, activation="softmax"),
        ]
    )


def inputs(model: keras.Model, n: int = 4) -> np.ndarray:
    random = np.random.default_rng(0)
    if model.inputs[0].dtype == "int32":
        return random.integers(1, 20, (n, *model.input_shape[1:])).astype(np.int32)
    return random.normal(size=(n, *model.input_shape[1:])).astype(np.float32)


def targets(task: str, n: int = 4) -> np.ndarray:
    if task == "multilabel":
        return np.eye(4, dtype=np.int64)[np.arange(n) % 4]
    return np.arange(n) % (TASKS[task] or 2)
