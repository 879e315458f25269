import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from iris_runs import ENGINES, TRAIN, VALIDATION, classifier, weights

from dlcourse.errors import TrainingError
from dlcourse.training import train


@pytest.mark.parametrize("engine", ENGINES)
def test_early_stopping_goes_back_to_the_best_weights(engine):
    model = classifier(learning_rate=0.1)
    history = train(model, TRAIN, validation=VALIDATION, epochs=200, patience=4, engine=engine)
    assert history.stopped_early
    assert history.epochs == history.best_epoch + 1 + 4
    loss = model.evaluate(*VALIDATION, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(min(history.history["val_loss"]), abs=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loss_that_is_no_number_stops_with_the_last_finite_weights(engine):
    model = classifier(learning_rate=1e30)
    before = weights(model)
    with pytest.raises(TrainingError, match=r"^loss became nan in epoch 1, at a learning rate of 1e\+30"):
        train(model, TRAIN, epochs=3, engine=engine)
    np.testing.assert_array_equal(weights(model), before)


def test_tensorboard_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install tensorboard"):
        train(classifier(), TRAIN, tensorboard="logs")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras's TensorBoard
@pytest.mark.parametrize("engine", ENGINES)
def test_logs_are_written_on_request(engine, tmp_path):
    history = train(
        classifier(), TRAIN, epochs=3, engine=engine, csv=tmp_path / "log.csv", tensorboard=tmp_path / "logs"
    )
    written = pd.read_csv(tmp_path / "log.csv")
    np.testing.assert_allclose(written["loss"], history.history["loss"], rtol=1e-6)
    events = list((tmp_path / "logs").rglob("events*"))
    assert events
    tags = {
        value.tag
        for file in events
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    }
    assert "epoch_loss" in tags


def test_the_weights_are_the_last_finite_ones_even_if_the_loss_was_still_finite():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e38), "mean_squared_error")
    with pytest.raises(TrainingError, match="The model has the weights"):
        train(model, (TRAIN[0], TRAIN[0][:, :1]), epochs=5, batch_size=200)
    assert np.isfinite(weights(model)).all()


def test_best_epoch_is_the_one_whose_weights_the_model_has():
    model = classifier()
    history = train(model, TRAIN, validation=VALIDATION, epochs=30, patience=3, min_delta=0.05)
    loss = model.evaluate(*VALIDATION, verbose=0, return_dict=True)["loss"]
    assert history.history["val_loss"][history.best_epoch] == pytest.approx(loss, abs=1e-5)
