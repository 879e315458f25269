"""What is wrong with a table, and the table without it: `missing`, `drop_duplicates`, `drop_outliers`."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from dlcourse.datasets.splitting import Part, Split
from dlcourse.errors import DataError, UnknownNameError

Data = TypeVar("Data", pd.DataFrame, Split)


def missing(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the missing values of each column; an empty text counts as missing.

    Returns:
        A DataFrame with one row a column of `frame`, and the columns `count` and `share`.

    Example:
        >>> missing(pd.DataFrame({"area": [50.0, None], "heating": ["gas", "oil"]}))
                 count  share
        area         1    0.5
        heating      0    0.0
    """
    absent = _table(frame).isna() | (frame == "")
    return pd.DataFrame({"count": absent.sum(), "share": absent.mean()})


def drop_duplicates(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that repeat an earlier one in every column, the target's included.

    Two missing values are equal. Do it before the split: a copy in the test part would be a leak.

    Returns:
        A new DataFrame; the rows that stay keep their index.

    Example:
        >>> drop_duplicates(pd.DataFrame({"a": [1, 1, 2], "b": ["x", "x", "x"]})).index.tolist()
        [0, 2]
    """
    return _table(frame).drop_duplicates()


def drop_outliers(data: Data, z: float = 3.0, columns: Sequence[str] | None = None) -> Data:
    """Leave out rows with a number that is more than `z` standard deviations away from its column's mean.

    `|x - mean| / standard deviation > z`, where the standard deviation is that of all rows, divided by n.
    A missing value is no outlier. In n rows no value is further away than `sqrt(n - 1)`, so ten rows or fewer
    have no outliers at `z=3`.

    Args:
        data: a DataFrame; or a `Split` of DataFrames, of which only the training part loses rows. Rows that
            are hard to predict belong to the test.
        z: the limit.
        columns: where to look; in all numeric columns if `None`.

    Returns:
        A new DataFrame, whose rows keep their index, or a new `Split`.

    Raises:
        DataError: `z` is not positive, a column is not numeric or infinite somewhere, or it is no table.
        UnknownNameError: there is no such column.

    Example:
        >>> frame = pd.DataFrame({"area": [60.0] * 10 + [70.0] * 10 + [700.0]})
        >>> len(drop_outliers(frame))
        20
    """
    if isinstance(data, Split):
        train = data.train.x.reset_index(drop=True) if hasattr(data.train.x, "columns") else data.train.x
        stay = drop_outliers(train, z, columns).index
        return data._replace(train=Part(data.train.x.iloc[stay], data.train.y[stay]))
    if not isinstance(z, Real) or not z > 0:
        raise DataError(f"z is the number of standard deviations, above 0, and not {z!r}.")
    if isinstance(columns, str):
        raise DataError(f"columns takes a list of names: write ['{columns}'].")
    frame = _table(data)
    for name in columns or ():
        if name not in frame.columns:
            raise UnknownNameError("column", name, map(str, frame.columns))
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise DataError(f"Column '{name}' is not numeric: it has no outliers.")
    numbers = frame[list(columns)] if columns else frame.select_dtypes("number")
    numbers = numbers.astype("float64")
    largest = numbers.abs().max()
    if np.isinf(largest).any():
        name = largest.index[np.isinf(largest)][0]
        row = numbers.index[np.isinf(numbers[name])][0]
        raise DataError(f"Column '{name}' is infinite in row {row}: correct it, or make it missing.")
    numbers = numbers / 2.0 ** (np.frexp(largest)[1] - 1)  # near 1, whose squares neither over- nor underflow
    spread = numbers.std(ddof=0)
    distance = (numbers - numbers.mean()).abs() / spread.where(spread > 0, 1.0)
    return frame[~(distance > z).any(axis=1)]


def _table(frame: Any) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"This needs a DataFrame, and got an object of type {type(frame).__name__}.")
    return frame
