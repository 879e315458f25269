"""Scores of predicted numbers, `(n,)` or `(n, k)`: several numbers a sample count alike."""

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.metrics import arguments


def mean_absolute_error(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the mean of `|y - ŷ|`, in the unit of the target.

    Args:
        y_true: numbers, `(n,)` or `(n, k)`.
        y_pred: likewise.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        A float; with several sets of weights, one for each.

    Raises:
        DataError: the arguments do not fit together, or a number is missing.

    Example:
        >>> mean_absolute_error([3.0, 5.0], [2.0, 5.5])
        0.75
    """
    errors = absolute_errors(y_true, y_pred)
    return arguments.plain(arguments.mean(errors, arguments.weights(sample_weight, len(errors))))


def absolute_errors(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    """Return each sample's own `mean_absolute_error`, `(n,)`.

    Example:
        >>> absolute_errors([3.0, 5.0], [2.0, 5.5])
        array([1. , 0.5])
    """
    y_true, y_pred = arguments.numbers(y_true, y_pred)
    return np.abs(arguments.difference(y_true, y_pred)).mean(axis=1)


def mean_squared_error(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the mean of (y - ŷ)². Arguments, results and errors are those of `mean_absolute_error`.

    Example:
        >>> mean_squared_error([3.0, 5.0], [2.0, 5.5])
        0.625
    """
    errors = squared_errors(y_true, y_pred)
    return arguments.plain(arguments.mean(errors, arguments.weights(sample_weight, len(errors))))


def squared_errors(y_true: ArrayLike, y_pred: ArrayLike) -> np.ndarray:
    """Return each sample's own `mean_squared_error`, `(n,)`.

    Example:
        >>> squared_errors([3.0, 5.0], [2.0, 5.5])
        array([1.  , 0.25])
    """
    y_true, y_pred = arguments.numbers(y_true, y_pred)
    return (arguments.difference(y_true, y_pred) ** 2).mean(axis=1)


def root_mean_squared_error(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the square root of the mean squared error, in the unit of the target.

    Of several numbers a sample, it is the mean of their roots, as in scikit-learn. Arguments, results and
    errors are those of `mean_absolute_error`.

    Example:
        >>> root_mean_squared_error([3.0, 5.0], [0.0, 1.0])
        3.5355339059327378
    """
    y_true, y_pred = arguments.numbers(y_true, y_pred)
    weight = arguments.weights(sample_weight, len(y_true))
    squared = (
        weight @ arguments.difference(y_true, y_pred) ** 2 / weight.sum(axis=-1, keepdims=True)
    )  # (..., k)
    return arguments.plain(np.sqrt(squared).mean(axis=-1))


def r2_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return R² = 1 - Σ (y - ŷ)² / Σ (y - ȳ)²: 1 is perfect, 0 is as good as the mean, ȳ.

    As in scikit-learn it is 1.0 for a target that never changes if every prediction is right and else 0.0,
    and NaN for a single sample. Arguments, results and errors are those of `mean_absolute_error`.

    Example:
        >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
        0.5
    """
    y_true, y_pred = arguments.numbers(y_true, y_pred)
    weight = arguments.weights(sample_weight, len(y_true))
    total = weight.sum(axis=-1, keepdims=True)
    residual = weight @ arguments.difference(y_true, y_pred) ** 2  # (..., k)
    y_true = arguments.difference(y_true, y_true[:1])  # near zero, where squares are exact enough
    average = weight @ y_true / total
    spread = np.empty_like(average)
    for column in range(y_true.shape[1]):
        deviation = (y_true[:, column] - average[..., column, None]) ** 2  # (..., n)
        spread[..., column] = (weight * deviation).sum(axis=-1)
    if len(y_true) < 2:
        spread[:] = np.nan
    explained = 1 - arguments.ratio(residual, spread)
    return arguments.plain(np.where(spread == 0, residual == 0, explained).mean(axis=-1))
