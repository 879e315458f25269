"""Pictures of data: `images` side by side, with a model's predictions, and the regions of a classifier."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlcourse.errors import DataError
from dlcourse.plots.drawing import HATCHES, INK, MARKERS, SHADES, axes

WRONG: dict[str, Any] = {"edgecolor": INK[2], "linewidth": 2.5}
MAX_LETTERS = 13  # that fit above an image an inch wide
PLAIN: dict[str, Any] = {"edgecolor": "0.6", "linewidth": 0.6}


def images(
    images: ArrayLike,
    titles: Sequence[object] | None = None,
    *,
    predictions: Sequence[object] | None = None,
    columns: int = 8,
    ax: Axes | None = None,
) -> Axes:
    """Draw images of one size side by side; of grey ones, dark is high.

    Args:
        images: of shape (n, height, width) or (n, height, width, 1), grey; or (n, height, width, 3), colours
            from 0 to 1, or whole numbers up to 255.
        titles: one for each image, written above it: its label, for instance.
        predictions: what a model says instead of each title. Where it is right, a tick follows the title;
            where it is wrong, "3 ✗ not 5" stands above a thick frame.
        columns: how many images in a row.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        DataError: the images have another shape, or there are not as many titles or predictions.

    Example:
        >>> ax = images(np.zeros((2, 8, 8)), titles=[3, 5], predictions=[3, 9])
        >>> [text.get_text() for text in ax.texts]
        ['3 ✓', '9 ✗ not 5']
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,)) or not images.size:
        raise DataError(
            f"Images have the shape (n, height, width), with or without colours; not {images.shape}."
        )
    for what, given in (("titles", titles), ("predictions", predictions)):
        if given is not None and len(given) != len(images):
            raise DataError(f"There are {len(images)} images and {len(given)} {what}.")
    if predictions is not None and titles is None:
        raise DataError("Predictions are right or wrong beside labels: give those as titles.")
    colours = images.ndim == 4
    images = images / 255 if colours and images.dtype.kind in "iu" else images.astype(float)
    count, height, width = images.shape[:3]
    columns = min(columns, count)
    rows = -(-count // columns)
    verdicts = [_verdict(i, titles, predictions) for i in range(count)]
    lines = [line for words, _ in verdicts for line in words.split("\n")]
    most = max(words.count("\n") for words, _ in verdicts) + 1
    gap = max(1, width // 8)
    # In thirds of an image: a line of text each, and some air below thick frames.
    above = gap if titles is None else int(height * (most + (0.6 if predictions is not None else 0)) / 3)
    wall = np.full((rows * (height + above), columns * (width + gap) - gap, *images.shape[3:]), np.nan)
    ax = axes(ax, (1.0 * columns, max(1.3, (height + above) / (width + gap)) * rows))
    size = 9 * min(1, MAX_LETTERS / max(1, *map(len, lines)))
    for i, (image, (words, frame)) in enumerate(zip(images, verdicts, strict=True)):
        top, left = (i // columns) * (height + above) + above, (i % columns) * (width + gap)
        wall[top : top + height, left : left + width] = image
        corner = (left - 0.5, top - 0.5)
        ax.add_patch(plt.Rectangle(corner, width, height, fill=False, **frame))
        if words:
            ax.text(left + width / 2 - 0.5, top - 0.9, words, ha="center", va="bottom", fontsize=size)
    if colours:
        wall = np.where(np.isnan(wall), 1.0, np.clip(wall, 0, 1))
    ax.imshow(wall, cmap="gray_r", interpolation="nearest")
    ax.set(xlim=(-1, wall.shape[1]), ylim=(wall.shape[0], -1))
    ax.set_axis_off()
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
    """Draw which class a classifier gives to each point of the plane, under the data.

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

    Example:
        >>> ax = decision_regions(lambda points: points[:, 0] > 0, [[-1, 0], [1, 0]], [0, 1])
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('feature 1', 'feature 2')
    """
    ax = axes(ax, (3.6, 3.4))
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
        style: dict[str, Any] = {"marker": marker, "facecolor": face, "edgecolor": INK[0], "linewidth": 0.7}
        chosen = x[y == label]
        ax.scatter(chosen[:, 0], chosen[:, 1], s=14, zorder=3, label=str(label), **style)
    ax.set(xlabel="feature 1", ylabel="feature 2", title=title or "")
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return ax


def _verdict(
    i: int, titles: Sequence[object] | None, predictions: Sequence[object] | None
) -> tuple[str, dict[str, Any]]:
    """What stands above image `i`, and its frame."""
    if titles is None:
        return "", PLAIN
    title = str(titles[i])
    if predictions is None:
        return title, PLAIN
    if predictions[i] == titles[i]:
        return f"{title} ✓", PLAIN
    between = "\n" if len(f"{predictions[i]} ✗ not {title}") > MAX_LETTERS else " "
    return f"{predictions[i]} ✗{between}not {title}", WRONG


def _limits(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    span = np.ptp(x, axis=0)
    margin = np.where(span > 0, 0.05 * span, 1.0)
    return x.min(axis=0) - margin, x.max(axis=0) + margin
