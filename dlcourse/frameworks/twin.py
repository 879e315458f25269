"""A PyTorch module that follows the graph of a Keras model: `Twin`."""

import functools
from typing import Any, NamedTuple

import keras
import numpy as np
import torch
from torch import nn

from dlcourse.errors import ModelError
from dlcourse.frameworks.layers import CONFUSED_BY_MASKS, convert
from dlcourse.frameworks.settings import refuse
from dlcourse.training import graph

# Arguments of a call that say nothing new: the twin has its own mode, and passes masks on by itself.
IMPLIED = ("training", "mask")


class Step(NamedTuple):
    """One call: the submodule by name, the places of its inputs, and how it takes them and their masks."""

    name: str
    inputs: tuple[int, ...]
    takes_floats: bool
    keeps_mask: bool
    sees_masks: tuple[bool, ...]


class Twin(nn.Module):
    """The layers of a Keras model as submodules, called in the order of its graph.

    Masks travel beside the values as they do in Keras: `values[i]` and `masks[i]` are of step `i`. One oddity
    of Keras (3.15) comes with them: `MultiHeadAttention` takes the masks off its inputs, so that after a
    plain sum around it, a second attention finds none and looks at padding too.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        calls = graph.calls(model)
        own = not type(model).call.__module__.startswith("keras.")  # which may do other than the graph says
        refuse(model, own, "a `call` of its own")
        place = {id(tensor): i for i, call in enumerate(calls) for tensor in keras.tree.flatten(call.output)}
        names: dict[int, str] = {}
        self._input_places = [place[id(tensor)] for tensor in model.inputs]
        self._inputs = [(tensor.name, tuple(tensor.shape), tensor.dtype) for tensor in model.inputs]
        self._output_places = [place[id(tensor)] for tensor in model.outputs]
        self._steps: dict[int, Step] = {}
        masked: set[int] = set()  # by the graph, which pooling layers go by
        worn: set[int] = set()  # when it runs, which attention goes by
        for i, call in enumerate(calls):
            if i in self._input_places:
                continue
            _check(call)
            layer, sources = call.layer, call.inputs
            if id(layer) not in names:
                names[id(layer)] = self._add(layer)
            module = getattr(self, names[id(layer)])
            if masked & set(sources) and isinstance(layer, CONFUSED_BY_MASKS):
                raise ModelError(
                    f"Layer '{layer.name}' ({type(layer).__name__}) gets the mask of padding, which no "
                    "PyTorch twin can follow: use mask_zero=False."
                )
            takes_whole = isinstance(layer, keras.Model | keras.layers.Embedding)
            takes_floats = not takes_whole and "float" in call.output.dtype
            if isinstance(layer, keras.layers.LayerNormalization):
                # Of these Keras makes whole numbers again, with the fractions cut off.
                whole = any("float" not in calls[source].output.dtype for source in sources)
                refuse(layer, whole, "whole numbers as its input")
            keeps_mask = getattr(layer, "supports_masking", False) and not getattr(module, "ends_mask", False)
            takes_off = getattr(module, "takes_masks_off", False)
            sees_masks = tuple(source in (worn if takes_off else masked) for source in sources)
            self._steps[i] = Step(names[id(layer)], sources, takes_floats, keeps_mask, sees_masks)
            for has_mask in (masked, worn):
                kept = keeps_mask and has_mask.issuperset(sources[_mask_from(module)])
                if kept or getattr(module, "makes_mask", False):
                    has_mask.add(i)
            if takes_off:
                worn -= set(sources)

    def forward(self, *inputs: Any) -> Any:
        """Compute the outputs for arrays or tensors, one for each input of the Keras model, in its order.

        Raises:
            ModelError: they are too few or too many, or one is of a shape that the Keras model does not take.
        """
        if len(inputs) != len(self._inputs):
            raise ModelError(f"The model has {len(self._inputs)} inputs and was given {len(inputs)}.")
        values: dict[int, torch.Tensor] = {}
        masks: dict[int, torch.Tensor | None] = {}
        for i, x, (name, shape, dtype) in zip(self._input_places, inputs, self._inputs, strict=True):
            values[i], masks[i] = _fitted(self._tensor(x, dtype), name, shape), None
        for i, step in self._steps.items():
            module = getattr(self, step.name)
            xs, given = [values[j] for j in step.inputs], [masks[j] for j in step.inputs]
            if step.takes_floats:  # as Keras does where it multiplies whole numbers by weights
                xs = [x if x.is_floating_point() else x.to(self._precision()) for x in xs]
            seen = [mask if sees else None for mask, sees in zip(given, step.sees_masks, strict=True)]
            values[i] = module(*xs, masks=seen) if getattr(module, "takes_masks", False) else module(*xs)
            masks[i] = _combined(given[_mask_from(module)]) if step.keeps_mask else None
            if getattr(module, "makes_mask", False):
                masks[i] = module.mask(*xs)
        outputs = tuple(values[i] for i in self._output_places)
        return outputs[0] if len(outputs) == 1 else outputs

    def _add(self, layer: keras.layers.Layer) -> str:
        name = layer.name.replace(".", "_")
        while hasattr(self, name):  # "half" and "float" are methods of every module
            name += "_"
        module = Twin(layer) if isinstance(layer, keras.Model) else convert(layer)
        self.add_module(name, module)
        return name

    def _tensor(self, x: Any, dtype: str) -> torch.Tensor:
        """Bring an input of the given Keras type to the device and the precision of the module."""
        x = x if isinstance(x, torch.Tensor) else torch.as_tensor(np.asarray(x))
        x = x.to(next(self.parameters(), x).device)
        if "float" not in dtype:
            return x.to(getattr(torch, dtype))
        # Tokens stay whole, or half precision would mix them up; steps that need floats make them so.
        return x.to(self._precision()) if x.is_floating_point() else x

    def _precision(self) -> torch.dtype:
        own = next(self.parameters(), None)
        return torch.float32 if own is None else own.dtype


def _fitted(x: torch.Tensor, name: str, shape: tuple[int | None, ...]) -> torch.Tensor:
    """Add or take off a last axis of one, as Keras does for its inputs, and check the shape."""
    if x.ndim == len(shape) - 1 and shape[-1] == 1:
        x = x[..., None]
    elif x.ndim == len(shape) + 1 and x.shape[-1] == 1:
        x = x[..., 0]
    sizes = zip(x.shape[1:], shape[1:], strict=False)
    if x.ndim != len(shape) or any(size is not None and given != size for given, size in sizes):
        raise ModelError(f"Input '{name}' is of shape {shape}, which does not fit {tuple(x.shape)}.")
    return x


def _check(call: graph.Call) -> None:
    """Raise a `ModelError` if a layer is called in a way that its module can't be."""
    if isinstance(call.output, list):
        raise ModelError(f"Layer '{call.layer.name}' has several outputs: its PyTorch twin has one.")
    if not isinstance(call.layer, keras.layers.Layer):
        return  # an operation, whose arguments do not matter: `convert` names it
    for name, value in call.arguments.kwargs.items():
        frozen = name == "training" and value is False and isinstance(call.layer, keras.Model)
        if frozen or (name not in IMPLIED and value is not None and value is not False):
            raise ModelError(
                f"Layer '{call.layer.name}' is called with {name}={value}, which no PyTorch twin can follow."
            )


def _mask_from(module: nn.Module) -> slice:
    """The inputs whose masks a module keeps."""
    return getattr(module, "mask_from", slice(None))


def _combined(masks: list[torch.Tensor | None]) -> torch.Tensor | None:
    """A step is padding if it is so in every mask, as in Keras; without one of them, none is."""
    return None if any(mask is None for mask in masks) else functools.reduce(torch.logical_or, masks)
