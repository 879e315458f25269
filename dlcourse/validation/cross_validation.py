"""How well a model does on samples it has not seen, and how sure that is: `cross_validate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike

from dlcourse import checking, tasks
from dlcourse.errors import DataError
from dlcourse.metrics.reporting import baseline
from dlcourse.tasks import Task
from dlcourse.validation.fitting import ALONE, Builder, Fitted, Job, build, fit_all, rebuilt
from dlcourse.validation.folds import Fold, Scheme, copies_to_keep, folds
from dlcourse.validation.scoring import Scores, check_scores, require_converged, score_table

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator

    from dlcourse.checking import Data


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What `cross_validate` found; it prints as its `summary()`.

    Args:
        task: one of `dlcourse.tasks.TASKS`.
        scores: a row a fold, a column a score.
        baseline: the same of the baseline, which knows the fold's training targets and looks at no input.
        outputs: of the models for the samples they had not seen, `(n, units)`, the mean over the repeats;
            missing (NaN) where a sample was never held out.
        folds: `(train, held out)` for each fold, as indices.
        loss: on the training samples, `(folds, epochs)`.
        copies: how many samples have the inputs of an earlier one, in whose fold they stay.
    """

    task: Task
    scores: pd.DataFrame
    baseline: pd.DataFrame
    outputs: np.ndarray
    folds: list[Fold]
    loss: np.ndarray
    copies: int
    _fitted: list[Fitted] = field(repr=False)
    _rebuild: Callable[[int], keras.Model] = field(repr=False)

    @property
    def held_out(self) -> np.ndarray:
        """The samples that were held out at least once, as indices."""
        return np.flatnonzero(np.isfinite(self.outputs).all(axis=1))

    @property
    def predictions(self) -> np.ndarray:
        """The out-of-fold predictions of the samples `held_out`."""
        return tasks.decide(self.outputs[self.held_out], self.task)

    def model(self, fold: int) -> keras.Model:
        """The model of a fold, trained and compiled."""
        return self._rebuild(fold)

    def preprocessing(self, fold: int) -> Any:
        """The preprocessing as it was fitted on a fold's training samples, or `None`."""
        return self._fitted[fold].preprocessing

    def summary(self, level: float = 0.95) -> pd.DataFrame:
        """The mean of each score with its spread and interval, beside the baseline's mean.

        Where a fold has no score, as the area under the ROC curve without samples of a class, mean, spread
        and interval are of those that have one: `folds` is how many these are.

        The folds share most of their training samples, so their scores vary less than those of independent
        samples. The interval corrects for it: with k folds, `n_train` and `n_test` samples in each,

            mean ± t · std · sqrt(1/k + n_test/n_train)

        Source: C. Nadeau and Y. Bengio, *Inference for the Generalization Error*, 2003.
        """
        import pandas as pd

        checking.check_level(level)
        k = self.scores.count()
        mean, std = self.scores.mean(), self.scores.std(ddof=1)
        ratios = np.array([[len(held_out) / len(train)] for train, held_out in self.folds])
        ratio = self.scores.notna().mul(ratios).sum() / k
        half = scipy.stats.t.ppf((1 + level) / 2, k - 1) * std * np.sqrt(1 / k + ratio)
        return pd.DataFrame(
            {
                "mean": mean,
                "std": std,
                "low": mean - half,
                "high": mean + half,
                "baseline": self.baseline.mean(),
                "folds": k,
            }
        )

    def __repr__(self) -> str:
        return f"{self._heading()}\n{self.summary().to_string(float_format='{:.3f}'.format)}"

    def _repr_html_(self) -> str:
        return f"<p>{self._heading()}</p>{self.summary().to_html(float_format='{:.3f}'.format)}"

    def _heading(self) -> str:
        heading = f"{len(self.folds)} folds, {self.task}. From low to high: the 95% interval of the mean."
        if self.copies:
            heading += f" Copies of other samples, which stay in their folds: {self.copies}."
        return heading


def cross_validate(
    model: keras.Model | Builder,
    data: Data,
    *,
    k: int | BaseCrossValidator = 5,
    scheme: Scheme | None = None,
    repeats: int = 1,
    groups: ArrayLike | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    preprocessing: Any = None,
    scores: Scores | None = None,
    task: Task | None = None,
    seed: int = 0,
    n_jobs: int = -1,
) -> CrossValidation:
    """Train a model on all folds but one, test it on that one, for every fold.

    All folds train at once where the network allows it (see `dlcourse.training.engine`). Memory: the data,
    and for each fold its weights with the optimizer's, a gigabyte of these at a time, and beside them what
    one batch of these folds needs. Preprocessed inputs are a fold's own: 64 MB of them at a time, or those of
    as many folds as there are cores.

    Args:
        model: compiled. For every fold its weights are drawn anew, running averages as well; frozen layers
            are kept, and what Keras's preprocessing layers have learnt. A layer of your own is refused if one
            of its weights was changed and not by training, as nothing says which of both that should be. Or a
            function without arguments that builds and compiles a model, called for every fold (for one that
            fine-tunes trained weights).
        data: `(x, y)` or a `Dataset`; text and missing numbers are for `preprocessing` to deal with.
        k: the number of folds, or a scikit-learn splitter.
        scheme, repeats, groups: how the folds are cut, see `folds`. Without groups, samples with equal
            inputs stay in one fold, as in `datasets.split`: who is tested on a copy is tested on memory.
        epochs, batch_size: as in `dlcourse.training.train`.
        preprocessing: a `Preprocessor` or a scikit-learn transformer, fitted for every fold on its training
            samples.
        scores: functions of `(y_true, y_pred)` by name; the scores of the task if `None`.
        task: read from the model's loss if `None`, which tells it unless the loss is a function of your own.
        seed: of folds, initial weights, dropout masks and batches.
        n_jobs: how many folds train at once where they can't be stacked; -1: as many as there are cores.

    Returns:
        A `CrossValidation`.

    Raises:
        DataError: the data can't be used or be cut so.
        ModelError: the model can't be trained by the compiled engine.
        TrainingError: the loss of a fold, or an output in the end, is no finite number.

    Example:
        >>> from dlcourse import datasets, models
        >>> iris = datasets.load("iris")
        >>> model = models.mlp((4,), "multiclass", 3, hidden=(16,), learning_rate=0.01)
        >>> found = cross_validate(model, iris, k=5, epochs=30)
        >>> found.scores.shape[0], bool(found.summary().loc["accuracy", "mean"] > 0.9)
        (5, True)
    """
    x, targets = arrays_for(data, preprocessing)
    check_scores(scores)
    task, y = checked_task(model, targets, task)
    copies = None if hasattr(k, "split") else copies_to_keep(x, scheme, groups)
    cuts = folds(y, task, k, scheme=scheme, repeats=repeats, groups=groups, copies=copies, seed=seed)
    jobs = [Job(train, held_out, seed + number) for number, (train, held_out) in enumerate(cuts)]
    fitted = fit_all(
        model,
        (x, targets),
        jobs,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        task=task,
        preprocessing=preprocessing,
        n_jobs=n_jobs,
    )
    for number, fit in enumerate(fitted):
        require_converged(fit, f"The training of fold {number + 1}")
    units = fitted[0].outputs.shape[-1]
    constant = [baseline(y[train], len(held_out), task, units) for train, held_out in cuts]
    return CrossValidation(
        task=task,
        scores=score_table(task, y, cuts, [fit.outputs for fit in fitted], scores),
        baseline=score_table(task, y, cuts, constant, scores),
        outputs=_out_of_fold(len(y), cuts, fitted),
        folds=cuts,
        loss=np.array([fit.loss for fit in fitted]),
        copies=0 if copies is None else len(copies) - len(np.unique(copies)),
        _fitted=fitted,
        _rebuild=lambda fold: rebuilt(model, jobs[fold], fitted[fold]),
    )


def arrays_for(data: Data, preprocessing: Any) -> tuple[Any, np.ndarray]:
    """`(x, y)`, where text and missing numbers are for a preprocessing to deal with."""
    if preprocessing is None:
        x, y = checking.arrays(data)
        return x if isinstance(x, dict) else checking.as_float32(x), y
    if hasattr(data, "element_spec") or isinstance(data, Mapping):
        raise DataError("With a preprocessing the data must be a pair (x, y) in memory, or a Dataset.")
    pair: Any = data
    x, y = (pair.features, pair.target) if hasattr(pair, "features") else pair
    if isinstance(x, Mapping):
        raise DataError("A preprocessing takes one table or array, and x is a dict: make it a DataFrame.")
    y = np.asarray(y)
    if len(x) != len(y):
        raise DataError(f"There are {len(x)} samples and {len(y)} targets: each sample needs one.")
    return (x if hasattr(x, "iloc") else np.asarray(x)), y


def checked_task(
    model: keras.Model | Builder,
    y: np.ndarray,
    task: Task | None = None,
    configuration: Mapping[str, Any] = ALONE,
) -> tuple[Task, np.ndarray]:
    """The task of the model, or of what the function builds, and the target as scores need it."""
    import keras

    one = model if isinstance(model, keras.Model) else build(model, configuration)
    task = task or tasks.of_model(one)
    y = tasks.check_target(y, task, None if task == "binary" else one.output_shape[-1])
    tasks.check_form(y, one)
    tasks.check_classes(y, task)
    return task, y


def _out_of_fold(n: int, cuts: list[Fold], fitted: list[Fitted]) -> np.ndarray:
    total = np.zeros((n, fitted[0].outputs.shape[-1]))
    count = np.zeros((n, 1))
    for (_, held_out), fit in zip(cuts, fitted, strict=True):
        total[held_out] += fit.outputs
        count[held_out] += 1
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean.astype(fitted[0].outputs.dtype)
