"""A model's scores on data it has not seen, with intervals and beside a baseline: `report(model, data)`."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlcourse import checking, console, tasks
from dlcourse.errors import DataError, ModelError
from dlcourse.metrics import arguments, bootstrap, classification, probabilities, ranking, regression
from dlcourse.tasks import Task

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from dlcourse.checking import Data

HALF_PRECISION = 0.05  # how far float16 or bfloat16 probabilities may be from a sum of 1


@dataclass(frozen=True, eq=False)
class Report:
    """What `report` found, in pandas tables; it prints as text, and as HTML in a notebook.

    Args:
        task: one of `dlcourse.tasks.TASKS`.
        samples: how many the model was tested on.
        level: of the intervals.
        baseline: what the model is compared with, in words.
        scores: a row a score; columns `model`, `low`, `high` (its interval) and `baseline`.
        classes: a row a class or label; columns `precision`, `recall`, `F1`, `low`, `high` (of F1) and
            `samples` (how many there are of it). `None` for a regression.
        confusion: rows are the true classes, columns the predicted ones. `None` without exclusive classes.
    """

    task: Task
    samples: int
    level: float
    baseline: str
    scores: pd.DataFrame
    classes: pd.DataFrame | None
    confusion: pd.DataFrame | None

    def __str__(self) -> str:
        tables = (
            table.to_string(float_format="{:.3f}".format, max_rows=40, max_cols=20)
            for table in self._tables()
        )
        return "\n\n".join(["\n".join(self._heading()), *tables])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tables = (
            table.to_html(float_format="{:.3f}".format, max_rows=40, max_cols=20) for table in self._tables()
        )
        return "\n".join([f"<p>{'<br>'.join(self._heading())}</p>", *tables])

    def _heading(self) -> tuple[str, ...]:
        return (
            f"Task: {self.task}, {self.samples} samples.",
            f"Baseline: {self.baseline}.",
            f"From low to high: the {self.level:.0%} bootstrap interval.",
        )

    def _tables(self) -> Iterator[pd.DataFrame]:
        return (table for table in (self.scores, self.classes, self.confusion) if table is not None)


def report(
    model: keras.Model,
    data: Data,
    *,
    task: Task | None = None,
    training_data: Data | None = None,
    names: Sequence[str] | None = None,
    threshold: float = 0.5,
    level: float = 0.95,
    resamples: int = 1000,
    batch_size: int = 256,
    seed: int = 0,
) -> Report:
    """Test a compiled model: every score of its task, with a bootstrap interval, beside a baseline.

    The baseline knows the targets but looks at no input (see `baseline`): what the model is better by, it has
    learnt from the inputs.

    Args:
        model: compiled, with one output. If its loss is `from_logits`, its outputs become probabilities.
        data: `(x, y)`, a `Part`, a `Dataset` or a `tf.data.Dataset`; samples it was not trained on, if the
            scores are to be honest.
        task: one of `dlcourse.tasks.TASKS`; read from the model's loss if `None`. A loss function of your own
            does not tell it, and would be read as that of a regression.
        training_data: what the baseline is fitted on; `data` itself if `None`, which makes it look a little
            better than it is.
        names: one for each class or label; those of a `Dataset`, or numbers, if `None`.
        threshold: the probability above which class 1, or a label, is decided on.
        level: of the intervals.
        resamples: for each interval.
        batch_size: for the predictions.
        seed: the same seed gives the same intervals.

    Returns:
        A `Report`.

    Raises:
        ModelError: the model is not compiled, or its outputs don't fit its loss, its task or the data.
        DataError: the data don't fit together, or don't fit the task; or the threshold is no number.
        UnknownNameError: there is no such task.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        >>> model.compile(loss="binary_crossentropy")
        >>> found = report(model, ([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [0, 1, 1, 1]))
        >>> found.scores.loc["accuracy", "baseline"]
        np.float64(0.75)
    """
    task = tasks.of_model(model) if task is None else task
    tasks.check_task(task)
    if not isinstance(threshold, Real) or math.isnan(threshold):
        raise DataError(f"The threshold must be a number, as 0.5, and is {threshold!r}.")
    x, y = checking.arrays(data)
    outputs = predicted(model, x, task, batch_size)
    units = outputs.shape[1]
    y = checked_target(y, task, units)
    names = list(getattr(data, "target_names", None) or []) if names is None else list(names)
    if task != "regression":
        names = names or [str(i) for i in range(max(units, 2) if task == "binary" else units)]
        if len(names) != (2 if task == "binary" else units):
            raise DataError(
                f"There are {len(names)} names, and the model has {units} outputs: give each one."
            )
    fitted_on = y
    if training_data is not None:
        fitted_on = checked_target(checking.arrays(training_data)[1], task, units)
    constant = baseline(fitted_on, len(y), task, units)

    random = {"level": level, "resamples": resamples, "seed": seed}
    decide = functools.partial(tasks.decide, task=task, threshold=threshold)
    decisions = decide(outputs)
    return Report(
        task=task,
        samples=len(y),
        level=level,
        baseline=_in_words(
            task, "training data" if training_data is not None else "the targets of these data"
        ),
        scores=_scores(task, y, (decisions, outputs), (decide(constant), constant), random),
        classes=None if task == "regression" else _classes(y, decisions, names, random),
        confusion=_confusion(y, decisions, names) if task in ("binary", "multiclass") else None,
    )


def baseline(y_train: ArrayLike, n: int, task: Task, units: int | None = None) -> np.ndarray:
    """Return the outputs of the best model that looks at no input.

    Each class's or label's share of the training targets, or their mean: what minimises the task's loss, and
    `tasks.decide` makes of it the most frequent class.

    Args:
        y_train: the training targets.
        n: for how many samples.
        task: one of `dlcourse.tasks.TASKS`.
        units: how many classes there are, where the training targets may lack the last.

    Returns:
        `(n, units)`, as from a model.

    Raises:
        DataError: the target does not fit the task, or `n` or `units` is no whole number of 1 or more.

    Example:
        >>> baseline([0, 2, 2, 2], 2, "multiclass")
        array([[0.25, 0.  , 0.75],
               [0.25, 0.  , 0.75]])
    """
    checking.check_whole(n=n)
    checking.check_counts(units=units)
    y_train = tasks.check_target(y_train, task, units if task == "multiclass" else None)
    if task == "multiclass" and y_train.ndim == 1:
        shares = np.bincount(y_train.astype(np.int64), minlength=units or 0) / len(y_train)
    else:
        shares = y_train.reshape(len(y_train), -1).mean(axis=0)
    return np.tile(shares, (n, 1))


class Score(NamedTuple):
    """One row of a report: a metric, what it takes beside the targets, and its options."""

    name: str
    metric: Callable[..., Any]
    takes: int  # 0: decisions, 1: outputs
    options: dict[str, Any]


def scores_of(task: Task) -> list[Score]:
    """The scores of a task, in the order of a report."""
    if task == "regression":
        return [
            Score("mean absolute error", regression.mean_absolute_error, 0, {}),
            Score("root mean squared error", regression.root_mean_squared_error, 0, {}),
            Score("R²", regression.r2_score, 0, {}),
        ]
    kinds = {"binary": ("binary",), "multiclass": ("macro",), "multilabel": ("macro", "micro")}[task]
    rows = [Score("accuracy", classification.accuracy, 0, {})]
    for kind in kinds:
        before = "" if kind == "binary" else f"{kind} "
        for name, metric in (
            ("precision", classification.precision),
            ("recall", classification.recall),
            ("F1", classification.f1_score),
        ):
            rows.append(Score(before + name, metric, 0, {"average": kind}))
    return [
        *rows,
        Score("ROC AUC", ranking.roc_auc, 1, {}),
        Score("average precision", ranking.average_precision, 1, {}),
        Score("log loss", probabilities.log_loss, 1, {}),
        Score("Brier score", probabilities.brier_score, 1, {}),
        Score("calibration error", probabilities.expected_calibration_error, 1, {}),
    ]


def _scores(
    task: Task,
    y: np.ndarray,
    of_model: tuple[np.ndarray, np.ndarray],
    of_baseline: tuple[np.ndarray, np.ndarray],
    random: dict[str, Any],
) -> pd.DataFrame:
    import pandas as pd

    rows = {}
    with console.progress(len(scores_of(task)), "resampling") as advance:
        for name, metric, takes, options in scores_of(task):
            try:
                value = metric(y, of_model[takes], **options)
                interval = bootstrap.bootstrap_interval(metric, y, of_model[takes], **random, **options)
                rows[name] = (value, *interval, metric(y, of_baseline[takes], **options))
            except DataError:
                # Areas need samples with and without a class; everything else was checked before.
                if metric not in (ranking.roc_auc, ranking.average_precision):
                    raise
                rows[name] = (np.nan,) * 4
            advance()
    return pd.DataFrame.from_dict(rows, orient="index", columns=["model", "low", "high", "baseline"])


def _classes(y: np.ndarray, decisions: np.ndarray, names: list[str], random: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    count = classification.counts(y, decisions, len(names))
    interval = bootstrap.bootstrap_interval(classification.f1_score, y, decisions, **random, average=None)
    low, high = np.asarray(interval.low), np.asarray(interval.high)
    after = (0, len(names) - len(low))  # classes beyond the last that occurs
    table = {
        "precision": arguments.ratio(count.true_positives, count.predicted),
        "recall": arguments.ratio(count.true_positives, count.actual),
        "F1": arguments.ratio(2 * count.true_positives, count.predicted + count.actual),
        "low": np.pad(low, after),
        "high": np.pad(high, after),
        "samples": count.actual.astype(np.int64),
    }
    return pd.DataFrame(table, index=pd.Index(names, name="label" if y.ndim == 2 else "class"))


def _confusion(y: np.ndarray, decisions: np.ndarray, names: list[str]) -> pd.DataFrame:
    import pandas as pd

    matrix = classification.confusion_matrix(y, decisions, len(names))
    return pd.DataFrame(matrix, index=pd.Index(names, name="true"), columns=pd.Index(names, name="predicted"))


def predicted(model: keras.Model, x: Any, task: Task, batch_size: int = 256) -> np.ndarray:
    """Return a model's outputs for the inputs that `checking.arrays` gave: numbers or probabilities.

    Returns:
        `(n, units)`, float32 or float64.

    Raises:
        ModelError: the model does not fit the inputs or the task, or its outputs are not finite.
        DataError: an input is too large for float32.
    """
    checking.check_input(x, model)
    outputs = np.asarray(model.predict(checking.as_float32(x), batch_size=batch_size, verbose=0))
    if outputs.ndim == 1:
        outputs = outputs[:, None]
    if outputs.ndim != 2:
        raise ModelError(f"There must be one row of outputs a sample, and the model gives {outputs.shape}.")
    units = tasks.head(task, outputs.shape[1]).units
    if units != outputs.shape[1]:
        raise ModelError(f"task='{task}' needs an output of {units} unit, and this has {outputs.shape[1]}.")
    if not np.isfinite(outputs).all():
        raise ModelError("The model's outputs are not all numbers: its training has failed.")
    probabilities = tasks.probabilities(outputs, model, task)
    if task == "multiclass" and outputs.dtype.itemsize < probabilities.dtype.itemsize:
        # What 16 bits hold of a softmax sums to 1 only roughly.
        total = probabilities.sum(axis=1, keepdims=True)
        probabilities = probabilities / np.where(np.abs(total - 1) < HALF_PRECISION, total, 1)
    return probabilities


def checked_target(y: np.ndarray, task: Task, units: int) -> np.ndarray:
    """Return the target of a model with so many outputs, of exclusive classes as numbers.

    Raises:
        DataError: it does not fit.
    """
    y = tasks.check_target(y, task, None if task == "binary" else units)
    if task == "multiclass" and y.ndim == 2:
        y = y.argmax(axis=1)
    return y if task == "regression" else y.astype(np.int64)


def _in_words(task: Task, source: str) -> str:
    what = (
        "the mean"
        if task == "regression"
        else "the share of each " + ("label" if task == "multilabel" else "class")
    )
    return f"always predict {what}, from {source}"
