"""What a converter needs of a Keras layer: its settings, refused or translated, and its weights."""

from collections.abc import Callable

import keras
import numpy as np
import torch
from torch import nn

from dlcourse.errors import ModelError

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "softsign": nn.Softsign,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "softmax": lambda: nn.Softmax(dim=-1),
}


def activation(function: Callable, layer: keras.layers.Layer) -> nn.Module:
    """The PyTorch module of a Keras activation."""
    kind = name(function)
    if kind not in ACTIVATIONS:
        raise ModelError(
            f"Layer '{layer.name}' has the activation '{kind}', which has no PyTorch twin. These have: "
            f"{', '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[kind]()


def refuse(layer: keras.layers.Layer, wrong: bool, setting: str) -> None:
    """Raise a `ModelError` that names the layer and its setting, if it is one that can't be followed."""
    if wrong:
        raise ModelError(
            f"Layer '{layer.name}' ({type(layer).__name__}) has {setting}, which no PyTorch twin can follow."
        )


def fill(
    parameter: torch.Tensor | None,
    weight: keras.Variable | None,
    layout: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> None:
    """Copy a Keras weight, brought into PyTorch's layout, into a parameter; nothing if there is none.

    A weight that is frozen is so in PyTorch: layers freeze theirs, but one can be frozen alone.
    """
    if parameter is not None and weight is not None:
        with torch.no_grad():
            parameter.copy_(torch.tensor(layout(array(weight))))
        parameter.requires_grad_(weight.trainable)


def array(value: object) -> np.ndarray:
    """A weight as float32."""
    return np.asarray(value, dtype=np.float32)


def name(function: Callable) -> str:
    """The name of one of Keras's activations; another one may have it too, and is said to be none of them."""
    given = getattr(function, "__name__", type(function).__name__)
    return given if getattr(keras.activations, given, None) is function else f"{given} (not Keras's own)"
