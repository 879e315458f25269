"""Which configuration is best, and how good the search really is: `grid_search`, `random_search`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.checking import check_counts, check_seed
from dlcourse.datasets.splitting import numbered_groups
from dlcourse.errors import DataError
from dlcourse.tasks import Task
from dlcourse.validation.cross_validation import arrays_for, checked_task
from dlcourse.validation.fitting import Builder, Job, fit_all, rebuilt
from dlcourse.validation.folds import Fold, Scheme, copies_to_keep, folds
from dlcourse.validation.scoring import Scores, diverged, fold_scores, known_score, require_converged

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator

    from dlcourse.checking import Data

LOWER_IS_BETTER = (
    "mean absolute error",
    "root mean squared error",
    "log loss",
    "Brier score",
    "calibration error",
)


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found; it prints as its table.

    Args:
        table: a row a configuration, the best one first: its values, then the `mean` of the score over the
            folds and its spread `std`. A configuration whose loss was no number any more has no score.
        score: which one.
        best: the configuration at the top.
        nested: with `nested`, the score of the best configuration of each outer fold's own search, on samples
            that this search had not seen: what may be expected of such a search on new data. The mean at the
            top of the table is too good, as the best of many is lucky, too.
        model: the best configuration, trained on all samples; `None` without `refit`.
        preprocessing: as it was fitted on all samples, or `None`.
    """

    table: pd.DataFrame
    score: str
    best: dict[str, Any]
    nested: np.ndarray | None
    model: keras.Model | None = field(repr=False)
    preprocessing: Any = field(repr=False)

    def __repr__(self) -> str:
        text = self.table.to_string(float_format="{:.4g}".format, max_rows=20)
        if self.nested is None:
            return text
        mean, std = self.nested.mean(), self.nested.std(ddof=1)
        return f"{text}\nNested {self.score}: {mean:.4g} ± {std:.2g} over {len(self.nested)} outer folds."

    def _repr_html_(self) -> str:
        return f"<pre>{self!r}</pre>" if self.nested is not None else self.table.to_html(max_rows=20)


def grid_search(build: Builder, grid: Mapping[str, Sequence[Any]], data: Data, **settings: Any) -> Search:
    """Cross-validate every combination of values, and train the best one on all samples.

    Args:
        build: a function that builds and compiles a model from a configuration, by keywords.
        grid: the values of each argument. `epochs` and `batch_size` are the training's.
        data: `(x, y)` or a `Dataset`.
        settings: as of `random_search`, from `k` on.

    Returns:
        A `Search`.

    Raises:
        DataError: the grid is empty, or the data can't be used or be cut so.
        UnknownNameError: the task has no such score.

    Example:
        >>> from functools import partial
        >>> from dlcourse import datasets, models
        >>> build = partial(models.mlp, (4,), "multiclass", 3, hidden=(16,))
        >>> grid = {"learning_rate": [0.0001, 0.01]}
        >>> found = grid_search(build, grid, datasets.load("iris"), k=3, epochs=20)
        >>> found.best
        {'learning_rate': 0.01}
    """
    _check_names("grid", grid)
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
            raise DataError(f"The values of '{name}' must be a list of what to try, not {values!r}.")
    configurations = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    if not configurations:
        empty = next(name for name, values in grid.items() if not len(values))
        raise DataError(f"The grid has no value for '{empty}', so there is nothing to try.")
    return _search(build, configurations, data, **settings)


def random_search(
    build: Builder,
    space: Mapping[str, Any],
    data: Data,
    *,
    n: int = 20,
    seed: int = 0,
    **settings: Any,
) -> Search:
    """Cross-validate n configurations drawn at random, and train the best one on all samples.

    Args:
        build: a function that builds and compiles a model from a configuration, by keywords.
        space: for each argument a list of values to choose from; or a range `(low, high)` of positive
            numbers, drawn from evenly on a logarithmic scale (whole numbers if both are); or a distribution
            of `scipy.stats`. `epochs` and `batch_size` are the training's.
        data: `(x, y)` or a `Dataset`.
        n: how many configurations.
        seed: of the draws, and of all that `cross_validate` draws.
        settings: `k`, `scheme`, `groups`, `epochs`, `batch_size`, `preprocessing`, `scores`, `task` and
            `n_jobs` as of `cross_validate`; `score`, the name by which configurations are ranked (accuracy,
            or the mean absolute error); `lower_is_better`, which a score of your own needs; `nested`, the
            number of outer folds; `refit=False` to leave out the last training.

    Returns:
        A `Search`.

    Raises:
        DataError: the space is empty, or the data can't be used or be cut so.
        UnknownNameError: the task has no such score.

    Source: J. Bergstra and Y. Bengio, *Random Search for Hyper-Parameter Optimization*, 2012; and on nested
        folds G. Cawley and N. Talbot, *On Over-fitting in Model Selection*, 2010.

    Example:
        >>> from dlcourse import datasets, models
        >>> def build(hidden, learning_rate):
        ...     return models.mlp((4,), "multiclass", 3, hidden=(hidden,), learning_rate=learning_rate)
        >>> space = {"hidden": [8, 16], "learning_rate": (0.001, 0.1)}
        >>> found = random_search(build, space, datasets.load("iris"), n=4, k=3, epochs=40)
        >>> len(found.table), bool(found.table["mean"].iloc[0] > 0.9)
        (4, True)
    """
    check_counts(n=n)
    check_seed(seed)
    random = np.random.default_rng(seed)
    _check_names("space", space)
    configurations = [{name: _draw(name, values, random) for name, values in space.items()} for _ in range(n)]
    return _search(build, configurations, data, seed=seed, **settings)


def _search(
    build: Builder,
    configurations: list[dict[str, Any]],
    data: Data,
    *,
    k: int | BaseCrossValidator = 5,
    scheme: Scheme | None = None,
    groups: ArrayLike | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    preprocessing: Any = None,
    scores: Scores | None = None,
    score: str | None = None,
    lower_is_better: bool | None = None,
    nested: int | None = None,
    refit: bool = True,
    task: Task | None = None,
    seed: int = 0,
    n_jobs: int = -1,
) -> Search:
    if taken := {"mean", "std"} & set(configurations[0]):
        raise DataError(f"An argument can't be called '{min(taken)}', as a column of the table is.")
    x, targets = arrays_for(data, preprocessing)
    task, y = checked_task(build, targets, task, configurations[0])
    score = known_score(score, scores, task)
    if scores and lower_is_better is None:
        raise DataError(f"Say whether more of {score} is better: lower_is_better=True or False.")
    lower = score in LOWER_IS_BETTER if lower_is_better is None else lower_is_better
    groups = None if groups is None else numbered_groups(groups, len(y))
    copies = copies_to_keep(x, scheme, groups)

    def cut(rows: np.ndarray, k: Any) -> list[Fold]:
        group, copy = (None if each is None else each[rows] for each in (groups, copies))
        cuts = folds(y[rows], task, k, scheme=scheme, groups=group, copies=copy, seed=seed)
        return [(rows[train], rows[held_out]) for train, held_out in cuts]

    training = {
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "task": task,
        "preprocessing": preprocessing,
        "n_jobs": n_jobs,
    }

    def values_of(jobs: list[Job]) -> np.ndarray:
        fitted = fit_all(build, (x, targets), jobs, **training)
        pairs = zip(jobs, fitted, strict=True)
        return np.array([_value(task, y[job.held_out], fit, scores, score) for job, fit in pairs])

    everything = np.arange(len(y))
    outer = cut(everything, nested) if nested else []
    searches = [everything, *(train for train, _ in outer)]
    inner = [cut(rows, k) for rows in searches]
    # All searches train at once, the whole one and those of the outer folds.
    jobs = [
        Job(train, held_out, seed + number, configuration)
        for cuts in inner
        for configuration in configurations
        for number, (train, held_out) in enumerate(cuts)
    ]
    sizes = [len(configurations) * len(cuts) for cuts in inner]
    by_search = np.split(values_of(jobs), np.cumsum(sizes)[:-1])
    found = [values.reshape(len(configurations), -1) for values in by_search]  # (configurations, folds)
    order = [_ranked(each.mean(axis=1), lower) for each in found]
    best = [configurations[ranks[0]] for ranks in order]
    outer_scores = None
    if outer:
        outer_jobs = [Job(*fold, seed, choice) for fold, choice in zip(outer, best[1:], strict=True)]
        outer_scores = values_of(outer_jobs)

    table = _table(configurations, found[0], order[0], score)
    if np.isnan(table["mean"].iloc[0]):
        raise DataError(
            "No configuration has a score in every fold: its loss was no number any more (lower the learning "
            f"rates), or a fold is too small for the {score} (take fewer)."
        )
    model = fitted_preprocessing = None
    if refit:
        job = Job(everything, everything[:1], seed, best[0])
        [fitted] = fit_all(build, (x, targets), [job], **training)
        require_converged(fitted, "The training of the best configuration on all samples")
        model, fitted_preprocessing = rebuilt(build, job, fitted), fitted.preprocessing
    return Search(table, score, best[0], outer_scores, model, fitted_preprocessing)


def _check_names(what: str, values: Any) -> None:
    if not isinstance(values, Mapping):
        kind = type(values).__name__
        raise DataError(f"The {what} must be a dict, of an argument's name what to try, not a {kind}.")


def _draw(name: str, values: Any, random: np.random.Generator) -> Any:
    if hasattr(values, "rvs"):
        drawn = values.rvs(random_state=random)
        return drawn.item() if hasattr(drawn, "item") else drawn
    numbers = (
        isinstance(values, tuple)
        and len(values) == 2
        and all(isinstance(v, Real) and not isinstance(v, bool) for v in values)
    )
    if numbers:
        whole = all(isinstance(v, Integral) for v in values)
        low, high = (int(v) if whole else float(v) for v in values)
        if not 0 < low <= high < math.inf:
            raise DataError(f"The range of '{name}' must go up from above 0, and is {(low, high)}.")
        drawn = math.exp(random.uniform(math.log(low), math.log(high)))
        return min(max(round(drawn), low), high) if whole else min(max(drawn, low), high)
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
        raise DataError(f"The values of '{name}' must be a list, a range or a distribution, not {values!r}.")
    if not len(values):
        raise DataError(f"The space has no value for '{name}', so there is nothing to try.")
    return values[int(random.integers(len(values)))]


def _value(task: Task, y: np.ndarray, fit: Any, scores: Scores | None, score: str) -> float:
    if diverged(fit):
        return math.nan
    return fold_scores(task, y, fit.outputs, scores)[score]


def _table(
    configurations: list[dict[str, Any]], found: np.ndarray, order: np.ndarray, score: str
) -> pd.DataFrame:
    """The configurations, best first, with the mean and spread of their scores `(configurations, folds)`."""
    import pandas as pd

    table = pd.DataFrame([configurations[i] for i in order])
    table["mean"], table["std"] = found.mean(axis=1)[order], found.std(axis=1, ddof=1)[order]
    table.index = pd.RangeIndex(1, len(table) + 1, name="rank")
    table.columns.name = score
    return table


def _ranked(means: np.ndarray, lower_is_better: bool) -> np.ndarray:
    """The configurations, best first; those without a score last."""
    values = np.where(np.isnan(means), np.inf, means if lower_is_better else -means)
    return np.argsort(values, kind="stable")
