"""The graph of a Keras model, as a list of calls of its layers in the order of computation: `calls`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcourse.errors import ModelError
from dlcourse.training.keras_internals import origin

if TYPE_CHECKING:
    import keras


class Call(NamedTuple):
    """One use of a layer in a model.

    Args:
        layer: the layer, or the operation (`keras.ops`) that stands in its place.
        inputs: the places, in the list of calls, of those whose outputs it takes, in the order in which it
            takes them.
        arguments: what it was called with: `arguments.args` and `arguments.kwargs`, with symbolic tensors.
        output: its symbolic output, or a list of them.
    """

    layer: keras.layers.Layer
    inputs: tuple[int, ...]
    arguments: Any
    output: Any


def calls(model: keras.Model) -> list[Call]:
    """List the calls of layers that lead from a model's inputs to its outputs, inputs first.

    A layer that is used twice is there twice; a model inside the model is one call. What only computes the
    mask of padding is left out.

    Raises:
        ModelError: the model is a subclass with a `call` of its own, or was not built yet.

    Example:
        >>> import keras
        >>> x = keras.Input((4,))
        >>> model = keras.Model(x, keras.layers.Add()([x, keras.layers.Dense(4)(x)]))
        >>> [(type(call.layer).__name__, call.inputs) for call in calls(model)]
        [('InputLayer', ()), ('Dense', (0,)), ('Add', (0, 1))]
    """
    import keras

    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise ModelError(
            f"The model '{model.name}' has no graph of layers: build a Sequential or functional model, from "
            "keras.Input on."
        )
    listed: list[Call] = []
    place: dict[int, int] = {}  # of the call that makes a tensor

    def visit(tensor: keras.KerasTensor) -> None:
        if id(tensor) in place:
            return
        operation, node = origin(tensor)
        before = [] if isinstance(operation, keras.layers.InputLayer) else _data(node.arguments)
        for one in before:
            visit(one)
        place.update({id(one): len(listed) for one in node.outputs})
        output = node.outputs[0] if len(node.outputs) == 1 else node.outputs
        listed.append(Call(operation, tuple(place[id(one)] for one in before), node.arguments, output))

    for output in outputs:
        visit(output)
    return listed


def _data(arguments: Any) -> list[keras.KerasTensor]:
    """The tensors that a layer is called with, but for the masks, which say where there is nothing."""
    import keras

    given = [
        arguments.args,
        *(value for name, value in arguments.kwargs.items() if not name.endswith("mask")),
    ]
    return [one for one in keras.tree.flatten(given) if isinstance(one, keras.KerasTensor)]


def input_structure(model: keras.Model) -> Any:
    """Return a model's symbolic inputs as it is called: a tensor, or a dict or list of them.

    Example:
        >>> import keras
        >>> input_structure(keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])).shape
        (None, 2)
    """
    return model.inputs[0] if len(model.inputs) == 1 else model.input


def evaluate(model: keras.Model, x: Any, output: Any) -> Any:
    """Compute what symbolic outputs inside a model are for some samples, with dropout off.

    Args:
        model: the model.
        x: the samples, as the model takes them.
        output: the `output` of a call, or a list or dict of several.

    Returns:
        Tensors in the same structure.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.ReLU(), keras.layers.Flatten()])
        >>> evaluate(model, keras.ops.array([[-1.0, 2.0]]), calls(model)[1].output).numpy()
        array([[0., 2.]], dtype=float32)
    """
    import keras

    inputs = model.inputs
    if isinstance(x, Mapping):
        inputs = {tensor.name: tensor for tensor in inputs}
    elif len(inputs) == 1:
        inputs = inputs[0]
    return keras.Model(inputs, output)(x, training=False)
