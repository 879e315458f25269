"""A model as a pure function of its weights, with all that a call of it assigns: `call`.

Keras's own `stateless_call` returns what a call assigns to weights that don't train, such as a running mean,
and drops what it assigns to those that do (SpectralNormalization, a layer that clips its kernel), or to a
variable that is not listed at all (the states of a stateful recurrent layer).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from dlcourse.console import quiet

with quiet():
    import keras
    import tensorflow as tf

from dlcourse.errors import ModelError
from dlcourse.training import keras_internals
from dlcourse.training.keras_internals import flatten_layers

TRACING = threading.RLock()  # while a graph is made, a model has other attributes: one thread at a time
MAX_UNROLLED_STEPS = 16  # of a recurrent layer: more of them take longer to trace than they save


class Called(NamedTuple):
    """What a call of a model gives.

    Args:
        outputs: of the model.
        losses: of its layers: penalties, `add_loss`.
        trainable, non_trainable: the weights after it.
        read: for each trainable weight, the values that it has had: a gradient is the sum over them.
    """

    outputs: Any
    losses: list[tf.Tensor]
    trainable: list[tf.Tensor]
    non_trainable: list[tf.Tensor]
    read: list[list[tf.Tensor]]

    def gradients(self, tape: tf.GradientTape, loss: tf.Tensor) -> list[Any]:
        """The loss's gradient for each trainable weight; `None` where nothing leads to it."""
        found = []
        for parts in tape.gradient(loss, self.read):
            parts = [part for part in parts if part is not None]
            found.append(tf.add_n(parts) if len(parts) > 1 else parts[0] if parts else None)
        return found


def call(
    model: keras.Model,
    trainable: list[tf.Tensor],
    non_trainable: list[tf.Tensor],
    x: Any,
    tape: tf.GradientTape | None = None,
    **arguments: Any,
) -> Called:
    """Call a model with weights that are given.

    Args:
        model: built.
        trainable, non_trainable: values for its weights, in Keras's order.
        x: what it is called with.
        tape: watches what is assigned to a trainable weight, which is then its value, and not computed from
            the one before: as in `model.fit`, where it is a variable.
        arguments: for the model's `call`.

    Raises:
        ModelError: a layer assigns to a variable that is not among the model's weights, or does so in a loop
            or a branch of TensorFlow's, as a recurrent layer whose cell draws at each step.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> weights = [tf.ones((2, 1)), tf.zeros(1)]
        >>> call(model, weights, [], tf.constant([[1.0, 2.0]])).outputs.numpy()
        array([[3.]], dtype=float32)
    """
    scope = _Scope(model, trainable, non_trainable, tape)
    with TRACING, _unrolled(model), scope:
        # Not `model.call`: each layer would be called by itself, and its second call drop the first's losses.
        outputs = model(x, **arguments)
        losses = list(model.losses)
    if scope.unlisted:
        raise ModelError(
            f"The model keeps '{scope.unlisted[0].path}' from batch to batch, which Keras doesn't list among "
            "its weights, as the states of a stateful layer: the compiled engine would forget it, so train "
            "with model.fit."
        )
    if scope.inside:
        raise ModelError(
            f"A layer changes '{scope.inside[0].path}' in a loop or a branch of TensorFlow's, as a recurrent "
            "cell does that draws numbers at each step: the compiled engine can't follow it, so train with "
            "model.fit."
        )
    read = [scope.read[id(variable)] for variable in model.trainable_variables]
    return Called(
        outputs,
        losses,
        [values[-1] for values in read],
        [scope.get_current_value(variable) for variable in model.non_trainable_variables],
        read,
    )


class _Scope(keras.StatelessScope):
    """Holds a model's weights during a call."""

    def __init__(self, model, trainable, non_trainable, tape):
        pairs = [*zip(model.trainable_variables, trainable, strict=True)]
        super().__init__(
            [*pairs, *zip(model.non_trainable_variables, non_trainable, strict=True)], collect_losses=True
        )
        self.read = {id(variable): [value] for variable, value in pairs}
        self.unlisted: list[keras.Variable] = []
        self.inside: list[keras.Variable] = []  # a loop or a branch
        self._tape = tape
        self._graph = tf.compat.v1.get_default_graph()

    def add_update(self, update):
        variable, value = update
        if tf.compat.v1.get_default_graph() is not self._graph:  # what is assigned there can't be read here
            self.inside.append(variable)
            return
        if id(variable) in self.read:
            value = tf.stop_gradient(tf.convert_to_tensor(value, variable.dtype))
            if self._tape is not None:
                self._tape.watch(value)
            self.read[id(variable)].append(value)
        elif id(variable) not in self.state_mapping:
            self.unlisted.append(variable)
        super().add_update((variable, value))


@contextlib.contextmanager
def _unrolled(model: keras.Model) -> Iterator[None]:
    """While a graph is traced, recurrent layers write out their steps, where these are few: no inner loop.

    Not those of cells of one's own, which may change something at each step: the loop takes one more. Nor the
    backward half of a bidirectional layer, whose mask Keras 3.15 then leaves unreversed.
    """
    layers = [
        layer
        for layer in flatten_layers(model)
        if isinstance(layer, keras.layers.RNN)
        and not layer.unroll
        and 0 < (_steps(layer) or 0) <= MAX_UNROLLED_STEPS
        and not (layer.go_backwards and layer.zero_output_for_mask)
        and all(type(cell).__module__.startswith("keras.") for cell in _cells(layer))
    ]
    for layer in layers:
        layer.unroll = True
    try:
        yield
    finally:
        for layer in layers:
            layer.unroll = False


def _cells(layer: keras.layers.RNN) -> list[Any]:
    """The cell of a recurrent layer, and what it is made of."""
    return [layer.cell, *flatten_layers(layer, include_self=False)]


def _steps(layer: keras.layers.RNN) -> int | None:
    """How many steps the sequences have that a layer was built for, if that is known."""
    shapes = keras_internals.build_shapes(layer)
    sequences = shapes.get("sequences_shape") or shapes.get("input_shape")
    return sequences[1] if sequences else None
