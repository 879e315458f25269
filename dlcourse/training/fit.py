"""Training a Keras model: `find_learning_rate`, then `train`, from the first batch to the best weights.

    history = train(model, (x, y), validation=(x_val, y_val), epochs=100, patience=5)

Two engines do the same arithmetic on the same batches. `"keras"` is `model.fit`. `"compiled"` puts an epoch
into one TensorFlow graph: several times as fast for small models on data that fit in memory.
"""

from __future__ import annotations

import contextlib
import importlib.util
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from dlcourse.console import progress, quiet

with quiet():
    import keras
    import tensorflow as tf

from dlcourse import checking, tasks
from dlcourse.errors import DataError, ModelError, TrainingError, UnknownNameError
from dlcourse.files import write
from dlcourse.training.checkpoints import Checkpoint, EarlyStopping, described
from dlcourse.training.engine import Engine, check_counts, optimizer_variables

if TYPE_CHECKING:
    import pandas as pd

    from dlcourse.checking import Data

ENGINES = ("keras", "compiled")
SCHEDULES = ("constant", "cosine", "exponential")


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
        return _frame(self.history)


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
        callbacks: Keras callbacks; the compiled engine calls those of epochs, not of batches.

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
    if engine not in ENGINES:
        raise UnknownNameError("engine", engine, ENGINES)
    check_counts(epochs=epochs, batch_size=batch_size, patience=patience)
    if not isinstance(seed, (int, np.integer)):
        raise DataError(f"seed must be a whole number, and is {seed!r}.")
    if patience is not None and validation is None:
        raise DataError("patience needs validation data: the training loss falls while a model overfits.")
    _check_compiled(model)
    callbacks = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else callbacks
    for part in (data, validation):
        checking.check_finite_dataset(part)
    if hasattr(data, "element_spec"):
        if engine == "compiled" or class_weight is not None or checkpoint is not None:
            raise DataError(
                "The compiled engine, class weights and checkpoints need the data in memory, as a pair "
                "(x, y), and this is a tf.data.Dataset."
            )
        arrays = None
    else:
        arrays = _prepared(model, data, class_weight)
        tasks.check_classes(arrays[1], tasks.of_model(model))
    if validation is not None and not (hasattr(validation, "element_spec") and arrays is None):
        validation = _prepared(model, validation)
    _seed_dropout(model, seed)

    rates = _rates(model, schedule, epochs)
    initial_rate = None if rates is None else _variable_rate(model.optimizer)
    early_stopping = None if patience is None else EarlyStopping(patience, min_delta)
    watch = _Watch(early_stopping, live)
    ours: list[keras.callbacks.Callback] = [watch]
    if rates is not None:
        ours.append(_at("epoch_begin", lambda epoch: setattr(model.optimizer, "learning_rate", rates(epoch))))
    if early_stopping is not None:
        ours.append(early_stopping)
    if csv is not None:
        ours.append(_at("epoch_end", lambda _: write(csv, _frame(watch.history).to_csv().encode())))
    if tensorboard is not None:
        ours.append(_tensorboard(tensorboard))
    finished, seconds = False, 0.0
    if checkpoint is not None:
        settings = {"batch_size": batch_size, "seed": seed, "patience": patience, "min_delta": min_delta}
        settings |= described(model, validation)
        if rates is not None:  # they depend on the number of epochs
            settings["schedule"] = [float(rates(epoch)) for epoch in range(epochs)]
        kept = Checkpoint(checkpoint, watch.history, early_stopping, settings)
        finished = kept.restore(model, arrays)
        seconds = kept.seconds
        ours.append(kept)
    done = len(watch.history.get("loss", ()))
    if done > epochs:
        raise TrainingError(
            f"The checkpoint {checkpoint} has {done} epochs, more than epochs={epochs}: name another "
            "file, or delete it to start anew."
        )
    remaining = range(done, done if finished else epochs)  # none: only back to the best weights
    fit = _fit_compiled if engine == "compiled" else _fit_keras
    with watch.shown(len(remaining)):
        training_data = data if arrays is None else arrays
        try:
            fit(model, training_data, validation, remaining, batch_size, seed, [*ours, *callbacks])
        finally:
            if rates is not None:
                model.optimizer.learning_rate = initial_rate
    return watch.result(seconds + time.perf_counter() - started)


class LearningRates(NamedTuple):
    """What `find_learning_rate` saw.

    Args:
        learning_rates: that were tried, rising geometrically, `(steps,)`.
        losses: of the batch after which each was used, smoothed, `(steps,)`.
        suggestion: a tenth of the rate at which the loss was lowest: near it, training is close to diverging.
    """

    learning_rates: np.ndarray
    losses: np.ndarray
    suggestion: float


def find_learning_rate(
    model: keras.Model,
    data: Data,
    *,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: int = 0,
) -> LearningRates:
    """Try rising learning rates, one a batch, and suggest a tenth of the one at which the loss was lowest.

    The rate of step i is `low · (high / low)^(i / (steps - 1))`. It ends early once the smoothed loss is four
    times its minimum. The model and its optimizer are afterwards what they were.

    Args:
        model: compiled.
        data: `(x, y)` in memory, or a `tf.data.Dataset` of batches.
        low, high: the range of rates.
        steps: how many rates are tried.
        batch_size: samples a step.
        seed: of the batches' order.

    Returns:
        The rates with their losses, and a suggestion; `dlcourse.plots.learning_rate_finder` draws them.

    Raises:
        DataError: the data can't be used, the range is empty, or the loss is no number from the beginning.
        ModelError: the learning rate of the model's optimizer follows a schedule.

    Source: L. N. Smith, *Cyclical Learning Rates for Training Neural Networks*, 2017.

    Example:
        >>> from dlcourse import datasets, models
        >>> iris = datasets.load("iris")
        >>> found = find_learning_rate(models.mlp((4,), "multiclass", 3), iris, steps=40)
        >>> 1e-6 < found.suggestion < 1.0
        True
    """
    _check_compiled(model)
    check_counts(steps=steps, batch_size=batch_size)
    numbers = all(isinstance(rate, (int, float)) for rate in (low, high))
    if not numbers or not 0 < low < high or steps < 5:
        raise DataError(
            f"The rates must rise from low > 0, in 5 steps or more: low={low}, high={high}, steps={steps}."
        )
    arrays = _prepared(model, data)
    samples = len(arrays[1])
    optimizer = model.optimizer
    _variable_rate(optimizer)
    optimizer.build(model.trainable_variables)
    variables = [*model.variables, *optimizer_variables(optimizer)]
    before = [variable.numpy() for variable in variables]
    rates = np.geomspace(low, high, steps)
    order = np.random.default_rng(seed)
    rows = np.concatenate(
        [order.permutation(samples) for _ in range(math.ceil(steps * batch_size / samples))]
    )
    losses: list[float] = []
    average = 0.0
    try:
        with progress(steps, "learning rates") as advance:
            for step, rate in enumerate(rates):
                optimizer.learning_rate = rate
                batch = rows[step * batch_size : (step + 1) * batch_size]
                model.reset_metrics()
                loss = model.train_on_batch(*(checking.take(a, batch) for a in arrays), return_dict=True)[
                    "loss"
                ]
                average = 0.9 * average + 0.1 * float(loss)
                losses.append(average / (1 - 0.9 ** (step + 1)))
                advance()
                if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
                    break
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        model.reset_metrics()
    if not math.isfinite(losses[0]):
        raise DataError(f"The loss is {losses[0]} before any learning: scale the inputs.")
    tried = rates[: len(losses)]
    return LearningRates(tried, np.array(losses), float(tried[np.nanargmin(losses)]) / 10)


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


def _at(moment: Literal["epoch_begin", "epoch_end"], act: Callable[[int], Any]) -> keras.callbacks.Callback:
    return keras.callbacks.LambdaCallback(**{f"on_{moment}": lambda epoch, logs: act(epoch)})


def _tensorboard(folder: str | PathLike[str]) -> keras.callbacks.Callback:
    if importlib.util.find_spec("tensorboard") is None:
        raise ModuleNotFoundError(
            "TensorBoard is not installed: pip install tensorboard, or leave tensorboard out."
        )
    return keras.callbacks.TensorBoard(folder, write_graph=False)


def _frame(history: dict[str, list[float]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(history).rename_axis("epoch")


class _Watch(keras.callbacks.Callback):
    """Records the losses, shows them, and stops where they are not numbers any more."""

    def __init__(self, early_stopping: EarlyStopping | None, live: bool) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self._early_stopping = early_stopping
        self._live = live
        self._show: list[Callable[[dict[str, float]], None]] = []
        self._finite: list[np.ndarray] = []

    @contextlib.contextmanager
    def shown(self, epochs: int) -> Iterator[None]:
        """With a bar of the epochs, and the learning curves where they are asked for."""
        with contextlib.ExitStack() as shown:
            advance = shown.enter_context(progress(epochs, "training"))
            self._show.append(lambda logs: advance(1, " · ".join(f"{k} {v:.4g}" for k, v in logs.items())))
            if self._live:
                from dlcourse.plots import LiveCurves

                curves = LiveCurves()
                shown.callback(curves.close)
                self._show.append(lambda logs: curves.update(self.history))
            yield

    def on_train_begin(self, logs=None):
        self._finite = self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        for name in ("loss", "val_loss"):
            if not math.isfinite(logs.get(name, 0.0)):
                self.model.set_weights(self._finite)
                raise TrainingError(_why_not_finite(name, logs[name], epoch, self.model))
        weights = self.model.get_weights()
        if all(np.isfinite(weight).all() for weight in weights if weight.dtype.kind == "f"):
            self._finite = weights  # the last step of an epoch comes after its last loss
        for name, value in logs.items():
            if np.ndim(value):
                raise ModelError(f"The metric {name} is one number for each class: give it an average.")
            self.history.setdefault(name, []).append(float(value))
        for show in self._show:
            show(logs)

    def result(self, seconds: float) -> History:
        if early := self._early_stopping:
            return History(self.history, early.best_epoch, early.stopped_epoch > 0, seconds)
        losses = self.history.get("val_loss", self.history["loss"])
        return History(self.history, int(np.argmin(losses)), False, seconds)


def _fit_keras(model, data, validation, epochs, batch_size, seed, callbacks) -> None:
    settings = {"epochs": epochs.stop, "initial_epoch": epochs.start, "verbose": 0, "callbacks": callbacks}
    settings["shuffle"] = False  # the data come in their own order
    if isinstance(data, tuple) and model.steps_per_execution > 1:
        raise ModelError(
            "train makes its own batches: compile without steps_per_execution, or use model.fit."
        )
    if isinstance(data, tuple):
        settings["steps_per_epoch"] = math.ceil(len(data[1]) / batch_size)
        data = _batches(data, batch_size, epochs, seed)
    if isinstance(validation, tuple):
        settings["validation_batch_size"] = batch_size
    model.fit(data, validation_data=validation, **settings)


def _fit_compiled(model, data, validation, epochs, batch_size, seed, callbacks) -> None:
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
        state, values = engine.run(engine.state(), data, rows, (epoch, epoch + 1), seed)
        engine.assign(state)
        logs = {name: value[0] for name, value in values.items()}
        if validation is not None:
            logs |= {f"val_{name}": value for name, value in engine.evaluate(state, validation).items()}
        listeners.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    listeners.on_train_end()


def _batches(data: tuple, batch_size: int, epochs: range, seed: int) -> tf.data.Dataset:
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


def _prepared(model: keras.Model, data: Data, class_weight=None) -> tuple:
    """`(x, y)` or `(x, y, sample_weight)`, checked against the model."""
    x, y = checking.arrays(data)
    if not isinstance(x, dict):  # a model of raw rows (Preprocessor.attach) takes float64
        x = checking.as_float32(x)
    checking.check_input(x, model)
    task = tasks.of_model(model)
    checked = tasks.check_target(y, task, model.output_shape[-1] if task != "binary" else None)
    if class_weight is None:
        return x, y
    return x, y, _sample_weights(checked, task, class_weight)


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


def _seed_dropout(model: keras.Model, seed: int) -> None:
    """Give every layer that draws numbers its own seed."""
    random = np.random.default_rng(seed)
    for variable in model.non_trainable_variables:
        if variable.name == "seed_generator_state":
            variable.assign(random.integers(0, 2**31, size=variable.shape))


def _rates(model: keras.Model, schedule, epochs: int) -> Callable[[int], float] | None:
    """The learning rate as a function of the epoch, or `None` where it stays as it is."""
    if schedule == "constant":
        return None
    initial = _variable_rate(model.optimizer)
    if callable(schedule):
        rates = [schedule(epoch) for epoch in range(epochs)]
        wrong = [rate for rate in rates if not isinstance(rate, (int, float, np.number))]
        if wrong:
            raise DataError(
                f"The schedule must return a learning rate for every epoch, and returns {wrong[0]!r}."
            )
        return lambda epoch: float(rates[epoch])
    if schedule == "cosine":
        return lambda epoch: initial * (1 + math.cos(math.pi * epoch / epochs)) / 2
    if schedule == "exponential":
        return lambda epoch: initial * 0.01 ** (epoch / epochs)
    raise UnknownNameError("schedule", schedule, SCHEDULES)


def _variable_rate(optimizer: keras.optimizers.Optimizer) -> float:
    if not isinstance(optimizer._learning_rate, keras.Variable):
        raise ModelError(
            "The optimizer's learning rate follows a schedule of its own: compile it with a number."
        )
    return float(optimizer.learning_rate.numpy())


def _why_not_finite(name: str, value: float, epoch: int, model: keras.Model) -> str:
    rate = float(model.optimizer.learning_rate)
    return (
        f"{name} became {value} in epoch {epoch + 1}, at a learning rate of {rate:.3g}: most often the rate "
        "is too large (find_learning_rate suggests one), else the inputs are not scaled. The model has the "
        "weights from before that epoch."
    )


def _check_compiled(model: keras.Model) -> None:
    if not isinstance(model, keras.Model):
        raise ModelError(f"A Keras model is needed, and this is {type(model).__name__}.")
    if getattr(model, "optimizer", None) is None:
        raise ModelError(
            "The model is not compiled: call dlcourse.models.compile(model, task), or model.compile."
        )
    if not model.built:
        raise ModelError("The model does not know its input shape yet: start it with keras.Input(shape).")
