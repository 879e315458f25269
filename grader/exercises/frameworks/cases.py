"""Lesson 4: what the cases of several exercises share."""

import contextlib
import io
import warnings
from functools import cache
from typing import Any

import numpy as np


@cache
def network(sizes: tuple[int, ...], output: str = "softmax", normalised: bool = False) -> Any:
    """A network of ReLU layers, its weights still to be set; `sizes` begins with the number of inputs."""
    import keras

    layers = [keras.Input(sizes[:1], name="features")]
    if normalised:
        layers.append(keras.layers.BatchNormalization(name="normalised", momentum=0.5))
    for i, units in enumerate(sizes[1:-1]):
        layers.append(keras.layers.Dense(units, "relu", name=f"hidden_{i}"))
    layers.append(keras.layers.Dense(sizes[-1], output, name="output"))
    return keras.Sequential(layers, name="network")


@cache
def convolutional_network() -> Any:
    """A small network for 8 × 8 images, its weights still to be set."""
    import keras

    layers = [
        keras.Input((8, 8, 1), name="images"),
        keras.layers.Conv2D(8, 3, activation="relu", name="convolution"),
        keras.layers.MaxPooling2D(name="pooling"),
        keras.layers.Flatten(name="flat"),
        keras.layers.Dense(32, "relu", name="hidden"),
        keras.layers.Dense(10, "softmax", name="output"),
    ]
    return keras.Sequential(layers, name="network")


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The images as they lie on the disk, from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.asarray(data.features).reshape(-1, 8, 8) / 16, np.asarray(data.target)


def digits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The digits turned or mirrored, with a little noise, other names for the classes, in another order."""
    x, y = all_digits()
    x = np.rot90(x, int(rng.integers(4)), axes=(1, 2))
    x = x[:, :, ::-1] if rng.integers(2) else x
    x = np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1)
    order = rng.permutation(len(x))
    return x[order].astype(np.float32), rng.permutation(10)[y][order]


def converted(
    model: Any,
    samples: Any = None,
    smaller: bool = True,
    float16: bool = False,
    types: tuple = ("int8", "int8"),
) -> bytes:
    """A conversion with some of the converter's settings; `types` are those of input and output."""
    import tensorflow as tf

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # Keras prints what it saves, and the converter warns of nothing wrong
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if smaller:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if float16:
            converter.target_spec.supported_types = [tf.float16]
        if samples is not None:
            converter.representative_dataset = lambda: ([row[np.newaxis]] for row in samples)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            into, out = types
            converter.inference_input_type, converter.inference_output_type = (
                getattr(tf, into),
                getattr(tf, out),
            )
        return converter.convert()
