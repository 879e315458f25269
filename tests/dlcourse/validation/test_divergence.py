"""Trainings whose last step leaves no numbers: nothing of them is a result."""

import keras
import numpy as np
import pytest

from dlcourse import metrics
from dlcourse.errors import TrainingError
from dlcourse.training import train
from dlcourse.validation import KerasClassifier, cross_validate, grid_search, learning_curve

layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 3
ONE_STEP = {"epochs": 1, "batch_size": 64}
SCORES = [None, {"accuracy": metrics.accuracy}]


def network(lr=1e38):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.SGD(lr), "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize("engine", ["keras", "compiled"])
def test_a_training_says_so_and_gives_the_weights_of_before(engine):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e38), "mean_squared_error")
    before = model.get_weights()
    with pytest.raises(TrainingError, match=r"The weight .*kernel became -?(inf|nan) in epoch 1"):
        train(model, (100 * X, 100 * X[:, :1]), engine=engine, **ONE_STEP)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("scores", SCORES)
def test_folds_and_learning_curves_say_so(scores):
    with pytest.raises(TrainingError, match="The training of fold 1 came to numbers"):
        cross_validate(network(), (X, Y), k=3, scores=scores, **ONE_STEP)
    with pytest.raises(TrainingError, match="A training on 20 samples came to"):
        learning_curve(network(), (X, Y), k=3, sizes=(0.5, 1.0), scores=scores, **ONE_STEP)


@pytest.mark.parametrize("scores", SCORES)
def test_a_search_takes_another(scores):
    settings = {"k": 3, "scores": scores, "score": "accuracy", "lower_is_better": False, **ONE_STEP}
    found = grid_search(network, {"lr": [1e38, 0.01]}, (X, Y), **settings)
    assert found.best == {"lr": 0.01}
    assert np.isnan(found.table["mean"].iloc[1])


def test_an_estimator_says_so():
    with pytest.raises(TrainingError, match="The training came to"):
        KerasClassifier(network, **ONE_STEP).fit(X, Y)
