from functools import partial

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import models
from dlcourse.datasets import load
from dlcourse.errors import DataError, ModelError, TrainingError
from dlcourse.validation import KerasClassifier, KerasRegressor

IRIS = load("iris")
NAMES = np.array(["setosa", "versicolor", "virginica"])[IRIS.target]
BUILD = partial(models.mlp, (4,), "multiclass", num_classes=3, hidden=(12,), learning_rate=0.02)
NUMBER = partial(models.mlp, (4,), "regression")


def test_labels_of_any_type_come_back_with_their_probabilities():
    classifier = KerasClassifier(BUILD, epochs=40).fit(IRIS.features, NAMES)
    assert list(classifier.classes_) == ["setosa", "versicolor", "virginica"]
    probabilities = classifier.predict_proba(IRIS.features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(
        classifier.predict(IRIS.features), classifier.classes_[probabilities.argmax(1)]
    )
    assert classifier.score(IRIS.features, NAMES) > 0.9
    assert len(classifier.loss_) == 40


def test_probabilities_sum_to_one_where_a_class_of_the_model_never_came():
    rows = IRIS.target < 2
    classifier = KerasClassifier(BUILD, epochs=3).fit(IRIS.features[rows], IRIS.target[rows])
    probabilities = classifier.predict_proba(IRIS.features)
    assert probabilities.shape == (150, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    all_three = classifier.model_.predict(IRIS.features, verbose=0)
    np.testing.assert_allclose(
        probabilities[:, 0] / probabilities[:, 1], all_three[:, 0] / all_three[:, 1], rtol=1e-4
    )


def test_a_clone_trains_as_many_epochs_as_the_original():
    """The wrapper of Keras itself trains one epoch there, and says nothing."""
    copy = clone(KerasClassifier(BUILD, epochs=7, batch_size=50))
    assert len(copy.fit(IRIS.features, IRIS.target).loss_) == 7


def test_scikit_learn_knows_what_it_is_and_stratifies():
    assert is_classifier(KerasClassifier(BUILD))
    assert is_regressor(KerasRegressor(BUILD))
    scores = cross_val_score(KerasClassifier(BUILD, epochs=30), IRIS.features, NAMES, cv=3)
    assert scores.min() > 0.85


def test_it_works_in_pipelines_and_votes():
    voting = VotingClassifier(
        [
            ("network", make_pipeline(StandardScaler(), KerasClassifier(BUILD, epochs=20))),
            ("linear", LogisticRegression(max_iter=1000)),
        ],
        voting="soft",
    )
    assert voting.fit(IRIS.features, NAMES).score(IRIS.features, NAMES) > 0.9


def test_two_classes_have_two_probabilities():
    some = IRIS.target < 2
    build = partial(models.mlp, (4,), "binary", learning_rate=0.02)
    predicted = cross_val_predict(
        KerasClassifier(build, epochs=20), IRIS.features[some], NAMES[some], cv=2, method="predict_proba"
    )
    assert predicted.shape == (100, 2)
    assert (predicted.argmax(axis=1) == IRIS.target[some]).mean() > 0.95


def test_regression_with_a_configuration():
    x = np.linspace(-1, 1, 150)[:, None]
    regressor = KerasRegressor(
        partial(models.mlp, (1,), "regression"), {"hidden": (32,), "learning_rate": 0.02}, epochs=60
    )
    assert regressor.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.9
    assert regressor.predict(x).shape == (150,)
    assert regressor.model_.layers[0].units == 32


def test_before_fit_and_with_other_columns_it_says_so():
    with pytest.raises(NotFittedError):
        KerasClassifier(BUILD).predict(IRIS.features)
    classifier = KerasClassifier(BUILD, epochs=1).fit(IRIS.features, NAMES)
    with pytest.raises(ValueError, match="expecting 4 features"):
        classifier.predict(IRIS.features[:, :3])


@pytest.mark.parametrize(
    ("estimator", "y", "error", "words"),
    [
        (KerasClassifier(partial(models.mlp, (4,), "binary")), IRIS.target, DataError, "targets of 0 and 1"),
        (KerasClassifier(partial(BUILD, num_classes=2)), IRIS.target, DataError, "from 0 to 1"),
        (KerasClassifier(BUILD), np.zeros(150), DataError, "one class leaves nothing to learn"),
        (KerasClassifier(NUMBER), IRIS.target, ModelError, "that classifies"),
        (KerasRegressor(BUILD), IRIS.target, ModelError, "needs a model of numbers"),
        (KerasRegressor(NUMBER), IRIS.features[:, :2], DataError, "target"),
        (KerasRegressor(partial(NUMBER, num_classes=2)), IRIS.target, DataError, "target"),
        (KerasClassifier(BUILD, epochs=0), IRIS.target, DataError, "epochs must be a whole number"),
        (KerasClassifier(partial(BUILD, learning_rate=1e30)), IRIS.target, TrainingError, "came to numbers"),
    ],
)  # fmt: skip
def test_targets_and_models_that_do_not_fit_are_refused(estimator, y, error, words):
    with pytest.raises(error, match=words):
        estimator.fit(IRIS.features, y)
