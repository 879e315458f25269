"""Scores of decisions, all of them from the counts of a confusion matrix.

    F1 = 2 · precision · recall / (precision + recall) = 2 TP / (2 TP + FP + FN)

Classes are whole numbers from 0, `(n,)`; several labels a sample are 0 or 1, `(n, k)`.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.checking import check_counts
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.metrics import arguments

Average = Literal["binary", "macro", "micro", "weighted"]
AVERAGES = ("binary", "macro", "micro", "weighted")
MAX_ENTRIES = 2**26  # of a matrix, or of scores by class: 512 MB


class Counts(NamedTuple):
    """For each class or label, `(..., k)`: how often it was rightly predicted, predicted, and true."""

    true_positives: np.ndarray
    predicted: np.ndarray
    actual: np.ndarray


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    num_classes: int | None = None,
    *,
    sample_weight: ArrayLike | None = None,
) -> np.ndarray:
    """Count how often class `i` was predicted as class `j`: row `i`, column `j`.

    Args:
        y_true: the classes, `(n,)`.
        y_pred: the predicted classes, `(n,)`.
        num_classes: rows and columns; up to the highest class that occurs if `None`.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        `(k, k)`, int64; with weights float64, and one matrix for each set.

    Raises:
        DataError: the arguments do not fit together, or are not classes.

    Example:
        >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2])
        array([[1, 1, 0],
               [0, 1, 0],
               [0, 0, 1]])
    """
    y_true, y_pred = arguments.labels(y_true, y_pred)
    if y_true.ndim == 2:
        raise DataError("Labels that can go together have no confusion matrix: use one column at a time.")
    size = _num_classes(y_true, y_pred, num_classes)
    _check_entries(size * size, f"A confusion matrix of {size} classes")
    weight = arguments.weights(sample_weight, len(y_true), scaled=False)
    matrix = _totals(y_true * size + y_pred, weight, size * size)
    matrix = matrix.reshape(*matrix.shape[:-1], size, size)
    return matrix.astype(np.int64) if sample_weight is None else matrix


def accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the share of samples that are predicted rightly; of several labels, all must be right.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        y_pred: likewise.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        A float; with several sets of weights, one for each.

    Raises:
        DataError: the arguments do not fit together, or are not classes.

    Example:
        >>> accuracy([0, 1, 2, 2], [0, 1, 2, 0])
        0.75
    """
    y_true, y_pred = arguments.labels(y_true, y_pred)
    right = (y_true == y_pred).reshape(len(y_true), -1).all(axis=1)
    return arguments.plain(arguments.mean(right, arguments.weights(sample_weight, len(right))))


def precision(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    average: Average | None = "binary",
    *,
    sample_weight: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return TP / (TP + FP): how many of those that were predicted as a class belong to it.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        y_pred: likewise.
        average: `"binary"` (class 1), `"macro"` (mean over the classes that are true or predicted
            somewhere, or over all labels), `"micro"` (of the summed counts), `"weighted"` (mean weighted by
            how often a class is true), or `None` (one for each class from 0 on).
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`. A sample of weight 0 still tells
            that its class occurs, as in scikit-learn; but a resample does not hold it.

    Returns:
        A float, or `(k,)` for `average=None`; with several sets of weights, one for each.

    Raises:
        DataError: the arguments do not fit together, or there are more than two classes for `"binary"`.
        UnknownNameError: there is no such average.

    Example:
        >>> precision([0, 1, 1, 0], [1, 1, 1, 0], average=None)
        array([1.        , 0.66666667])
    """
    return _averaged(y_true, y_pred, average, sample_weight, lambda c: (c.true_positives, c.predicted))


def recall(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    average: Average | None = "binary",
    *,
    sample_weight: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return TP / (TP + FN): how many of those that belong to a class were found.

    Arguments, results and errors are those of `precision`.

    Example:
        >>> recall([0, 1, 1, 0], [1, 1, 1, 0], average=None)
        array([0.5, 1. ])
    """
    return _averaged(y_true, y_pred, average, sample_weight, lambda c: (c.true_positives, c.actual))


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    average: Average | None = "binary",
    *,
    sample_weight: ArrayLike | None = None,
) -> float | np.ndarray:
    """Return 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall.

    Arguments, results and errors are those of `precision`.

    Example:
        >>> f1_score([0, 1, 1, 0], [1, 1, 1, 0])
        0.8
        >>> f1_score([0, 1, 2], [0, 1, 1])
        Traceback (most recent call last):
        dlcourse.errors.DataError: average='binary' is for classes 0 and 1, and there is a class 2: \
use 'macro', 'micro' or 'weighted'.
    """
    return _averaged(
        y_true, y_pred, average, sample_weight, lambda c: (2 * c.true_positives, c.predicted + c.actual)
    )


def counts(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    num_classes: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> Counts:
    """Count, for each class or label, what `precision`, `recall` and `f1_score` are made of.

    Example:
        >>> counts([0, 1, 1, 0], [1, 1, 1, 0]).true_positives
        array([1., 2.])
    """
    y_true, y_pred = arguments.labels(y_true, y_pred)
    weight = arguments.weights(sample_weight, len(y_true), scaled=False)
    return _counted(y_true, y_pred, num_classes, weight)


def _counted(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int | None, weight: np.ndarray) -> Counts:
    """What `counts` returns, of labels and weights that were checked."""
    if y_true.ndim == 2:
        return Counts(weight @ (y_true * y_pred), weight @ y_pred, weight @ y_true)
    size = _num_classes(y_true, y_pred, num_classes)
    right = y_true == y_pred
    return Counts(
        _totals(y_true[right], weight[..., right], size),
        _totals(y_pred, weight, size),
        _totals(y_true, weight, size),
    )


def _averaged(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    average: Average | None,
    sample_weight: ArrayLike | None,
    parts: Callable[[Counts], tuple[np.ndarray, np.ndarray]],
) -> float | np.ndarray:
    if average is not None and average not in AVERAGES:
        raise UnknownNameError("average", average, AVERAGES)
    y_true, y_pred = arguments.labels(y_true, y_pred)
    several_labels = y_true.ndim == 2
    # Two classes at least, so that class 1 has its place when it never occurs.
    highest = max(1, int(y_true.max()), int(y_pred.max()))
    if average == "binary" and (several_labels or highest > 1):
        what = "there are several labels" if several_labels else f"there is a class {highest}"
        raise DataError(
            f"average='binary' is for classes 0 and 1, and {what}: use 'macro', 'micro' or 'weighted'."
        )
    if average in ("macro", "micro", "weighted") and not several_labels:
        # The classes that occur, numbered anew: the others add nothing to any of these.
        occurring, numbers = np.unique(np.concatenate([y_true, y_pred]), return_inverse=True)
        y_true, y_pred = np.split(numbers, 2)
        highest = len(occurring) - 1
    _check_entries(highest, f"Scores of {highest + 1} classes")
    count = _counted(y_true, y_pred, highest + 1, arguments.weights(sample_weight, len(y_true)))
    numerator, denominator = parts(count)  # both (..., k)
    if average == "binary":
        return arguments.plain(arguments.ratio(numerator, denominator)[..., 1])
    if average == "micro":
        return arguments.plain(arguments.ratio(numerator.sum(axis=-1), denominator.sum(axis=-1)))
    scores = arguments.ratio(numerator, denominator)
    if average is None:
        return scores
    if average == "weighted":
        share = count.actual
    elif several_labels or scores.ndim == 1:
        share = np.ones(scores.shape)
    else:  # of each resample, the classes that it holds
        share = (count.predicted + count.actual > 0) * 1.0
    return arguments.plain(arguments.ratio((share * scores).sum(axis=-1), share.sum(axis=-1)))


def _check_entries(entries: int, what: str) -> None:
    if entries > MAX_ENTRIES:
        raise DataError(f"{what} would take {8 * entries / 2**30:.1f} GiB: number those that occur from 0.")


def _num_classes(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int | None) -> int:
    check_counts(num_classes=num_classes)
    highest = int(max(y_true.max(), y_pred.max()))
    if num_classes is not None and highest >= num_classes:
        raise DataError(f"num_classes={num_classes}, and there is a class {highest}: they count from 0.")
    return highest + 1 if num_classes is None else num_classes


def _totals(groups: np.ndarray, weight: np.ndarray, size: int) -> np.ndarray:
    """Sum the weights `(..., n)` by the groups `(n,)`, whole numbers below `size`: `(..., size)`."""
    totals = np.zeros((*weight.shape[:-1], size))
    if len(groups):
        order = np.argsort(groups, kind="stable")
        present, start = np.unique(groups[order], return_index=True)
        totals[..., present] = np.add.reduceat(weight[..., order], start, axis=-1)
    return totals
