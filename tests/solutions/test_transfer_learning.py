"""The reference answers of lesson 7c against Keras, scikit-learn and the laws they must obey."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers

from dlcourse import datasets, models
from grader.references import transfer_learning as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def normalised(classes: int = 3):
    body = [layers.Dense(5, "relu", name="body"), layers.BatchNormalization(), layers.Dropout(0.5)]
    return keras.Sequential([keras.Input((4,)), *body, layers.Dense(classes, "softmax", name="head")])


@pytest.mark.parametrize("frozen", [(), (0,), (1,), (0, 1, 3)])
def test_trainable_parameters_are_those_of_keras_summary(frozen, capsys):
    model = normalised()
    for place in frozen:
        model.layers[place].trainable = False
    model.summary()
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith(" Trainable params"))
    assert reference.trainable_parameters(model) == int(line.split(":")[1].split("(")[0].replace(",", ""))


def test_trainable_parameters_of_the_shipped_network():
    model = models.pretrained("digits")
    averages = 2 * (16 + 32 + 64)
    assert reference.trainable_parameters(model) == model.count_params() - averages


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_replace_head_leaves_the_features_as_they_were(classes):
    old = normalised()
    x = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    old_weights = old.get_weights()
    features = keras.Model(old.inputs[0], old.layers[-2].output)(x)
    new = reference.replace_head(old, classes)
    kernel, bias = (np.asarray(weight) for weight in new.layers[-1].weights)
    np.testing.assert_allclose(new(x), keras.ops.softmax(features @ kernel + bias), rtol=1e-5)
    for before, after in zip(old_weights, old.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert not np.array_equal(kernel, old_weights[-2])


def moved(model, x, y):
    """Which layers another fit changes."""
    before = [[np.array(weight) for weight in layer.weights] for layer in model.layers]
    model.fit(x, y, verbose=0)
    pairs = zip(before, model.layers, strict=True)
    return [
        any(not np.array_equal(a, b) for a, b in zip(old, now.weights, strict=True)) for old, now in pairs
    ]


def test_freeze_holds_before_the_first_fit_and_after_it_and_lets_go_again():
    model = normalised()
    model.compile(keras.optimizers.SGD(0.25), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32), np.arange(16) % 3
    assert moved(reference.freeze(model, 1), x, y) == [False, False, False, True]
    assert moved(reference.freeze(model, 3), x, y) == [False, True, False, True]
    assert moved(reference.freeze(model, 4), x, y) == [True, True, False, True]
    assert not reference.freeze(model, 0).trainable_weights
    assert float(model.optimizer.learning_rate) == 0.25
    assert model.evaluate(x, y, return_dict=True, verbose=0).keys() == {"loss", "accuracy"}


def test_choose_layer_agrees_with_leaving_one_out():
    rng, agreed = np.random.default_rng(0), 0
    for _ in range(6):
        y = rng.permutation(np.repeat(np.arange(4), 8))
        features = [
            s * rng.normal(size=(4, d))[y] / np.sqrt(d) + rng.normal(size=(32, d))
            for s, d in zip(rng.permutation([1.0, 2.0, 5.0]), (20, 60, 100), strict=True)
        ]
        rows = np.arange(32)
        scores = [
            np.mean(
                [RidgeClassifier().fit(f[rows != i], y[rows != i]).predict(f[[i]])[0] == y[i] for i in rows]
            )
            for f in features
        ]
        agreed += reference.choose_layer(features, y) == int(np.argmax(scores))
    assert agreed == 6


def test_images_to_label_takes_a_typical_one_of_each_group():
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat(np.arange(5), 20))
    features = np.eye(5)[group] * 9 + rng.normal(0, 0.5, (100, 5))
    chosen = reference.images_to_label(features, 5)
    assert sorted(group[chosen]) == [0, 1, 2, 3, 4]
    for place in chosen:
        away = np.linalg.norm(features - features[group == group[place]].mean(axis=0), axis=1)
        assert away[place] == away.min()


def test_images_to_label_names_each_once_where_many_are_alike():
    features = np.repeat(np.arange(3.0), 4)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's, of fewer images than clusters
        chosen = reference.images_to_label(features, 7)
    assert len(set(chosen.tolist())) == 7
    assert all(abs(a - b) for a, b in combinations(chosen, 2))


@pytest.mark.parametrize("function", ["fine_tune", "careful_fine_tune"])
def test_both_move_the_backbone_a_little_and_beat_its_old_answers(function):
    digits = datasets.load("digits")
    rng = np.random.default_rng(0)
    rows = np.concatenate([900 + np.flatnonzero(digits.target[900:] == digit)[:25] for digit in range(10)])
    x, y = datasets.on_photograph(digits.features[rows] / 16, rng), digits.target[rows]
    known = np.arange(len(rows)) % 25 < 5
    old = models.pretrained("digits")
    backbone = keras.Model(old.inputs[0], old.layers[-2].output)
    before = backbone.get_weights()
    keras.utils.set_random_seed(0)
    order = rng.permutation(np.flatnonzero(known))
    if function == "fine_tune":
        model = reference.fine_tune(backbone, x[order], y[order])
    else:
        model = reference.careful_fine_tune(backbone, x[order], y[order])

    def share_right(network):
        return np.mean(network.predict(x[~known], verbose=0).argmax(axis=1) == y[~known])

    untouched = models.pretrained("digits")
    assert share_right(model) > share_right(untouched) + 0.1
    kernels = [(a, b) for a, b in zip(before, backbone.get_weights(), strict=True) if a.ndim == 4]
    changes = [np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in kernels]
    assert min(changes) > 0 and max(changes) < 0.5
