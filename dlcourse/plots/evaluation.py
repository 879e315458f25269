"""Pictures of how good a model is: `confusion_matrix`, ROC, precision-recall and calibration curves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from dlcourse import metrics
from dlcourse.errors import DataError
from dlcourse.metrics import arguments
from dlcourse.plots.drawing import axes, line_style

MAX_WRITTEN_ROWS = 20  # rows of a matrix whose numbers can be read
MAX_DISTINCT_LINES = 10  # lines that differ in grey


def confusion_matrix(
    matrix: ArrayLike, names: Sequence[object] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw how often each class was predicted as each: dark is a large share of the true class.

    Up to 20 classes the counts are written in; beyond, a bar tells what the shades mean.

    Args:
        matrix: counts of shape `(k, k)`, a row for each true class, as `dlcourse.metrics.confusion_matrix` or
            the table in a report.
        names: of the classes; those of the table, or numbers, if `None`.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        DataError: the matrix is not square, or there are not as many names.

    Example:
        >>> ax = confusion_matrix([[8, 2], [1, 9]], ["cat", "dog"])
        >>> [text.get_text() for text in ax.texts]
        ['8', '2', '1', '9']
    """
    if names is None and hasattr(matrix, "columns"):
        names = list(matrix.columns)
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise DataError(f"A confusion matrix has as many rows as columns, not the shape {matrix.shape}.")
    size = len(matrix)
    names = range(size) if names is None else names
    if len(names) != size:
        raise DataError(f"There are {size} classes and {len(names)} names.")
    side = min(9.0, max(2.9, 2.0 + 0.42 * size))
    ax = axes(ax, (side + 0.4, side))
    shares = arguments.ratio(matrix, matrix.sum(axis=1, keepdims=True))
    image = ax.imshow(shares, cmap="Greys", vmin=0, vmax=1)
    if size <= MAX_WRITTEN_ROWS:
        small = 9 if size <= 12 else 6.5
        for (row, column), count in np.ndenumerate(matrix):
            ink = "white" if shares[row, column] > 0.5 else "black"
            faint: dict[str, Any] = {} if count else {"alpha": 0.35}
            ax.text(column, row, f"{count:g}", ha="center", va="center", color=ink, fontsize=small, **faint)
    else:
        bar = ax.inset_axes((1.03, 0.0, 0.035, 1.0))
        ax.figure.colorbar(image, cax=bar, label="share of the true class")
    _name_ticks(ax, [str(name) for name in names], room=(side - 1.2) / size)
    ax.set(xlabel="predicted", ylabel="true")
    return ax


def roc_curve(
    y_true: ArrayLike,
    scores: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[object] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the true positive rate over the false positive rate: above the diagonal is better than chance.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        scores: `(n,)` for two classes; `(n, k)`: a line for each class against the rest; or, for two classes,
            several models by name: a line each.
        names: of the classes or labels.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes. Of more than ten lines, only the best and the worst are named.

    Raises:
        DataError: the arguments do not fit together, or no class both occurs and does not.

    Example:
        >>> ax = roc_curve([0, 0, 1, 1], {"model": [0.1, 0.4, 0.35, 0.8]})
        >>> ax.get_lines()[1].get_label()
        'model: area 0.750'
    """
    ax = axes(ax, (4.2, 3.9))
    ax.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle=(0, (2, 3)), label="chance: area 0.500")

    def line(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        return *metrics.roc_curve(y, score)[:2], float(metrics.roc_auc(y, score))

    _draw_lines(ax, _by_class(y_true, scores, names, lambda y: 0 < y.sum() < len(y)), line, "area")
    ax.set(xlabel="false positive rate", ylabel="true positive rate")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.legend(frameon=False, loc="lower right", fontsize="small")
    return ax


def precision_recall_curve(
    y_true: ArrayLike,
    scores: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[object] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw precision over recall in steps, whose area is the average precision.

    Arguments, results and errors are those of `roc_curve`.

    Example:
        >>> ax = precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        >>> ax.get_lines()[0].get_label()
        'class 1: average precision 0.833'
    """
    ax = axes(ax, (4.2, 3.9))

    def line(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        curve = metrics.precision_recall_curve(y, score)
        return curve.recall, curve.precision, float(metrics.average_precision(y, score))

    _draw_lines(
        ax, _by_class(y_true, scores, names, np.any), line, "average precision", drawstyle="steps-post"
    )
    ax.set(xlabel="recall", ylabel="precision", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.legend(edgecolor="none", loc="best", fontsize="small")
    return ax


def calibration_curve(
    y_true: ArrayLike,
    probabilities: ArrayLike | Mapping[str, ArrayLike],
    *,
    num_bins: int = 10,
    strategy: Literal["uniform", "quantile"] = "uniform",
    ax: Axes | None = None,
) -> Axes:
    """Draw how often class 1 happened over the probability it was given: on the diagonal, they agree.

    The larger a marker, the more samples are in its bin.

    Args:
        y_true: 0 or 1, `(n,)`.
        probabilities: of class 1, `(n,)`, or those of several models by name.
        num_bins, strategy: as in `dlcourse.metrics.calibration_curve`.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        DataError: the arguments do not fit together, or are not probabilities.

    Example:
        >>> ax = calibration_curve([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.9], num_bins=2)
        >>> ax.get_xlabel()
        'mean predicted probability'
    """
    ax = axes(ax, (4.2, 3.9))
    ax.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle=(0, (2, 3)), label="perfectly calibrated")
    models = probabilities if isinstance(probabilities, Mapping) else {"model": probabilities}
    for i, (name, probability) in enumerate(models.items()):
        curve = metrics.calibration_curve(y_true, probability, num_bins, strategy)
        style = line_style(i)
        marker = style.pop("marker")
        error = metrics.expected_calibration_error(y_true, probability, num_bins)
        ax.plot(curve.prob_pred, curve.prob_true, **style, label=f"{name}: error {error:.3f}")
        area = 12 + 150 * curve.count / curve.count.sum()
        ax.scatter(curve.prob_pred, curve.prob_true, s=area, marker=marker, color=style["color"], zorder=3)
    ax.set(xlabel="mean predicted probability", ylabel="share of class 1")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.legend(frameon=False, loc="upper left", fontsize="small")
    return ax


def _by_class(
    y_true: ArrayLike,
    scores: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[object] | None,
    can_be_drawn: Callable[[np.ndarray], bool],
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Targets of 0 and 1 and scores, both `(n,)`, for each line by its name."""
    if isinstance(scores, Mapping):
        pairs = {name: arguments.one_vs_rest(y_true, score) for name, score in scores.items()}
        for name, (y, _) in pairs.items():
            if y.shape[1] > 1:
                raise DataError(
                    f"Models are compared on two classes, and '{name}' has scores of {y.shape[1]}."
                )
        lines = {str(name): (y[:, 0], score[:, 0]) for name, (y, score) in pairs.items()}
    else:
        y, score = arguments.one_vs_rest(y_true, scores)
        if names is None:
            names = ["class 1"] if y.shape[1] == 1 else [f"class {i}" for i in range(y.shape[1])]
        elif y.shape[1] == 1 and len(names) == 2:
            names = names[1:]
        if len(names) != y.shape[1]:
            raise DataError(f"There are {y.shape[1]} classes to draw and {len(names)} names.")
        lines = {str(name): (y[:, i], score[:, i]) for i, name in enumerate(names)}
    lines = {name: line for name, line in lines.items() if can_be_drawn(line[0])}
    if not lines:
        raise DataError("There is no curve: it needs samples of the class, and others.")
    return lines


def _draw_lines(
    ax: Axes,
    lines: Mapping[str, tuple[np.ndarray, np.ndarray]],
    line: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, float]],
    what: str,
    **style: Any,
) -> None:
    drawn = {name: line(*pair) for name, pair in lines.items()}
    crowd: dict[str, tuple] = {}
    if len(drawn) > MAX_DISTINCT_LINES:
        ranked = sorted(drawn, key=lambda name: drawn[name][2])
        named = (ranked[-1], ranked[0])
        crowd = {name: drawn[name] for name in ranked[1:-1]}
        drawn = {
            f"{word} of {len(ranked)}, {name}": drawn[name]
            for word, name in zip(("best", "worst"), named, strict=True)
        }
    for i, (x, y, _) in enumerate(crowd.values()):
        label = f"the {len(crowd)} others" if i == 0 else None
        ax.plot(x, y, color="0.75", linewidth=0.7, label=label, **style)
    for i, (name, (x, y, area)) in enumerate(drawn.items()):
        # Few markers, each line's at other places: they tell lines apart and are no data points.
        places = (0.04 + 0.012 * i, 0.2) if len(drawn) > 1 else []
        ax.plot(
            x, y, **line_style(i), markevery=places, markersize=5, label=f"{name}: {what} {area:.3f}", **style
        )


def _name_ticks(ax: Axes, names: list[str], room: float) -> None:
    """Name rows and columns, the latter upright where a name is wider than the inches it has."""
    size = len(names)
    if size <= 2 * MAX_WRITTEN_ROWS:
        ax.set_xticks(range(size), names, rotation=90 if 0.1 * max(map(len, names)) > room else 0)
        ax.set_yticks(range(size), names)
        ax.tick_params(labelsize=10 if size <= MAX_WRITTEN_ROWS else 7)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.tick_params(length=0)
