"""A training run's whole state in one file, from which it goes on exactly where it was left."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import keras
import numpy as np

from dlcourse.errors import TrainingError
from dlcourse.files import write
from dlcourse.training.callbacks import EarlyStopping
from dlcourse.training.fingerprints import architecture, compilation
from dlcourse.training.keras_internals import optimizer_variables


def described(model: keras.Model, validation: Any, rates: list[float] | None) -> dict[str, Any]:
    """What makes a run, beside its numbers: model, validation data and the rates of a schedule."""
    description: dict[str, Any] = {
        "architecture": architecture(model),
        "compilation": compilation(model),
        "learning rate": str(model.optimizer.get_config()["learning_rate"]),
        "validation": _digest(validation) if isinstance(validation, tuple) else str(validation is not None),
    }
    if rates is not None:  # they depend on the number of epochs
        description["schedule"] = rates
    return description


class Checkpoint(keras.callbacks.Callback):
    """Writes a run's state after each epoch: all or nothing.

    It holds the variables of the model (random seeds among them) and its optimizer, the history, and how far
    early stopping has counted, with the best weights so far. It has to come after `early_stopping` among the
    callbacks.

    Args:
        path: the file.
        history: the losses and metrics of each epoch; `restore` fills it, and others add to it.
        early_stopping: if the run has one.
        settings: what else makes this run, as JSON data: going on with other settings is refused.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        history: dict[str, list[float]],
        early_stopping: EarlyStopping | None,
        settings: dict[str, Any],
    ) -> None:
        super().__init__()
        self.seconds = 0.0
        self._path = Path(path)
        self._history = history
        self._early_stopping = early_stopping
        self._settings = settings
        self._since = time.perf_counter()

    def restore(self, model: keras.Model, data: tuple, epochs: int) -> range:
        """Bring the model, its optimizer, the history and early stopping to where the file left them.

        Args:
            model: compiled.
            data: `(x, y)` or `(x, y, sample_weight)`, of which the file knows a digest.
            epochs: how many the whole run is to have.

        Returns:
            The epochs that are left: all if there is no file, none if the run had been stopped early.

        Raises:
            TrainingError: the file is damaged, of another run, or has more epochs.
        """
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        self._variables = [*model.variables, *optimizer_variables(model.optimizer)]
        self._settings |= {
            "weights": [[*variable.shape, variable.dtype] for variable in self._variables],
            "data": _digest(data),
        }
        if self._path.is_dir():
            raise TrainingError(f"The checkpoint {self._path} is a folder: name a file in it.")
        if not self._path.exists():
            return range(epochs)
        try:
            with open(self._path, "rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            run = json.loads(bytes(arrays.pop("run")))
            settings = run["settings"]
            variables = [arrays[f"variable_{number}"] for number in range(len(settings["weights"]))]
        except (OSError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"The checkpoint {self._path} is damaged, or is none: delete it to start anew."
            ) from error
        for name, value in json.loads(json.dumps(self._settings)).items():
            if settings.get(name) != value:
                raise TrainingError(
                    f"The checkpoint {self._path} is of another run, its {name} differs: name another file, "
                    "or delete it to start anew."
                )
        for variable, value in zip(self._variables, variables, strict=True):
            variable.assign(value)
        self._history.update(run["history"])
        self.seconds = run["seconds"]
        if self._early_stopping:
            best = [arrays[f"best_{number}"] for number in range(len(model.weights))]
            self._early_stopping.counts = run["counts"] | {"best_weights": best}
        done = len(self._history["loss"])
        if done > epochs:
            raise TrainingError(
                f"The checkpoint {self._path} has {done} epochs, more than epochs={epochs}: name another "
                "file, or delete it to start anew."
            )
        return range(done, done if run["stopped"] else epochs)

    def on_epoch_end(self, epoch, logs=None):
        arrays = {f"variable_{number}": variable.numpy() for number, variable in enumerate(self._variables)}
        run = {
            "settings": self._settings,
            "history": self._history,
            "seconds": self.seconds + time.perf_counter() - self._since,
            "stopped": bool(self.model.stop_training),
        }
        if early := self._early_stopping:
            run["counts"] = {
                name: getattr(early, name) for name in ("wait", "best", "best_epoch", "stopped_epoch")
            }
            arrays |= {f"best_{number}": value for number, value in enumerate(early.best_weights)}
        arrays["run"] = np.frombuffer(json.dumps(run).encode(), np.uint8)
        write(self._path, lambda file: np.savez(file, **arrays))


def _digest(data: tuple) -> str:
    """A checksum of the arrays, their shapes and types."""
    digest = hashlib.sha256()
    for part in data:
        for name, array in sorted(part.items()) if isinstance(part, dict) else [("", part)]:
            digest.update(f"{name}{array.dtype} {array.shape} ".encode())
            texts = array.dtype == object
            digest.update(str(array.tolist()).encode() if texts else np.ascontiguousarray(array).data)
    return digest.hexdigest()
