"""A model and what it needs to predict from raw input, in one file: `save(path, model, preprocessing)`.

The file is a zip archive of plain data: the model as Keras saves it, the preprocessing as JSON, and a
manifest with the task, the labels and the SHA-256 of each part. Loading it runs no code that came with it,
takes no memory that the file only claims (`claims`), and ends with a row through the model (`rehearsal`).
"""

from __future__ import annotations

import hashlib
import io
import random
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import keras
import msgspec
import numpy as np
import pandas as pd
import tensorflow as tf

from dlcourse import checking, files, tasks
from dlcourse.deployment import keras_files, rehearsal
from dlcourse.errors import BundleError, DataError, ModelError
from dlcourse.models import compiling
from dlcourse.training.graph import input_structure

if TYPE_CHECKING:
    from dlcourse.preprocessing import Preprocessor

KIND, VERSION = "dlcourse bundle", 1
MANIFEST, MODEL, PREPROCESSING = "manifest.json", "model.keras", "preprocessing.json"
MAX_MANIFEST_BYTES = 10_000_000
PREDICTED_BATCH = 1024

Label = str | int | float | bool


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a bundle says about itself."""

    kind: str
    version: int
    task: tasks.Task
    labels: list[Label] | None
    sha256: dict[Literal["model.keras", "preprocessing.json"], str]


def save(
    path: str | PathLike[str],
    model: keras.Model,
    preprocessing: Preprocessor | None = None,
    labels: Sequence[Label] | None = None,
    *,
    task: tasks.Task | None = None,
) -> Path:
    """Write a model and what it needs into one file, whole or not at all.

    Args:
        path: of the file; `.bundle` is a good ending.
        model: Sequential or functional, and compiled. Its outputs are probabilities, or numbers for a
            regression. Layers of your own must be registered with Keras, and Lambda layers can't be saved.
        preprocessing: fitted; it turns raw rows into the model's input.
        labels: the name of each class, in the order of their numbers, or of each label of a multilabel task.
        task: one of `dlcourse.tasks.TASKS`; read from the model's loss if `None`. A loss function of your own
            does not tell it, and would be read as that of a regression.

    Returns:
        The path.

    Raises:
        ModelError: the model is not compiled, could not be loaded again, or parts do not fit each other.
        UnknownNameError: there is no such task.
        OSError: the file can't be written; what was there is as it was.

    Example:
        >>> from dlcourse import models
        >>> model = models.mlp((2,), "binary", hidden=())
        >>> model.set_weights([np.float32([[3], [-3]]), np.float32([0])])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load(save(f"{folder}/sign.bundle", model, labels=["no", "yes"])).predict([[1, 0], [0, 1]])
        array(['yes', 'no'], dtype='<U3')
    """
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise ModelError(
            "A bundle holds a Sequential or functional Keras model that begins with keras.Input, and this "
            f"{type(model).__name__} is none."
        )
    task = tasks.of_model(model) if task is None else task
    tasks.check_task(task)
    if task != "regression":
        compiling.check_fits(model, task)
        if getattr(model.loss, "from_logits", False):
            raise ModelError(
                "The model's loss takes logits, and a bundle predicts from probabilities: end the model in a "
                "sigmoid or softmax, and take a loss of these."
            )
    labels = _checked_labels(labels, task, model.output_shape[-1])
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        parts = {MODEL: keras_files.write(model, Path(folder, MODEL))}
        _check_loads(Path(folder, MODEL), task)
        if preprocessing is not None:
            _check_preprocessing(preprocessing, model)
            parts[PREPROCESSING] = preprocessing.save(Path(folder, PREPROCESSING)).read_bytes()
    sums: dict[Any, str] = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    parts[MANIFEST] = msgspec.json.encode(Manifest(KIND, VERSION, task, labels, sums))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: the weights' bits hardly compress
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name), parts[name])
    return files.write(path, buffer.getvalue())


def load(path: str | PathLike[str]) -> Bundle:
    """Read a file that `save` wrote.

    Raises:
        BundleError: it is damaged, incomplete, of another kind or of a newer version; its model needs code
            that is not on this computer, claims more memory than the file bears out, or can't predict.
        OSError: there is no such file.

    Returns:
        A `Bundle`.

    Example:
        >>> with tempfile.NamedTemporaryFile(suffix=".bundle") as file:
        ...     load(file.name)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        dlcourse.errors.BundleError: ...bundle is no bundle, or is damaged: File is not a zip file.
    """
    parts = _parts(Path(path))
    try:
        manifest = msgspec.json.decode(parts.pop(MANIFEST), type=Manifest)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BundleError(f"{path} is damaged, or of a newer version: its manifest says {error}.") from None
    if manifest.kind != KIND or manifest.version != VERSION:
        raise BundleError(
            f"{path} is a {manifest.kind}, version {manifest.version}; this library reads a {KIND}, "
            f"version {VERSION}."
        )
    if manifest.sha256.keys() != parts.keys():
        raise BundleError(f"{path} is damaged: its parts are not those that its manifest lists.")
    for name, checksum in manifest.sha256.items():
        if hashlib.sha256(parts[name]).hexdigest() != checksum:
            raise BundleError(f"{path} is damaged: the checksum of {name} is not the one in its manifest.")
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        for name, content in parts.items():
            Path(folder, name).write_bytes(content)
        try:
            model = keras_files.read(Path(folder, MODEL))
        except ModelError as error:
            raise BundleError(f"The model in {path} can't be loaded: {error}") from None
        preprocessing = _preprocessing(Path(folder, PREPROCESSING), path) if PREPROCESSING in parts else None
    try:
        if manifest.task != "regression":
            compiling.check_fits(model, manifest.task)
        if preprocessing is not None:
            _check_preprocessing(preprocessing, model)
        head = tasks.head(manifest.task, model.output_shape[-1])
        labels = _checked_labels(manifest.labels, manifest.task, model.output_shape[-1])
        model.compile(loss=head.loss, metrics=list(head.metrics))
    except (ModelError, AttributeError, TypeError) as error:
        raise BundleError(f"{path} is damaged: {error}") from None
    bundle = Bundle(model, manifest.task, preprocessing, labels)
    try:
        bundle.check_predicts()
    except ModelError as error:
        raise BundleError(f"The model in {path} can't predict: {error}") from None
    return bundle


class Bundle:
    """A model that predicts from raw rows; threads may share it.

    Attributes:
        model: compiled for its task, to evaluate it.
        task: one of `dlcourse.tasks.TASKS`.
        preprocessing: the `Preprocessor`, or `None`.
        labels: the names of the classes or labels, or `None`.
    """

    def __init__(
        self,
        model: keras.Model,
        task: tasks.Task,
        preprocessing: Preprocessor | None,
        labels: list[Label] | None,
    ) -> None:
        self.model, self.task, self.preprocessing, self.labels = model, task, preprocessing, labels
        # One graph for any number of rows; `model.predict` sets up a loop over batches for a single one too.
        specs = keras.tree.map_structure(
            lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), input_structure(model)
        )
        self._run = tf.function(lambda x: model(x, training=False), input_signature=[specs])

    def check_predicts(self) -> None:
        """Run the model on a row of ones, before it gets rows that count.

        Raises:
            ModelError: it can't compute anything, or would take too much memory for it.
        """
        rehearsal.check_predicts(self.model, self._run)

    def predict(self, rows: Any) -> np.ndarray:
        """Predict from raw rows.

        Args:
            rows: a DataFrame, a list of dicts with a value for each column, or an array; of texts, for a
                model that begins with `keras.layers.TextVectorization`.

        Returns:
            Labels, or the classes' numbers if there are none, of shape (n,); for a multilabel task 0 or 1 for
            each label, (n, k); for a regression numbers, (n,) or (n, k).

        Raises:
            DataError: the rows do not fit; the message says where.
        """
        return self.answer(rows)[0]

    def predict_proba(self, rows: Any) -> np.ndarray:
        """Return the probability of each class, or of each label of a multilabel task.

        Args:
            rows: as in `predict`.

        Returns:
            float32 of shape (n, k); a binary task has two classes, 0 and 1.

        Raises:
            DataError: the rows do not fit.
            ModelError: the model is a regression.
        """
        if self.task == "regression":
            raise ModelError("A regression has no probabilities: use predict.")
        _, probabilities = self.answer(rows)
        assert probabilities is not None
        return probabilities

    def answer(self, rows: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """What `predict` and `predict_proba` return (for a regression, `None`) at the price of one."""
        outputs = self._outputs(rows)
        decided = tasks.decide(outputs, self.task)
        if self.task == "regression":
            return decided, None
        if self.labels is not None and self.task != "multilabel":
            decided = np.asarray(self.labels)[decided]
        return decided, np.hstack([1 - outputs, outputs]) if self.task == "binary" else outputs

    def _outputs(self, rows: Any) -> np.ndarray:
        x = self._inputs(rows)
        count = checking.length(x)
        pieces = []
        for start in range(0, count, PREDICTED_BATCH):
            piece = checking.take(x, np.arange(start, min(start + PREDICTED_BATCH, count)))
            try:
                pieces.append(self._run(_tensors(self.model, piece)).numpy())
            except tf.errors.OpError as error:
                raise DataError(
                    f"The model can't run on these rows: {keras_files.first_line(error)}"
                ) from None
        outputs = np.concatenate(pieces)
        if len(odd := np.argwhere(~np.isfinite(outputs))):
            raise DataError(
                f"The model's output for row {odd[0][0]} is no finite number: the row's numbers are too "
                "large, or the model's training has failed."
            )
        return outputs

    def _inputs(self, rows: Any) -> Any:
        dicts = isinstance(rows, Sequence) and len(rows) > 0 and isinstance(rows[0], dict)
        if self.preprocessing is not None:
            return self.preprocessing.transform(pd.DataFrame(list(rows)) if dicts else rows)
        if dicts:
            raise DataError("This bundle has no preprocessing and knows no columns: give arrays.")
        x = checking.inputs(rows)
        return x if self.model.inputs[0].dtype == "float64" else checking.as_float32(x)


def _tensors(model: keras.Model, x: Any) -> Any:
    """The rows as the tensors that the model takes."""
    names = [tensor.name for tensor in model.inputs]
    parts = x if isinstance(x, dict) else {names[0]: x}
    if parts.keys() != set(names):
        raise DataError(f"The model has the inputs {', '.join(names)}: give a dict with an array for each.")

    def fitting(tensor: keras.KerasTensor) -> tf.Tensor:
        part, shape = parts[tensor.name], tuple(tensor.shape[1:])
        text = tensor.dtype == "string"
        if text != (part.dtype.kind not in "biuf"):
            raise DataError(f"The rows hold {'numbers, not texts' if text else 'texts, not numbers'}.")
        if part.shape[1:] != shape and (*part.shape[1:], 1) == shape:
            part = part[..., None]
        same = len(part.shape) == len(shape) + 1 and all(
            wanted in (None, size) for wanted, size in zip(shape, part.shape[1:], strict=True)
        )
        if not same:
            raise DataError(f"The model takes rows of shape {shape}, and these have {part.shape[1:]}.")
        return tf.constant(part if text else part.astype(tensor.dtype))

    return keras.tree.map_structure(fitting, input_structure(model))


def _checked_labels(labels: Sequence[Label] | None, task: tasks.Task, width: int) -> list[Label] | None:
    if labels is None:
        return None
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise ModelError(f"Labels are a list with a name for each class or label, not {labels!r}.")
    classes = 2 if task == "binary" else width
    labels = [label.item() if isinstance(label, np.generic) else label for label in labels]
    if task == "regression":
        raise ModelError("A regression predicts numbers, so it has no labels.")
    if len({type(label) for label in labels}) > 1 or not all(isinstance(label, Label) for label in labels):
        raise ModelError("Labels are texts or numbers, all of one kind.")
    if len(labels) != classes or len(set(labels)) != classes:
        raise ModelError(f"The task has {classes} classes or labels, so it needs as many different names.")
    return labels


def _parts(path: Path) -> dict[str, bytes]:
    """The archive's parts, after making sure that they are ours and no larger than the file."""
    content = io.BytesIO(path.read_bytes())
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(set(names)) < len(names) or not {MANIFEST, MODEL} <= set(names) <= {
                MANIFEST,
                MODEL,
                PREPROCESSING,
            }:
                raise BundleError(f"{path} is no bundle, or is damaged: it holds {', '.join(names)[:200]}.")
            if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
                raise BundleError(f"{path} was not written by dlcourse: its parts are compressed or locked.")
            if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
                raise BundleError(f"{path} is damaged: its manifest is too large.")
            return {name: archive.read(name) for name in names}
    except BundleError:
        raise
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise BundleError(f"{path} is no bundle, or is damaged: {error}.") from None


def _check_loads(file: Path, task: tasks.Task) -> None:
    """Refuse now what `load` would refuse later."""
    state = random.getstate()  # layers draw their seeds when they are made, and the caller's must not change
    try:
        Bundle(keras_files.read(file), task, None, None).check_predicts()
    except ModelError as error:
        raise ModelError(f"The model could not be loaded from a bundle again: {error}") from None
    finally:
        random.setstate(state)


def _check_preprocessing(preprocessing: object, model: keras.Model) -> None:
    from dlcourse.preprocessing import Preprocessor

    if not isinstance(preprocessing, Preprocessor):
        raise ModelError(
            f"A bundle takes a dlcourse.preprocessing.Preprocessor, not a {type(preprocessing).__name__}."
        )
    width = len(preprocessing.feature_names_out)
    if model.input_shape != (None, width):
        raise ModelError(
            f"The preprocessing gives rows of {width} numbers, and the model takes the shape "
            f"{model.input_shape}."
        )


def _preprocessing(file: Path, path: str | PathLike[str]) -> Preprocessor:
    """The preprocessing that was in a bundle, whose path is what an error names."""
    from dlcourse.preprocessing import Preprocessor

    try:
        return Preprocessor.load(file)
    except BundleError as error:
        raise BundleError(str(error).replace(str(file), f"{PREPROCESSING} in {path}")) from None
