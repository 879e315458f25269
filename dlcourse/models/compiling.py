"""What follows from the task: the output layer, the loss and the metrics. `compile(model, "multiclass")`."""

from __future__ import annotations

import keras

from dlcourse import tasks
from dlcourse.errors import ModelError, UnknownNameError
from dlcourse.models import arguments
from dlcourse.models.arguments import LearningRate
from dlcourse.tasks import Task

# What may stand before the loss of each task. A regression may keep to positive numbers, but not to a range.
ACTIVATIONS = {
    "binary": ("sigmoid",),
    "multiclass": ("softmax",),
    "multilabel": ("sigmoid",),
    "regression": ("linear", "relu", "leaky_relu", "elu", "softplus", "exponential"),
}


def compile(
    model: keras.Model,
    task: Task,
    num_classes: int | None = None,
    *,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Compile a model with the loss and the metrics of its task, after checking that its output fits.

    Args:
        model: with one output of shape (n, units).
        task: one of `dlcourse.tasks.TASKS`.
        num_classes: as in `dlcourse.tasks.head`; the width of the output if `None`.
        optimizer: a Keras name, such as `"adam"`, or an optimizer.
        learning_rate: a number or a schedule of Keras; the optimizer's own if `None`. A schedule counts
            batches, also where the optimizer has `gradient_accumulation_steps` and takes a step only after
            so many of them: make it as many times longer.

    Returns:
        The same model.

    Raises:
        ModelError: the output layer has the wrong width or activation for the task.
        UnknownNameError: there is no such task or optimizer.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        >>> compile(model, "multiclass", learning_rate=0.01).loss
        'sparse_categorical_crossentropy'
        >>> compile(model, "binary")  # doctest: +NORMALIZE_WHITESPACE
        Traceback (most recent call last):
        dlcourse.errors.ModelError: task='binary' needs an output layer of 1 unit, sigmoid; this model ends in
        3 units, softmax.
    """
    end = check_fits(model, task, num_classes)
    model.compile(optimizer=_optimizer(optimizer, learning_rate), loss=end.loss, metrics=list(end.metrics))
    return model


def check_fits(model: keras.Model, task: Task, num_classes: int | None = None) -> tasks.Head:
    """The head of the task, after making sure that the model's output is one; raises as `compile`."""
    tasks.check_task(task)
    width = _width(model)
    end = tasks.head(task, _classes(num_classes) or (None if task == "binary" else width))
    activation = _activation(model)
    if width != end.units or (activation is not None and activation not in ACTIVATIONS[task]):
        raise ModelError(
            f"task='{task}' needs an output layer of {_units(end.units)}, {end.activation}; this model ends "
            f"in {_units(width)}{'' if activation is None else f', {activation}'}."
        )
    return end


def output_layer(task: Task, num_classes: int | None) -> keras.layers.Layer:
    """The last layer of a network for this task."""
    end = tasks.head(task, _classes(num_classes))
    return keras.layers.Dense(end.units, activation=end.activation, name="output")


def _classes(num_classes: object) -> int | None:
    return None if num_classes is None else arguments.count("num_classes", num_classes)


def _width(model: keras.Model) -> int:
    shape = tasks.output_shape(model)
    if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
        raise ModelError(f"A task needs one output of shape (n, units), and this model's is {shape}.")
    return shape[1]


def _activation(model: keras.Model) -> str | None:
    """The name of what the last layer applies to its output, `None` where it can't be told."""
    layers = getattr(model, "layers", None)
    if not layers:
        return None
    last = layers[-1]
    if isinstance(last, keras.Model):
        return _activation(last)
    if isinstance(last, keras.layers.Softmax):
        return "softmax"
    return getattr(getattr(last, "activation", None), "__name__", None)


def _optimizer(
    optimizer: str | keras.optimizers.Optimizer, learning_rate: LearningRate | None
) -> keras.optimizers.Optimizer:
    arguments.learning_rate(learning_rate)
    try:
        found = keras.optimizers.get(optimizer)
    except (ValueError, TypeError):
        raise UnknownNameError("optimizer", optimizer, _optimizers()) from None
    if learning_rate is None:
        return found
    return type(found).from_config({**found.get_config(), "learning_rate": learning_rate})


def _optimizers() -> list[str]:
    base = keras.optimizers.Optimizer
    classes = [kind for kind in vars(keras.optimizers).values() if isinstance(kind, type)]
    wrappers = ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")
    return sorted({c.__name__.lower() for c in classes if issubclass(c, base) and c.__name__ not in wrappers})


def _units(units: int) -> str:
    return "1 unit" if units == 1 else f"{units} units"
