"""What the scores are given, as arrays that fit together, or a `DataError` that says what does not."""

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.errors import DataError

LARGE = 2.0**40  # weights beyond this, or below its inverse, are scaled


def labels(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and predictions as integers of one shape, `(n,)` for classes and `(n, k)` for labels.

    Example:
        >>> labels([0, 1], [0.2, 0.9])
        Traceback (most recent call last):
        dlcourse.errors.DataError: y_pred holds 0.2, which is no class: decide on classes first, as \
dlcourse.tasks.decide does.
    """
    y_true, y_pred = _whole(y_true, "y_true"), _whole(y_pred, "y_pred")
    _same_shape(y_true, y_pred)
    return y_true, y_pred


def one_vs_rest(y_true: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return targets of 0 and 1, and scores, both float64 and a column for each class or label, `(n, k)`.

    Two classes become one column, that of class 1, whether the scores have one column or two.
    """
    y_true, scores = _whole(y_true, "y_true"), finite(scores, "the scores")
    if scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores[:, 0]
    if y_true.ndim == 1 and scores.ndim == 2 and len(y_true) == len(scores):
        classes = scores.shape[1]
        if y_true.max() >= classes:
            raise DataError(f"The scores have {classes} columns, and there is a class {y_true.max()}.")
        y_true = np.eye(classes, dtype=np.int64)[y_true]
        if classes == 2:
            y_true, scores = y_true[:, 1], scores[:, 1]
    _same_shape(y_true, scores)
    if y_true.max() > 1:
        raise DataError(
            f"There is a class {y_true.max()}, and one score a sample: more than two classes need a column "
            "of scores for each."
        )
    return y_true.reshape(len(y_true), -1).astype(np.float64), scores.reshape(len(scores), -1)


def probabilities(y_true: ArrayLike, y_prob: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """As `one_vs_rest`, for scores that are probabilities: between 0 and 1, and 1 in all for classes."""
    y_true = array(y_true, "y_true")
    one_row_a_sample = y_true.ndim == 1 or y_true.shape[1:] == (1,)
    y_prob = array(y_prob, "the scores")
    # What rounding may do in the type that the model computed in: float64 may hold what once was float32.
    coarsest = max(np.finfo(kind).eps for kind in (np.float32, precision(y_prob)))
    tolerance = np.sqrt(coarsest)
    y_prob = finite(y_prob, "the scores")
    for wrong in (y_prob.min(), y_prob.max()):
        if not -tolerance <= wrong <= 1 + tolerance:
            raise DataError(f"A probability is {wrong:g}: if these are logits, apply sigmoid or softmax.")
    if one_row_a_sample and y_prob.ndim == 2 and y_prob.shape[1] > 1:
        sums = y_prob.sum(axis=1)
        row = int(np.abs(sums - 1).argmax())
        if abs(sums[row] - 1) > tolerance:
            raise DataError(
                f"The probabilities of row {row} sum to {sums[row]:.4f}, and not to 1 within {tolerance:.4f}."
            )
    return one_vs_rest(y_true, y_prob)


def numbers(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return targets and predictions of a regression, of shape `(n, k)`, for `difference`.

    They are float64, but for integers of which float64 does not hold all digits.
    """
    y_true, y_pred = _exact(y_true, "y_true"), _exact(y_pred, "y_pred")
    if y_true.size == y_pred.size and {y_true.ndim, y_pred.ndim} == {1, 2}:  # (n,) beside Keras's (n, 1)
        y_true, y_pred = (y.reshape(len(y), -1) for y in (y_true, y_pred))
    _same_shape(y_true, y_pred)
    return y_true.reshape(len(y_true), -1), y_pred.reshape(len(y_pred), -1)


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return `a - b` as float64, of arrays as `numbers` returns them.

    Example:
        >>> difference(np.array([2**60 + 100]), np.array([2**60]))
        array([100.])
    """
    (high_a, low_a), (high_b, low_b) = _halves(a), _halves(b)
    return (high_a - high_b) + (low_a - low_b)


def weights(sample_weight: ArrayLike | None, samples: int, scaled: bool = True) -> np.ndarray:
    """Return the weights as float64 of shape `(n,)` or `(resamples, n)`; ones if there are none.

    Where they are very large or small, those of a set become near 1 if `scaled`, by a power of 2: products
    of their sums are numbers then, and means and ratios the same.
    """
    if sample_weight is None:
        return np.ones(samples)
    weight = finite(sample_weight, "the weights")
    if weight.shape[-1] != samples:
        raise DataError(f"There are {samples} samples, and the weights have the shape {weight.shape}.")
    largest = weight.max(axis=-1, keepdims=True)
    if not (weight >= 0).all() or not largest.all():
        raise DataError("Weights must be 0 or more, and not all of them 0.")
    if scaled and (largest.max() > LARGE or largest.min() < 1 / LARGE):
        weight = np.ldexp(weight, -np.frexp(largest)[1])
    return weight


def plain(score: np.ndarray) -> float | np.ndarray:
    """A float for one set of weights, an array for several."""
    return float(score) if np.ndim(score) == 0 else score


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """The quotient, 0.0 where it is undefined."""
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    return np.divide(numerator, denominator, out=np.zeros(shape), where=denominator != 0)


def mean(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The weighted mean of one value a sample, for each set of weights."""
    return weight @ values / weight.sum(axis=-1)


def array(values: ArrayLike, name: str) -> np.ndarray:
    """Return an array of whatever type; bfloat16, which is none of NumPy's, as float32.

    Example:
        >>> array([[0, 1], [1]], "y_true")
        Traceback (most recent call last):
        dlcourse.errors.DataError: The rows of y_true differ in length.
    """
    try:
        values = np.asarray(values)
    except ValueError:
        raise DataError(f"The rows of {name} differ in length.") from None
    return values.astype(np.float32) if values.dtype.name == "bfloat16" else values


def precision(values: np.ndarray) -> np.dtype:
    """The floating-point type that numbers were computed in: their own, or float64."""
    return values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)


def finite(values: ArrayLike, name: str) -> np.ndarray:
    """Return numbers as float64, of one or two dimensions, none of them missing or infinite."""
    values = array(values, name)
    if values.dtype.kind not in "biuf":
        raise DataError(f"There must be numbers in {name}, not {values.dtype}.")
    if values.ndim not in (1, 2) or values.size == 0:
        raise DataError(f"The shape of {name} must be (n,) or (n, k), not {values.shape}.")
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise DataError(f"A number is missing or infinite in row {row} of {name}.")
    return values.astype(np.float64)


def _exact(values: ArrayLike, name: str) -> np.ndarray:
    as_float, values = finite(values, name), array(values, name)
    return values if values.dtype.kind in "iu" and np.abs(as_float).max() >= 2**53 else as_float


def _halves(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | float]:
    """Two float64 whose sum is exact: the high and low 32 bits of integers."""
    if values.dtype.kind == "f":
        return values, 0.0
    low = values & 0xFFFFFFFF
    return (values - low).astype(np.float64), low.astype(np.float64)


def _whole(values: ArrayLike, name: str) -> np.ndarray:
    values = finite(values, name)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    wrong = values[(values != np.floor(values)) | (values < 0)]
    if len(wrong):
        raise DataError(
            f"{name} holds {wrong[0]:g}, which is no class: decide on classes first, as "
            "dlcourse.tasks.decide does."
        )
    if values.max() >= 2**53:
        raise DataError(f"{name} holds {values.max():g}, too large for the number of a class.")
    if values.ndim == 2 and values.max() > 1:
        raise DataError(f"{name} has a column for each label, of 0 and 1, and there is {values.max():g}.")
    return values.astype(np.int64)


def _same_shape(y_true: np.ndarray, y_pred: np.ndarray) -> None:
    if y_true.shape != y_pred.shape:
        raise DataError(f"Targets of shape {y_true.shape} do not fit predictions of shape {y_pred.shape}.")
