"""What all pictures share: inks, axes, and `show`, which displays one with its description."""

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse import console
from dlcourse.errors import DataError

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


def show(picture: Figure | Axes | Sequence[Axes], alt: str) -> None:
    """Display a figure with a description, and close it.

    In a notebook the picture is an `<img>` with alternative text; where no pictures can be shown, the
    description stands in its place.

    Args:
        picture: a figure, or axes of it, one or several of them.
        alt: one or two sentences which say what there is to see.

    Example:
        >>> _, ax = plt.subplots()
        >>> show(ax, alt="Axes without any data.")
        Axes without any data.
    """
    first = np.array(picture, dtype=object).flat[0]
    figure = first if isinstance(first, Figure) else first.get_figure(root=True)
    twins = {"text/html": image_tag(figure, alt), "text/plain": alt}
    plt.close(figure)
    if console.in_notebook():
        from IPython.display import display

        display(twins, raw=True)
    else:
        print(alt)


def image_tag(figure: Figure, alt: str) -> str:
    """A figure as an HTML image that holds its own data, with alternative text."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}" style="max-width: 100%">'


def axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The axes that are given, or new ones of a size in inches."""
    return ax if ax is not None else plt.subplots(figsize=size, layout="constrained")[1]


def panels(
    ax: Axes | Sequence[Axes] | None, count: int, size: tuple[float, float], columns: int = 4
) -> np.ndarray:
    """The axes that are given, or `count` new ones, each of a size in inches.

    Raises:
        DataError: there are not as many axes as pictures.
    """
    if ax is None:
        columns = min(columns, count)
        rows = -(-count // columns)
        figure_size = (size[0] * columns, size[1] * rows)
        _, made = plt.subplots(rows, columns, figsize=figure_size, layout="constrained", squeeze=False)
        for empty in made.flat[count:]:
            empty.remove()
        return made.ravel()[:count]
    given = np.array(ax, dtype=object).ravel()
    if len(given) != count:
        raise DataError(f"There are {count} pictures to draw, and {len(given)} axes to draw them on.")
    return given


def line_style(i: int) -> dict[str, Any]:
    """Colour, dashes and marker of line `i`: the first ten lines differ in grey too."""
    return {
        "color": INK[i % len(INK)],
        "linestyle": DASHES[i % len(DASHES)],
        "marker": MARKERS[i % len(MARKERS)],
    }
