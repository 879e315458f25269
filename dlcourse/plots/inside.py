"""Pictures of a model layer by layer: its activations, gradients and weights, and an activation function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse import checking
from dlcourse.errors import ModelError
from dlcourse.plots.drawing import DASHES, INK, MARKERS, axes
from dlcourse.training import graph

if TYPE_CHECKING:
    import keras

BINS = 60
MIN_GRADIENT = 1e-12  # a gradient nearer to zero counts as zero
UNCHANGED = ("InputLayer", "Flatten", "Reshape", "Dropout")  # layers that compute no numbers of their own


def activation(
    function: Callable[[np.ndarray], ArrayLike],
    derivative: Callable[[np.ndarray], ArrayLike] | None = None,
    *,
    low: float = -6.0,
    high: float = 6.0,
    name: str = "f",
    ax: Axes | None = None,
) -> Axes:
    """Draw an activation function as a solid line and its derivative as a dashed one.

    Args:
        function: takes and returns an array of one dimension.
        derivative: likewise; left out if `None`.
        low, high: the range of inputs.
        name: how the function is called in the legend.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Example:
        >>> ax = activation(np.tanh, name="tanh")
        >>> ax.get_xlabel()
        'pre-activation z'
    """
    ax = axes(ax, (4.2, 3.0))
    z = np.linspace(low, high, 601)
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.axvline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.plot(z, np.asarray(function(z)), color=INK[0], linestyle="-", linewidth=2, label=name)
    if derivative is not None:
        ax.plot(
            z, np.asarray(derivative(z)), color=INK[2], linestyle="--", linewidth=2, label="its derivative"
        )
    ax.set(xlabel="pre-activation z", ylabel="value", title=name)
    ax.legend(frameon=False)
    return ax


def gradient_norms(norms: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draw the size of the gradient layer by layer, on a logarithmic scale: one line a network.

    Args:
        norms: for each network, by its name, the gradient's norm in layer 1, 2, …; a zero is left out.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Example:
        >>> ax = gradient_norms({"sigmoid": [1e-6, 1e-3, 1.0], "ReLU": [0.9, 1.1, 1.0]})
        >>> ax.get_yscale()
        'log'
    """
    ax = axes(ax, (5.2, 3.4))
    for (name, values), color, dash, marker in zip(
        norms.items(), cycle(INK), cycle(DASHES), cycle(MARKERS), strict=False
    ):
        values = np.asarray(values, float)
        layer = np.arange(1, len(values) + 1)
        ax.plot(
            layer,
            np.where(values > 0, values, np.nan),
            color=color,
            linestyle=dash,
            marker=marker,
            label=name,
        )
        ax.set_xticks(layer)
    ax.set(xlabel="layer (1 is nearest to the input)", ylabel="norm of the gradient", yscale="log")
    ax.legend(frameon=False)
    return ax


def activations(model: keras.Model, x: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw the distribution of every layer's outputs for some samples, a histogram a layer.

    Layers that compute nothing (`Flatten`, `Reshape`, `Dropout`) are left out, and so are outputs that are
    exactly zero. Their share stands beside each layer: much of it after a ReLU means dead units.

    Args:
        model: Sequential or functional.
        x: the samples, as the model takes them.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes. Each histogram is scaled to the same height.

    Raises:
        ModelError: the model has no graph of layers.
        DataError: there are no samples, or a number is missing.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "relu", name="hidden")])
        >>> ax = activations(model, np.ones((10, 4)))
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['hidden']
    """
    x = checking.inputs(x)
    computed = [
        call
        for call in graph.calls(model)
        if type(call.layer).__name__ not in UNCHANGED and hasattr(call.output, "shape")
    ]
    outputs = graph.evaluate(model, x, {str(i): call.output for i, call in enumerate(computed)})
    rows, notes = [], []
    for i, call in enumerate(computed):
        values = np.asarray(outputs[str(i)]).ravel()
        rows.append((call.layer.name, values[values != 0]))
        notes.append(f"{np.mean(values == 0):.0%} zero")
    return _histograms(rows, notes, "output of the layer, zeros left out", ax)


def gradients(model: keras.Model, x: ArrayLike, y: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw how large the loss's gradient is, layer by layer: a histogram of `log10 |∂loss/∂weight|` for each.

    The loss is the compiled one with its penalties, of all samples at once and with dropout off. Beside each
    layer stands the share of its gradients that are zero, which have no logarithm.

    Args:
        model: compiled.
        x: some samples, as the model takes them.
        y: their targets.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes. Each histogram is scaled to the same height.

    Raises:
        ModelError: the model is not compiled, or no layer can be trained.
        DataError: the samples and targets do not fit together.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="output")])
        >>> model.compile(loss="mse")
        >>> gradients(model, np.ones((10, 4)), np.arange(10)).get_xlabel()
        'log10 of the size of the gradient'
    """
    import tensorflow as tf

    if not getattr(model, "compiled", False):
        raise ModelError("A gradient is that of a loss: call dlcourse.models.compile(model, task) first.")
    x, y = checking.arrays((x, y))
    layers = [(layer, layer.trainable_variables) for layer in model.layers if layer.trainable_variables]
    if not layers:
        raise ModelError("No layer can be trained: set trainable = True on some, and compile again.")
    with tf.GradientTape() as tape:
        prediction = model(x, training=False)
        target = tf.reshape(y, (-1, 1)) if np.ndim(y) == 1 and prediction.shape[-1] == 1 else tf.constant(y)
        loss = model.compute_loss(x=x, y=target, y_pred=prediction, training=False)
    found = tape.gradient(loss, [[v.value for v in variables] for _, variables in layers])
    rows, notes = [], []
    for (layer, _), parts in zip(layers, found, strict=True):
        sizes = np.abs(np.concatenate([_dense(part).ravel() for part in parts if part is not None]))
        rows.append((layer.name, np.log10(sizes[sizes > MIN_GRADIENT])))
        notes.append(f"{np.mean(sizes <= MIN_GRADIENT):.0%} zero")
    return _histograms(rows, notes, "log10 of the size of the gradient", ax)


def weights(model: keras.Model, *, ax: Axes | None = None) -> Axes:
    """Draw the distribution of every layer's kernels: a histogram a layer, input at the top.

    Only weights of two and more dimensions are drawn; biases would stand out as a needle at zero.

    Args:
        model: built.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes. Each histogram is scaled to the same height.

    Raises:
        ModelError: the model has no kernels.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="output")])
        >>> weights(model).get_xlabel()
        'weight'
    """
    rows = []
    for layer in model.layers:
        kernels = [np.asarray(weight).ravel() for weight in layer.weights if len(weight.shape) > 1]
        if kernels:
            rows.append((layer.name, np.concatenate(kernels)))
    if not rows:
        raise ModelError(f"The model '{model.name}' has no kernels: is it built?")
    notes = [f"± {values.std():.2g}" for _, values in rows]
    return _histograms(rows, notes, "weight", ax)


def _histograms(
    rows: Sequence[tuple[str, np.ndarray]], notes: Sequence[str], xlabel: str, ax: Axes | None
) -> Axes:
    """A histogram for each row, from the top down, with a note at its right end."""
    ax = axes(ax, (6.0, 0.9 + 0.42 * len(rows)))
    everything = np.concatenate([values for _, values in rows]).astype(np.float64)
    low, high = (everything.min(), everything.max()) if len(everything) else (0.0, 0.0)
    if high - low < 1e-6 * max(abs(low), abs(high), 1e-6):  # all the same, but for rounding
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    for place, ((_, values), note) in enumerate(zip(rows, notes, strict=True)):
        count = np.histogram(values, edges)[0]
        height = 0.85 * count / max(count.max(), 1)
        floor = -place
        ax.stairs(floor + height, edges, baseline=floor, fill=True, facecolor="0.75", edgecolor=INK[0])
        ax.axhline(floor, color="0.6", linewidth=0.5, zorder=0)
        ax.text(1.01, floor + 0.3, note, transform=ax.get_yaxis_transform(), fontsize=8, va="center")
    if edges[0] < 0 < edges[-1]:
        ax.axvline(0, color="0.6", linewidth=0.8, linestyle=":", zorder=0)
    ax.set_yticks([0.3 - i for i in range(len(rows))], [name for name, _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=xlabel, ylabel="layer", ylim=(0.9 - len(rows), 1.0), xlim=(edges[0], edges[-1]))
    return ax


def _dense(gradient: Any) -> np.ndarray:
    """A gradient as an array: that of an embedding lists only the rows that were used."""
    import tensorflow as tf

    return np.asarray(tf.convert_to_tensor(gradient))
