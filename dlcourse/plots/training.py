"""Pictures of training: `learning_curves` over the epochs, live or afterwards, and what is tried before."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from dlcourse import console
from dlcourse.errors import DataError
from dlcourse.plots.drawing import INK, axes, image_tag, line_style, panels

MAX_MARKED_POINTS = 25  # points of a line that can be told apart by their markers
MIN_SECONDS_BETWEEN = 0.5  # two drawings of a live figure


class LearningRates(Protocol):
    """What `dlcourse.training.find_learning_rate` returns."""

    learning_rates: np.ndarray
    losses: np.ndarray
    suggestion: float


class ScoresBySize(Protocol):
    """Scores for each number of training samples, `(sizes,)`, and each fold, `(sizes, folds)`."""

    sizes: np.ndarray
    train_scores: np.ndarray
    validation_scores: np.ndarray


def learning_curves(history: Any, *, ax: Axes | Sequence[Axes] | None = None) -> np.ndarray:
    """Draw the loss and each metric over the epochs, for training and validation data: one axes a quantity.

    A dotted line marks the best epoch: the history's `best_epoch` if it has one, else that of the lowest
    validation loss, or training loss without validation.

    Args:
        history: what `dlcourse.training.train` or `model.fit` returns, or a mapping of lists: `"loss"`,
            `"val_loss"`, `"accuracy"`, …
        ax: where to draw: as many quantities, the loss first, as there are axes. New axes for all if `None`.

    Returns:
        The axes, an array of them.

    Raises:
        DataError: the history is empty, or its lists differ in length.

    Example:
        >>> loss, accuracy = learning_curves({"loss": [2, 1], "val_loss": [2, 3], "accuracy": [0.5, 0.75]})
        >>> loss.get_ylabel(), accuracy.get_ylabel()
        ('loss', 'accuracy')
        >>> from dlcourse import plots
        >>> plots.show([loss, accuracy], alt="The validation loss rises from the second epoch on.")
        The validation loss rises from the second epoch on.
    """
    curves = _curves(history)
    quantities = [name for name in curves if not name.startswith("val_")]
    quantities.sort(key=lambda name: name != "loss")
    if ax is not None:
        quantities = quantities[: np.array(ax, dtype=object).size]
    drawn = panels(ax, len(quantities), (4.4, 3.2))
    best = getattr(history, "best_epoch", None)
    if best is None and "loss" in curves:
        watched = np.asarray(curves.get("val_loss", curves["loss"]), float)
        best = None if np.isnan(watched).all() else int(np.nanargmin(watched))
    for name, panel in zip(quantities, drawn, strict=True):
        _draw_quantity(panel, name, curves, best)
    return drawn


class LiveCurves:
    """Learning curves that grow during training: in a notebook one picture, in a script nothing.

    The saved notebook keeps the last picture, as an image with a description.
    `dlcourse.training.train(..., live=True)` does this.

    Example:
        >>> history, curves = {"loss": []}, LiveCurves()
        >>> for loss in (2.0, 1.5, 1.25):
        ...     history["loss"].append(loss)
        ...     curves.update(history)
        >>> curves.close()
    """

    def __init__(self) -> None:
        self._handle = None
        self._history: dict[str, list[float]] = {}
        self._drawn = 0.0

    def update(self, history: Mapping[str, Sequence[float]]) -> None:
        """Show the history up to now; more often than twice a second, it waits for the next call."""
        self._history = {name: list(values) for name, values in history.items()}
        if console.in_notebook() and time.monotonic() - self._drawn > MIN_SECONDS_BETWEEN:
            self._draw()
            self._drawn = time.monotonic()

    def close(self) -> None:
        """Show the whole history."""
        if console.in_notebook() and self._history:
            self._draw()

    def _draw(self) -> None:
        from IPython.display import display

        quantities = [name for name in self._history if not name.startswith("val_")]
        # No figure of pyplot: the notebook would show such a one again below the cell.
        figure = Figure(figsize=(4.4 * len(quantities), 3.2), layout="constrained")
        learning_curves(self._history, ax=figure.subplots(1, len(quantities), squeeze=False)[0])
        epochs = len(next(iter(self._history.values())))
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self._history.items())
        alt = f"Learning curves after {epochs} epochs: {last}."
        twins = {"text/html": image_tag(figure, alt), "text/plain": alt}
        if self._handle is None:
            self._handle = display(twins, raw=True, display_id=True)
        else:
            self._handle.update(twins, raw=True)


def learning_rate_finder(found: LearningRates, *, ax: Axes | None = None) -> Axes:
    """Draw the loss over the learning rate, on a logarithmic scale, with the suggested rate.

    The axis of losses ends a little above the first loss: where training diverges, the line leaves it.

    Args:
        found: what `dlcourse.training.find_learning_rate` returns, with `learning_rates` and `losses`, of
            shape `(steps,)`, and a `suggestion`.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        DataError: there are not as many losses as learning rates.

    Example:
        >>> from types import SimpleNamespace
        >>> rates = np.array([1e-4, 1e-3, 1e-2, 1e-1])
        >>> found = SimpleNamespace(learning_rates=rates, losses=[2.0, 1.9, 1.0, 9.0], suggestion=1e-2)
        >>> learning_rate_finder(found).get_xscale()
        'log'
    """
    rates, losses = np.asarray(found.learning_rates, float), np.asarray(found.losses, float)
    if rates.shape != losses.shape or rates.ndim != 1 or not len(rates):
        raise DataError(f"There are learning rates {rates.shape} and losses {losses.shape}: one each.")
    ax = axes(ax, (4.8, 3.2))
    ax.plot(rates, losses, color=INK[0], linewidth=2)
    ax.axvline(
        found.suggestion,
        color=INK[2],
        linestyle="--",
        label=f"suggestion: {found.suggestion:.2g}",
    )
    low, high = np.nanmin(losses), np.nanmax(losses)
    if high > low:
        first = losses[np.isfinite(losses)][0]
        high = min(high, first + 0.5 * (first - low if first > low else abs(first)))
        ax.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
    ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
    ax.legend(frameon=False)
    return ax


def learning_curve(
    result: ScoresBySize,
    *,
    ylabel: str = "score",
    names: tuple[str, str] = ("training", "validation"),
    ax: Axes | None = None,
) -> Axes:
    """Draw scores over the number of training samples: the mean over the folds, and one standard deviation.

    Args:
        result: with `sizes`, of shape `(sizes,)`, and with `train_scores` and `validation_scores`, of shape
            `(sizes, folds)`.
        ylabel: what the scores are, `"accuracy"` for instance.
        names: of both lines.
        ax: where to draw; new axes if `None`.

    Returns:
        The axes.

    Raises:
        DataError: there is no row of scores for each size.

    Example:
        >>> from types import SimpleNamespace
        >>> result = SimpleNamespace(sizes=[50, 100], train_scores=[[1, 1], [1, 1]],
        ...                          validation_scores=[[0.5, 0.75], [0.75, 0.75]])
        >>> learning_curve(result, ylabel="accuracy").get_xlabel()
        'training samples'
    """
    sizes = np.asarray(result.sizes)
    ax = axes(ax, (4.8, 3.4))
    for i, (name, scores) in enumerate(
        zip(names, (result.train_scores, result.validation_scores), strict=True)
    ):
        scores = np.asarray(scores, float)
        if scores.ndim != 2 or len(scores) != len(sizes):
            raise DataError(f"There are {len(sizes)} sizes, and {name} scores of shape {scores.shape}.")
        mean, deviation = scores.mean(axis=1), scores.std(axis=1)
        style = line_style(i)
        ax.fill_between(
            sizes,
            mean - deviation,
            mean + deviation,
            facecolor=style["color"],
            edgecolor=style["color"],
            alpha=0.15,
            hatch=("", "///")[i],
            linewidth=0,
        )
        ax.plot(sizes, mean, **style, label=f"{name} (± 1 standard deviation)")
    ax.set(xlabel="training samples", ylabel=ylabel)
    ax.legend(frameon=False)
    return ax


def _curves(history: Any) -> dict[str, list[float]]:
    curves = history if isinstance(history, Mapping) else getattr(history, "history", None)
    if not isinstance(curves, Mapping) or not any(len(values) for values in curves.values()):
        raise DataError("There is no history to draw: give what train or model.fit returned.")
    lengths = {name: len(values) for name, values in curves.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise DataError(f"The history has not as many values for each quantity: {listed}.")
    return dict(curves)


def _draw_quantity(ax: Axes, name: str, curves: Mapping[str, ArrayLike], best: int | None) -> None:
    for i, (key, label) in enumerate(((name, "training"), (f"val_{name}", "validation"))):
        if key in curves:
            values = np.asarray(curves[key], float)
            style = line_style(i)
            if len(values) > MAX_MARKED_POINTS:
                style["marker"] = ""
            ax.plot(np.arange(1, len(values) + 1), values, **style, markersize=4, label=label)
    if best is not None:
        ax.axvline(best + 1, color=INK[3], linestyle=":", label=f"best epoch: {best + 1}")
    ax.set(xlabel="epochs trained", ylabel=name.replace("_", " "))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if name == "learning_rate":
        ax.set_yscale("log")
    ax.legend(frameon=False)
