import keras
import numpy as np
import pytest
from iris_runs import ENGINES, TRAIN, classifier, weights

from dlcourse.errors import ModelError
from dlcourse.training import find_learning_rate, train


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [0.02] * 4),
        ("cosine", [0.02 * (1 + np.cos(np.pi * e / 4)) / 2 for e in range(4)]),
        ("exponential", [0.02 * 0.01 ** (e / 4) for e in range(4)]),
        (lambda epoch: 0.5 / (epoch + 1), [0.5, 0.25, 0.5 / 3, 0.125]),
    ],
    ids=["constant", "cosine", "exponential", "function"],
)
def test_the_learning_rate_follows_its_schedule(engine, schedule, expected):
    model, seen = classifier(), []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: seen.append(model.optimizer.learning_rate.numpy())
    )
    train(model, TRAIN, epochs=4, engine=engine, schedule=schedule, callbacks=[note])
    np.testing.assert_allclose(seen, expected, rtol=1e-5)


def test_a_learning_rate_is_suggested_and_the_model_is_left_as_it_was():
    model = classifier(learning_rate=0.003)
    train(model, TRAIN, epochs=1)
    before = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    found = find_learning_rate(model, TRAIN, low=1e-5, high=100, steps=60)
    after = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(found.learning_rates) == len(found.losses) <= 60
    np.testing.assert_allclose(np.diff(np.log(found.learning_rates)), np.log(1e7) / 59, rtol=1e-6)
    good, bad = classifier(learning_rate=found.suggestion), classifier(learning_rate=1e-5)
    losses = [train(each, TRAIN, epochs=5).history["loss"][-1] for each in (good, bad)]
    assert losses[0] < losses[1] / 2


def test_a_new_model_trains_after_the_search_as_if_there_had_been_none():
    searched, fresh = classifier(), classifier()
    find_learning_rate(searched, TRAIN, steps=10)
    for model in (searched, fresh):
        train(model, TRAIN, epochs=2)
    np.testing.assert_array_equal(weights(searched), weights(fresh))


def test_the_learning_rate_of_a_schedule_is_left_to_it():
    rates = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = classifier(optimizer=keras.optimizers.Adam(rates), learning_rate=None)
    with pytest.raises(ModelError, match="follows a schedule of its own"):
        train(model, TRAIN, schedule="cosine")
    assert train(model, TRAIN, epochs=1).epochs == 1


@pytest.mark.parametrize("name", ["adagrad", "ftrl", "nadam"])
def test_the_search_leaves_every_optimizer_as_it_was(name):
    searched, fresh = classifier(optimizer=name), classifier(optimizer=name)
    find_learning_rate(searched, TRAIN, steps=10)
    for model in (searched, fresh):
        train(model, TRAIN, epochs=2)
    np.testing.assert_allclose(weights(searched), weights(fresh), atol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_after_a_schedule_the_optimizer_has_its_rate_again(engine):
    model = classifier()
    train(model, TRAIN, epochs=3, schedule="cosine", engine=engine)
    assert model.optimizer.learning_rate.numpy() == pytest.approx(0.02)
