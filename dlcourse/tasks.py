"""The four tasks of the course, and what follows from each: output layer, loss, metrics, decision.

task           target of n samples               output layer        loss
"binary"       0 or 1, shape (n,)                1 unit, sigmoid     binary cross-entropy
"multiclass"   0 … k - 1, shape (n,)             k units, softmax    sparse categorical cross-entropy
"multilabel"   0 or 1 for each label, (n, k)     k units, sigmoid    binary cross-entropy
"regression"   real numbers, (n,) or (n, k)      1 or k, linear      mean squared error
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from dlcourse import checking
from dlcourse.errors import DataError, ModelError, UnknownNameError

if TYPE_CHECKING:
    import keras

Task = Literal["binary", "multiclass", "multilabel", "regression"]
TASKS: tuple[Task, ...] = get_args(Task)
ONE_HOT_LOSSES = ("categoricalcrossentropy", "categoricalfocalcrossentropy", "categoricalhinge")


class Head(NamedTuple):
    """The end of a model, in Keras's own names.

    Args:
        units: of the output layer.
        activation: of the output layer.
        loss: what is minimised.
        metrics: what is shown beside it.
    """

    units: int
    activation: str
    loss: str
    metrics: tuple[str, ...]


def head(task: Task, num_classes: int | None = None) -> Head:
    """Return the output layer, loss and metrics of a task.

    Args:
        task: one of `TASKS`.
        num_classes: the number of classes (`"multiclass"`), labels (`"multilabel"`) or predicted numbers
            (`"regression"`, 1 if `None`). A binary task has one output, so it takes 2 or `None`.

    Raises:
        UnknownNameError: there is no such task.
        ModelError: the number of classes does not fit the task.

    Example:
        >>> head("multiclass", 10)
        Head(units=10, activation='softmax', loss='sparse_categorical_crossentropy', metrics=('accuracy',))
        >>> head("binary").activation
        'sigmoid'
    """
    check_task(task)
    if task == "binary":
        if num_classes not in (None, 1, 2):
            raise ModelError(f"A binary task has two classes, not {num_classes}: use task='multiclass'.")
        return Head(1, "sigmoid", "binary_crossentropy", ("accuracy",))
    if task == "regression":
        return Head(num_classes or 1, "linear", "mean_squared_error", ("mean_absolute_error",))
    least = 2 if task == "multiclass" else 1
    if num_classes is None or num_classes < least:
        raise ModelError(f"task='{task}' needs num_classes, {least} or more, and got {num_classes}.")
    if task == "multiclass":
        return Head(num_classes, "softmax", "sparse_categorical_crossentropy", ("accuracy",))
    # Keras would read "accuracy" here as that of one-hot classes.
    return Head(num_classes, "sigmoid", "binary_crossentropy", ("binary_accuracy",))


def check_task(task: str) -> None:
    """Raise an `UnknownNameError` unless `task` is one of `TASKS`."""
    if task not in TASKS:
        raise UnknownNameError("task", task, TASKS)


def infer(target: ArrayLike) -> Task:
    """Guess the task from a target: integers are classes, and floats are quantities but for 0.0 with 1.0.

    Other whole floats, such as 3.0 and 5.0, are quantities: counts, years and rents are often stored so.

    Raises:
        DataError: the target has a single class, or fits no task.

    Example:
        >>> infer([0, 1, 1]), infer([2, 0, 1]), infer([[0, 1, 1], [1, 0, 1]])
        ('binary', 'multiclass', 'multilabel')
        >>> infer([0.5, 2.25]), infer([2.0, 0.0, 1.0]), infer([0.0, 1.0, 1.0])
        ('regression', 'regression', 'binary')
    """
    target = _numbers(target)
    if target.ndim == 2 and target.shape[1] == 1:
        target = target[:, 0]
    classes = np.unique(target)
    if target.dtype.kind == "f" and set(classes) != {0, 1}:
        return "regression"
    if target.ndim == 2:
        return "multilabel" if set(classes) <= {0, 1} else "regression"
    if len(classes) == 1:
        raise DataError(f"All {len(target)} targets are {classes[0]}: one class leaves nothing to learn.")
    return "binary" if set(classes) <= {0, 1} else "multiclass"


def check_target(target: ArrayLike, task: Task, num_classes: int | None = None) -> np.ndarray:
    """Return the target as an array, after making sure that it fits the task.

    Args:
        target: as in the table above; `"multiclass"` also takes one-hot rows, `"binary"` a single column.
        task: one of `TASKS`.
        num_classes: as in `head`, so that a regression of 1 takes `(n,)` or `(n, 1)`, of k takes `(n, k)`;
            left out, only what holds for any number is checked.

    Raises:
        DataError: it does not fit; the message says why.

    Example:
        >>> check_target([0, 1, 2], "multiclass", 3)
        array([0, 1, 2])
        >>> check_target([0.5, 1.0], "binary")
        Traceback (most recent call last):
        dlcourse.errors.DataError: task='binary' needs targets of 0 and 1, and there is 0.5.
    """
    check_task(task)
    target = _numbers(target)
    if task == "regression":
        if target.ndim > 2:
            raise DataError(f"task='regression' needs a target of shape (n,) or (n, k), not {target.shape}.")
        width = target.shape[1] if target.ndim == 2 else 1
        if num_classes is not None and width != num_classes:
            raise DataError(f"The regression predicts {num_classes} a sample, and the target has {width}.")
        return target
    if target.ndim == 2 and target.shape[1] == 1 and task != "multilabel":
        target = target[:, 0]
    one_hot = task == "multiclass" and target.ndim == 2
    if target.ndim != (2 if task == "multilabel" or one_hot else 1):
        raise DataError(f"The target of shape {target.shape} does not fit task='{task}': see dlcourse.tasks.")
    whole = target == np.floor(target)
    zero_one = (target == 0) | (target == 1)
    if task == "binary" or target.ndim == 2:
        if not zero_one.all():
            wrong = target[~zero_one].flat[0]
            raise DataError(f"task='{task}' needs targets of 0 and 1, and there is {wrong:g}.")
        width = target.shape[1] if target.ndim == 2 else 2
        if target.ndim == 2 and num_classes is not None and width != num_classes:
            raise DataError(f"The target has {width} columns, and the task {num_classes} classes or labels.")
    else:
        if not whole.all():
            wrong = target[~whole][0]
            raise DataError(f"task='multiclass' needs whole numbers from 0, and there is {wrong:g}.")
        if target.min() < 0 or (num_classes is not None and target.max() >= num_classes):
            limit = "k - 1" if num_classes is None else num_classes - 1
            wrong = target.min() if target.min() < 0 else target.max()
            raise DataError(f"Classes are numbered from 0 to {limit}, and the target has {wrong:g}.")
    return target


def check_classes(target: np.ndarray, task: Task) -> None:
    """Raise a `DataError` if a classification has a single class: there is nothing to learn.

    Example:
        >>> check_classes(np.array([1, 1]), "binary")
        Traceback (most recent call last):
        dlcourse.errors.DataError: All 2 targets are of class 1: one class leaves nothing to learn.
    """
    if task not in ("binary", "multiclass"):
        return
    classes = target.argmax(axis=1) if target.ndim == 2 and target.shape[1] > 1 else target.reshape(-1)
    if len(np.unique(classes)) == 1:
        raise DataError(
            f"All {len(classes)} targets are of class {classes[0]:g}: one class leaves nothing to learn."
        )


def of_model(model: keras.Model) -> Task:
    """Read a compiled model's task from its loss and the width of its output.

    Raises:
        ModelError: it is no Keras model, its output has no known shape, as before it is built, it has several
            outputs, or it is not compiled.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        >>> model.compile(loss="sparse_categorical_crossentropy")
        >>> of_model(model)
        'multiclass'
    """
    shape = output_shape(model)
    if not isinstance(shape, tuple) or (shape and not isinstance(shape[-1], int)):
        raise ModelError("Models with several outputs, or one of unknown width, belong to no single task.")
    loss = getattr(model, "loss", None)
    if loss is None or isinstance(loss, list | tuple | dict):
        raise ModelError(
            "The model is not compiled with one loss: call dlcourse.models.compile(model, task)."
        )
    name = _loss_name(loss)
    if "categorical" in name or name.startswith("sparse"):
        return "multiclass"
    if "binary" in name:
        return "binary" if shape[-1] == 1 else "multilabel"
    return "regression"


def check_form(target: np.ndarray, model: keras.Model) -> None:
    """Raise a `DataError` if a loss takes classes as one-hot rows and these are numbers, or the reverse.

    Args:
        target: of several classes, as `check_target` returns it.
        model: compiled with one loss.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        >>> model.compile(loss="categorical_crossentropy")
        >>> check_form(np.array([0, 2, 1]), model)
        Traceback (most recent call last):
        dlcourse.errors.DataError: The loss takes one-hot rows, and these are numbers: pass np.eye(3)[y].
        >>> check_form(np.eye(3), model)
    """
    name = _loss_name(model.loss)
    if name in ONE_HOT_LOSSES and target.ndim == 1:
        raise DataError(
            f"The loss takes one-hot rows, and these are numbers: pass np.eye({model.output_shape[-1]})[y]."
        )
    if name == "sparsecategoricalcrossentropy" and target.ndim == 2:
        raise DataError(
            "The loss takes classes as numbers, and these are one-hot rows: pass y.argmax(axis=1)."
        )


def output_shape(model: keras.Model) -> Any:
    """Return the shape of a model's output, a list or dict of shapes where there are several.

    Raises:
        ModelError: it is no Keras model, or it does not know its shape, as before it is built.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ModelError(f"The model must be a Keras model, and is an object of type {type(model).__name__}.")
    shape = getattr(model, "output_shape", None)
    if shape is None:
        raise ModelError(
            "The shape of the model's output is not known: begin it with keras.Input, or wrap it as "
            "keras.Model(inputs, model(inputs)), where inputs is a keras.Input, and compile that."
        )
    return shape


def probabilities(outputs: ArrayLike, model: keras.Model, task: Task | None = None) -> np.ndarray:
    """Return a model's outputs as what they mean: probabilities, or numbers for a regression.

    Where the loss is `from_logits`, the outputs go through a sigmoid or softmax first.

    Args:
        outputs: of the model, `(n, units)`.
        model: compiled.
        task: read from the model if `None`.

    Returns:
        `(n, units)`, float32 or float64.

    Raises:
        ModelError: the loss takes the outputs for probabilities, and they are none.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
        >>> probabilities([[0.0], [100.0]], model)
        array([[0.5],
               [1. ]])
    """
    outputs = np.asarray(outputs)
    if outputs.dtype not in (np.float32, np.float64):  # of mixed precision
        outputs = outputs.astype(np.float32)
    task = task or of_model(model)
    if task == "regression":
        return outputs
    if getattr(model.loss, "from_logits", False):
        if task == "multiclass":
            exponential = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
            return exponential / exponential.sum(axis=-1, keepdims=True)
        return np.exp(-np.logaddexp(0, -outputs))
    low, high = np.nanmin(outputs, initial=0.0), np.nanmax(outputs, initial=0.0)
    if low < -1e-3 or high > 1 + 1e-3:
        raise ModelError(
            f"The outputs run from {low:g} to {high:g}, and are taken for probabilities: give the last "
            "layer a sigmoid or softmax, or the loss from_logits=True if it has that (a hinge loss has not)."
        )
    return outputs


def decide(outputs: ArrayLike, task: Task, threshold: float = 0.5) -> np.ndarray:
    """Turn a model's outputs into predictions of the same kind as the target.

    Args:
        outputs: probabilities (or numbers, for a regression), of shape `(n, units)`.
        task: one of `TASKS`.
        threshold: above it, a binary class or a label is 1.

    Returns:
        Classes of shape `(n,)`, labels of shape `(n, k)`, or numbers: `(n,)` where there is one a sample.

    Example:
        >>> decide([[0.2, 0.8], [0.6, 0.4]], "multiclass"), decide([[0.7], [0.4]], "binary")
        (array([1, 0]), array([1, 0]))
    """
    check_task(task)
    outputs = np.asarray(outputs)
    if task == "multiclass":
        return outputs.argmax(axis=-1)
    if task != "multilabel" and outputs.ndim == 2 and outputs.shape[1] == 1:
        outputs = outputs[:, 0]
    return outputs if task == "regression" else (outputs > threshold).astype(np.int64)


def _loss_name(loss: object) -> str:
    """The Keras name of a loss given as a name, a function or an object, in one spelling."""
    import keras

    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    name = getattr(loss, "__name__", None) or type(loss).__name__
    return name.lower().replace("_", "")


def _numbers(target: ArrayLike) -> np.ndarray:
    target = checking.array(target, "targets")
    if target.dtype.kind not in "biuf" and target.size:
        kind = "texts" if isinstance(target.flat[0], str) else target.dtype
        raise DataError(
            f"The target holds {kind}, not real numbers: give each class its index, as "
            "np.unique(target, return_inverse=True) does."
        )
    if target.ndim == 0 or target.size == 0:
        raise DataError(f"The target is empty: its shape is {target.shape}.")
    if target.dtype.kind == "f" and not np.isfinite(target).all():
        row = int(np.argwhere(~np.isfinite(target))[0][0])
        raise DataError(f"The target is missing or infinite in row {row}: leave such rows out.")
    return target.astype(np.int64) if target.dtype.kind == "b" else target
