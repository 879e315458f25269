"""Scores of held-out samples, fold by fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import tasks
from dlcourse.errors import DataError, TrainingError, UnknownNameError
from dlcourse.metrics import average_precision, roc_auc
from dlcourse.metrics.reporting import scores_of
from dlcourse.tasks import Task
from dlcourse.validation.folds import Fold

if TYPE_CHECKING:
    import pandas as pd

    from dlcourse.validation.fitting import Fitted

Scores = Mapping[str, Callable[[np.ndarray, np.ndarray], float]]


def check_scores(scores: Scores | None) -> None:
    """Raise a `DataError` unless these are functions by name."""
    if scores is None:
        return
    if not isinstance(scores, Mapping) or not scores or not all(map(callable, scores.values())):
        raise DataError("scores must be a dict of functions of (y_true, y_pred), by the name of each.")


def diverged(fit: Fitted) -> bool:
    """Whether the loss, or in the end an output, is no finite number: then there is nothing to score."""
    return not (np.isfinite(fit.loss).all() and np.isfinite(fit.outputs).all())


def require_converged(fit: Fitted, what: str) -> None:
    """Raise a `TrainingError` if a training, of a fold say, has diverged."""
    if not diverged(fit):
        return
    finite = np.isfinite(fit.loss)
    of = f"epoch {np.argmin(finite) + 1}" if not finite.all() else "the last epoch, or its last step"
    raise TrainingError(
        f"{what} came to numbers that are infinite or none in {of}: most often the learning rate is too "
        "large (training.find_learning_rate suggests one), else the inputs are not scaled."
    )


def known_score(score: str | None, scores: Scores | None, task: Task) -> str:
    """The name of the score that counts, after making sure that there is one of this name."""
    check_scores(scores)
    names = list(scores) if scores else [each.name for each in scores_of(task)]
    if score is not None and score not in names:
        raise UnknownNameError("score", score, names)
    return score or names[0]


def score_table(
    task: Task, y: np.ndarray, cuts: Sequence[Fold], outputs: Sequence[np.ndarray], scores: Scores | None
) -> pd.DataFrame:
    """A row a fold, a column a score; NaN where a fold has no samples of a class that a score needs.

    Args:
        task: one of `dlcourse.tasks.TASKS`.
        y: all targets.
        cuts: the folds.
        outputs: a model's for each fold's held-out samples.
        scores: functions of the targets and predictions; those of `dlcourse.metrics.report` if `None`.
    """
    import pandas as pd

    rows = [
        fold_scores(task, y[held_out], got, scores) for (_, held_out), got in zip(cuts, outputs, strict=True)
    ]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="fold"))


def fold_scores(task: Task, y: np.ndarray, outputs: np.ndarray, scores: Scores | None) -> dict[str, Any]:
    """The scores of one fold by name."""
    if task == "multiclass" and y.ndim == 2:
        y = y.argmax(axis=1)
    decisions = tasks.decide(outputs, task)
    if scores is not None:
        return {name: float(function(y, decisions)) for name, function in scores.items()}
    result = {}
    for name, metric, takes, options in scores_of(task):
        try:
            result[name] = metric(y, (decisions, outputs)[takes], **options)
        except DataError:
            if metric not in (roc_auc, average_precision):  # a fold may lack a class, all else is an error
                raise
            result[name] = np.nan
    return result
