"""Keras layers of sequences in PyTorch: embeddings, recurrent layers and attention."""

import functools
import math
from typing import ClassVar

import numpy as np
import torch
from keras import layers
from torch import nn
from torch.nn import functional

from dlcourse.frameworks.settings import array, fill, name, refuse


class Embedding(nn.Embedding):
    """A learned vector for each token; where 0 is padding, a mask says so."""

    def __init__(self, layer: layers.Embedding) -> None:
        super().__init__(layer.input_dim, layer.output_dim)
        self.makes_mask = layer.mask_zero
        fill(self.weight, layer.embeddings)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return super().forward(tokens.long())

    def mask(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens != 0


class _Recurrent(nn.Module):
    """What the recurrent layers share: weights, the direction of reading, and which states are passed on."""

    order: tuple[int, ...] = (0,)  # of Keras's gates, in PyTorch's order

    def __init__(self, layer: layers.LSTM | layers.GRU | layers.SimpleRNN, **options: str) -> None:
        for setting in ("dropout", "recurrent_dropout", "stateful", "return_state"):
            refuse(layer, bool(getattr(layer, setting)), f"{setting}={getattr(layer, setting)}")
        features, width = layer.cell.kernel.shape
        super().__init__(features, layer.units, bias=layer.use_bias, batch_first=True, **options)
        self.backwards, self.sequences = layer.go_backwards, layer.return_sequences
        fill(self.weight_ih_l0, layer.cell.kernel, lambda kernel: self._gates(kernel.T))
        fill(self.weight_hh_l0, layer.cell.recurrent_kernel, lambda kernel: self._gates(kernel.T))
        if layer.use_bias:
            bias = layer.cell.bias
            fill(self.bias_ih_l0, bias, lambda both: self._gates(both.reshape(-1, width)[0]))
            if len(bias.shape) > 1:
                fill(self.bias_hh_l0, bias, lambda both: self._gates(both[1]))
            else:  # the one of Keras is above: this one stays zero, or the two would learn twice as fast
                nn.init.zeros_(self.bias_hh_l0).requires_grad_(False)

    def _gates(self, weight: np.ndarray) -> np.ndarray:
        parts = np.split(weight, len(self.order))
        return np.concatenate([parts[i] for i in self.order])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = super().forward(x.flip(1) if self.backwards else x)
        return states if self.sequences else states[:, -1]


class SimpleRNN(_Recurrent, nn.RNN):
    def __init__(self, layer: layers.SimpleRNN) -> None:
        kind = name(layer.activation)
        refuse(layer, kind not in ("tanh", "relu"), f"activation='{kind}'")
        super().__init__(layer, nonlinearity=kind)


class LSTM(_Recurrent, nn.LSTM):
    order = (0, 1, 2, 3)  # input, forget, candidate, output in both

    def __init__(self, layer: layers.LSTM) -> None:
        _refuse_other_gates(layer)
        super().__init__(layer)


class GRU(_Recurrent, nn.GRU):
    order = (1, 0, 2)  # update, reset, candidate in Keras; reset, update, candidate in PyTorch

    def __init__(self, layer: layers.GRU) -> None:
        _refuse_other_gates(layer)
        refuse(layer, not layer.reset_after, "reset_after=False")
        super().__init__(layer)


RECURRENT = {layers.SimpleRNN: SimpleRNN, layers.LSTM: LSTM, layers.GRU: GRU}


class Bidirectional(nn.Module):
    """Two recurrent layers, one of which reads backwards."""

    merge: ClassVar = {
        "concat": lambda a, b: torch.cat([a, b], dim=-1),
        "sum": torch.add,
        "mul": torch.mul,
        "ave": lambda a, b: (a + b) / 2,
    }

    def __init__(self, layer: layers.Bidirectional) -> None:
        super().__init__()
        refuse(layer, layer.merge_mode is None, "merge_mode=None")
        both = (layer.forward_layer, layer.backward_layer)
        refuse(layer, any(type(one) not in RECURRENT for one in both), "a layer of another kind inside")
        self.forward_layer, self.backward_layer = (RECURRENT[type(one)](one) for one in both)
        self.mode = layer.merge_mode

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        one, other = self.forward_layer(x), self.backward_layer(x)
        # Read backwards, the states come from the last step to the first: back to the order of the steps.
        return self.merge[self.mode](one, other.flip(1) if self.backward_layer.sequences else other)


class MultiHeadAttention(nn.Module):
    """softmax(Q Kᵀ / √d) V in each head, between two linear maps."""

    takes_masks = takes_masks_off = True

    def __init__(self, layer: layers.MultiHeadAttention) -> None:
        super().__init__()
        config = layer.get_config()
        for setting, usual in (("use_gate", False), ("attention_axes", (1,)), ("sliding_window", None)):
            given = config.get(setting) or usual
            refuse(layer, given != usual, f"{setting}={given}")
        self.heads, self.dropout = config["num_heads"], config["dropout"]
        for role, part in (
            ("query", layer.query_dense),
            ("key", layer.key_dense),
            ("value", layer.value_dense),
            ("output", layer.output_dense),
        ):
            kernel = array(part.kernel)  # (depth, heads, size), of the output (heads, size, depth)
            rows = math.prod(kernel.shape[:-1]) if role == "output" else len(kernel)
            linear = nn.Linear(rows, kernel.size // rows, bias=config["use_bias"])
            fill(linear.weight, part.kernel, functools.partial(_flat, rows))
            fill(linear.bias, part.bias, np.ravel)
            self.add_module(role, linear)

    def forward(
        self,
        query: torch.Tensor,
        value: torch.Tensor,
        key: torch.Tensor | None = None,
        *,
        masks: list[torch.Tensor | None],
    ) -> torch.Tensor:
        key = value if key is None else key
        parts = (self.query(query), self.key(key), self.value(value))
        # (n, heads, steps, size)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])  # (n, heads, queries, keys)
        queries, keys = masks[0], masks[1]
        seen = torch.ones_like(scores, dtype=torch.bool)
        seen = seen if keys is None else seen & keys[:, None, None, :]
        seen = seen if queries is None else seen & queries[:, None, :, None]
        weights = scores.masked_fill(~seen, -1e9).softmax(-1)
        if self.dropout:
            # In Keras, a query that may look at nothing then finds nothing; without dropout, all alike.
            weights = functional.dropout(weights * seen, self.dropout, self.training)
        found = weights @ v
        return self.output(found.transpose(1, 2).flatten(2))


class PositionEmbedding(nn.Module):
    """Adds a learned vector for each position."""

    def __init__(self, layer: layers.Layer) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.empty(*layer.positions.shape))
        fill(self.positions, layer.positions)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.positions


class Residual(nn.Module):
    """The sum of a layer's input and its output, with the output's mask."""

    mask_from = slice(1, 2)

    def forward(self, x: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
        return x + found


class MaskedMean(nn.Module):
    """The mean over the steps that are no padding."""

    takes_masks = ends_mask = True

    def forward(self, x: torch.Tensor, masks: list[torch.Tensor | None]) -> torch.Tensor:
        if masks[0] is None:
            return x.mean(1)
        weight = masks[0].to(x.dtype)[..., None]  # (n, length, 1)
        return (x * weight).sum(1) / weight.sum(1).clamp(min=1)


def _flat(rows: int, kernel: np.ndarray) -> np.ndarray:
    """A kernel of several heads as one matrix, in PyTorch's layout."""
    return kernel.reshape(rows, -1).T


def _refuse_other_gates(layer: layers.LSTM | layers.GRU) -> None:
    names = (name(layer.activation), name(layer.recurrent_activation))
    refuse(layer, names != ("tanh", "sigmoid"), f"activations {names[0]} and {names[1]}")
