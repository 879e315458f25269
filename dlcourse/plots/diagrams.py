"""Diagrams: of a dense network's units, `network`, and of any model's layers, `architecture`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from dlcourse.plots.drawing import INK, SHADES, axes
from dlcourse.training import graph

if TYPE_CHECKING:
    import keras

# Of `architecture`: what a row and a letter measure in inches, and boxes and lanes in rows and columns.
ROW, LETTER = 0.62, 0.064
BOX_WIDTH, BOX_HEIGHT, LANE = 0.9, 0.66, 0.09


def architecture(model: keras.Model, *, ax: Axes | None = None) -> Axes:
    """Draw a model's layers from the input at the top to the output at the bottom.

    A box tells a layer's kind, its name, the shape of its output for one sample, and its number of weights;
    one with a dashed edge is frozen. A model inside the model is one box.

    Args:
        model: Sequential or functional, built.
        ax: where to draw; new axes if `None`, as tall as the model is deep.

    Returns:
        The axes.

    Raises:
        ModelError: the model has no graph of layers.

    Example:
        >>> import keras
        >>> ax = architecture(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="out")]))
        >>> print(ax.texts[-1].get_text())
        Dense  out
        (3) · 15 weights
    """
    calls = graph.calls(model)
    position = _positions(calls)  # (column, row) of each call
    columns, rows = np.max(position, axis=0) + 1
    words = [_words(call) for call in calls]
    longest = max(len(line) for text in words for line in text.split("\n"))
    ax = axes(ax, (LETTER * (longest + 4) / BOX_WIDTH * columns + 0.3, ROW * rows + 0.2))
    lanes = _draw_arrows(ax, calls, position)
    for call, text, (column, row) in zip(calls, words, position, strict=True):
        _draw_box(ax, call.layer, text, column, -row)
    ax.set(xlim=(-0.5, columns - 0.5 + LANE * lanes), ylim=(0.5 - rows, 0.5))
    ax.set_axis_off()
    return ax


def network(
    layer_sizes: Sequence[int], names: Sequence[str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw a dense network: a circle a unit, a line a weight, a square a number that comes in.

    Args:
        layer_sizes: how many numbers come in, then how many units each layer has.
        names: one for each entry of `layer_sizes`, written below it.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Example:
        >>> ax = network([3, 4, 2], names=["input", "hidden", "output"])
        >>> [text.get_text() for text in ax.texts]
        ['input', 'hidden', 'output']
    """
    ax = axes(ax, (1.6 * len(layer_sizes), 2.8))
    columns = [
        np.column_stack([np.full(n, 1.6 * i), np.arange(n) - (n - 1) / 2]) for i, n in enumerate(layer_sizes)
    ]
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                ax.plot(*np.transpose([start, end]), color="0.55", linewidth=0.9, zorder=1)
    for i, column in enumerate(columns):
        style: dict[str, Any] = {"marker": "s" if i == 0 else "o", "facecolor": "white", "edgecolor": INK[0]}
        ax.scatter(column[:, 0], column[:, 1], s=260, zorder=2, **style)
    lowest = -max(layer_sizes) / 2 - 0.1
    for i, name in enumerate(names or []):
        ax.text(1.6 * i, lowest, name, ha="center", va="top")
    ax.set(xlim=(-0.9, 1.6 * len(layer_sizes) - 0.7), ylim=(lowest - 0.4, max(layer_sizes) / 2))
    ax.set_axis_off()
    return ax


def _positions(calls: list[graph.Call]) -> np.ndarray:
    """A row for each step from the input, and the calls of a row side by side: `(calls, 2)`."""
    row: list[int] = []
    for call in calls:
        row.append(1 + max((row[i] for i in call.inputs), default=-1))
    widest = max(row.count(r) for r in row)
    seen: dict[int, int] = {}
    column = []
    for r in row:
        column.append(seen.get(r, 0) + (widest - row.count(r)) / 2)
        seen[r] = seen.get(r, 0) + 1
    return np.column_stack([column, row])


def _draw_arrows(ax: Axes, calls: list[graph.Call], position: np.ndarray) -> int:
    """Draw an arrow for each input, round the right side if it skips rows. Return how many lanes it took."""
    style = {"arrowstyle": "-|>", "color": INK[0], "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
    half, aside = BOX_HEIGHT / 2, BOX_HEIGHT / 4  # leave low and arrive high, so that lanes can be shared
    busy: list[float] = []  # the row down to which each lane is taken
    for i, call in enumerate(calls):
        for source in dict.fromkeys(call.inputs):
            (x0, y0), (x1, y1) = position[source], position[i]
            if y1 - y0 == 1:
                ax.annotate("", (x1, -y1 + half), (x0, -y0 - half), arrowprops=style)
                continue
            lane = next((n for n, end in enumerate(busy) if end <= y0), len(busy))
            busy[lane : lane + 1] = [y1]
            outer = max(position[:, 0]) + BOX_WIDTH / 2 + LANE * (lane + 0.6)
            right, end = x0 + BOX_WIDTH / 2, x1 + BOX_WIDTH / 2
            low, high = -y0 - aside, -y1 + aside
            ax.plot([right, outer, outer], [low, low, high], color=INK[0], linewidth=1)
            ax.annotate("", (end, high), (outer, high), arrowprops=style)
    return len(busy)


def _draw_box(ax: Axes, layer: keras.layers.Layer, text: str, x: float, y: float) -> None:
    weights = getattr(layer, "weights", [])
    box = FancyBboxPatch(
        (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
        BOX_WIDTH,
        BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.04",
        facecolor=SHADES[1] if weights else SHADES[0],
        edgecolor=INK[0],
        linestyle="--" if weights and not layer.trainable_weights else "-",
        linewidth=0.9,
    )
    ax.add_patch(box)
    ax.text(x, y, text, ha="center", va="center", fontsize=8, linespacing=1.35)


def _words(call: graph.Call) -> str:
    kind = type(call.layer).__name__
    facts = _shape(call.output)
    weights = getattr(call.layer, "weights", [])  # an operation has none, and no such attribute
    if weights:
        facts += f" · {sum(math.prod(weight.shape) for weight in weights):,} weights"
        facts += "" if call.layer.trainable_weights else ", frozen"
    return f"{'Input' if kind == 'InputLayer' else kind}  {call.layer.name}\n{facts}"


def _shape(output: Any) -> str:
    if isinstance(output, list):
        return ", ".join(map(_shape, output))
    return "(" + " × ".join("any" if size is None else str(size) for size in output.shape[1:]) + ")"
