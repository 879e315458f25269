"""Keras models as scikit-learn estimators, for pipelines, voting, calibration and whatever takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from dlcourse import tasks
from dlcourse.errors import ModelError
from dlcourse.tasks import Task
from dlcourse.validation.cross_validation import checked_task
from dlcourse.validation.fitting import ALONE, Job, fit_all, rebuilt
from dlcourse.validation.scoring import require_converged


class _Estimator(BaseEstimator):
    """What classifier and regressor share: a model is built and trained by `fit`."""

    def __init__(
        self,
        build: Callable[..., Any],
        configuration: dict[str, Any] | None = None,
        epochs: int = 20,
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        self.build = build
        self.configuration = configuration
        self.epochs = epochs
        self.batch_size = batch_size
        self.seed = seed

    def _fit(self, x: np.ndarray, y: np.ndarray) -> None:
        rows = np.arange(len(y))
        job = Job(rows, rows[:1], self.seed, self.configuration or ALONE)
        task, checked = checked_task(self.build, y, configuration=job.configuration)
        self._check_task(task, len(np.unique(checked, axis=0)))
        [fitted] = fit_all(
            self.build, (x, y), [job], epochs=self.epochs, batch_size=self.batch_size, seed=self.seed
        )
        require_converged(fitted, "The training")
        self.model_ = rebuilt(self.build, job, fitted)
        self.loss_ = fitted.loss

    def _outputs(self, x: ArrayLike) -> np.ndarray:
        check_is_fitted(self, "model_")
        x = validate_data(self, x, reset=False, allow_nd=True, dtype=np.float32)
        return tasks.probabilities(self.model_.predict(x, verbose=0), self.model_)


class KerasClassifier(ClassifierMixin, _Estimator):
    """A classifier that builds and trains a Keras model.

    Unlike `keras.wrappers.SKLearnClassifier` it has `predict_proba`, and `sklearn.base.clone` keeps all its
    settings: a cross-validation trains as many epochs as were asked for.

    Args:
        build: returns a compiled model, for classes numbered from 0; or such a model itself, of which new
            weights are drawn.
        configuration: the arguments of `build`.
        epochs, batch_size: as in `dlcourse.training.train`.
        seed: of the initial weights, dropout masks and batches.

    Attributes:
        classes_: the labels, of any type, sorted.
        model_: the trained `keras.Model`.
        loss_: on the training samples, of each epoch.

    Example:
        >>> from functools import partial
        >>> from sklearn.model_selection import cross_val_score
        >>> from dlcourse import datasets, models
        >>> iris = datasets.load("iris")
        >>> build = partial(models.mlp, (4,), "multiclass", 3, learning_rate=0.01)
        >>> classifier = KerasClassifier(build, epochs=15)
        >>> bool(cross_val_score(classifier, iris.features, iris.target, cv=3).mean() > 0.9)
        True
    """

    def fit(self, x: ArrayLike, y: ArrayLike) -> KerasClassifier:
        """Build a model and train it on samples `(n, ...)` and labels `(n,)`."""
        x, y = validate_data(self, x, y, allow_nd=True, dtype=np.float32)
        self.classes_, index = np.unique(y, return_inverse=True)
        self._fit(x, index)
        return self

    def _check_task(self, task: Task, classes: int) -> None:
        if task not in ("binary", "multiclass"):
            raise ModelError(
                f"A classifier needs a model that classifies, and the task of this one is '{task}'."
            )

    def predict_proba(self, x: ArrayLike) -> np.ndarray:
        """The probability of each class, `(n, classes)`, in the order of `classes_`.

        Where the model has more outputs than there were classes to learn, theirs are left out, and the others
        made to sum to 1.
        """
        outputs = self._outputs(x)
        if outputs.shape[1] == 1:
            return np.hstack([1 - outputs, outputs])
        known = outputs[:, : len(self.classes_)]
        if known.shape == outputs.shape:
            return known
        total = known.sum(axis=1, keepdims=True)
        return np.where(total > 0, known / np.where(total > 0, total, 1), 1 / known.shape[1])

    def predict(self, x: ArrayLike) -> np.ndarray:
        """The most probable label of each sample, `(n,)`."""
        probabilities = self.predict_proba(x)
        return self.classes_[probabilities.argmax(axis=1)]


class KerasRegressor(RegressorMixin, _Estimator):
    """A regressor that builds and trains a Keras model.

    Args:
        build: returns a compiled model; or such a model itself, of which new weights are drawn.
        configuration: the arguments of `build`.
        epochs, batch_size: as in `dlcourse.training.train`.
        seed: of the initial weights, dropout masks and batches.

    Attributes:
        model_: the trained `keras.Model`.
        loss_: on the training samples, of each epoch.

    Example:
        >>> from functools import partial
        >>> from dlcourse import models
        >>> x = np.linspace(-1, 1, 200)[:, None]
        >>> regressor = KerasRegressor(partial(models.mlp, (1,), "regression", learning_rate=0.01), epochs=40)
        >>> bool(regressor.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.9)
        True
    """

    def fit(self, x: ArrayLike, y: ArrayLike) -> KerasRegressor:
        """Build a model and train it on samples `(n, ...)` and numbers `(n,)` or `(n, outputs)`."""
        x, y = validate_data(self, x, y, allow_nd=True, multi_output=True, y_numeric=True, dtype=np.float32)
        self._fit(x, np.asarray(y, np.float32))
        return self

    def _check_task(self, task: Task, classes: int) -> None:
        if task != "regression":
            raise ModelError(f"A regressor needs a model of numbers, and the task of this one is '{task}'.")

    def predict(self, x: ArrayLike) -> np.ndarray:
        """The predicted numbers, `(n,)` where there is one a sample."""
        return tasks.decide(self._outputs(x), "regression")
