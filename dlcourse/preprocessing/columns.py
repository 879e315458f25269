"""What a preprocessor learns of each column, and scikit-learn's transformer made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from dlcourse import checking
from dlcourse.errors import DataError


class Numbers(msgspec.Struct, tag="numbers", forbid_unknown_fields=True):
    """A numeric column: missing values become `fill`, and then `(x - center) / spread`."""

    name: str
    fill: float
    center: float
    spread: float


class Texts(msgspec.Struct, tag="texts", forbid_unknown_fields=True):
    """A text column: missing values become `fill`, and then one of `categories` is 1, all others 0."""

    name: str
    fill: str
    categories: list[str]


def unfitted(scale: str | None, impute: str, numbers: list[str], texts: list[str]) -> ColumnTransformer:
    """The steps for the columns of these names: numbers come first in the result."""
    identity = FunctionTransformer(feature_names_out="one-to-one")
    scaler = {"standard": StandardScaler(), "minmax": MinMaxScaler(), None: identity}[scale]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = [
        ("numbers", make_pipeline(SimpleImputer(strategy=impute), scaler), numbers),
        ("texts", make_pipeline(SimpleImputer(strategy="most_frequent"), encoder), texts),
    ]
    return ColumnTransformer([step for step in steps if step[2]], verbose_feature_names_out=False)


def learnt(transformer: ColumnTransformer, numbers: list[str], texts: list[str]) -> list[Numbers | Texts]:
    """Read from a fitted transformer all that it needs to know."""
    columns: list[Numbers | Texts] = []
    if numbers:
        imputer, scaler = transformer.named_transformers_["numbers"]
        center, spread = np.zeros(len(numbers)), np.ones(len(numbers))
        if isinstance(scaler, StandardScaler):
            center, spread = scaler.mean_, scaler.scale_
        elif isinstance(scaler, MinMaxScaler):
            # A constant column has the range 0, and scikit-learn divides it by 1.
            center, spread = scaler.data_min_, np.where(scaler.scale_ == 1, 1.0, scaler.data_range_)
        rows = np.column_stack([imputer.statistics_, center, spread]).tolist()
        columns += [Numbers(name, *row) for name, row in zip(numbers, rows, strict=True)]
    if texts:
        imputer, encoder = transformer.named_transformers_["texts"]
        for name, fill, categories in zip(texts, imputer.statistics_, encoder.categories_, strict=True):
            columns.append(Texts(name, fill, categories.tolist()))
    return columns


def restored(scale: str | None, impute: str, columns: list[Numbers | Texts]) -> ColumnTransformer:
    """The fitted transformer again: fitted on one row, with the same categories, then told the same numbers.

    Raises:
        ValueError: nobody can have learnt these columns.
    """
    numbers, texts = of_kind(columns, Numbers), of_kind(columns, Texts)
    for column in texts:
        if column.fill not in column.categories or column.categories != sorted(set(column.categories)):
            raise ValueError(f"the categories of column '{column.name}' are not those that were learnt")
    for column in numbers:
        if not column.spread > 0:
            raise ValueError(f"column '{column.name}' is scaled by {column.spread}")
    names = [column.name for column in [*numbers, *texts]]
    if not names or len(set(names)) < len(names):
        raise ValueError("it has no columns, or one of them twice")
    row = {column.name: np.zeros(1) for column in numbers}
    row |= {column.name: np.array([column.fill], dtype=object) for column in texts}
    transformer = unfitted(scale, impute, names[: len(numbers)], names[len(numbers) :])
    if texts:  # rows that hold all categories would be encoded, which takes the square of their number
        categories = [np.array(column.categories, dtype=object) for column in texts]
        transformer.set_params(texts__onehotencoder__categories=categories)
    transformer.fit(pd.DataFrame(row))
    if numbers:
        imputer, scaler = transformer.named_transformers_["numbers"]
        fill, center, spread = np.array([[c.fill, c.center, c.spread] for c in numbers]).T.copy()
        imputer.statistics_ = fill
        if isinstance(scaler, StandardScaler):
            scaler.mean_, scaler.scale_, scaler.var_ = center, spread, spread**2
        elif isinstance(scaler, MinMaxScaler):
            scaler.data_min_, scaler.data_max_, scaler.data_range_ = center, center + spread, spread
            scaler.scale_, scaler.min_ = 1 / spread, -center * (1 / spread)
    if texts:
        imputer, encoder = transformer.named_transformers_["texts"]
        imputer.statistics_ = np.array([c.fill for c in texts], object)
        encoder.set_params(categories="auto")
        transformer.set_params(texts__onehotencoder__categories="auto")
    return transformer


def table(x: Any) -> pd.DataFrame:
    """Rows as a DataFrame with different names, all of them text."""
    if isinstance(x, tuple):
        raise DataError(
            f"The rows must be a DataFrame or an array, and not a {type(x).__name__}: take its x."
        )
    if isinstance(x, Mapping):
        try:
            x = pd.DataFrame(x)
        except ValueError as error:
            raise DataError(f"The columns make no table: {error}.") from None
    if not hasattr(x, "columns"):
        x = checking.array(x, "rows")
        if x.ndim != 2 or x.dtype.kind not in "biuf":
            raise DataError(
                f"The rows have shape {x.shape} and hold {x.dtype}: give a DataFrame, or an array of numbers "
                "of shape (n, columns)."
            )
        x = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    if x.size == 0:
        raise DataError(f"The table of {len(x)} rows and {x.shape[1]} columns is empty.")
    x = x.set_axis(x.columns.map(str), axis=1).reset_index(drop=True)
    if x.columns.has_duplicates:
        raise DataError(f"Two columns are called '{x.columns[x.columns.duplicated()][0]}': rename one.")
    return x


def prepared(frame: pd.DataFrame, numbers: list[str], texts: list[str]) -> pd.DataFrame:
    """Numbers as float64 and texts as objects, in both of which NaN stands for a missing value.

    Raises:
        DataError: a column holds what it should not, or both texts and numbers.
    """
    columns = {}
    for name in numbers:
        if is_text(frame[name]) and len(_present(frame[name])):
            raise DataError(f"Column '{name}' holds texts, and held numbers when it was fitted.")
        columns[name] = _numbers(frame[name])
        large = columns[name].abs() > np.finfo(np.float32).max
        if large.any():
            raise DataError(
                f"Column '{name}' is infinite, or too large for float32, in row {large.argmax()}: "
                "correct it, or make it missing."
            )
    for name in texts:
        is_text(frame[name])  # refuses mixed types
        columns[name] = _present(frame[name]).map(_text).astype(object).reindex(frame.index)
    return pd.DataFrame(columns, index=frame.index)


def of_kind(columns: list[Numbers | Texts], kind: type) -> list:
    return [column for column in columns if isinstance(column, kind)]


def is_text(column: pd.Series) -> bool:
    """Whether a column holds texts, and not numbers; a `DataError` if it holds both, or neither.

    A categorical one holds the names of its categories, which may be both.
    """
    categorical = isinstance(column.dtype, pd.CategoricalDtype)
    if (
        not categorical
        and pd.api.types.is_numeric_dtype(column)
        and not pd.api.types.is_complex_dtype(column)
    ):
        return False
    values = column.cat.categories if categorical else _present(column)
    found = {str if isinstance(value, str) else type(value) for value in values}
    real = all(
        issubclass(kind, (bool, int, float, np.integer, np.floating, np.bool_)) for kind in found - {str}
    )
    if found <= {str} or (categorical and real):
        return True
    if real and str not in found:
        return False
    names = " and ".join(sorted(kind.__name__ for kind in found))
    raise DataError(f"Column '{column.name}' holds {names}: make it either numbers or texts.")


def _present(column: pd.Series) -> pd.Series:
    column = column.astype(object)
    return column[column.notna() & (column != "")]


def _numbers(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series(column.to_numpy(np.float64, na_value=np.nan), index=column.index)
    return _present(column).map(_float).astype("float64").reindex(column.index)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of Python's beyond 1e308
        return np.inf


def _text(value: Any) -> str:
    """The name that a number is: 3 where a column with missing values holds 3.0."""
    if isinstance(value, str):
        return str(value)
    whole = isinstance(value, int) or float(value).is_integer()
    return str(int(value)) if whole else str(float(value))
