"""Pictures of what single parts of a model look for and look at: `filters`, `feature_maps`, `attention`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.errors import DataError, ModelError
from dlcourse.plots.data import images
from dlcourse.plots.drawing import panels
from dlcourse.training import graph

if TYPE_CHECKING:
    import keras


def filters(
    source: keras.Model | keras.layers.Layer,
    *,
    channel: int | None = None,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw the kernels of a convolution: dark is positive, light negative, the grey between them zero.

    Args:
        source: a convolution of images, or a model, of which the first one is taken.
        channel: the input channel that is drawn, from 0; all three as colours if `None` and there are three,
            else the first.
        columns: how many in a row.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        ModelError: there is no convolution of images, or it is not built, or has no such channel.

    Example:
        >>> import keras
        >>> layer = keras.layers.Conv2D(6, 3, name="edges")
        >>> layer.build((None, 8, 8, 1))
        >>> filters(layer).get_title()
        'edges: 6 filters of 3 × 3'
    """
    layer = _convolution(source)
    kernel = np.asarray(layer.kernel)  # (height, width, channels, filters)
    height, width, channels, count = kernel.shape
    colours = channel is None and channels == 3
    channel = 0 if channel is None else channel
    if not 0 <= channel < channels:
        raise ModelError(f"'{layer.name}' has input channels 0 to {channels - 1}, and no {channel}.")
    title = f"{layer.name}: {count} filters of {height} × {width}"
    largest = max(float(np.abs(kernel).max()), 1e-12)
    if colours:
        ax = images(0.5 + np.moveaxis(kernel, -1, 0) / (2 * largest), columns=columns, ax=ax)
    else:
        ax = images(np.moveaxis(kernel[:, :, channel], -1, 0), columns=columns, ax=ax)
        ax.get_images()[-1].set_clim(-largest, largest)
        if channels > 1:
            title += f", input channel {channel} of {channels}"
    ax.set_title(title, fontsize=10)
    return ax


def feature_maps(
    model: keras.Model,
    image: ArrayLike,
    layer: str | None = None,
    *,
    most: int = 32,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a layer makes of one image, channel by channel: dark is high.

    Args:
        model: Sequential or functional.
        image: one sample, of the model's input shape without the batch.
        layer: the name of a layer whose output has the shape (n, height, width, channels); the first
            convolution if `None`.
        most: channels that are drawn.
        columns: how many in a row.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes. All channels share one scale.

    Raises:
        ModelError: there is no such layer, or its output is no image.
        DataError: the image does not fit the model.

    Example:
        >>> import keras
        >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(6, 3, name="edges")]
        >>> feature_maps(keras.Sequential(layers), np.zeros((8, 8, 1))).get_title()
        'edges: 6 channels of 6 × 6'
    """
    image = np.asarray(image)
    name = _convolution(model).name if layer is None else layer
    found = [call for call in graph.calls(model) if call.layer.name == name]
    if not found:
        known = ", ".join(call.layer.name for call in graph.calls(model))
        raise ModelError(f"The model has no layer '{name}'. There are: {known}.")
    output = found[0].output
    if isinstance(output, list) or len(output.shape) != 4:
        raise ModelError(f"The output of '{name}' is no image with channels: it has another shape.")
    wanted = tuple(model.inputs[0].shape[1:])
    if len(image.shape) != len(wanted) or any(
        size not in (None, given) for size, given in zip(wanted, image.shape, strict=True)
    ):
        raise DataError(f"The model takes images of shape {wanted}, and this one has {image.shape}.")
    maps = np.asarray(graph.evaluate(model, image[None], output))[0]
    height, width, channels = maps.shape
    ax = images(np.moveaxis(maps, -1, 0)[:most], columns=columns, ax=ax)
    shown = f", of which {most} are shown" if channels > most else ""
    ax.set_title(f"{name}: {channels} channels of {height} × {width}{shown}", fontsize=10)
    return ax


def attention(
    weights: ArrayLike,
    tokens: Sequence[object],
    keys: Sequence[object] | None = None,
    *,
    ax: Axes | Sequence[Axes] | None = None,
) -> np.ndarray:
    """Draw attention weights, a matrix for each head: how much each token (row) takes from each (column).

    Args:
        weights: of shape (queries, keys), or (heads, queries, keys), as `keras.layers.MultiHeadAttention`
            returns for one sample with `return_attention_scores=True`.
        tokens: the tokens that look, one for each row.
        keys: the tokens that are looked at, one for each column; the same ones if `None`.
        ax: where to draw, as many axes as there are heads; new axes if `None`.

    Returns:
        The axes, an array with one for each head. All heads share one scale, from 0 to the largest weight.

    Raises:
        DataError: the weights have another shape, or there are not as many tokens.

    Example:
        >>> (ax,) = attention([[0.9, 0.1], [0.5, 0.5]], ["the", "cat"])
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('token attended to', 'token that attends')
        >>> from dlcourse import plots
        >>> plots.show(ax, alt="'the' attends to itself, 'cat' to both words alike.")
        'the' attends to itself, 'cat' to both words alike.
    """
    weights = np.asarray(weights, float)
    heads = weights[None] if weights.ndim == 2 else weights
    keys = tokens if keys is None else keys
    if heads.ndim != 3 or not heads.size or heads.shape[1:] != (len(tokens), len(keys)):
        raise DataError(
            f"Attention weights of shape {weights.shape} do not fit {len(tokens)} tokens that attend and "
            f"{len(keys)} that are attended to."
        )
    side = 1.6 + 0.24 * max(len(tokens), len(keys))
    drawn = panels(ax, len(heads), (side + 0.5, side))
    for i, (panel, head) in enumerate(zip(drawn, heads, strict=True)):
        image = panel.imshow(head, cmap="Greys", vmin=0, vmax=heads.max())
        panel.set_xticks(range(len(keys)), [str(token) for token in keys], rotation=90)
        panel.set_yticks(range(len(tokens)), [str(token) for token in tokens])
        panel.tick_params(length=0)
        panel.set(xlabel="token attended to", ylabel="token that attends")
        if len(heads) > 1:
            panel.set_title(f"head {i + 1}", fontsize=10)
    bar = drawn[-1].inset_axes((1.04, 0.0, 0.05, 1.0))
    drawn[-1].get_figure().colorbar(image, cax=bar, label="weight")
    return drawn


def _convolution(source: keras.Model | keras.layers.Layer) -> keras.layers.Conv2D:
    import keras

    layers = source.layers if isinstance(source, keras.Model) else [source]
    found = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    if not found or not found[0].built:
        raise ModelError(f"'{source.name}' is no built convolution of images, and holds none.")
    return found[0]
