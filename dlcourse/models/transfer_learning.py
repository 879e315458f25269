"""Transfer learning in two acts: `transfer` trains a new output layer, `fine_tune` then adapts what is below.

    model = transfer("MobileNetV2", "multiclass", 5, input_shape=(96, 96, 3), weights="imagenet")
    model.fit(*train, epochs=5)                 # the backbone is frozen
    fine_tune(model, layers=30)                 # its last layers are not any more
    model.fit(*train, epochs=5)                 # in much smaller steps

Source: https://keras.io/guides/transfer_learning/
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

import keras

from dlcourse import tasks
from dlcourse.errors import ModelError, UnknownNameError
from dlcourse.models import arguments
from dlcourse.models.arguments import LearningRate
from dlcourse.models.compiling import compile, output_layer
from dlcourse.tasks import Task


def transfer(
    backbone: str | keras.Model,
    task: Task,
    num_classes: int | None = None,
    *,
    input_shape: Sequence[int] | None = None,
    weights: str | Path | None = None,
    dropout: float = 0.2,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Put a new output layer on a frozen backbone.

    The backbone's BatchNormalization stays frozen, now and after `fine_tune`, and so in inference mode: it
    keeps the averages that it has learned. All else in a backbone of yours, as Dropout, is in training mode
    while the model is fitted: `fit` overrides the `training=False` with which the backbone was called.

    A backbone from `keras.applications` takes pixels from 0 to 255: its own `preprocess_input` is the first
    step inside the model, and grey images are repeated to three channels. A model of yours takes what it
    always took. It is copied, so yours keeps its weights, and a last Dense layer with softmax, sigmoid or no
    activation is left out as the old output layer.

    Args:
        backbone: a name of `keras.applications`, such as `"MobileNetV2"`, or a built Keras model.
        task, num_classes: as in `dlcourse.tasks.head`.
        input_shape: (height, width, 3) or (height, width, 1), for a name only; (224, 224, 3) if `None`.
        weights: for a name only: `None` for random ones, `"imagenet"`, or the path of a `.weights.h5` file.
        dropout: the rate before the output layer.
        optimizer, learning_rate: as in `compile`.

    Returns:
        The compiled model; only its output layer is trainable.

    Raises:
        ModelError: the weights can't be had, or an argument can't be; the message says which.
        UnknownNameError: there is no such backbone or optimizer.

    Example:
        >>> trained = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"),
        ...                             keras.layers.Dense(3, activation="softmax")])
        >>> model = transfer(trained, "binary")
        >>> sum(int(keras.ops.size(weight)) for weight in model.trainable_weights)  # 8 weights and a bias
        9
    """
    dropout = arguments.rate("dropout", dropout)
    end = output_layer(task, num_classes)
    if isinstance(backbone, str):
        inputs, x, body = _named(backbone, input_shape, weights)
    elif isinstance(backbone, keras.Model):
        if input_shape is not None or weights is not None:
            raise ModelError("input_shape and weights belong to a backbone's name; a model has its own.")
        body = _body(backbone)
        inputs = x = keras.Input(body.input_shape[1:], dtype=body.inputs[0].dtype)
    else:
        raise ModelError(f"A backbone is a Keras model or a name of keras.applications, not {backbone!r}.")
    body.trainable = False
    x = body(x, training=False)
    if len(x.shape) > 2:
        pooling = {3: keras.layers.GlobalAveragePooling1D, 4: keras.layers.GlobalAveragePooling2D}
        if len(x.shape) not in pooling:
            raise ModelError(
                f"The backbone's output of shape {tuple(x.shape)} can't be averaged to features."
            )
        x = pooling[len(x.shape)]()(x)
    if dropout:
        x = keras.layers.Dropout(dropout)(x)
    return compile(keras.Model(inputs, end(x)), task, optimizer=optimizer, learning_rate=learning_rate)


def fine_tune(
    model: keras.Model, layers: int | None = None, learning_rate: LearningRate = 1e-5
) -> keras.Model:
    """Unfreeze the last layers of the backbone, and compile the model anew with a low learning rate.

    Args:
        model: made by `transfer`, its output layer trained: a fresh one would send large gradients down.
        layers: how many of the backbone's layers, counted from its end; all if `None`. BatchNormalization
            stays frozen.
        learning_rate: low, so that what was learned is adapted rather than replaced.

    Returns:
        The same model, its optimizer of the same kind as before.

    Raises:
        ModelError: the model has no backbone, or nothing would be unfrozen.

    Example:
        >>> trained = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu")])
        >>> model = fine_tune(transfer(trained, "binary"), layers=1)
        >>> len(model.trainable_weights), round(float(model.optimizer.learning_rate), 6)
        (4, 1e-05)
    """
    nested = [layer for layer in getattr(model, "layers", ()) if isinstance(layer, keras.Model)]
    if len(nested) != 1:
        raise ModelError("fine_tune needs a model made by transfer: one that holds its backbone as a layer.")
    (body,) = nested
    task = tasks.of_model(model)
    parts = body.layers
    chosen = len(parts) if layers is None else arguments.count("layers", layers)
    if chosen > len(parts):
        raise ModelError(f"The backbone has {len(parts)} layers, so not the last {chosen} of them.")
    if not any(_weighty(part) for part in parts[-chosen:]):
        raise ModelError(f"The backbone's last {chosen} layers have no weights to train: choose more layers.")
    body.trainable = True
    for i, part in enumerate(parts):  # one by one: of a model that is trainable already, Keras tells no layer
        part.trainable = i >= len(parts) - chosen
    for part in _all(body):
        if isinstance(part, keras.layers.BatchNormalization):
            part.trainable = False
    return compile(model, task, optimizer=model.optimizer, learning_rate=learning_rate)


def _named(
    name: str, input_shape: Sequence[int] | None, weights: str | Path | None
) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.Model]:
    """The input, what the backbone reads of it, and a backbone from keras.applications."""
    known = sorted(n for n, value in vars(keras.applications).items() if n[0].isupper() and callable(value))
    if name not in known:
        raise UnknownNameError("backbone", name, known)
    build = getattr(keras.applications, name)
    shape = (224, 224, 3) if input_shape is None else input_shape
    axes = ("height", "width", "channels")
    height, width, channels = shape = arguments.shape("The backbone", axes, shape)
    if channels not in (1, 3):
        raise ModelError(f"{name} needs colour images, 3 channels, or grey ones, 1 channel, not {channels}.")
    path = weights if isinstance(weights, str | PathLike) and weights != "imagenet" else None
    if not (weights in (None, "imagenet") if path is None else Path(path).is_file()):
        raise ModelError(f"There is no file of weights {weights}: give a path, 'imagenet' or None.")
    try:
        body = build(
            include_top=False, weights=weights if path is None else None, input_shape=(height, width, 3)
        )
    except Exception as error:
        if "URL fetch failure" not in str(error):
            raise ModelError(f"{name} can't be built: {str(error).splitlines()[0]}") from error
        raise ModelError(
            f"The ImageNet weights of {name} are not on this computer and can't be fetched: connect to the "
            "network once, give the path of a file, or use weights=None."
        ) from None
    if path is not None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # one for each layer that isn't in the file
                body.load_weights(path)
        except Exception as error:  # of another network, damaged, or of another format
            raise ModelError(
                f"The file {path} doesn't hold the weights of {name} without its output layer."
            ) from error
    inputs = keras.Input(shape)
    x = inputs if channels == 3 else keras.layers.Concatenate()([inputs] * 3)
    family = getattr(keras.applications, build.__module__.rpartition(".")[2])
    return inputs, family.preprocess_input(x), body


def _body(model: keras.Model) -> keras.Model:
    """A copy of a model, without its output layer."""
    try:
        copy = _copied(model)
        single = len(copy.inputs) == 1 and len(copy.outputs) == 1
    except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
        raise ModelError(
            "This model can't be copied as a backbone: use a built Sequential or functional model."
        ) from error
    if not single:
        raise ModelError("A backbone has one input and one output.")
    last = copy.layers[-1]
    old_head = isinstance(last, keras.layers.Dense) and last.activation.__name__ in (
        "softmax",
        "sigmoid",
        "linear",
    )
    if not old_head:
        return keras.Model(copy.inputs[0], copy.outputs[0], name="backbone")
    return keras.Model(copy.inputs[0], last.input, name="backbone")


def _copied(model: keras.Model) -> keras.Model:
    """A model that shares nothing with this one.

    By way of a file: `clone_model` and `set_weights` lose what `adapt` taught a Normalization layer or a
    TextVectorization, which is more than weights.
    """
    classes = {type(layer).__name__: type(layer) for layer in _all(model)}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy, for Keras; of lambdas, which come from this very process
        model.save(path := Path(folder, "copy.keras"))
        return keras.models.load_model(path, classes, compile=False, safe_mode=False)


def _weighty(layer: keras.layers.Layer) -> bool:
    never = (keras.layers.BatchNormalization, keras.layers.Normalization, keras.Model)
    return any(part.weights for part in _all(layer) if not isinstance(part, never))


def _all(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """A layer and every layer within it."""
    yield layer
    for part in getattr(layer, "layers", ()):
        yield from _all(part)
