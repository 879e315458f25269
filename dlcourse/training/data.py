"""A model and its data before a training: checked against each other, weighted, and cut into batches."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
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
    tasks.check_form(checked, model)
    if class_weight is None:
        return x, y
    if task not in ("binary", "multiclass"):
        raise DataError(f"class_weight needs classes, and the task is '{task}'.")
    known = 2 if task == "binary" else model.output_shape[-1]
    labels = checked.argmax(axis=1) if task == "multiclass" and checked.ndim == 2 else checked.ravel()
    return x, y, _sample_weights(labels, known, class_weight)


def batches(data: tuple, batch_size: int, epochs: range, seed: int) -> tf.data.Dataset:
    """The batches of the epochs, in the order of the compiled engine."""
    samples = len(data[1])
    data = tf.nest.map_structure(tf.constant, data)

    def epoch(number):
        order = tf.random.experimental.stateless_shuffle(tf.range(samples), [seed, tf.cast(number, tf.int32)])
        whole = samples - samples % batch_size
        rows = tf.data.Dataset.from_tensor_slices(tf.reshape(order[:whole], (-1, batch_size)))
        return rows if whole == samples else rows.concatenate(tf.data.Dataset.from_tensors(order[whole:]))

    def batch(rows):
        return tf.nest.map_structure(lambda a: tf.gather(a, rows), data)

    rows = tf.data.Dataset.range(epochs.start, epochs.stop).flat_map(epoch)
    return rows.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def _sample_weights(labels: np.ndarray, known: int, class_weight: Any) -> np.ndarray:
    """The weight of each sample's class, of classes that are numbered from 0 to `known - 1`."""
    if isinstance(class_weight, str) and class_weight != "balanced":
        raise UnknownNameError("class weighting", class_weight, ["balanced"])
    classes, index = np.unique(labels, return_inverse=True)
    if isinstance(class_weight, str):
        weights = len(labels) / (len(classes) * np.bincount(index))
        return weights.astype(np.float32)[index]
    if not isinstance(class_weight, Mapping):
        raise DataError(f"class_weight must be a dict, class to weight, or 'balanced', not {class_weight!r}.")
    for label, weight in class_weight.items():
        if label not in range(known):
            raise DataError(f"class_weight names {label!r}, and the classes are 0 to {known - 1}.")
        if not isinstance(weight, Real) or not 0 <= float(weight) < np.inf:
            raise DataError(f"class_weight of {label!r} must be a number of 0 or more, and is {weight!r}.")
    if missing := [label for label in classes if label not in class_weight]:
        raise DataError(f"class_weight says nothing of class {missing[0]}: give each class a weight.")
    weights = np.array([class_weight[label] for label in classes], np.float32)
    if not weights.any():
        raise DataError("class_weight is 0 for every class of the data: nothing would be learnt.")
    return weights[index]


def seed_dropout(model: keras.Model, seed: int) -> None:
    """Give every layer that draws numbers its own seed."""
    random = np.random.default_rng(seed)
    for variable in model.non_trainable_variables:
        if variable.name == "seed_generator_state":
            variable.assign(random.integers(0, 2**31, size=variable.shape))
