"""Keras layers in PyTorch, one module each, with the same inputs, outputs and training: `convert`.

Every module takes and gives tensors in the layout of Keras, channels last, and holds its weights in that of
PyTorch. A module may say how it deals with the mask of a padded text:

    takes_masks     it is called with `masks`, one for each input, or `None`
    makes_mask      its method `mask` gives the mask of its output
    ends_mask       its output has no mask
    takes_masks_off its inputs have none after it
"""

import functools
import math
from collections.abc import Callable

import keras
import numpy as np
import torch
from keras import layers
from torch import nn
from torch.nn import functional

from dlcourse.errors import ModelError
from dlcourse.frameworks import sequences
from dlcourse.frameworks.settings import activation, array, fill, refuse

# Layers that use or join masks in ways that their twins don't.
CONFUSED_BY_MASKS = (
    layers.BatchNormalization,
    layers.Bidirectional,
    layers.Concatenate,
    layers.Maximum,
    layers.Multiply,
    layers.Softmax,
    *sequences.RECURRENT,
    keras.Model,
)


def convert(layer: keras.layers.Layer) -> nn.Module:
    """Return a module with the weights of a layer.

    Raises:
        ModelError: there is none for this kind of layer, or not with these settings.
    """
    for kind, converter in _converters().items():
        if type(layer) is kind:
            _refuse_special_weights(layer)
            return converter(layer)
    known = ", ".join(kind.__name__ for kind in _converters())
    raise ModelError(
        f"Layer '{layer.name}' is a {type(layer).__name__}, which has no PyTorch twin. These have: {known}."
    )


class Dense(nn.Linear):
    """y = activation(x W + b) on the last axis."""

    def __init__(self, layer: layers.Dense) -> None:
        super().__init__(*layer.kernel.shape, bias=layer.use_bias)
        self.activation = activation(layer.activation, layer)
        fill(self.weight, layer.kernel, np.transpose)
        fill(self.bias, layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(super().forward(x))


class _Convolution(nn.Module):
    """What both convolutions share: padding as in Keras, and channels in the second place."""

    def __init__(self, layer: layers.Conv1D | layers.Conv2D) -> None:
        refuse(layer, layer.data_format != "channels_last", f"data_format='{layer.data_format}'")
        refuse(layer, layer.padding not in ("valid", "same"), f"padding='{layer.padding}'")
        *size, channels, filters = layer.kernel.shape
        super().__init__(
            channels * layer.groups,
            filters,
            tuple(size),
            stride=layer.strides,
            dilation=layer.dilation_rate,
            groups=layer.groups,
            bias=layer.use_bias,
        )
        self.same = layer.padding == "same"
        self.activation = activation(layer.activation, layer)
        # (height, width, channels, filters) → (filters, channels, height, width)
        fill(self.weight, layer.kernel, lambda kernel: np.moveaxis(kernel, (-1, -2), (0, 1)))
        fill(self.bias, layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.movedim(-1, 1)
        if self.same:
            x = _padded(x, self.kernel_size, self.stride, self.dilation)
        return self.activation(super().forward(x).movedim(1, -1))


class Conv1D(_Convolution, nn.Conv1d):
    pass


class Conv2D(_Convolution, nn.Conv2d):
    pass


class Pooling(nn.Module):
    """The largest or the mean of each window; beyond the edge there is nothing."""

    def __init__(self, layer: layers.Layer) -> None:
        super().__init__()
        refuse(layer, layer.data_format != "channels_last", f"data_format='{layer.data_format}'")
        self.size, self.stride = tuple(layer.pool_size), tuple(layer.strides)
        self.same, self.largest = layer.padding == "same", layer.pool_mode == "max"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        flat = len(self.size) == 1
        x = x.movedim(-1, 1)
        one = (1,) * len(self.size)
        if self.largest:
            pool = functional.max_pool1d if flat else functional.max_pool2d
            if self.same:
                x = _padded(x, self.size, self.stride, one, -math.inf)
            return pool(x, self.size, self.stride).movedim(1, -1)
        pool = functional.avg_pool1d if flat else functional.avg_pool2d
        if not self.same:
            return pool(x, self.size, self.stride).movedim(1, -1)
        inside = _padded(torch.ones_like(x), self.size, self.stride, one)
        x = _padded(x, self.size, self.stride, one)
        return (pool(x, self.size, self.stride) / pool(inside, self.size, self.stride)).movedim(1, -1)


class GlobalPooling(nn.Module):
    """The largest or the mean over all places, or of the steps that are no padding."""

    takes_masks = ends_mask = True

    def __init__(self, layer: layers.Layer) -> None:
        super().__init__()
        refuse(layer, layer.data_format != "channels_last", f"data_format='{layer.data_format}'")
        self.largest, self.keepdims = "Max" in type(layer).__name__, layer.keepdims

    def forward(self, x: torch.Tensor, masks: list[torch.Tensor | None]) -> torch.Tensor:
        places = tuple(range(1, x.ndim - 1))
        if self.largest:
            return x.amax(places, keepdim=self.keepdims)
        if masks[0] is None:
            return x.mean(places, keepdim=self.keepdims)
        weight = masks[0].to(x.dtype)[..., None]
        return (x * weight).sum(1, keepdim=self.keepdims) / weight.sum(1, keepdim=self.keepdims)


class BatchNormalization(nn.Module):
    """(x - mean) / √(variance + ε) · weight + bias on the last axis.

    Unlike `torch.nn.BatchNorm1d`, the running variance is of the biased kind, as in Keras.
    """

    def __init__(self, layer: layers.BatchNormalization) -> None:
        super().__init__()
        refuse(layer, layer.axis not in (-1, layer.input_spec.ndim - 1), f"axis={layer.axis}")
        refuse(layer, layer.renorm, "renorm=True")
        self.eps, self.momentum, self.frozen = layer.epsilon, 1 - layer.momentum, not layer.trainable
        size = tuple(layer.moving_mean.shape)
        self.weight = nn.Parameter(torch.ones(size)) if layer.scale else None
        self.bias = nn.Parameter(torch.zeros(size)) if layer.center else None
        self.register_buffer("running_mean", torch.zeros(size))
        self.register_buffer("running_var", torch.ones(size))
        for own, theirs in (
            (self.weight, layer.gamma),
            (self.bias, layer.beta),
            (self.running_mean, layer.moving_mean),
            (self.running_var, layer.moving_variance),
        ):
            fill(own, theirs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, variance = self.running_mean, self.running_var
        if self.training and not self.frozen:
            over = tuple(range(x.ndim - 1))
            mean, variance = x.mean(over), x.var(over, correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance, self.momentum)
        x = (x - mean) / torch.sqrt(variance + self.eps)
        x = x if self.weight is None else x * self.weight
        return x if self.bias is None else x + self.bias


class LayerNormalization(nn.LayerNorm):
    """(x - mean) / √(variance + ε) · weight + bias, of each sample or step."""

    def __init__(self, layer: layers.LayerNormalization) -> None:
        refuse(layer, layer.axis not in (-1, [-1]), f"axis={layer.axis}")
        refuse(layer, not layer.scale, "scale=False")
        super().__init__(layer.gamma.shape[0], eps=layer.epsilon, bias=layer.center)
        fill(self.weight, layer.gamma)
        fill(self.bias, layer.beta)


class Call(nn.Module):
    """A function without weights."""

    def __init__(self, function: Callable[..., torch.Tensor], description: str) -> None:
        super().__init__()
        self.function, self.description = function, description

    def forward(self, *xs: torch.Tensor) -> torch.Tensor:
        return self.function(*xs)

    def extra_repr(self) -> str:
        return self.description


def _merge(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable:
    def together(*xs: torch.Tensor) -> torch.Tensor:
        most = max(x.ndim for x in xs)
        # As in Keras, missing axes come behind that of the samples: in PyTorch, they would come before it.
        xs = tuple(x.reshape(len(x), *(1,) * (most - x.ndim), *x.shape[1:]) for x in xs)
        return functools.reduce(function, xs)

    return lambda layer: Call(together, type(layer).__name__.lower())


def _relu(layer: layers.ReLU) -> nn.Module:
    refuse(layer, bool(layer.threshold), f"threshold={layer.threshold}")
    slope, most = float(layer.negative_slope or 0), layer.max_value
    return Call(
        lambda x: (
            functional.leaky_relu(x, slope).clamp(max=most)
            if most is not None
            else functional.leaky_relu(x, slope)
        ),
        f"negative_slope={slope}, max_value={most}",
    )


def _softmax(layer: layers.Softmax) -> nn.Module:
    refuse(layer, not isinstance(layer.axis, int), f"axis={layer.axis}")
    return nn.Softmax(dim=layer.axis)


def _normalization(layer: layers.Normalization) -> nn.Module:
    mean, deviation = (torch.tensor(array(x)) for x in (layer.mean, np.sqrt(array(layer.variance))))
    deviation = deviation.clamp(min=keras.config.epsilon())
    if layer.invert:
        return Call(lambda x: x * deviation.to(x) + mean.to(x), "x deviation + mean")
    return Call(lambda x: (x - mean.to(x)) / deviation.to(x), "(x - mean) / deviation")


def _rescaling(layer: layers.Rescaling) -> nn.Module:
    scale, offset = torch.tensor(array(layer.scale)), torch.tensor(array(layer.offset))
    return Call(lambda x: x * scale.to(x) + offset.to(x), f"{layer.scale} x + {layer.offset}")


def _dropout(layer: layers.Dropout) -> nn.Module:
    refuse(layer, layer.noise_shape is not None, f"noise_shape={layer.noise_shape}")
    return nn.Dropout(layer.rate)


def _refuse_special_weights(layer: keras.layers.Layer) -> None:
    """Refuse what changes weights in a step, or puts others in their place: equal steps would differ."""
    for weight in layer.weights:
        rule = weight.constraint
        refuse(
            layer,
            weight.trainable and rule is not None,
            f"the constraint {type(rule).__name__} on its {weight.name}",
        )
    refuse(layer, bool(getattr(layer, "lora_enabled", False)), "LoRA weights")


def _converters() -> dict[type, Callable[[keras.layers.Layer], nn.Module]]:
    from dlcourse.models import attention

    return {
        **CONVERTERS,
        attention.PositionEmbedding: sequences.PositionEmbedding,
        attention.Residual: lambda layer: sequences.Residual(),
        attention.MaskedMean: lambda layer: sequences.MaskedMean(),
    }


CONVERTERS: dict[type, Callable[[keras.layers.Layer], nn.Module]] = {
    layers.Dense: Dense,
    layers.Conv1D: Conv1D,
    layers.Conv2D: Conv2D,
    layers.MaxPooling1D: Pooling,
    layers.MaxPooling2D: Pooling,
    layers.AveragePooling1D: Pooling,
    layers.AveragePooling2D: Pooling,
    layers.GlobalMaxPooling1D: GlobalPooling,
    layers.GlobalMaxPooling2D: GlobalPooling,
    layers.GlobalAveragePooling1D: GlobalPooling,
    layers.GlobalAveragePooling2D: GlobalPooling,
    layers.Flatten: lambda layer: nn.Flatten(),
    layers.Reshape: lambda layer: Call(
        lambda x: x.reshape(len(x), *layer.target_shape), f"{layer.target_shape}"
    ),
    layers.Rescaling: _rescaling,
    layers.Normalization: _normalization,
    layers.Dropout: _dropout,
    layers.BatchNormalization: BatchNormalization,
    layers.LayerNormalization: LayerNormalization,
    layers.Activation: lambda layer: activation(layer.activation, layer),
    layers.ReLU: _relu,
    layers.LeakyReLU: lambda layer: nn.LeakyReLU(float(layer.negative_slope)),
    layers.ELU: lambda layer: nn.ELU(float(layer.alpha)),
    layers.Softmax: _softmax,
    layers.Embedding: sequences.Embedding,
    **sequences.RECURRENT,
    layers.Bidirectional: sequences.Bidirectional,
    layers.MultiHeadAttention: sequences.MultiHeadAttention,
    layers.Add: _merge(torch.add),
    layers.Subtract: _merge(torch.sub),
    layers.Multiply: _merge(torch.mul),
    layers.Maximum: _merge(torch.maximum),
    layers.Concatenate: lambda layer: Call(lambda *xs: torch.cat(xs, dim=layer.axis), f"axis={layer.axis}"),
}


def _padded(x: torch.Tensor, size: tuple, stride: tuple, dilation: tuple, value: float = 0.0) -> torch.Tensor:
    """Pad `(n, channels, …)` as Keras's "same" does: what is odd goes to the bottom and the right."""
    padding: list[int] = []
    for length, k, s, d in zip(x.shape[2:], size, stride, dilation, strict=True):
        total = max((math.ceil(length / s) - 1) * s + (k - 1) * d + 1 - length, 0)
        padding = [total // 2, total - total // 2, *padding]  # PyTorch wants the last axis first
    return functional.pad(x, padding, value=value)
