"""Inputs and targets as arrays, after checks that would otherwise fail deep inside TensorFlow: `arrays`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.errors import DataError, ModelError

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import ArrayLike

    from dlcourse.datasets import Dataset

    Data = tuple[ArrayLike, ArrayLike] | Dataset | tf.data.Dataset


def arrays(data: Data) -> tuple[Any, np.ndarray]:
    """Return `(x, y)` as arrays of equal length without missing numbers.

    Args:
        data: a pair `(x, y)`, such as a `Part` of a split; a `dlcourse.datasets.Dataset`; or a finite
            `tf.data.Dataset` of batches `(x, y)`, which is read into memory. `x` may be a DataFrame of
            numbers, or a dict of arrays for a model with several inputs, which comes back as a dict.

    Returns:
        `x` of shape `(n, ...)` and `y` of shape `(n,)` or `(n, k)`.

    Raises:
        DataError: the lengths differ, there are no samples, a number is missing, or a column is text.

    Example:
        >>> x, y = arrays(([[1.0], [2.0]], [0, 1]))
        >>> x.shape, y.shape
        ((2, 1), (2,))
        >>> arrays(([[1.0], [2.0]], [0]))
        Traceback (most recent call last):
        dlcourse.errors.DataError: There are 2 samples and 1 target: each sample needs one.
    """
    if hasattr(data, "element_spec"):
        data = _unbatched(data)
    elif hasattr(data, "features"):
        data = (data.features, data.target)
    try:
        x, y = data
    except (TypeError, ValueError):
        raise DataError(
            "The data must be a pair (x, y), a Dataset of this library or a tf.data.Dataset."
        ) from None
    x, y = inputs(x), np.asarray(y)
    samples = length(x)
    if y.ndim == 0 or len(y) != samples:
        targets = "1 target" if y.ndim == 0 or len(y) == 1 else f"{len(y)} targets"
        raise DataError(f"There are {samples} samples and {targets}: each sample needs one.")
    if y.dtype.kind == "f" and np.isnan(y).any():
        raise DataError(
            f"The target is missing in row {int(np.argwhere(np.isnan(y))[0][0])}: leave such rows out."
        )
    return x, y


def inputs(x: Any) -> Any:
    """Return a model's inputs as an array, or a dict of arrays, without missing numbers.

    Raises:
        DataError: there are no samples, a number is missing, or a column of a DataFrame is text.

    Example:
        >>> inputs([[1.0, float("nan")]])
        Traceback (most recent call last):
        dlcourse.errors.DataError: Row 0 has a missing number: fill it, with dlcourse.preprocessing for one.
    """
    if isinstance(x, Mapping):
        parts = {name: inputs(part) for name, part in x.items()}
        if len({len(part) for part in parts.values()}) > 1:
            lengths = ", ".join(f"{name} {len(part)}" for name, part in parts.items())
            raise DataError(f"The inputs differ in length: {lengths}.")
        return parts
    if hasattr(x, "columns"):
        text = [str(name) for name, kind in x.dtypes.items() if getattr(kind, "kind", "O") not in "biuf"]
        if text:
            raise DataError(
                f"Column '{text[0]}' is not numeric: encode it first, with dlcourse.preprocessing."
            )
        x = x.to_numpy()
    x = np.asarray(x)
    if x.ndim == 0 or len(x) == 0:
        raise DataError("There are no samples: the input is empty.")
    if x.dtype.kind == "f":
        finite = np.isfinite(x.reshape(len(x), -1)).all(axis=1)
        if not finite.all():
            row = int(np.argmin(finite))
            kind = "a missing" if np.isnan(x[row]).any() else "an infinite"
            raise DataError(f"Row {row} has {kind} number: fill it, with dlcourse.preprocessing for one.")
    return x


def check_input(x: Any, model: keras.Model) -> None:
    """Raise a `ModelError` unless samples `x` have the shape that the model takes, as far as it says so."""
    shape = model.input_shape
    if isinstance(x, Mapping) or not isinstance(shape, tuple):
        return
    pairs = zip(shape[1:], x.shape[1:], strict=False)
    if len(x.shape) != len(shape) or any(a not in (None, b) for a, b in pairs):
        raise ModelError(f"The model takes samples of shape {shape[1:]}, and the data have {x.shape[1:]}.")


def length(x: Any) -> int:
    """The number of samples of what `inputs` returns."""
    return len(next(iter(x.values()))) if isinstance(x, Mapping) else len(x)


def take(x: Any, index: np.ndarray) -> Any:
    """The samples at `index`, of an array, a DataFrame or a dict of arrays."""
    if isinstance(x, Mapping):
        return {name: part[index] for name, part in x.items()}
    return x.iloc[index] if hasattr(x, "iloc") else x[index]


def _unbatched(data: tf.data.Dataset) -> tuple[Any, np.ndarray]:
    if int(data.cardinality()) == -1:
        raise DataError("The tf.data.Dataset never ends: take a number of batches, data.take(100).")
    batches = [batch[:2] for batch in data.as_numpy_iterator()]
    if not batches:
        raise DataError("There are no samples: the tf.data.Dataset is empty.")
    xs, ys = zip(*batches, strict=True)
    if isinstance(xs[0], Mapping):
        return {name: np.concatenate([x[name] for x in xs]) for name in xs[0]}, np.concatenate(ys)
    return np.concatenate(xs), np.concatenate(ys)
