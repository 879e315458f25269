import keras
import numpy as np
import pytest
import tensorflow as tf
from iris_runs import ENGINES, TRAIN, classifier, weights

from dlcourse import models
from dlcourse.errors import DataError, ModelError, UnknownNameError
from dlcourse.training import find_learning_rate, train
from dlcourse.validation import cross_validate


@pytest.mark.parametrize("engine", ENGINES)
def test_class_weights_do_what_keras_does_with_them(engine):
    x, y = TRAIN
    rare = np.concatenate([np.flatnonzero(y == 0)[:5], np.flatnonzero(y > 0)])
    x, y = x[rare], y[rare]
    counts = np.bincount(y)
    found = []
    for class_weight in ("balanced", dict(enumerate(len(y) / (3 * counts)))):
        model = classifier(dropout=0.0)
        train(model, (x, y), epochs=3, engine=engine, batch_size=len(y), class_weight=class_weight)
        found.append(weights(model))
    model = classifier(dropout=0.0)
    model.fit(
        x, y, epochs=3, batch_size=len(y), class_weight=dict(enumerate(len(y) / (3 * counts))), verbose=0
    )
    np.testing.assert_allclose(found[0], weights(model), atol=1e-5)
    np.testing.assert_array_equal(found[0], found[1])


def test_class_weights_of_one_hot_targets_are_those_of_their_classes():
    x, y = TRAIN
    found = []
    for target, loss in ((y, "sparse_categorical_crossentropy"), (np.eye(3)[y], "categorical_crossentropy")):
        model = classifier(dropout=0.0)
        model.compile("adam", loss)
        train(model, (x, target), epochs=2, class_weight={0: 0.0, 1: 1.0, 2: 5})
        found.append(weights(model))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


@pytest.mark.parametrize(
    ("class_weight", "words"),
    [
        ({0: -1.0, 1: 1.0, 2: 1.0}, "class_weight of 0 must be a number of 0 or more, and is -1.0"),
        ({0: 1.0, 1: np.nan, 2: 1.0}, "class_weight of 1 must be a number"),
        ({0: 1.0, 1: "2", 2: 1.0}, "class_weight of 1 must be a number"),
        ({0: 1.0, 1: 1.0, 2: np.inf}, "class_weight of 2 must be a number"),
        ({0: 0, 1: 0.0, 2: 0}, "class_weight is 0 for every class"),
        ({0: 1.0, 1: 1.0, 2: 1.0, 7: 1.0}, "class_weight names 7, and the classes are 0 to 2"),
        ({"a": 1.0}, "class_weight names 'a', and the classes are 0 to 2"),
        ([1.0, 1.0, 1.0], "class_weight must be a dict, class to weight, or 'balanced'"),
    ],
)
def test_class_weights_that_can_t_be_meant_are_refused(class_weight, words):
    with pytest.raises(DataError, match=words):
        train(classifier(), TRAIN, class_weight=class_weight)


def overflowing():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Rescaling(1e38), keras.layers.Dense(1)])
    return models.compile(model, "regression")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1][:-1])), DataError, "90 samples and 89 targets"),
        (lambda: train(classifier(), (TRAIN[0] * np.nan, TRAIN[1])), DataError, "Row 0 has a missing"),
        (lambda: train(classifier(), (TRAIN[0][:, :3], TRAIN[1])), ModelError, r"data have \(3,\)"),
        (lambda: train(classifier(), (TRAIN[0].reshape(-1, 2, 2), TRAIN[1])), ModelError, r"\(2, 2\)"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] + 1)), DataError, "the target has 3"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] + 0.5)), DataError, "from 0, and there is"),
        (lambda: train(classifier(), (TRAIN[0][:0], TRAIN[1][:0])), DataError, "There are no samples"),
        (lambda: train(classifier(), TRAIN, patience=3), DataError, "patience needs validation data"),
        (lambda: train(classifier(), TRAIN, epochs=0), DataError, "epochs must be a whole number"),
        (lambda: train(classifier(), TRAIN, batch_size=2.5), DataError, "batch_size must be a whole number"),
        (lambda: train(classifier(), TRAIN, engine="compield"), UnknownNameError, "Did you mean 'compiled'?"),
        (lambda: train(classifier(), TRAIN, schedule="cosin"), UnknownNameError, "Did you mean 'cosine'?"),
        (lambda: train(classifier(), TRAIN, class_weight={0: 1.0}), DataError, "says nothing of class 1"),
        (lambda: train(keras.Sequential([keras.Input((4,))]), TRAIN), ModelError, "is not compiled"),
        (lambda: train("model", TRAIN), ModelError, "A Keras model is needed, and this is str"),
        (lambda: find_learning_rate(classifier(), TRAIN, low=1, high=0.1), DataError, "The rates must rise"),
        (lambda: find_learning_rate(overflowing(), TRAIN), DataError, "before any learning"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


LARGE = TRAIN[0].astype(np.float64) * 1e300
ENDLESS = tf.data.Dataset.from_tensor_slices(TRAIN).batch(9).repeat()


def regression(units=1, **settings):
    return models.mlp((4,), "regression", units, **settings)


@pytest.mark.parametrize("engine", ENGINES)
def test_targets_of_another_width_are_refused_instead_of_broadcast(engine):
    x = TRAIN[0]
    for model, y in ((regression(1), x[:, :3]), (regression(3), x[:, 0])):
        with pytest.raises(DataError):
            train(model, (x, y), engine=engine)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: train(classifier(), ENDLESS), DataError, "never ends"),
        (lambda: train(classifier(), TRAIN, validation=ENDLESS), DataError, "never ends"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] * 0)), DataError, "one class"),
        (lambda: train(classifier(), TRAIN, seed=None), DataError, "seed must be a whole number"),
        (lambda: train(classifier(), TRAIN, class_weight="ballanced"), UnknownNameError, "'balanced'"),
        (lambda: train(classifier(), TRAIN, schedule=lambda epoch: None), DataError, "must return a"),
        (lambda: train(classifier(), (LARGE, TRAIN[1])), DataError, "too large for float32"),
        (lambda: find_learning_rate(classifier(), TRAIN, low="a"), DataError, "The rates must rise"),
    ],
)  # fmt: skip
def test_more_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    ("loss", "target", "remedy"),
    [
        ("categorical_crossentropy", np.arange(12) % 3, r"takes one-hot rows.*np\.eye\(3\)\[y\]"),
        (keras.losses.CategoricalHinge(), np.arange(12)[:, None] % 3, "takes one-hot rows"),
        ("sparse_categorical_crossentropy", np.eye(3)[np.arange(12) % 3], r"as numbers.*argmax\(axis=1\)"),
    ],
)
def test_a_loss_says_which_form_of_classes_it_takes(loss, target, remedy):
    x = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", loss)
    with pytest.raises(DataError, match=remedy):
        train(model, (x, target), epochs=1)
    with pytest.raises(DataError, match=remedy):
        cross_validate(model, (x, target), k=2, epochs=1)
