"""What listens to a training: records it, shows it, writes it down and stops it."""

from __future__ import annotations

import contextlib
import importlib.util
import math
from collections.abc import Callable, Iterator
from os import PathLike
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from dlcourse.console import progress
from dlcourse.errors import ModelError, TrainingError
from dlcourse.files import write

if TYPE_CHECKING:
    import pandas as pd


class Watch(keras.callbacks.Callback):
    """Records the losses, shows them, and stops where they are not numbers any more."""

    def __init__(self, live: bool) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
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
        for variable, value in zip(self.model.weights, weights, strict=True):
            # The last step of an epoch comes after its last loss.
            if variable.trainable and not np.isfinite(value).all():
                odd = value[~np.isfinite(value)].flat[0]
                self.model.set_weights(self._finite)
                raise TrainingError(_why_not_finite(f"The weight {variable.path}", odd, epoch, self.model))
        self._finite = weights
        for name, value in logs.items():
            if np.ndim(value):
                raise ModelError(
                    f"The metric {name} gives an array, and a history has one number an epoch: make it "
                    "average over the classes, as F1Score(average='macro') does."
                )
            self.history.setdefault(name, []).append(float(value))
        for show in self._show:
            show(logs)


class EarlyStopping(keras.callbacks.EarlyStopping):
    """Keras's early stopping on the validation loss, which can go on counting where it was left."""

    counts: dict[str, Any] | None = None

    def __init__(self, patience: int, min_delta: float) -> None:
        super().__init__(
            "val_loss", min_delta=min_delta, patience=patience, mode="min", restore_best_weights=True
        )

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.__dict__.update(self.counts or {})


class Follow(keras.callbacks.Callback):
    """Sets the learning rate of each epoch."""

    def __init__(self, rates: list[float]) -> None:
        super().__init__()
        self._rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self._rates[epoch]


def table_in(path: str | PathLike[str], history: dict[str, list[float]]) -> keras.callbacks.Callback:
    """A callback that writes the history to a CSV file after each epoch."""
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: write(path, frame(history).to_csv().encode())
    )


def tensorboard_logs(folder: str | PathLike[str]) -> keras.callbacks.Callback:
    """Keras's callback that writes logs for TensorBoard into a folder."""
    if importlib.util.find_spec("tensorboard") is None:
        raise ModuleNotFoundError(
            "TensorBoard is not installed: pip install tensorboard, or leave tensorboard out."
        )
    return keras.callbacks.TensorBoard(folder, write_graph=False)


def frame(history: dict[str, list[float]]) -> pd.DataFrame:
    """A history as a table, one row an epoch."""
    import pandas as pd

    return pd.DataFrame(history).rename_axis("epoch")


def _why_not_finite(name: str, value: float, epoch: int, model: keras.Model) -> str:
    rate = float(model.optimizer.learning_rate)
    return (
        f"{name} became {value} in epoch {epoch + 1}, at a learning rate of {rate:.3g}: most often the rate "
        "is too large (find_learning_rate suggests one), else the inputs are not scaled. The model has the "
        "weights from before that epoch."
    )
