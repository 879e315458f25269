"""Whether more data would help: `learning_curve`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.errors import DataError
from dlcourse.tasks import Task
from dlcourse.validation.cross_validation import arrays_for, checked_task
from dlcourse.validation.fitting import Builder, Job, fit_all
from dlcourse.validation.folds import Scheme, copies_to_keep, folds
from dlcourse.validation.scoring import Scores, fold_scores, known_score, require_converged

if TYPE_CHECKING:
    import keras
    import pandas as pd
    from sklearn.model_selection import BaseCrossValidator

    from dlcourse.checking import Data


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """A score against the number of training samples.

    Args:
        sizes: training samples, `(sizes,)`.
        train_scores: on the samples that were trained on, `(sizes, folds)`.
        validation_scores: on those held out, `(sizes, folds)`.
        score: which one.
    """

    sizes: np.ndarray
    train_scores: np.ndarray
    validation_scores: np.ndarray
    score: str

    def frame(self) -> pd.DataFrame:
        """Means and spreads as a table, a row a size."""
        import pandas as pd

        columns: dict[str, np.ndarray] = {}
        for name, scores in (("training", self.train_scores), ("validation", self.validation_scores)):
            columns |= {name: scores.mean(axis=1), f"{name} std": scores.std(axis=1, ddof=1)}
        return pd.DataFrame(columns, index=pd.Index(self.sizes, name="samples"))


def learning_curve(
    model: keras.Model | Builder,
    data: Data,
    *,
    sizes: Sequence[float] = (0.1, 0.3, 0.5, 0.7, 1.0),
    k: int | BaseCrossValidator = 5,
    scheme: Scheme | None = None,
    groups: ArrayLike | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    preprocessing: Any = None,
    scores: Scores | None = None,
    score: str | None = None,
    task: Task | None = None,
    seed: int = 0,
    n_jobs: int = -1,
) -> LearningCurve:
    """Train on growing parts of each fold's training samples, and test on the whole held-out fold.

    If the two curves have met, more data will not help, but a larger model may. If a gap is left between
    them, more data will narrow it.

    Args:
        sizes: fractions of a fold's training samples, each above 0 and at most 1; for classes at least one
            sample each is needed.
        score: the name of a score of the task, or of `scores`; accuracy or the mean absolute error if `None`.
        model, data, k, scheme, groups, epochs, batch_size, preprocessing, scores, task, seed, n_jobs: as in
            `cross_validate`. Fewer samples make fewer steps an epoch.

    Returns:
        A `LearningCurve`; `dlcourse.plots.learning_curve` draws it.

    Raises:
        DataError: the data can't be used or be cut so, or a size is none.

    Example:
        >>> from dlcourse import datasets, models
        >>> model = models.mlp((4,), "multiclass", 3, hidden=(16,), learning_rate=0.01)
        >>> curve = learning_curve(model, datasets.load("iris"), sizes=(0.25, 1.0), k=3, epochs=20)
        >>> curve.sizes, curve.validation_scores.shape
        (array([ 25, 100]), (2, 3))
    """
    x, targets = arrays_for(data, preprocessing)
    task, y = checked_task(model, targets, task)
    score = known_score(score, scores, task)
    if not isinstance(sizes, Sequence | np.ndarray):
        raise DataError(f"sizes must be a list of fractions, and is {sizes!r}.")
    copies = copies_to_keep(x, scheme, groups)
    cuts = folds(y, task, k, scheme=scheme, groups=groups, copies=copies, seed=seed)
    smallest = min(len(train) for train, _ in cuts)
    counts = np.array([round(size * smallest) for size in sizes])
    if any(not 0 < size <= 1 for size in sizes) or counts.min() < 1:
        raise DataError(f"Sizes are fractions of the {smallest} training samples, up to 1: got {sizes}.")
    jobs = []
    for count in counts:
        for number, (train, held_out) in enumerate(cuts):
            shuffled = np.random.default_rng(seed + number).permutation(train)
            part = train[:count] if scheme == "time" else shuffled[:count]
            jobs.append(Job(part, np.concatenate([part, held_out]), seed + number))
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
    trained, held = [], []
    for job, fit in zip(jobs, fitted, strict=True):
        n = len(job.train)
        require_converged(fit, f"A training on {n} samples")
        on_training = fold_scores(task, y[job.train], fit.outputs[:n], scores)
        on_held_out = fold_scores(task, y[job.held_out[n:]], fit.outputs[n:], scores)
        trained.append(on_training[score])
        held.append(on_held_out[score])
    shape = (len(counts), len(cuts))
    return LearningCurve(counts, np.reshape(trained, shape), np.reshape(held, shape), score)
