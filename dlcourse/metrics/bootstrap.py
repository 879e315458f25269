"""How far a score would move with other samples of the same kind: `bootstrap_interval`."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.checking import check_level, check_seed, check_whole
from dlcourse.errors import DataError
from dlcourse.metrics import arguments, probabilities, ranking, regression

MAX_WEIGHTS = 2**22  # held at a time: 32 MB
LARGE = 20_000  # samples, beyond which they are resampled in bins
BINS = 512  # of terms, or of each class's scores
# The metrics that are a mean of one term a sample, and these terms.
TERMS: dict[Callable[..., Any], Callable[..., np.ndarray]] = {
    probabilities.log_loss: probabilities.log_losses,
    probabilities.brier_score: probabilities.brier_scores,
    regression.mean_absolute_error: regression.absolute_errors,
    regression.mean_squared_error: regression.squared_errors,
}
# Those that sort the samples by their scores.
SORTED = (ranking.roc_auc, ranking.average_precision, probabilities.expected_calibration_error)


class Interval(NamedTuple):
    """The ends of an interval: floats, or arrays for a metric that returns one."""

    low: float | np.ndarray
    high: float | np.ndarray


def bootstrap_interval(
    metric: Callable[..., Any],
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    **options: Any,
) -> Interval:
    """Return the interval which holds the middle part of a metric's values on resamples of the data.

    Each resample draws `n` samples with replacement. The interval says how much the score of *this* model
    owes to the samples it was tested on; it knows nothing of what another training run would have given.

    Of more than 20,000 samples, resamples of this library's metrics are drawn from 512 bins in which all
    samples have the mean: of nearly equal terms for a metric that is their mean, such as the log loss (which
    makes the interval narrower by less than a thousandth), and of neighbouring scores of each class for one
    that sorts two classes, such as the area under the ROC curve.

    Args:
        metric: a score of this library, which takes all resamples at once, or any function of
            `(y_true, y_pred)`, which is called for each.
        y_true: one target a sample.
        y_pred: what the metric takes beside them: predictions, scores or probabilities.
        level: the share of the values that lie inside.
        resamples: how many are drawn.
        seed: the same seed gives the same interval.
        **options: for the metric, as `average="macro"`.

    Returns:
        Both ends. Resamples for which the metric is undefined (`nan`) are left out.

    Raises:
        DataError: the lengths differ, or `level`, `resamples` or `seed` is none; or what the metric raises.

    Example:
        >>> from dlcourse.metrics import accuracy
        >>> low, high = bootstrap_interval(accuracy, [0, 1] * 50, [0, 1] * 40 + [1, 0] * 10)
        >>> low < accuracy([0, 1] * 50, [0, 1] * 40 + [1, 0] * 10) < high
        True

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), the percentile interval.
    """
    y_true, y_pred = arguments.array(y_true, "y_true"), arguments.array(y_pred, "y_pred")
    if y_true.ndim == 0 or y_pred.ndim == 0 or len(y_true) != len(y_pred) or len(y_true) == 0:
        raise DataError(f"Targets {y_true.shape} and predictions {y_pred.shape} need one row a sample.")
    check_level(level)
    check_whole(resamples=resamples)
    check_seed(seed)
    random = np.random.default_rng(seed)
    if _takes_many_weights(metric):
        values = _at_once(metric, y_true, y_pred, resamples, random, options)
    else:
        draws = (random.integers(len(y_true), size=len(y_true)) for _ in range(resamples))
        values = [np.asarray(metric(y_true[draw], y_pred[draw], **options)) for draw in draws]
    values = np.stack(values).astype(np.float64)
    undefined = np.isnan(values).all(axis=0)
    # nanquantile warns of a column without any number: such a column is given one, and loses it again.
    values = np.where(undefined, 0.0, values)
    ends = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = np.where(undefined, np.nan, ends)
    return Interval(float(low), float(high)) if low.ndim == 0 else Interval(low, high)


def _takes_many_weights(metric: Callable[..., Any]) -> bool:
    """Whether it is a score of this library, all of which take many sets of weights in one call."""
    ours = getattr(metric, "__module__", "").startswith("dlcourse.metrics.")
    return ours and "sample_weight" in inspect.signature(metric).parameters


def _at_once(
    metric: Callable[..., Any],
    y_true: np.ndarray,
    y_pred: np.ndarray,
    resamples: int,
    random: np.random.Generator,
    options: dict[str, Any],
) -> list[np.ndarray]:
    """The metric on all resamples: how often each sample was drawn is its weight."""
    samples, count, offset = len(y_true), np.ones(len(y_true)), 0.0
    of_one_number = y_true.size == y_pred.size == samples
    if y_true.dtype.kind in "biu" and y_pred.dtype.kind in "biu":
        # Decisions have few distinct pairs of target and prediction: drawing those is drawing the samples.
        pairs = np.concatenate([y_true.reshape(samples, -1), y_pred.reshape(samples, -1)], axis=1)
        _, first, count = np.unique(pairs, axis=0, return_index=True, return_counts=True)
        y_true, y_pred = y_true[first], y_pred[first]
    elif samples > LARGE and metric in TERMS:
        means, count = _binned_terms(TERMS[metric](y_true, y_pred))
        return [*(random.multinomial(samples, count / samples, size=resamples) @ means / samples)]
    elif samples > LARGE and metric is regression.root_mean_squared_error and of_one_number:
        squares = _at_once(regression.mean_squared_error, y_true, y_pred, resamples, random, options)
        return [*np.sqrt(squares)]
    elif samples > LARGE and metric in SORTED and of_one_number and len(np.unique(y_true)) <= 2:
        value = metric(y_true, y_pred, **options)
        y_true, y_pred, count = _binned(y_true.ravel(), y_pred.ravel())
        offset = value - metric(y_true, y_pred, sample_weight=count, **options)
    chunk = max(1, MAX_WEIGHTS // len(count))
    values: list[np.ndarray] = []
    while len(values) < resamples:
        weight = random.multinomial(samples, count / samples, size=min(chunk, resamples - len(values)))
        values.extend(metric(y_true, y_pred, sample_weight=weight, **options) + offset)
    return values


def _binned_terms(terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean term and the number of samples of each bin.

    Of a term that is `sinh(u)` standard deviations away from the mean, the bins have equal widths in `u`. So
    they are fine in the middle and as fine for their distance far out, where few terms make up most of the
    spread. With a width `h`, at most `h² exp(2h) / 2` of the variance is inside the bins, and the n terms
    span no more than `2 asinh(√n)`: 512 bins keep all but a thousandth for any terms of a billion samples.
    """
    away = terms - terms.mean()
    away /= max(np.abs(away).max(), np.finfo(np.float64).tiny)  # whose squares are no too large numbers
    u = np.arcsinh(away / max(np.sqrt(np.mean(away**2)), np.finfo(np.float64).tiny))
    place = np.minimum(
        (BINS * (u - u.min()) / max(np.ptp(u), np.finfo(np.float64).tiny)).astype(int), BINS - 1
    )
    count, total = np.bincount(place), np.bincount(place, weights=terms)
    return total[count > 0] / count[count > 0], count[count > 0]


def _binned(y_true: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The class, the mean score and the number of samples of each bin."""
    order = np.lexsort((scores, y_true))
    y_true, scores = y_true[order], scores[order].astype(np.float64)
    starts = []
    for start, stop in zip(*_ends(y_true), strict=True):
        starts.append(np.unique(np.linspace(start, stop, BINS + 1).astype(int)[:-1]))
    start = np.concatenate(starts)
    count = np.diff([*start, len(y_true)])
    return y_true[start], np.add.reduceat(scores, start) / count, count


def _ends(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each value of a sorted array begins and ends."""
    start = np.unique(ordered, return_index=True)[1]
    return start, np.append(start[1:], len(ordered))
