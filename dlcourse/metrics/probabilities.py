"""Scores of probabilities: how much of it was given to what happened, and whether 70 % means 70 of 100."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.checking import check_whole
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.metrics import arguments

STRATEGIES = ("uniform", "quantile")


class CalibrationCurve(NamedTuple):
    """For each bin with samples: the share of class 1, the mean probability of it, the number of samples."""

    prob_true: np.ndarray
    prob_pred: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # a tuple has a method of this name


def log_loss(
    y_true: ArrayLike, y_prob: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the mean of -log p(what happened), the cross-entropy in nats.

    `-[y log p + (1 - y) log(1 - p)]` for two classes and for each label, of which the mean is taken.
    Probabilities are kept away from 0 and 1 by the smallest step of their floating-point type.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        y_prob: `(n,)`, `(n, 1)` or `(n, 2)` for two classes, else `(n, k)`; the classes of a row sum to 1.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        A float; with several sets of weights, one for each.

    Raises:
        DataError: the arguments do not fit together, or are not probabilities.

    Example:
        >>> log_loss([0, 1], [0.5, 0.25])
        1.0397207708399179
    """
    losses = log_losses(y_true, y_prob)
    return arguments.plain(arguments.mean(losses, arguments.weights(sample_weight, len(losses))))


def log_losses(y_true: ArrayLike, y_prob: ArrayLike) -> np.ndarray:
    """Return each sample's own `log_loss`, `(n,)`.

    Example:
        >>> log_losses([0, 1], [0.5, 0.25])
        array([0.69314718, 1.38629436])
    """
    y_prob = arguments.array(y_prob, "the scores")
    target, probability = arguments.probabilities(y_true, y_prob)
    smallest = np.finfo(arguments.precision(y_prob)).eps
    probability = np.clip(probability, smallest, 1 - smallest)
    if _exclusive(y_true, target):
        return -(target * np.log(probability)).sum(axis=1)
    return -(target * np.log(probability) + (1 - target) * np.log1p(-probability)).mean(axis=1)


def brier_score(
    y_true: ArrayLike, y_prob: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return the mean of (p - y)² for two classes, of Σₖ (pₖ - yₖ)² for more, from 0 to 1 or 2.

    Several labels count as so many pairs of classes, of which the mean is taken. Arguments, results and
    errors are those of `log_loss`.

    Example:
        >>> brier_score([0, 1], [0.5, 0.25])
        0.40625

    Source: Brier, "Verification of forecasts expressed in terms of probability" (1950).
    """
    squared = brier_scores(y_true, y_prob)
    return arguments.plain(arguments.mean(squared, arguments.weights(sample_weight, len(squared))))


def brier_scores(y_true: ArrayLike, y_prob: ArrayLike) -> np.ndarray:
    """Return each sample's own `brier_score`, `(n,)`.

    Example:
        >>> brier_scores([0, 1], [0.5, 0.25])
        array([0.25  , 0.5625])
    """
    target, probability = arguments.probabilities(y_true, y_prob)
    squared = (probability - target) ** 2
    return squared.sum(axis=1) if _exclusive(y_true, target) else squared.mean(axis=1)


def calibration_curve(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    num_bins: int = 10,
    strategy: Literal["uniform", "quantile"] = "uniform",
) -> CalibrationCurve:
    """Return how often class 1 happened among samples that were given about the same probability of it.

    Args:
        y_true: 0 or 1, `(n,)`.
        y_prob: probabilities of class 1, `(n,)`.
        num_bins: how many bins the probabilities are put in.
        strategy: bins `"uniform"` in width, or with equally many samples, `"quantile"`.

    Returns:
        Three arrays with an entry for each bin that has samples.

    Raises:
        DataError: the arguments do not fit together, or are not probabilities.
        UnknownNameError: there is no such strategy.

    Example:
        >>> calibration_curve([0, 0, 1, 1], [0.1, 0.1, 0.1, 0.9], num_bins=2).prob_true
        array([0.33333333, 1.        ])
    """
    check_whole(num_bins=num_bins)
    target, probability = arguments.probabilities(y_true, y_prob)
    if target.shape[1] > 1:
        raise DataError("One curve is of two classes: take a class or label, and its column, at a time.")
    target, probability = target[:, 0], probability[:, 0]
    if strategy not in STRATEGIES:
        raise UnknownNameError("strategy", strategy, STRATEGIES)
    edges = np.linspace(0, 1, num_bins + 1)
    if strategy == "quantile":
        edges = np.percentile(probability, 100 * edges)
    place = np.searchsorted(edges[1:-1], probability)
    count, true, predicted = (
        np.bincount(place, weights=values, minlength=num_bins)
        for values in (np.ones(len(target)), target, probability)
    )
    some = count > 0
    return CalibrationCurve(
        true[some] / count[some], predicted[some] / count[some], count[some].astype(np.int64)
    )


def expected_calibration_error(
    y_true: ArrayLike, y_prob: ArrayLike, num_bins: int = 10, *, sample_weight: ArrayLike | None = None
) -> float | np.ndarray:
    """Return `Σ_b n_b/n · |share of right ones - mean probability|`, over bins b of equal width.

    For two classes it is of the probability of class 1, for more that of the class which was decided on, and
    for several labels the mean over the labels.

    Args:
        y_true: classes `(n,)`, or labels `(n, k)`.
        y_prob: as for `log_loss`.
        num_bins: how many bins the probabilities are put in.
        sample_weight: `(n,)`, or several sets of them, `(resamples, n)`.

    Returns:
        A float; with several sets of weights, one for each.

    Raises:
        DataError: the arguments do not fit together, or are not probabilities.

    Example:
        >>> expected_calibration_error([0, 0, 1, 1], [0.25, 0.25, 0.75, 1.0])
        0.1875

    Source: Guo et al., "On calibration of modern neural networks" (2017).
    """
    check_whole(num_bins=num_bins)
    target, probability = arguments.probabilities(y_true, y_prob)
    if _exclusive(y_true, target):
        decided = probability.argmax(axis=1)[:, None]
        target, probability = (np.take_along_axis(table, decided, axis=1) for table in (target, probability))
    weight = arguments.weights(sample_weight, len(target))
    place = np.searchsorted(np.linspace(0, 1, num_bins + 1)[1:-1], probability)  # (n, k)
    errors = []
    for column in range(target.shape[1]):
        excess = target[:, column] - probability[:, column]
        bins = np.eye(num_bins)[place[:, column]]  # (n, num_bins)
        errors.append(np.abs(weight @ (bins * excess[:, None])).sum(axis=-1) / weight.sum(axis=-1))
    return arguments.plain(np.mean(errors, axis=0))


def _exclusive(y_true: ArrayLike, target: np.ndarray) -> bool:
    """Whether the columns are classes of which one is true, rather than labels that can go together."""
    return target.shape[1] > 1 and (np.ndim(y_true) == 1 or np.shape(y_true)[1] == 1)
