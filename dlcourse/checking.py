"""Inputs and targets as arrays, after checks that would otherwise fail deep inside TensorFlow: `arrays`."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from dlcourse.errors import DataError, ModelError, UnknownNameError

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import ArrayLike

    class Dataset(Protocol):
        """What every `dlcourse.datasets.Dataset` has: its file imports this one."""

        @property
        def features(self) -> Any: ...

        @property
        def target(self) -> np.ndarray: ...

    Data: TypeAlias = tuple[ArrayLike, ArrayLike] | Dataset | tf.data.Dataset


def arrays(data: Data) -> tuple[Any, np.ndarray]:
    """Return `(x, y)` as arrays of equal length in which nothing is missing.

    Args:
        data: a pair `(x, y)`, such as a `Part` of a split; a `dlcourse.datasets.Dataset`; or a finite
            `tf.data.Dataset` of batches `(x, y)`, which is read into memory. `x` is as in `inputs`.

    Returns:
        `x` of shape `(n, ...)`, or a dict of such arrays, and `y` of shape `(n,)` or `(n, k)`.

    Raises:
        DataError: the lengths differ, a target is missing, a `tf.data.Dataset` never ends or has no batches;
            or as in `inputs`.

    Example:
        >>> x, y = arrays(([[1.0], [2.0]], [0, 1]))
        >>> x.shape, y.shape
        ((2, 1), (2,))
        >>> arrays(([[1.0], [2.0]], [0]))
        Traceback (most recent call last):
        dlcourse.errors.DataError: There are 2 samples and 1 target: each sample needs one.
    """
    pair: Any = data
    if hasattr(data, "element_spec"):
        pair = _unbatched(data)
    elif hasattr(pair, "features"):
        pair = (pair.features, pair.target)
    try:
        x, y = pair
    except (TypeError, ValueError):
        raise DataError(
            "The data must be a pair (x, y), a Dataset of this library or a tf.data.Dataset."
        ) from None
    x, y = inputs(x), array(y, "targets")
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
    """Return a model's inputs as an array of numbers or texts, or as a dict of such arrays.

    Args:
        x: an array, or what NumPy makes one of; a DataFrame of numbers; or a dict of these, for a model with
            several inputs.

    Returns:
        An array of shape `(n, ...)`: real numbers; or texts as Python strings (dtype `object`), as
        `keras.layers.TextVectorization` takes them. A dict comes back as a dict.

    Raises:
        DataError: there are no samples, they differ in shape, something is missing or infinite, a column of
            a DataFrame is text, or they hold neither real numbers nor texts.

    Example:
        >>> inputs(["good", "bad"])
        array(['good', 'bad'], dtype=object)
        >>> inputs([[1.0, float("nan")]])
        Traceback (most recent call last):
        dlcourse.errors.DataError: Row 0 has a missing number: fill it, with dlcourse.preprocessing for one.
    """
    if isinstance(x, Mapping):
        parts = {name: inputs(part) for name, part in x.items()}
        if not parts:
            raise DataError("There are no samples: the dict of inputs is empty.")
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
        # Columns of several types, or with pandas' own missing values, would become objects.
        plain = x.to_numpy()
        x = plain if plain.dtype != object else x.to_numpy(np.float64, na_value=np.nan)
    x = array(x)
    if x.size == 0:
        raise DataError("There are no samples: the input is empty.")
    if x.ndim == 0:
        raise DataError(f"The input is one {type(x.item()).__name__}: give an array with one sample a row.")
    if x.dtype.kind in "OS":
        x = _of_one_kind(x.astype(object))
    elif x.dtype.kind not in "biuf":
        raise DataError(f"The input holds {x.dtype}, and a model takes real numbers or texts.")
    if x.dtype.kind == "f":
        finite = _rows(np.isfinite(x))
        if not finite.all():
            row = int(np.argmin(finite))
            kind = "a missing" if np.isnan(x[row]).any() else "an infinite"
            raise DataError(f"Row {row} has {kind} number: fill it, with dlcourse.preprocessing for one.")
    return x


def array(values: Any, what: str = "samples") -> np.ndarray:
    """Return values as an array; texts as Python strings, because Keras takes no fixed-width ones.

    Raises:
        DataError: the values, called `what`, differ in shape.
    """
    try:
        result = np.asarray(values)
    except ValueError:
        raise DataError(f"The {what} differ in shape: pad or crop them to one.") from None
    return result.astype(object) if result.dtype.kind in "UT" else result


def as_float32(x: Any) -> Any:
    """Return an array, or a dict of arrays, with float64 cast to float32, in which Keras computes.

    Raises:
        DataError: a number is too large.

    Example:
        >>> as_float32(np.array([0.5, 1.5]))
        array([0.5, 1.5], dtype=float32)
        >>> as_float32(np.array([0.5, 1e300]))  # doctest: +NORMALIZE_WHITESPACE
        Traceback (most recent call last):
        dlcourse.errors.DataError: Row 1 has the number 1e+300, too large for float32: scale it, with
        dlcourse.preprocessing for one.
    """
    if isinstance(x, Mapping):
        return {name: as_float32(part) for name, part in x.items()}
    if x.dtype.kind != "f" or x.dtype.itemsize <= 4:
        return x
    with np.errstate(over="ignore"):
        cast = x.astype(np.float32)
    large = np.argwhere(np.isinf(cast) & np.isfinite(x))
    if len(large):
        raise DataError(
            f"Row {large[0][0]} has the number {x[tuple(large[0])]:g}, too large for float32: scale it, with "
            "dlcourse.preprocessing for one."
        )
    return cast


def check_input(x: Any, model: keras.Model) -> None:
    """Raise a `ModelError` unless `x`, as `inputs` returns it, is what the model takes.

    Compared are the names of the inputs, numbers or texts, and the shape of a sample. A model that is not
    built, or that is a subclass with a `call` of its own, does not say what it takes: then nothing is.
    """
    tensors = getattr(model, "inputs", None) or []
    structure = getattr(model, "input", None)
    named = structure if isinstance(structure, Mapping) else {tensor.name: tensor for tensor in tensors}
    if isinstance(x, Mapping) and named:
        for name in x:
            if name not in named:
                raise ModelError(str(UnknownNameError("input of the model", name, named)))
        for name, tensor in named.items():
            if name not in x:
                raise ModelError(f"The model's input '{name}' is missing: the data have {', '.join(x)}.")
            _check_tensor(x[name], tensor, f"The model's input '{name}'")
    elif len(named) > 1:
        raise ModelError(f"The model has the inputs {', '.join(named)}: give a dict with an array for each.")
    elif named:
        _check_tensor(x, tensors[0], "The model")


def check_finite_dataset(data: Any) -> None:
    """Raise a `DataError` if the data are a `tf.data.Dataset` without an end, as of `data.repeat()`."""
    if hasattr(data, "cardinality") and int(data.cardinality()) == -1:
        raise DataError("The tf.data.Dataset never ends: take a number of batches, data.take(100).")


def check_counts(**numbers: Any) -> None:
    """Raise a `DataError` unless each is a whole number of 1 or more, or `None`."""
    check_whole(**{name: number for name, number in numbers.items() if number is not None})


def check_whole(**numbers: Any) -> None:
    """Raise a `DataError` unless each is a whole number of 1 or more."""
    for name, number in numbers.items():
        if not _is_whole(number) or number < 1:
            raise DataError(f"{name} must be a whole number of 1 or more, and is {number!r}.")


def check_seed(seed: Any) -> None:
    """Raise a `DataError` unless it is a seed that TensorFlow, scikit-learn and NumPy all take."""
    if not _is_whole(seed) or not 0 <= seed < 2**31:
        raise DataError(f"seed must be a whole number from 0 to {2**31 - 1}, and is {seed!r}.")


def check_level(level: Any) -> None:
    """Raise a `DataError` unless it is a share that an interval may hold, as 0.95."""
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        raise DataError(f"The level must lie between 0 and 1, and is {level!r}.")


def length(x: Any) -> int:
    """The number of samples of what `inputs` returns."""
    return len(next(iter(x.values()))) if isinstance(x, Mapping) else len(x)


def take(x: Any, index: np.ndarray | slice) -> Any:
    """The samples at `index`, of an array, a DataFrame or a dict of arrays."""
    if isinstance(x, Mapping):
        return {name: take(part, index) for name, part in x.items()}
    return x.iloc[index] if hasattr(x, "iloc") else x[index]


def _is_whole(number: Any) -> bool:
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool)


def _of_one_kind(x: np.ndarray) -> np.ndarray:
    """Python objects that are all texts, or all numbers, which become float64."""
    text = np.array([isinstance(value, str | bytes) for value in x.flat]).reshape(x.shape)
    if text.all():
        try:  # tf.data gives texts as bytes
            texts = [value.decode() if isinstance(value, bytes) else value for value in x.flat]
        except UnicodeDecodeError as error:
            raise DataError(f"The texts are not in UTF-8: {error.reason}.") from None
        return np.array(texts, dtype=object).reshape(x.shape)
    import pandas as pd

    missing, other = pd.isna(x), type(x[~text][0])
    if text.any():
        row = int(np.argmin(_rows(text)))
        if missing[row].any():
            raise DataError(f"Row {row} has a missing text: fill it, or leave the row out.")
        raise DataError(f"Row {row} has a {other.__name__} among texts: give texts only, or numbers only.")
    try:
        return np.where(missing, np.nan, x).astype(np.float64)
    except (TypeError, ValueError):
        if hasattr(other, "__len__"):
            raise DataError("The samples differ in shape: pad or crop them to one.") from None
        raise DataError(
            f"The input holds objects of type {other.__name__}, and a model takes real numbers or texts."
        ) from None


def _rows(each: np.ndarray) -> np.ndarray:
    """For each row, whether all of it is true."""
    return np.all(each.reshape(len(each), -1), axis=1)


def _check_tensor(x: np.ndarray, tensor: keras.KerasTensor, what: str) -> None:
    text = x.dtype.kind not in "biuf"
    if text and tensor.dtype != "string":
        raise ModelError(
            f"{what} takes numbers, and the data are texts: begin the model with Input(dtype='string') and a "
            "TextVectorization layer, or turn texts into numbers first."
        )
    if not text and tensor.dtype == "string":
        raise ModelError(f"{what} takes texts, and the data are numbers, {x.dtype}.")
    shape, given = tuple(tensor.shape[1:]), x.shape[1:]
    # Keras adds or drops a last axis of 1 by itself.
    fitting = (*given, 1) if len(given) == len(shape) - 1 else given
    fitting = given[:-1] if len(given) == len(shape) + 1 and given[-1] == 1 else fitting
    if len(fitting) != len(shape) or any(a not in (None, b) for a, b in zip(shape, fitting, strict=True)):
        raise ModelError(f"{what} takes samples of shape {shape}, and the data have {given}.")


def _unbatched(data: tf.data.Dataset) -> tuple[Any, np.ndarray]:
    check_finite_dataset(data)
    if not isinstance(data.element_spec, tuple) or len(data.element_spec) != 2:
        raise DataError("The tf.data.Dataset must give pairs (x, y): shape its elements with data.map.")
    batches = list(data.as_numpy_iterator())
    if not batches:
        raise DataError("There are no samples: the tf.data.Dataset is empty.")
    xs, ys = zip(*batches, strict=True)
    parts = {name: [x[name] for x in xs] for name in xs[0]} if isinstance(xs[0], Mapping) else {"": xs}
    for samples in parts.values():
        if any(
            np.ndim(x) == 0 or np.ndim(y) == 0 or len(x) != len(y) for x, y in zip(samples, ys, strict=True)
        ):
            raise DataError(
                "The elements of the tf.data.Dataset are no batches of as many samples as targets: batch it "
                "first, data.batch(32)."
            )
    try:
        parts = {name: np.concatenate(samples) for name, samples in parts.items()}
        y = np.concatenate(ys)
    except ValueError:
        raise DataError("The batches differ in shape: pad or crop the samples to one.") from None
    return (parts if isinstance(xs[0], Mapping) else parts[""]), y
