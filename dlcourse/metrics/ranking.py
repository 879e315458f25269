"""Scores of an order of samples, and the choice of a threshold on it: ROC and precision-recall curves.

The higher the score, the surer the model is of class 1. Only the order counts, so that probabilities and
logits give the same; samples with equal scores are passed together.
"""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.errors import DataError, UnknownNameError
from dlcourse.metrics import arguments

AVERAGES = ("macro", "weighted")
CHOOSABLE = ("f1", "accuracy", "balanced_accuracy")
COSTS = ("false_positive", "false_negative")
MAX_TRIED = 1000  # thresholds at which a metric that is a Python function is computed


class RocCurve(NamedTuple):
    """Both rates at each threshold, from "nothing is positive" to "everything is"."""

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    thresholds: np.ndarray


class PrecisionRecallCurve(NamedTuple):
    """From "everything is positive" on; the last point, 1 and 0, has no threshold, as in scikit-learn."""

    precision: np.ndarray
    recall: np.ndarray
    thresholds: np.ndarray


class Threshold(NamedTuple):
    """What was chosen, for `scores > threshold`, and what it gives: a metric's value, or the total cost."""

    threshold: float
    value: float


def roc_curve(y_true: ArrayLike, scores: ArrayLike) -> RocCurve:
    """Return the rates of true and false positives at each threshold on the scores.

    Args:
        y_true: 0 or 1, `(n,)`.
        scores: probabilities, logits or any others, `(n,)`.

    Returns:
        Three arrays with an entry for each distinct score, and one more at the front, where the threshold is
        infinite. Points on a straight line are kept (scikit-learn: `drop_intermediate=False`).

    Raises:
        DataError: the arguments do not fit together, or one of the classes never occurs.

    Example:
        >>> roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).true_positive_rate
        array([0. , 0.5, 0.5, 1. , 1. ])
    """
    y_true, scores = _one_column(y_true, scores)
    if len(np.unique(y_true)) < 2:
        raise DataError(f"All targets are {y_true[0]:g}: the rates need both classes.")
    thresholds, true, false = _passed(y_true, scores, np.ones(len(y_true)))
    return RocCurve(
        np.append(0.0, false / false[-1]), np.append(0.0, true / true[-1]), np.append(np.inf, thresholds)
    )


def precision_recall_curve(y_true: ArrayLike, scores: ArrayLike) -> PrecisionRecallCurve:
    """Return precision and recall at each threshold on the scores, in increasing order.

    Args:
        y_true: 0 or 1, `(n,)`.
        scores: probabilities, logits or any others, `(n,)`.

    Returns:
        Precision and recall with an entry for each distinct score and a last one of 1 and 0, and thresholds.

    Raises:
        DataError: the arguments do not fit together, or class 1 never occurs.

    Example:
        >>> precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).recall
        array([1. , 1. , 0.5, 0.5, 0. ])
    """
    y_true, scores = _one_column(y_true, scores)
    if not y_true.any():
        raise DataError("No target is 1: recall needs some.")
    thresholds, true, false = _passed(y_true, scores, np.ones(len(y_true)))
    precision, recall = true / (true + false), true / true[-1]
    return PrecisionRecallCurve(
        np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1]
    )


def roc_auc(
    y_true: ArrayLike,
    scores: ArrayLike,
    average: Literal["macro", "weighted"] | None = "macro",
    *,
    sample_weight: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return the area below the ROC curve: how often a sample of the class outranks one of the others.

    It is exact. `keras.metrics.AUC` counts at 200 thresholds, and so gives 0.5 to the perfect order of a rare
    event whose probabilities are all below 1/199: give it more with `num_thresholds`.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        scores: `(n,)` for two classes, else `(n, k)`: each class against the rest.
        average: over several classes or labels: `"macro"`, `"weighted"` by how often they occur, or `None`
            for one area each. Those which never or always occur have no area: averages leave them out, and
            `None` gives `nan`.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        A float, or `(k,)` for `average=None` (`(1,)` for two classes); with several sets of weights, one for
        each, `nan` where no class has an area.

    Raises:
        DataError: the arguments do not fit together, or no class has an area.
        UnknownNameError: there is no such average.

    Example:
        >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        0.75

    Source: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006).
    """

    def area(true: np.ndarray, false: np.ndarray) -> np.ndarray:
        steps = np.diff(false, axis=-1, prepend=0)
        middle = true - np.diff(true, axis=-1, prepend=0) / 2
        pairs = true[..., -1] * false[..., -1]
        area = arguments.ratio((steps * middle).sum(axis=-1), pairs)
        return np.where(pairs > 0, area, np.nan)

    return _averaged(y_true, scores, average, sample_weight, area, "an area needs samples of both kinds")


def average_precision(
    y_true: ArrayLike,
    scores: ArrayLike,
    average: Literal["macro", "weighted"] | None = "macro",
    *,
    sample_weight: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return Σ (Rᵢ - Rᵢ₋₁) Pᵢ, the area below the steps of the precision-recall curve.

    Arguments, results and errors are those of `roc_auc`; a class or label that never occurs has no area.

    Example:
        >>> average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
        0.8333333333333333
    """

    def area(true: np.ndarray, false: np.ndarray) -> np.ndarray:
        steps = np.diff(true, axis=-1, prepend=0)
        found = true[..., -1]
        area = arguments.ratio((steps * arguments.ratio(true, true + false)).sum(axis=-1), found)
        return np.where(found > 0, area, np.nan)

    return _averaged(y_true, scores, average, sample_weight, area, "an area needs some that are positive")


def choose_threshold(
    y_true: ArrayLike,
    scores: ArrayLike,
    metric: str | Callable[[np.ndarray, np.ndarray], float] | Mapping[str, float] = "f1",
) -> Threshold:
    """Choose the threshold that is best on these samples: take validation data, never the test set.

    Args:
        y_true: 0 or 1, `(n,)`.
        scores: probabilities, logits or any others, `(n,)`; those above the threshold are class 1.
        metric: `"f1"`, `"accuracy"` or `"balanced_accuracy"`; a function of `(y_true, y_pred)` of which more
            is better, tried at no more than 1000 thresholds, where NaN is never chosen; or the costs of both
            errors,
            `{"false_positive": 1, "false_negative": 5}`, of which the sum is minimised.

    Returns:
        The threshold, halfway between two scores, and the metric or cost there. Of several that are equally
        good it is the one nearest to 0.5.

    Raises:
        DataError: the arguments do not fit together, the metric is NaN at every threshold, or a cost is no
            number of 0 or more.
        UnknownNameError: there is no such metric or cost.

    Example:
        >>> choose_threshold([0, 0, 1, 1], [0.125, 0.25, 0.75, 0.875])
        Threshold(threshold=0.5, value=1.0)
        >>> costs = {"false_positive": 1, "false_negative": 5}
        >>> choose_threshold([0, 1, 0, 1], [0.125, 0.25, 0.625, 0.75], costs)
        Threshold(threshold=0.1875, value=1.0)
    """
    given = arguments.array(scores, "the scores")
    y_true, scores = _one_column(y_true, given)
    distinct, true, false = _passed(y_true, scores, np.ones(len(y_true)))
    # From "nothing is positive" to "everything is": (distinct + 1,)
    true, false = np.append(0.0, true), np.append(0.0, false)
    edges = _between(distinct.astype(arguments.precision(given)))
    if callable(metric):
        tried = np.unique(np.linspace(0, len(edges) - 1, min(len(edges), MAX_TRIED)).round().astype(int))
        true, false, edges = true[tried], false[tried], edges[tried]
        target = y_true.astype(np.int64)
        values = np.array([float(metric(target, (scores > edge).astype(np.int64))) for edge in edges])
        if np.isnan(values).all():
            raise DataError("The metric is NaN at every threshold, so that none of them is the best.")
        best = values == np.nanmax(values)
    elif isinstance(metric, Mapping):
        values = _cost(metric, false, y_true.sum() - true)
        best = values == values.min()
    else:
        values = _value(metric, true, false, y_true.sum(), len(y_true))
        best = values == values.max()
    equal = np.flatnonzero(best)
    chosen = equal[np.argmin(np.abs(edges[equal] - 0.5))]
    return Threshold(float(edges[chosen]), float(values[chosen]))


def _one_column(y_true: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y_true, scores = arguments.one_vs_rest(y_true, scores)
    if y_true.shape[1] > 1:
        raise DataError(
            f"One curve is of one column of scores, and there are {y_true.shape[1]}: take a column at a time."
        )
    return y_true[:, 0], scores[:, 0]


def _passed(y_true: np.ndarray, scores: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, ...]:
    """The distinct scores, falling, and the weight of either class that is at or above each, `(..., m)`."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # of each run of equal scores
    weight, positive = weight[..., order], y_true[order]
    true, false = (np.cumsum(weight * kind, axis=-1)[..., last] for kind in (positive, 1 - positive))
    return scores[order][last], true, false


def _averaged(
    y_true: ArrayLike,
    scores: ArrayLike,
    average: str | None,
    sample_weight: ArrayLike | None,
    area: Callable[[np.ndarray, np.ndarray], np.ndarray],
    need: str,
) -> float | np.ndarray:
    if average is not None and average not in AVERAGES:
        raise UnknownNameError("average", average, AVERAGES)
    y_true, scores = arguments.one_vs_rest(y_true, scores)
    weight = arguments.weights(sample_weight, len(y_true))
    areas = np.stack(
        [area(*_passed(*column, weight)[1:]) for column in zip(y_true.T, scores.T, strict=True)], axis=-1
    )  # (..., k)
    known = np.isfinite(areas)
    if not known.any():
        raise DataError(f"No class both occurs and does not: {need}.")
    if average is None:
        return areas
    share = known * (weight @ y_true if average == "weighted" else 1.0)
    total = share.sum(axis=-1)
    mean = arguments.ratio((share * np.where(known, areas, 0.0)).sum(axis=-1), total)
    return arguments.plain(np.where(total > 0, mean, np.nan))


def _between(distinct: np.ndarray) -> np.ndarray:
    """A threshold above all scores, between each two of them, and below all; `distinct` falls."""
    higher, lower = distinct[:-1], distinct[1:]
    # Halfway, in the type of the scores; between neighbours of that type it would round, so their lower one.
    middle = lower + (higher - lower) / 2
    middle = np.where((lower <= middle) & (middle < higher), middle, lower)
    return np.concatenate([distinct[:1], middle, np.nextafter(distinct[-1:], -np.inf)])


def _value(metric: str, true: np.ndarray, false: np.ndarray, positives: float, samples: int) -> np.ndarray:
    negatives = samples - positives
    if metric == "f1":
        return arguments.ratio(2 * true, true + false + positives)
    if metric == "accuracy":
        return (true + negatives - false) / samples
    if metric == "balanced_accuracy":
        if not positives or not negatives:
            raise DataError("All targets are of one class: balanced accuracy needs both.")
        return (true / positives + 1 - false / negatives) / 2
    raise UnknownNameError("metric", metric, CHOOSABLE)


def _cost(costs: Mapping[str, float], false_positives: np.ndarray, false_negatives: np.ndarray) -> np.ndarray:
    for name in costs:
        if name not in COSTS:
            raise UnknownNameError("cost", name, COSTS)
    numbers = all(isinstance(cost, Real) and 0 <= cost < np.inf for cost in costs.values())
    if set(costs) != set(COSTS) or not numbers:
        raise DataError(
            "Give the cost, a number of 0 or more, of a 'false_positive' and of a 'false_negative'."
        )
    return costs["false_positive"] * false_positives + costs["false_negative"] * false_negatives
