"""What a network of a fold sees: the samples after a preprocessing that saw its training samples only."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sklearn.base

from dlcourse import checking
from dlcourse.errors import DataError


def fit_preprocessing(preprocessing: Any, x: Any, y: np.ndarray, train: np.ndarray) -> Any:
    """A preprocessing that has seen the training samples only."""
    if preprocessing is None:
        return None
    fitted = sklearn.base.clone(preprocessing)
    rows = checking.take(x, train)
    with _refused(fitted):
        if hasattr(fitted, "fit_rows"):
            fitted.fit_rows(rows)
        else:
            fitted.fit(rows, y[train])
    return fitted


def transformed(fitted: Any, x: Any) -> Any:
    """Samples after a preprocessing."""
    if fitted is None:
        return x
    with _refused(fitted):
        values = fitted.transform(x)
    values = values.toarray() if hasattr(values, "toarray") else values  # scikit-learn's may be sparse
    return checking.as_float32(checking.inputs(values))


@contextlib.contextmanager
def _refused(fitted: Any) -> Iterator[None]:
    """Say of what fails for want of fitting rows whose fault it is."""
    try:
        yield
    except (TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = str(error).strip().partition("\n")[0]
        raise DataError(f"{type(fitted).__name__} can't be fitted to these rows: {reason}") from error


def one_below_the_other(fits: Sequence[Any], x: Any) -> Any:
    """All samples after each preprocessing: `(len(fits) * samples, ...)`."""
    if len(fits) == 1:
        return transformed(fits[0], x)
    parts = (transformed(fitted, x) for fitted in fits)  # one at a time
    first = next(parts)
    samples = len(first)
    whole = np.empty((len(fits) * samples, *first.shape[1:]), first.dtype)
    for place, part in enumerate(itertools.chain([first], parts)):
        whole[place * samples : (place + 1) * samples] = part
    return whole
