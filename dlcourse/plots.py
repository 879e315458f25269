"""Pictures of the course: one function a picture; axes in, axes out; legible in grey.

    ax = activation(np.tanh, lambda x: 1 - np.tanh(x) ** 2, name="tanh")
    show(ax, alt="tanh rises from -1 to 1; its derivative is a bump of height 1 at 0.")

Every function draws on `ax`, or on new axes if none is given, and returns the axes. Lines differ by
style and marker, areas by shade and hatching: colour never carries the meaning alone.
`show` displays a finished figure together with its description for people who can't see it.
"""

import base64
import html
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

INK = ("#111111", "#0072b2", "#d55e00", "#6b6b6b", "#7b3294")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">", "*")
SHADES = (
    "#ffffff",
    "#dcdcdc",
    "#c4d3e0",
    "#ead7c8",
    "#e2dcea",
    "#d9e3d3",
    "#f0ecc4",
    "#cfe3e3",
    "#e8e8e8",
    "#f3e1e8",
)
HATCHES = ("", "//", "..", "\\\\", "xx", "||", "--", "++", "oo", "**")


def activation(
    function: Callable[[np.ndarray], ArrayLike],
    derivative: Callable[[np.ndarray], ArrayLike] | None = None,
    *,
    low: float = -6.0,
    high: float = 6.0,
    name: str = "f",
    ax: Axes | None = None,
) -> Axes:
    """Draws an activation function as a solid line and its derivative as a dashed one.

    Args:
        function: takes and returns an array of one dimension.
        derivative: likewise; left out if `None`.
        low, high: the range of inputs.
        name: how the function is called in the legend.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    >>> ax = activation(np.tanh, name="tanh")
    >>> ax.get_xlabel()
    'pre-activation z'
    """
    ax = _axes(ax, (4.2, 3.0))
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


def decision_regions(
    predict: Callable[[np.ndarray], ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    *,
    title: str | None = None,
    limits: tuple[float, float] | None = None,
    resolution: int = 250,
    ax: Axes | None = None,
) -> Axes:
    """Draws which class a classifier gives to each point of the plane, under the data.

    Args:
        predict: takes points of shape (m, 2) and returns m class labels.
        x: the data, of shape (n, 2).
        y: their n labels.
        title: of the axes.
        limits: both axes run from the first to the second; a little further than the data if `None`.
        resolution: points of the grid along each axis.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    >>> ax = decision_regions(lambda points: points[:, 0] > 0, [[-1, 0], [1, 0]], [0, 1])
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('feature 1', 'feature 2')
    """
    ax = _axes(ax, (3.6, 3.4))
    x, y = np.asarray(x, float), np.asarray(y).ravel()
    low, high = _limits(x) if limits is None else np.tile(limits, (2, 1)).T
    horizontal, vertical = np.meshgrid(*(np.linspace(low[i], high[i], resolution) for i in (0, 1)))
    grid = np.column_stack([horizontal.ravel(), vertical.ravel()])  # (resolution², 2)
    region = np.asarray(predict(grid)).reshape(horizontal.shape)
    for label, shade, hatch, marker in zip(
        np.unique(y), cycle(SHADES), cycle(HATCHES), cycle(MARKERS), strict=False
    ):
        inside = region == label
        if inside.any():
            area = ax.contourf(
                horizontal, vertical, inside, levels=[0.5, 1.5], colors=[shade], hatches=[hatch]
            )
            area.set(edgecolor="#9a9a9a", linewidth=0)
        if inside.any() and not inside.all():
            ax.contour(horizontal, vertical, inside, levels=[0.5], colors="black", linewidths=1.2)
        face = "white" if hatch else INK[0]
        style = {"marker": marker, "facecolor": face, "edgecolor": INK[0], "linewidth": 0.7}
        ax.scatter(*x[y == label].T, s=14, zorder=3, label=str(label), **style)
    ax.set(xlabel="feature 1", ylabel="feature 2", title=title or "")
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return ax


def gradient_norms(norms: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draws the size of the gradient layer by layer, on a logarithmic scale: one line a network.

    Args:
        norms: for each network, by its name, the gradient's norm in layer 1, 2, …; a zero is left out.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    >>> ax = gradient_norms({"sigmoid": [1e-6, 1e-3, 1.0], "ReLU": [0.9, 1.1, 1.0]})
    >>> ax.get_yscale()
    'log'
    """
    ax = _axes(ax, (5.2, 3.4))
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


def images(
    images: ArrayLike, titles: Sequence[object] | None = None, *, columns: int = 8, ax: Axes | None = None
) -> Axes:
    """Draws grey images of one size side by side: dark is high.

    Args:
        images: of shape (n, height, width).
        titles: one for each image, written above it.
        columns: how many images in a row.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    >>> ax = images(np.zeros((3, 8, 8)), titles=["a", "b", "c"])
    >>> [text.get_text() for text in ax.texts]
    ['a', 'b', 'c']
    """
    images = np.asarray(images, float)
    count, height, width = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    gap = max(1, width // 8)
    above = height // 3 if titles is not None else gap
    wall = np.full((rows * (height + above), columns * (width + gap) - gap), np.nan)
    ax = _axes(ax, (1.0 * columns, 1.3 * rows))
    for i, image in enumerate(images):
        top, left = (i // columns) * (height + above) + above, (i % columns) * (width + gap)
        wall[top : top + height, left : left + width] = image
        corner = (left - 0.5, top - 0.5)
        ax.add_patch(plt.Rectangle(corner, width, height, fill=False, edgecolor="0.6", linewidth=0.6))
        if titles is not None:
            ax.text(left + width / 2 - 0.5, top - 0.9, str(titles[i]), ha="center", va="bottom", fontsize=9)
    ax.imshow(wall, cmap="gray_r", interpolation="nearest")
    ax.set(xlim=(-1, wall.shape[1]), ylim=(wall.shape[0], -1))
    ax.set_axis_off()
    return ax


def network(
    layer_sizes: Sequence[int], names: Sequence[str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draws a dense network: a circle a unit, a line a weight, a square a number that comes in.

    Args:
        layer_sizes: how many numbers come in, then how many units each layer has.
        names: one for each entry of `layer_sizes`, written below it.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    >>> ax = network([3, 4, 2], names=["input", "hidden", "output"])
    >>> [text.get_text() for text in ax.texts]
    ['input', 'hidden', 'output']
    """
    ax = _axes(ax, (1.6 * len(layer_sizes), 2.8))
    columns = [
        np.column_stack([np.full(n, 1.6 * i), np.arange(n) - (n - 1) / 2]) for i, n in enumerate(layer_sizes)
    ]
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                ax.plot(*np.transpose([start, end]), color="0.55", linewidth=0.9, zorder=1)
    for i, column in enumerate(columns):
        ax.scatter(
            *column.T, s=260, marker="s" if i == 0 else "o", facecolor="white", edgecolor=INK[0], zorder=2
        )
    lowest = -max(layer_sizes) / 2 - 0.1
    for i, name in enumerate(names or []):
        ax.text(1.6 * i, lowest, name, ha="center", va="top")
    ax.set(xlim=(-0.9, 1.6 * len(layer_sizes) - 0.7), ylim=(lowest - 0.4, max(layer_sizes) / 2))
    ax.set_axis_off()
    return ax


def show(picture: Figure | Axes, alt: str) -> None:
    """Displays a figure with a description, and closes it.

    In a notebook the picture is an `<img>` with alternative text; where no pictures can be shown, the
    description stands in its place.

    Args:
        picture: a figure, or axes of it.
        alt: one or two sentences which say what there is to see.

    >>> show(activation(np.tanh), alt="An S-shaped curve through 0.")
    An S-shaped curve through 0.
    """
    figure = picture if isinstance(picture, Figure) else picture.get_figure(root=True)
    twins = {"text/html": _image_tag(figure, alt), "text/plain": alt}
    plt.close(figure)
    if _in_notebook():
        from IPython.display import display

        display(twins, raw=True)
    else:
        print(alt)


def _limits(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    span = np.ptp(x, axis=0)
    margin = np.where(span > 0, 0.05 * span, 1.0)
    return x.min(axis=0) - margin, x.max(axis=0) + margin


def _image_tag(figure: Figure, alt: str) -> str:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}" style="max-width: 100%">'


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    return ax if ax is not None else plt.subplots(figsize=size, layout="constrained")[1]
