"""What converting a model costs and saves: `compare(model, lite, test)`, a table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dlcourse import checking, console, tasks
from dlcourse.deployment.lite import LiteModel
from dlcourse.errors import ModelError
from dlcourse.metrics import reporting

if TYPE_CHECKING:
    import keras

SLOW_CALLS, FAST_CALLS = 15, 200


def compare(
    model: keras.Model,
    lite: LiteModel | Sequence[LiteModel] | Mapping[str, LiteModel],
    data: checking.Data,
    *,
    task: tasks.Task | None = None,
) -> pd.DataFrame:
    """Measure a Keras model and what was converted from it on the same data.

    Args:
        model: compiled, with one of the tasks of `dlcourse.tasks`.
        lite: one model, several, or several with names.
        data: a pair (x, y), or what else `dlcourse.checking.arrays` takes.
        task: one of `dlcourse.tasks.TASKS`; read from the model's loss if `None`. A loss function of your own
            does not tell it, and would be read as that of a regression.

    Returns:
        A row for `model.predict` ("keras"), for the same model as a "tf.function" and for each TFLite model,
        and these columns:

        - size: bytes, of the file for TFLite and of the weights for Keras;
        - accuracy: the share of right classes, or of right labels; mean_absolute_error for a regression;
        - agreement: the share of decisions that are Keras's own; largest_difference for a regression;
        - latency_ms: the median time of a call with one row, from array to array, in milliseconds.

    Raises:
        ModelError: the model is not compiled, or does not fit the data or the task; or `lite` is none.
        DataError: the data do not fit the task.
        UnknownNameError: there is no such task.

    Example:
        >>> from dlcourse import models
        >>> from dlcourse.deployment import to_tflite
        >>> model = models.mlp((2,), "binary", hidden=())
        >>> table = compare(model, {"float": to_tflite(model)}, ([[0.0, 1.0], [1.0, 0.0]], [0, 1]))
        >>> list(table.index), float(table.loc["float", "agreement"])
        (['keras', 'tf.function', 'float'], 1.0)
    """
    import tensorflow as tf

    task = tasks.of_model(model) if task is None else task
    tasks.check_task(task)
    lite = _named(lite)
    x, y = checking.arrays(data)
    outputs = reporting.predicted(model, x, task)
    y = reporting.checked_target(y, task, outputs.shape[1])
    row = checking.take(x, np.arange(1))
    graph = tf.function(lambda inputs: model(inputs, training=False))
    weights = sum(weight.numpy().nbytes for weight in model.weights)
    table = {}
    with console.progress(2 + len(lite), "comparing") as advance:
        slow = _latency(lambda: model.predict(row, verbose=0), SLOW_CALLS)
        table["keras"] = [weights, *_figures(outputs, outputs, y, task), slow]
        advance(1, "tf.function")
        fast = _latency(lambda: graph(row).numpy(), FAST_CALLS)
        table["tf.function"] = [weights, *_figures(outputs, outputs, y, task), fast]
        for name, each in lite.items():
            advance(1, name)
            figures = _figures(tasks.probabilities(each.predict(x), model, task), outputs, y, task)
            table[name] = [each.size, *figures, _latency(partial(each.predict, row), FAST_CALLS)]
    quality = (
        ("mean_absolute_error", "largest_difference") if task == "regression" else ("accuracy", "agreement")
    )
    frame = pd.DataFrame.from_dict(table, orient="index", columns=["size", *quality, "latency_ms"])
    return frame.rename_axis("model")


def _named(lite: Any) -> dict[str, LiteModel]:
    if isinstance(lite, LiteModel):
        named = {"tflite": lite}
    elif isinstance(lite, Mapping):
        named = dict(lite)
    else:
        several = lite if isinstance(lite, Iterable) else (lite,)
        named = {f"tflite {i}": each for i, each in enumerate(several, start=1)}
    for each in named.values():
        if not isinstance(each, LiteModel):
            raise ModelError(
                f"A model is compared with what to_tflite or LiteModel.load gives, not with {each!r}."
            )
    return named


def _figures(
    outputs: np.ndarray, reference: np.ndarray, y: np.ndarray, task: tasks.Task
) -> tuple[float, float]:
    """How good the outputs are, numbers or probabilities, and how near to Keras's."""
    ours, theirs = tasks.decide(outputs, task), tasks.decide(reference, task)
    if task == "regression":
        return float(np.abs(ours - y.reshape(ours.shape)).mean()), float(np.abs(ours - theirs).max())
    return float((ours == y).mean()), float((ours == theirs).mean())


def _latency(call: Callable[[], object], calls: int) -> float:
    """The median time of a call, in milliseconds."""
    call()
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))
