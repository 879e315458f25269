"""A table's preprocessing for scikit-learn and inside a Keras model, equal in both: `Preprocessor`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import msgspec
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError

from dlcourse import files
from dlcourse.datasets.splitting import Part, Split
from dlcourse.errors import BundleError, DataError, ModelError, UnknownNameError
from dlcourse.preprocessing.columns import (
    Numbers,
    Texts,
    is_text,
    learnt,
    of_kind,
    prepared,
    restored,
    table,
    unfitted,
)

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import ArrayLike

SCALES = ("standard", "minmax", None)
IMPUTES = ("median", "mean")
KIND, VERSION = "dlcourse preprocessor", 1
UNKNOWN = "\ue000unknown"  # of the lookup's vocabulary, so no text in a table


class Preprocessor(BaseEstimator):
    """Impute, scale and one-hot encode a table, on scikit-learn's `ColumnTransformer`.

    In numeric columns missing values become the training rows' median or mean, and `x` becomes
    `(x - mean) / standard deviation`, or `(x - min) / (max - min)`; a constant column becomes 0. In text
    columns missing values become the most frequent text, and each text that occurs in the training rows gets
    a column of 0 and 1; an unknown text is 0 in all of them. An empty text counts as missing.

    Args:
        scale: `"standard"`, `"minmax"` or `None`.
        impute: `"median"` or `"mean"`, for numeric columns.
        categorical: columns of numbers which are names, such as postcodes, and are encoded like texts.

    Example:
        >>> from dlcourse.preprocessing import split
        >>> frame = pd.DataFrame({"area": [50.0, None, 70, 90], "heating": ["gas", "oil", "gas", None]})
        >>> parts = split(frame, [500.0, 600.0, 700.0, 800.0], test=0.25, seed=1)
        >>> preprocessor = Preprocessor(scale=None).fit(parts)
        >>> preprocessor.feature_names_out
        ['area', 'heating_gas', 'heating_oil']
        >>> preprocessor.transform(pd.DataFrame({"heating": ["oil", "wood"], "area": [60.0, None]}))
        array([[60.,  0.,  1.],
               [70.,  0.,  0.]], dtype=float32)
    """

    def __init__(
        self,
        *,
        scale: Literal["standard", "minmax"] | None = "standard",
        impute: Literal["median", "mean"] = "median",
        categorical: Sequence[str] = (),
    ) -> None:
        self.scale = scale
        self.impute = impute
        self.categorical = categorical

    def fit(self, split: Split) -> Preprocessor:
        """Learn from the training part of a split, and from nothing else.

        Args:
            split: of `dlcourse.preprocessing.split` or a data set's `split`. Its `x` are DataFrames, or
                arrays of shape `(n, columns)`, whose columns are then called `x0`, `x1`, …

        Raises:
            DataError: it is no `Split`; or as in `fit_rows`.
        """
        if not isinstance(split, Split):
            part = (
                "one part of a split"
                if isinstance(split, Part)
                else f"an object of type {type(split).__name__}"
            )
            raise DataError(
                f"fit takes a whole Split and learns from its training part only, and got {part}: what is "
                "learnt from other rows leaks. Call split first, or fit_rows(x) with the training rows."
            )
        return self.fit_rows(split.train.x)

    def fit_rows(self, x: pd.DataFrame | ArrayLike) -> Preprocessor:
        """Learn from rows of which you know that they are the training rows, as in each fold of a validation.

        Args:
            x: a DataFrame, or an array of numbers of shape `(n, columns)`.

        Raises:
            DataError: there are no rows, or a column is empty, of mixed types, infinite, or holds dates.
            UnknownNameError: `scale`, `impute` or a name in `categorical` is unknown.
        """
        for what, value, known in (("scale", self.scale, SCALES), ("impute", self.impute, IMPUTES)):
            if value not in known:
                raise UnknownNameError(what, value, map(str, known))
        frame = table(x)
        if isinstance(self.categorical, str):
            raise DataError(f"categorical takes a list of columns: write ['{self.categorical}'].")
        if not hasattr(self.categorical, "__iter__"):
            raise DataError(f"categorical takes a list of columns, as [], and is {self.categorical!r}.")
        for name in self.categorical:
            if not isinstance(name, str) or name not in frame.columns:
                raise UnknownNameError("column", name, frame.columns)
        texts = [name for name in frame.columns if name in self.categorical or is_text(frame[name])]
        numbers = [name for name in frame.columns if name not in texts]
        rows = prepared(frame, numbers, texts)
        empty = rows.columns[rows.isna().all()]
        if len(empty):
            raise DataError(f"Column '{empty[0]}' has no value in the training rows: leave it out.")
        transformer = unfitted(self.scale, self.impute, numbers, texts).fit(rows)
        self.columns_, self._transformer = learnt(transformer, numbers, texts), transformer
        return self

    @overload
    def transform(self, x: Split) -> Split: ...
    @overload
    def transform(self, x: Part) -> Part: ...
    @overload
    def transform(self, x: pd.DataFrame | ArrayLike) -> np.ndarray: ...

    def transform(self, x):
        """Turn raw rows into numbers.

        Args:
            x: rows with the columns that were there when it was fitted, in any order; others are ignored. Or
                a `Part` or `Split` of such rows.

        Returns:
            A float32 array of shape `(n, len(feature_names_out))`, or a `Part` or `Split` of such arrays.

        Raises:
            DataError: a column is missing, holds what it did not hold when it was fitted, or is too large.
        """
        if isinstance(x, Split):
            held_out = (None if part is None else self.transform(part) for part in (x.validation, x.test))
            return Split(self.transform(x.train), *held_out)
        if isinstance(x, Part):
            return Part(self.transform(x.x), x.y)
        frame = self._checked(x)
        with np.errstate(over="ignore", invalid="ignore"):  # which is said below
            values = self.column_transformer.transform(frame).astype(np.float32)
        large = np.argwhere(~np.isfinite(values))
        if len(large):
            row, column = large[0]
            raise DataError(
                f"Column '{self.feature_names_out[column]}' is too large for float32 in row {row}, once it "
                "is scaled: correct it, or make it missing."
            )
        return values

    def fit_transform(self, split: Split) -> Split:
        """`fit` on the training part of a split, then `transform` all of it."""
        return self.fit(split).transform(split)

    @property
    def column_transformer(self) -> ColumnTransformer:
        """The fitted `ColumnTransformer`, for scikit-learn. It takes float64 and object columns."""
        self._columns()
        return self._transformer

    @property
    def feature_names_out(self) -> list[str]:
        """One name for each column of the result: `area` for numbers, `heating_gas` for texts."""
        numbers, texts = self._columns()
        names = [column.name for column in numbers]
        return names + [f"{column.name}_{category}" for column in texts for category in column.categories]

    def save(self, path: str | PathLike[str]) -> Path:
        """Write what was learnt to a JSON file, whole or not at all.

        Returns:
            The path of the file.
        """
        numbers, texts = self._columns()
        saved = Saved(KIND, VERSION, self.scale, self.impute, list(self.categorical), [*numbers, *texts])
        return files.write(path, msgspec.json.format(msgspec.json.encode(saved), indent=2))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Preprocessor:
        """Read a file that `save` wrote: the outputs are the same to the last bit.

        Raises:
            BundleError: it is missing, damaged, of another kind, or of a newer version of this library.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise BundleError(f"{path} can't be read: {error.strerror}.") from None
        try:
            head = msgspec.json.decode(content, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise BundleError(f"{path} holds no preprocessor, or is damaged: it is not valid JSON.") from None
        if head.get("kind") != KIND:
            raise BundleError(f"{path} holds no preprocessor: it was not written by Preprocessor.save.")
        if head.get("version") != VERSION:
            raise BundleError(
                f"{path} has version {head.get('version')} of the format, and this library knows {VERSION}: "
                "use the dlcourse that wrote it, or fit again."
            )
        try:
            saved = msgspec.convert(head, Saved)
            preprocessor = cls(scale=saved.scale, impute=saved.impute, categorical=tuple(saved.categorical))
            preprocessor._transformer = restored(saved.scale, saved.impute, saved.columns)
            preprocessor.columns_ = saved.columns
        except (msgspec.ValidationError, ValueError) as error:
            raise BundleError(f"{path} is damaged: {error}.") from None
        return preprocessor

    def raw_inputs(self, x: pd.DataFrame | ArrayLike) -> dict[str, tf.Tensor]:
        """Turn raw rows into what the models of `to_keras` and `attach` take.

        Keras takes neither pandas' missing values nor NumPy's texts. Here a missing number is NaN and a
        missing text is empty.

        Returns:
            For each column a tensor of shape `(n, 1)`, float64 or string. A name that TensorFlow can't take
            is spelt with `_`: `sepal length (cm)` is `sepal_length__cm_`.

        Raises:
            DataError: as `transform`.
        """
        import tensorflow as tf

        frame = self._checked(x)
        numbers, texts = self._columns()
        arrays = {column.name: frame[column.name].to_numpy(np.float64) for column in numbers}
        arrays |= {column.name: frame[column.name].fillna("").to_numpy(object) for column in texts}
        names = self._keras_names()
        return {names[name]: tf.constant(array[:, None]) for name, array in arrays.items()}

    def to_keras(self) -> keras.Model:
        """Build the same preprocessing of Keras layers, without weights.

        Returns:
            A functional model from a dict of raw columns, as `raw_inputs` gives it, to the matrix that
            `transform` gives, equal to 1e-6 (relative, where a number is larger than 1).

        Example:
            >>> preprocessor = Preprocessor().fit_rows(pd.DataFrame({"a": [1.0, 3.0], "b": ["x", "y"]}))
            >>> rows = pd.DataFrame({"a": [2.0, None], "b": ["y", "z"]})
            >>> preprocessor.to_keras()(preprocessor.raw_inputs(rows)).numpy()
            array([[0., 0., 1.],
                   [0., 0., 0.]], dtype=float32)
        """
        import keras

        numbers, texts = self._columns()
        names = self._keras_names()
        inputs, outputs = {}, []
        for column in numbers:
            # Float64: in float32 the year 1987.3 minus the mean year has lost three digits.
            x = inputs[names[column.name]] = keras.Input((1,), name=names[column.name], dtype="float64")
            x = keras.ops.where(keras.ops.isnan(x), column.fill, x)
            if self.scale == "minmax":  # in the order in which scikit-learn does it, for the last digits
                x = x * (1 / column.spread) - column.center * (1 / column.spread)
            else:
                x = (x - column.center) / column.spread
            outputs.append(keras.ops.cast(x, "float32"))
        for column in texts:
            x = inputs[names[column.name]] = keras.Input((1,), name=names[column.name], dtype="string")
            # 0 is an unknown text, 1 a missing one, then come the categories; below 0 is one-hot nowhere.
            x = keras.layers.StringLookup(vocabulary=["", *column.categories], oov_token=UNKNOWN)(x)
            x = keras.ops.where(keras.ops.equal(x, 1), column.categories.index(column.fill), x - 2)
            outputs.append(keras.ops.one_hot(keras.ops.squeeze(x, axis=1), len(column.categories)))
        matrix = keras.ops.concatenate(outputs, axis=1) if len(outputs) > 1 else outputs[0]
        return keras.Model(inputs, matrix, name="preprocessing")

    def attach(self, model: keras.Model) -> keras.Model:
        """Put the preprocessing in front of a trained model: the result takes raw rows.

        Args:
            model: takes what `transform` gives, a matrix of shape `(n, len(feature_names_out))`.

        Returns:
            A functional model that shares the layers of `model`, to be called with `raw_inputs(rows)`, saved
            as `.keras`, or exported as a SavedModel. Compile it to evaluate it.

        Raises:
            ModelError: the model has several inputs, or takes another number of columns.
        """
        import keras

        columns = len(self.feature_names_out)
        shape = getattr(model, "input_shape", None)
        if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] not in (columns, None):
            raise ModelError(
                f"The model takes inputs of shape {shape}, and this preprocessor gives (None, {columns})."
            )
        front = self.to_keras()
        return keras.Model(front.input, model(front.output), name=model.name)

    def _columns(self) -> tuple[list[Numbers], list[Texts]]:
        if not hasattr(self, "columns_"):
            raise NotFittedError("The preprocessor has not learnt anything yet: call fit(split) first.")
        return of_kind(self.columns_, Numbers), of_kind(self.columns_, Texts)

    def _checked(self, x: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """The columns that were learnt from, as scikit-learn takes them."""
        numbers, texts = ([column.name for column in columns] for columns in self._columns())
        frame = table(x)
        absent = [name for name in numbers + texts if name not in frame.columns]
        if absent:
            more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
            raise DataError(
                f"The rows lack column '{absent[0]}'{more}, which the preprocessor was fitted on."
            )
        if not hasattr(x, "columns") and not isinstance(x, Mapping) and frame.shape[1] > len(numbers):
            raise DataError(f"The rows have {frame.shape[1]} columns: it was fitted on {len(numbers)}.")
        return prepared(frame, numbers, texts)

    def _keras_names(self) -> dict[str, str]:
        """For each column the name of its input, which must also be one of a SavedModel's signature."""
        names: dict[str, str] = {}
        for column in self.columns_:
            name = re.sub(r"\W", "_", column.name, flags=re.ASCII)
            name = name if re.match("[A-Za-z]", name) else f"x{name}"
            while name in names.values() or keyword.iskeyword(name):
                name += "_"
            names[column.name] = name
        return names


class Saved(msgspec.Struct, forbid_unknown_fields=True):
    """A file's content: all that a fitted preprocessor knows."""

    kind: str
    version: int
    scale: Literal["standard", "minmax"] | None
    impute: Literal["median", "mean"]
    categorical: list[str]
    columns: list[Numbers | Texts]
