"""Training, validation and test parts that share nothing: `split`."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from dlcourse import checking, tasks
from dlcourse.errors import DataError, UnknownNameError

Task = Literal["binary", "multiclass", "multilabel", "regression", "forecasting"]


class Part(NamedTuple):
    """Inputs and targets that belong together: Keras, scikit-learn and tf.data take it as the tuple it is."""

    x: Any
    y: np.ndarray


class Split(NamedTuple):
    """A data set in up to three parts; a part of size 0 is `None`, as Keras's `validation_data` expects."""

    train: Part
    validation: Part | None
    test: Part | None


def split(
    x: Any,
    y: ArrayLike,
    *,
    validation: float = 0.0,
    test: float = 0.2,
    seed: int = 0,
    task: Task | None = None,
    groups: ArrayLike | None = None,
) -> Split:
    """Split samples into shuffled parts that share nothing with each other.

    In a classification every class has its share of each part. Samples with equal inputs stay in one part:
    a model that is tested on a copy of a training row is tested on its memory. Where equal rows are separate
    observations, such as answers to a form with few questions, say so with `groups=range(len(y))`.

    Args:
        x: a DataFrame, an array of shape `(n, ...)`, a Series, a list, or a dict of arrays.
        y: the n targets: numbers, or the names of classes.
        validation: the fraction of all samples that goes into the validation part.
        test: the fraction of all samples that goes into the test part.
        seed: the same seed gives the same parts, in the same order.
        task: `"forecasting"` keeps the order, with the test part last, and shuffles nothing; the others are
            those of `dlcourse.tasks`. Read from `y` if `None`: integers, names, and floats that are 0.0 and
            1.0 are classes; all other floats, 3.0 and 5.0 too, are quantities without shares to keep.
        groups: n labels of what belongs together, such as the patient of each image: a group is never
            divided, so that parts may miss their sizes by a group. Copies are then not looked for.

    Returns:
        A `Split` of `Part(x, y)`. `x` is a DataFrame, an array or a dict, as it came in; `y` is an array.

    Raises:
        DataError: the lengths differ, a target is missing, a fraction is none, nothing is left to train on,
            or the groups (or sets of copies) are too few to fill the parts.
        UnknownNameError: there is no such task.

    Example:
        >>> x, y = np.arange(20).reshape(10, 2), [0] * 5 + [1] * 5
        >>> train, validation, test = split(x, y, validation=0.2, test=0.4)
        >>> train.x.shape, validation.y.shape, np.bincount(test.y)
        ((4, 2), (2,), array([2, 2]))
    """
    if isinstance(x, Mapping):
        x = {name: checking.array(part) for name, part in x.items()}
    elif not hasattr(x, "columns"):
        x = checking.array(x)
    samples, y = _samples(x), checking.array(y, "targets")
    if y.ndim == 0 or len(y) != samples:
        raise DataError(f"There are {samples} samples and {y.size} targets: each sample needs one.")
    classes = _classes(y, task)
    counts = _counts(samples, validation, test)
    random = np.random.default_rng(seed)
    if task == "forecasting":
        if groups is not None:
            raise DataError("A series is split in the order of time: it can't keep groups whole as well.")
        train, *held_out = np.split(np.arange(samples), np.cumsum(counts)[:-1])
    else:
        together = copies(x) if groups is None else numbered_groups(groups, samples)
        if together is None:
            train, *held_out = _stratified(classes, counts, random)
        else:
            train, *held_out = _whole_groups(together, classes, counts, random)
    parts = [Part(checking.take(x, index), y[index]) if len(index) else None for index in held_out]
    return Split(Part(checking.take(x, train), y[train]), *parts)


def copies(x: Any) -> np.ndarray | None:
    """Number the sets of samples whose inputs are equal.

    Args:
        x: a DataFrame, an array of shape `(n, ...)`, or a dict of arrays.

    Returns:
        For each sample the number of its set, `(n,)`, counted from 0 in the order of the first ones; `None`
        where no two samples are equal.

    Example:
        >>> copies(np.array([[1, 2], [3, 4], [1, 2]]))
        array([0, 1, 0])
    """
    if isinstance(x, Mapping):
        rows = zip(*(_keys(part) for part in x.values()), strict=True)
    elif hasattr(x, "columns"):
        import pandas as pd

        codes = [pd.factorize(x.iloc[:, i])[0] for i in range(x.shape[1])]  # missing is equal to missing
        rows = _keys(np.column_stack(codes))
    else:
        rows = _keys(x)
    numbers: dict[object, int] = {}
    together = np.array([numbers.setdefault(row, len(numbers)) for row in rows])
    return together if len(numbers) < len(together) else None


def _counts(samples: int, validation: float, test: float) -> tuple[int, int, int]:
    numbers = isinstance(validation, Real) and isinstance(test, Real)
    fractions = numbers and validation >= 0 and test >= 0 and validation + test < 1
    held_out = (round(samples * validation), round(samples * test)) if fractions else (samples, 0)
    if sum(held_out) >= samples:
        raise DataError(
            f"validation={validation!r} and test={test!r} must be fractions that leave samples to train on."
        )
    return samples - sum(held_out), *held_out


def _stratified(
    classes: np.ndarray, counts: tuple[int, int, int], random: np.random.Generator
) -> list[np.ndarray]:
    rest = random.permutation(len(classes))
    rest = rest[np.argsort(classes[rest], kind="stable")]  # class by class, shuffled within each
    parts = []
    for count in counts[1:]:
        chosen = np.zeros(len(rest), dtype=bool)
        # Evenly spaced picks in the order of classes: every class gives its share, and the sum is exact.
        chosen[((np.arange(count) + 0.5) * len(rest) / max(count, 1)).astype(int)] = True
        parts.append(random.permutation(rest[chosen]))
        rest = rest[~chosen]
    return [random.permutation(rest), *parts]


def _whole_groups(
    groups: np.ndarray, classes: np.ndarray, counts: tuple[int, int, int], random: np.random.Generator
) -> list[np.ndarray]:
    table = np.zeros((groups.max() + 1, classes.max() + 1))  # (groups, classes)
    np.add.at(table, (groups, classes), 1)
    weight = 1 / table.sum(axis=0) ** 2  # a rare class counts as much as a frequent one
    missing = np.outer(counts, table.mean(axis=0) * len(table) / len(classes))  # (parts, classes)
    part = np.empty(len(table), dtype=int)
    order = random.permutation(len(table))
    for group in order[np.argsort(-table[order].sum(axis=1), kind="stable")]:  # the largest first
        # Squared shortfalls Σ (missing - group)² fall most where Σ missing · group is largest.
        gain = (missing * weight) @ table[group]
        part[group] = np.argmax(np.where(counts, gain, -np.inf))
        missing[part[group]] -= table[group]
    parts = [random.permutation(np.flatnonzero(part[groups] == i)) for i in range(3)]
    if any(count and not len(index) for count, index in zip(counts, parts, strict=True)):
        raise DataError(
            f"Too few groups for the parts, {len(table)}: samples of one group, or copies of each other, "
            "stay together. Ask for fewer parts, or pass groups=range(len(y)) if all samples are separate."
        )
    return parts


def _classes(y: np.ndarray, task: Task | None) -> np.ndarray:
    """The class of each sample, from 0; all zeros where there is none to keep the shares of."""
    known = get_args(Task)
    if task is not None and task not in known:
        raise UnknownNameError("task", task, known)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.dtype.kind not in "biuf":
        if _missing(y).any():
            raise DataError(f"The target is missing in row {_missing(y).argmax()}: leave such rows out.")
        if y.ndim > 1 or task in ("multilabel", "regression", "forecasting"):
            raise DataError(f"The target holds {y.dtype} of shape {y.shape}: such a task needs numbers.")
        y = np.unique(y.astype(str), return_inverse=True)[1]
    if task is None:
        task = tasks.infer(y)
    else:
        tasks.check_target(y, "regression" if task == "forecasting" else task)
    if task in ("binary", "multiclass"):
        return np.unique(y.argmax(axis=1) if y.ndim == 2 else y, return_inverse=True)[1]
    return np.zeros(len(y), dtype=int)


def numbered_groups(groups: ArrayLike, samples: int) -> np.ndarray:
    """Number the groups from 0, `(n,)`.

    Labels that are equal to Python are one group, as 1 and 1.0 are; and so are 1 and "1", which reading a
    CSV file may have made of one label.

    Raises:
        DataError: there isn't one label for each sample.

    Example:
        >>> numbered_groups(["a", 1, 1.0, "1", "b"], 5)
        array([1, 0, 0, 0, 2])
    """
    labels = checking.array(groups, "groups")
    if labels.shape != (samples,):
        raise DataError(f"groups must be {samples} labels, one a sample, and has shape {labels.shape}.")
    if labels.dtype == object:
        labels = np.array(groups, dtype=object)  # NumPy makes texts of numbers in a list with texts
    if _missing(labels).any():
        raise DataError("A sample has no group: give it a label of its own.")
    if labels.dtype == object:
        names: dict[object, str] = {}
        try:
            for label in labels:
                names[label] = min(str(label), names.get(label, str(label)))
        except TypeError as error:
            raise DataError(f"A group's label must be a number or a text: {error}.") from None
        labels = np.array([names[label] for label in labels])
    return np.unique(labels, return_inverse=True)[1]


def _keys(rows: np.ndarray) -> list:
    """Something hashable for each row, equal where the rows are."""
    if rows.dtype.kind not in "biuf":
        return [str(row.tolist() if isinstance(row, np.ndarray) else row) for row in rows]
    rows = rows + np.zeros(1, rows.dtype) if rows.dtype.kind == "f" else rows  # -0.0 becomes 0.0
    return [row.tobytes() for row in rows]


def _missing(values: np.ndarray) -> np.ndarray:
    """Which rows hold nothing: None, NaN, or pandas's NA."""
    import pandas as pd

    return pd.isna(values).reshape(len(values), -1).any(axis=1)


def _samples(x: Any) -> int:
    parts = list(x.values()) if isinstance(x, Mapping) else [x]
    for part in parts:
        if part.ndim == 0:
            kind = type(part.item()).__name__
            raise DataError(f"The samples must be an array, a DataFrame, a list or a dict, not one {kind}.")
    lengths = {len(part) if np.size(part) else 0 for part in parts}
    if len(lengths) > 1:
        raise DataError(f"The inputs differ in length: {sorted(lengths)}.")
    if not sum(lengths):
        raise DataError("There are no samples: the input is empty.")
    return lengths.pop()
