"""A model and its data before a training: checked against each other, weighted, and cut into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from dlcourse import checking, tasks
from dlcourse.errors import DataError, ModelError, UnknownNameError

if TYPE_CHECKING:
    from dlcourse.checking import Data


def check_compiled(model: keras.Model) -> None:
    """Raise a `ModelError` unless the model is a Keras model that `fit` could train."""
    if not isinstance(model, keras.Model):
        raise ModelError(f"A Keras model is needed, and this is {type(model).__name__}.")
    if getattr(model, "optimizer", None) is None:
        raise ModelError(
            "The model is not compiled: call dlcourse.models.compile(model, task), or model.compile."
        )
    if not model.built:
        raise ModelError("The model does not know its input shape yet: start it with keras.Input(shape).")


def prepared(model: keras.Model, data: Data, task: tasks.Task, class_weight: Any = None) -> tuple:
    """`(x, y)` or, with class weights, `(x, y, sample_weight)`, checked against the model and its task."""
    x, y = checking.arrays(data)
    if not isinstance(x, dict):  # a model of raw rows (Preprocessor.attach) takes float64
        x = checking.as_float32(x)
    checking.check_input(x, model)
    checked = tasks.check_target(y, task, model.output_shape[-1] if task != "binary" else None)
    if class_weight is None:
        return x, y
    return x, y, _sample_weights(checked, task, class_weight)


def batches(data: tuple, batch_size: int, epochs: range, seed: int) -> tf.data.Dataset:
    """The batches of the epochs, in the order of the compiled engine."""
    samples = len(data[1])
    data = tf.nest.map_structure(tf.constant, data)

    def epoch(number):
        order = tf.random.experimental.stateless_shuffle(tf.range(samples), [seed, tf.cast(number, tf.int32)])
        starts = tf.data.Dataset.range(0, samples, batch_size)
        return starts.map(lambda start: order[start : start + batch_size])

    def batch(rows):
        return tf.nest.map_structure(lambda a: tf.gather(a, rows), data)

    rows = tf.data.Dataset.range(epochs.start, epochs.stop).flat_map(epoch)
    return rows.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def _sample_weights(y: np.ndarray, task: str, class_weight) -> np.ndarray:
    if task not in ("binary", "multiclass") or y.ndim > 1:
        raise DataError(f"class_weight needs classes as whole numbers, and the task is '{task}'.")
    classes, index = np.unique(y, return_inverse=True)
    if isinstance(class_weight, str) and class_weight != "balanced":
        raise UnknownNameError("class weighting", class_weight, ["balanced"])
    if class_weight == "balanced":
        class_weight = dict(zip(classes, len(y) / (len(classes) * np.bincount(index)), strict=True))
    missing = [label for label in classes if label not in class_weight]
    if missing:
        raise DataError(f"class_weight says nothing of class {missing[0]}: give each class a weight.")
    return np.array([class_weight[label] for label in classes], np.float32)[index]


def seed_dropout(model: keras.Model, seed: int) -> None:
    """Give every layer that draws numbers its own seed."""
    random = np.random.default_rng(seed)
    for variable in model.non_trainable_variables:
        if variable.name == "seed_generator_state":
            variable.assign(random.integers(0, 2**31, size=variable.shape))
