"""One row through a model that was just loaded, so that one which can't predict is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from dlcourse.deployment import claims, keras_files
from dlcourse.errors import ModelError
from dlcourse.training.graph import input_structure

OPEN_SIZE = 32  # of a row, where the model takes rows of any size


def check_predicts(model: keras.Model, run: Any) -> None:
    """Run a model on a row of ones, or of zeros if it takes no ones; what comes of it does not matter.

    A model that leaves a size of its rows open is not run: which sizes it takes, nobody can know.

    Args:
        model: of any inputs.
        run: the `tf.function` that will predict. Its graph is made here, and need not be made for the first
            rows that come.

    Raises:
        ModelError: the model can't compute anything, or would take too much memory for it.
    """
    claims.check_loops(model)
    graph = _done(run.get_concrete_function)
    if isinstance(graph.structured_outputs, (dict, list, tuple)):
        raise ModelError("it has several outputs, and a bundle's model has one.")
    claims.check_graph(graph.graph, model)
    ones = _row(model, 1)
    if all(None not in tensor.shape[1:] for tensor in model.inputs):
        try:
            run(ones)
        except Exception:  # of an Embedding with a single number, for one
            _done(lambda: run(_row(model, 0)))
        return
    fixed = tf.function(lambda x: model(x, training=False))
    try:
        graph = fixed.get_concrete_function(ones)
    except Exception:
        return  # it needs larger rows
    claims.check_graph(graph.graph, model)


def _done(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # whatever a layer raises
        raise ModelError(keras_files.first_line(error)) from None


def _row(model: keras.Model, value: int) -> Any:
    """A row full of one number, or of empty texts, in the structure in which the model takes it."""

    def full(tensor: keras.KerasTensor) -> tf.Tensor:
        shape = [OPEN_SIZE if size is None else size for size in (tensor.shape[0] or 1, *tensor.shape[1:])]
        return tf.fill(shape, "" if tensor.dtype == "string" else tf.cast(value, tensor.dtype))

    return keras.tree.map_structure(full, input_structure(model))
