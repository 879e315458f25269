"""Which samples train and which are held out: scikit-learn's splitters, by name."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from sklearn import model_selection

from dlcourse.checking import check_seed, check_whole
from dlcourse.datasets.splitting import copies as copies_in
from dlcourse.datasets.splitting import numbered_groups
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.tasks import Task

Scheme = Literal["stratified", "shuffled", "grouped", "time"]
Fold = tuple[np.ndarray, np.ndarray]  # the indices that train, and those held out


def folds(
    y: ArrayLike,
    task: Task,
    k: int | model_selection.BaseCrossValidator = 5,
    *,
    scheme: Scheme | None = None,
    repeats: int = 1,
    groups: ArrayLike | None = None,
    copies: np.ndarray | None = None,
    seed: int = 0,
) -> list[Fold]:
    """Cut n samples into k folds, each of which is held out once.

    Args:
        y: the targets, `(n,)` or `(n, units)`.
        task: one of `dlcourse.tasks.TASKS`.
        k: the number of folds, or any scikit-learn splitter, which then decides alone.
        scheme: `"stratified"`: the classes' shares in each fold; `"shuffled"`: at random; `"grouped"`: no
            group in two folds; `"time"`: each fold comes after all that trains for it. If `None`: grouped
            where there are groups, stratified for classes, else shuffled.
        repeats: so many times, shuffled anew each time.
        groups: what each sample belongs to (a person, a document), `(n,)`. The scheme `"grouped"` and some
            scikit-learn splitters heed them, and the other schemes refuse them.
        copies: the number of each sample's set of equal ones, `(n,)`, see `copies_to_keep`: each set stays in
            one fold, that of its first. A scikit-learn splitter decides alone.
        seed: of the shuffling.

    Returns:
        `(train, held out)` for each fold, as indices.

    Raises:
        DataError: there are more folds than samples, samples of a class, groups, or sets of equal samples;
            a sample has no group; the arguments don't go together; or a splitter can't cut these samples.
        UnknownNameError: there is no such scheme.

    Source: https://scikit-learn.org/stable/modules/cross_validation.html

    Example:
        >>> [held_out for _, held_out in folds([0, 0, 0, 1, 1, 1], "binary", 3, seed=1)]
        [array([0, 5]), array([2, 3]), array([1, 4])]
    """
    y = np.asarray(y)
    if scheme is not None and scheme not in get_args(Scheme):
        raise UnknownNameError("scheme of folds", scheme, get_args(Scheme))
    check_seed(seed)
    check_whole(repeats=repeats)
    numbers = None if groups is None else numbered_groups(groups, len(y))
    if hasattr(k, "split") and not isinstance(k, (str, type)):
        try:
            return list(k.split(np.zeros(len(y)), y, groups))
        except (TypeError, ValueError) as error:
            why = " ".join(str(error).split()).rstrip(".")
            raise DataError(f"The splitter {type(k).__name__} can't cut these samples: {why}.") from error
    if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
        raise DataError(f"k must be a whole number of folds or a scikit-learn splitter, not {k!r}.")
    classes = y.argmax(axis=1) if task == "multiclass" and y.ndim == 2 else y
    stratifies = task in ("binary", "multiclass")
    if scheme is None:
        scheme = "grouped" if groups is not None else "stratified" if stratifies else "shuffled"
    _check(k, classes, scheme, repeats, numbers, stratifies)
    result: list[Fold] = []
    for repeat in range(repeats):
        shuffled = {"shuffle": True, "random_state": seed + repeat}
        if scheme == "stratified":
            splitter = model_selection.StratifiedKFold(k, **shuffled)
        elif scheme == "grouped":
            kind = model_selection.StratifiedGroupKFold if stratifies else model_selection.GroupKFold
            splitter = kind(k, **shuffled)
        elif scheme == "time":
            splitter = model_selection.TimeSeriesSplit(k)
        else:
            splitter = model_selection.KFold(k, **shuffled)
        cuts = list(splitter.split(np.zeros(len(y)), classes, numbers))
        kept = classes if stratifies else np.zeros(len(y))
        result += cuts if copies is None else _with_copies_together(cuts, copies, kept)
    return result


def copies_to_keep(
    x: Any, scheme: Scheme | None = None, groups: ArrayLike | None = None
) -> np.ndarray | None:
    """Number the sets of samples with equal inputs, whose place in `folds` nothing else decides.

    Args:
        x: the inputs, as `datasets.splitting.copies` takes them.
        scheme, groups: see `folds`. Groups and the order of time go first.

    Returns:
        For each sample the number of its set, `(n,)`; `None` where none are equal, or something else decides.
    """
    return None if groups is not None or scheme == "time" else copies_in(x)


def _with_copies_together(cuts: list[Fold], copies: np.ndarray, classes: np.ndarray) -> list[Fold]:
    """Hold each sample out where the first of its set is.

    For each that moves, one of its class that has no copies moves the other way: folds of equal size train
    together.
    """
    fold_of = np.empty(len(copies), int)
    for number, (_, held_out) in enumerate(cuts):
        fold_of[held_out] = number
    _, first, sets, counts = np.unique(copies, return_index=True, return_inverse=True, return_counts=True)
    moved = fold_of[first[sets]]
    singles: dict[tuple, list[int]] = defaultdict(list)
    for i in np.flatnonzero(counts[sets] == 1).tolist():
        singles[fold_of[i], classes[i]].append(i)
    for i in np.flatnonzero(moved != fold_of).tolist():
        if others := singles[moved[i], classes[i]]:
            moved[others.pop()] = fold_of[i]
    if (count := len(np.unique(moved))) < len(cuts):
        raise DataError(
            f"Only {len(first)} of the {len(copies)} samples differ, and equal ones stay in one fold, which "
            f"leaves {count} of {len(cuts)}: take fewer, or groups=range(n) if all samples are separate."
        )
    return [(np.flatnonzero(moved != fold), np.flatnonzero(moved == fold)) for fold in range(len(cuts))]


def _check(k: Any, y: np.ndarray, scheme: str, repeats: int, groups: Any, stratifies: bool) -> None:
    if k < 2:
        raise DataError(f"Two folds are the fewest, and k is {k}.")
    if groups is not None and scheme != "grouped":
        raise DataError(
            f"scheme='{scheme}' does not heed groups: take scheme='grouped', which keeps each in one fold, "
            "or leave groups out."
        )
    if scheme == "time":
        if repeats > 1:
            raise DataError("A series has one order, so its folds can't be repeated: leave repeats at 1.")
        k += 1  # the first part only trains
    if k > len(y):
        raise DataError(f"{k} folds need {k} samples or more, and there are {len(y)}.")
    if scheme == "grouped":
        if groups is None:
            raise DataError("Grouped folds need groups: what each sample belongs to.")
        if (count := len(np.unique(groups))) < k:
            raise DataError(f"{k} folds need {k} groups or more, and there are {count}.")
    if scheme == "stratified":
        if not stratifies:
            raise DataError("Only classes can be stratified: use scheme='shuffled'.")
        labels, counts = np.unique(y, return_counts=True)
        if counts.min() < k:
            raise DataError(
                f"Class {labels[counts.argmin()]} has {counts.min()} samples, too few for {k} folds: take "
                "fewer folds, or scheme='shuffled'."
            )
