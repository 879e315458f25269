"""Training a Keras model, from the first batch to the best weights: `train`.

    history = train(model, (x, y), validation=(x_val, y_val), epochs=100, patience=5)

Two engines do the same arithmetic on the same batches. `"keras"` is `model.fit`. `"compiled"` puts an epoch
into one TensorFlow graph: several times as fast for small models on data that fit in memory.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dlcourse.console import quiet

with quiet():
    import keras
    import tensorflow as tf

from dlcourse import checking, tasks
from dlcourse.errors import DataError, ModelError, UnknownNameError
from dlcourse.training.callbacks import EarlyStopping, Follow, Watch, frame, table_in, tensorboard_logs
from dlcourse.training.checkpoints import Checkpoint, described
from dlcourse.training.data import batches, check_compiled, prepared, seed_dropout
from dlcourse.training.engine import Engine
from dlcourse.training.learning_rate import scheduled, variable_rate

if TYPE_CHECKING:
    import pandas as pd

    from dlcourse.checking import Data

ENGINES = ("keras", "compiled")


@dataclass
class History:
    """What a training run was like.

    Args:
        history: the value of each loss and metric after each epoch, by Keras's names: `loss`, `val_loss`, …
        best_epoch: the epoch of the lowest validation loss (training loss if there is none), counted from 0;
            with `patience` the one whose weights the model has.
        stopped_early: whether `patience` ended the run.
        seconds: how long it took, all parts of an interrupted run together.
    """

    history: dict[str, list[float]]
    best_epoch: int
    stopped_early: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def epochs(self) -> int:
        """The number of epochs that were trained."""
        return len(self.history["loss"])

    def frame(self) -> pd.DataFrame:
        """The history as a table, one row an epoch."""
        return frame(self.history)


def train(
    model: keras.Model,
    data: Data,
    *,
    validation: Data | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    engine: Literal["keras", "compiled"] = "keras",
    seed: int = 0,
    patience: int | None = None,
    min_delta: float = 0.0,
    schedule: Literal["constant", "cosine", "exponential"] | Callable[[int], float] = "constant",
    class_weight: Mapping[int, float] | Literal["balanced"] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    csv: str | PathLike[str] | None = None,
    tensorboard: str | PathLike[str] | None = None,
    live: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a compiled model.

    The order of the batches and the dropout masks follow from `seed`, so on a CPU a run repeats to the last
    bit, given the same initial weights (`keras.utils.set_random_seed` before the model is built). Both
    engines give the same weights.

    An optimizer with `use_ema=True` keeps moving averages of the weights, and Keras gives them to the model
    after the last epoch: `val_loss` is of the weights before that, unless the callback
    `keras.callbacks.SwapEMAWeights()` is there. With `patience` the model gets back weights that are not
    averaged.

    Args:
        model: compiled, by `dlcourse.models` or by hand.
        data: `(x, y)` in memory, or a `tf.data.Dataset` of batches, which keeps its own order and batch size.
        validation: data to measure each epoch on.
        epochs: passes over the data, at most.
        batch_size: samples a step.
        engine: `"keras"`: `model.fit`. `"compiled"`: for data in memory and one device, see
            `dlcourse.training.engine`.
        seed: of the batches' order and the dropout masks.
        patience: stop once the validation loss has not fallen for so many epochs, and go back to the best
            weights (early stopping). Needs `validation`.
        min_delta: a smaller fall of the validation loss does not count.
        schedule: the learning rate of each epoch: `"constant"`, `"cosine"` (falls to 0 at the end),
            `"exponential"` (falls to a hundredth), or a function of the epoch that returns the rate.
            Afterwards the optimizer has the rate that it had before.
        class_weight: how much a sample of each class counts; `"balanced"` weighs classes by their rarity.
        checkpoint: a file that holds the whole state of the run after every epoch. If it is there, training
            goes on where it was left, to the same weights as without the interruption. Callbacks of your own
            start anew. A run of other data or settings is refused.
        csv: a file for the losses and metrics, a row an epoch.
        tensorboard: a folder for TensorBoard's logs; needs the package `tensorboard`.
        live: draw the learning curves during training, in a notebook.
        callbacks: Keras callbacks; the compiled engine calls those of epochs, not of batches. A
            `ModelCheckpoint` that has seen another run compares with the best of that one, so make a new one
            for each; `ReduceLROnPlateau` takes a `cooldown` of 1 for none.

    Returns:
        The history. The model has the last weights, or with `patience` the best ones.

    Raises:
        DataError: the data are empty, incomplete, or do not fit the task.
        ModelError: the model is not compiled, or its input has another shape; or the compiled engine can't
            train it.
        TrainingError: the loss is not a number any more (the model has the last finite weights), or the
            checkpoint is of another run.

    Example:
        >>> from dlcourse import datasets, models
        >>> training, validation, _ = datasets.load("iris").split(validation=0.2)
        >>> keras.utils.set_random_seed(0)
        >>> model = models.mlp((4,), "multiclass", 3, hidden=(16,), learning_rate=0.01)
        >>> history = train(model, training, validation=validation, epochs=30, engine="compiled")
        >>> history.epochs, bool(history.history["val_accuracy"][-1] > 0.9)
        (30, True)
    """
    started = time.perf_counter()
    listening = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else callbacks
    counts = {"epochs": epochs, "batch_size": batch_size}
    _check_settings(engine, seed, patience, min_delta, validation, listening, **counts)
    check_compiled(model)
    _check_streamed(data, validation, engine, class_weight, checkpoint)
    training_data, validation_data = _in_memory(model, data, validation, class_weight)
    seed_dropout(model, seed)

    rates = scheduled(model, schedule, epochs)
    initial_rate = None if rates is None else variable_rate(model.optimizer)
    early_stopping = None if patience is None else EarlyStopping(patience, min_delta)
    watch = Watch(live)
    listeners = _listeners(watch, rates, early_stopping, csv, tensorboard)
    remaining, seconds = range(epochs), 0.0
    if checkpoint is not None:
        settings = {"batch_size": batch_size, "seed": seed, "patience": patience, "min_delta": min_delta}
        settings |= described(model, validation_data, rates)
        kept = Checkpoint(checkpoint, watch.history, early_stopping, settings)
        remaining, seconds = kept.restore(model, training_data, epochs), kept.seconds
        listeners.append(kept)
    listeners += listening

    fit = _fit_compiled if engine == "compiled" else _fit_keras
    with watch.shown(len(remaining)):
        try:
            fit(model, training_data, validation_data, remaining, batch_size, seed, listeners)
        finally:
            if rates is not None:
                model.optimizer.learning_rate = initial_rate
    return _history(watch.history, early_stopping, seconds + time.perf_counter() - started)


def strategy() -> tf.distribute.Strategy:
    """Return TensorFlow's way to use all GPUs of this machine; build and compile the model in its scope.

    With several, `train` shares each batch among them; with one or none this is TensorFlow's default, which
    changes nothing. See https://www.tensorflow.org/guide/distributed_training.

    Example:
        >>> from dlcourse import models
        >>> with strategy().scope():
        ...     model = models.mlp((4,), "multiclass", 3)
    """
    several = len(tf.config.list_logical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy() if several else tf.distribute.get_strategy()


def _check_settings(
    engine: str,
    seed: Any,
    patience: int | None,
    min_delta: Any,
    validation: Data | None,
    callbacks: Any,
    **counts: Any,
) -> None:
    if engine not in ENGINES:
        raise UnknownNameError("engine", engine, ENGINES)
    checking.check_counts(**counts, patience=patience)
    checking.check_seed(seed)
    if patience is not None and validation is None:
        raise DataError("patience needs validation data: the training loss falls while a model overfits.")
    if not isinstance(min_delta, Real) or not math.isfinite(min_delta):
        raise DataError(f"min_delta must be a number, as 0.001, and is {min_delta!r}.")
    for callback in callbacks if isinstance(callbacks, list | tuple) else [callbacks]:
        if not isinstance(callback, keras.callbacks.Callback):
            raise DataError(f"callbacks are of keras.callbacks.Callback, and {callback!r} is none.")


def _check_streamed(
    data: Data, validation: Data | None, engine: str, class_weight: Any, checkpoint: Any
) -> None:
    """Raise a `DataError` if a `tf.data.Dataset` has no end, or can't do what is asked for."""
    for part in (data, validation):
        checking.check_finite_dataset(part)
    if not _streamed(data):
        return
    in_memory = {
        "The compiled engine needs": engine == "compiled",
        "class_weight needs": class_weight is not None,
        "A checkpoint needs": checkpoint is not None,
    }
    for what, asked in in_memory.items():
        if asked:
            raise DataError(f"{what} the data in memory, as a pair (x, y), and this is a tf.data.Dataset.")


def _in_memory(model: keras.Model, data: Data, validation: Data | None, class_weight: Any) -> tuple[Any, Any]:
    """Both as tuples of arrays, checked; a `tf.data.Dataset` to train on, and one beside it, as they are."""
    streamed = _streamed(data)
    as_it_is = validation is None or (streamed and _streamed(validation))
    if streamed and as_it_is:
        return data, validation
    task = tasks.of_model(model)
    if not streamed:
        data = prepared(model, data, task, class_weight)
        tasks.check_classes(data[1], task)
    return data, validation if as_it_is else prepared(model, validation, task)


def _streamed(data: Any) -> bool:
    """Whether the data are a `tf.data.Dataset`."""
    return hasattr(data, "element_spec")


def _listeners(
    watch: Watch,
    rates: list[float] | None,
    early_stopping: EarlyStopping | None,
    csv: str | PathLike[str] | None,
    tensorboard: str | PathLike[str] | None,
) -> list[keras.callbacks.Callback]:
    """What is asked for, in the order in which it is called: the history comes first."""
    listeners: list[keras.callbacks.Callback] = [watch]
    if rates is not None:
        listeners.append(Follow(rates))
    if early_stopping is not None:
        listeners.append(early_stopping)
    if csv is not None:
        listeners.append(table_in(csv, watch.history))
    if tensorboard is not None:
        listeners.append(tensorboard_logs(tensorboard))
    return listeners


def _fit_keras(
    model: keras.Model,
    data: Any,
    validation: Any,
    epochs: range,
    batch_size: int,
    seed: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    settings = {"epochs": epochs.stop, "initial_epoch": epochs.start, "verbose": 0, "callbacks": callbacks}
    settings["shuffle"] = False  # the data come in their own order
    if isinstance(data, tuple) and model.steps_per_execution > 1:
        raise ModelError(
            "train makes its own batches: compile without steps_per_execution, or use model.fit."
        )
    if isinstance(data, tuple):
        settings["steps_per_epoch"] = math.ceil(len(data[1]) / batch_size)
        data = batches(data, batch_size, epochs, seed)
    if isinstance(validation, tuple):
        settings["validation_batch_size"] = batch_size
    model.fit(data, validation_data=validation, **settings)


def _fit_compiled(
    model: keras.Model,
    data: tuple,
    validation: tuple | None,
    epochs: range,
    batch_size: int,
    seed: int,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """The loop of `model.fit`, with an epoch for a step."""
    engine = Engine(model, data[:2], batch_size)
    data = tf.nest.map_structure(tf.constant, data)
    validation = validation if validation is None else tf.nest.map_structure(tf.constant, validation)
    rows = np.arange(len(data[1]))
    listeners = keras.callbacks.CallbackList(callbacks, model=model, epochs=epochs.stop)
    model.stop_training = False
    listeners.on_train_begin()
    for epoch in epochs:
        listeners.on_epoch_begin(epoch)
        # Read anew in each epoch and written back after it: a callback may change weights or rates.
        state, values = engine.run(engine.state(), data, rows, (epoch, epoch + 1), seed)
        logs = {name: value[0] for name, value in values.items()}
        if validation is not None:
            state, values = engine.evaluate(state, validation)
            logs |= {f"val_{name}": value for name, value in values.items()}
        engine.assign(state)
        listeners.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    listeners.on_train_end()


def _history(
    history: dict[str, list[float]], early_stopping: EarlyStopping | None, seconds: float
) -> History:
    if early_stopping:
        return History(history, early_stopping.best_epoch, early_stopping.stopped_epoch > 0, seconds)
    losses = history.get("val_loss", history["loss"])
    return History(history, int(np.argmin(losses)), False, seconds)
