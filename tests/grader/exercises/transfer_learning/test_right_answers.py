"""Lesson 7c: counts, heads, frozen layers and choices made in other ways."""

import warnings

import numpy as np
import pytest
from asking import each_of, verdict

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
    from keras import layers
from sklearn.cluster import AgglomerativeClustering
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import pairwise_distances

from grader.references import transfer_learning as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def counted_in_loops(model):
    count = 0
    for weight in model.trainable_weights:
        size = 1
        for length in weight.shape:
            size *= length
        count += size
    return count


def counted_by_numpy(model):
    return np.sum([np.prod(variable.shape) for variable in model.trainable_variables], dtype=np.int64)


def counted_by_keras(model):
    frozen = sum(keras.ops.size(weight) for weight in model.non_trainable_weights)
    return model.count_params() - int(frozen)


def counted_by_tensorflow(model):
    return tf.add_n([tf.constant(0)] + [tf.size(weight.value) for weight in model.trainable_weights])


def softmax_by_itself(model, num_classes):
    z = layers.Dense(num_classes, kernel_initializer="he_normal", name="z")(model.layers[-2].output)
    return keras.Model(model.inputs[0], layers.Softmax(name="shares")(z))


def body_as_a_layer(model, num_classes):
    body = keras.Model(model.inputs[0], model.layers[-1].input, name="whole_body")
    inputs = keras.Input(model.input_shape[1:])
    return keras.Model(inputs, layers.Dense(num_classes, "softmax", name="top")(body(inputs)))


def cloned_with_its_weights(model, num_classes):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    new = layers.Dense(num_classes, activation=tf.nn.softmax, name="new")
    return keras.Model(copy.inputs, new(copy.layers[-2].output))


def in_a_row(model, num_classes):
    below = [layer for layer in model.layers[:-1] if not isinstance(layer, layers.InputLayer)]
    top = layers.Dense(num_classes, "softmax", name="top")
    return keras.Sequential([keras.Input(model.input_shape[1:]), *below, top])


def exchanged_in_place(model, num_classes):
    """What only a `Sequential` can."""
    if not isinstance(model, keras.Sequential):
        return reference.replace_head(model, num_classes)
    model.pop()
    model.add(layers.Dense(num_classes, "softmax", use_bias=False, name="fresh"))
    return model


def from_its_settings(model, num_classes):
    settings = model.get_config()
    settings["layers"][-1]["config"]["units"] = num_classes
    new = type(model).from_config(settings)
    for one, other in zip(new.layers[:-1], model.layers[:-1], strict=True):
        one.set_weights(other.get_weights())
    return new


def frozen_whole_then_thawed(model, trainable_last):
    model.trainable = False
    model.trainable = True
    for layer in model.layers:
        layer.trainable = False
    for layer in reversed(model.layers):
        if trainable_last == 0:
            break
        layer.trainable = True
        trainable_last -= 1
    model.compile(type(model.optimizer).from_config(model.optimizer.get_config()), model.loss)
    return model


def compiled_before(model, trainable_last):
    """A new step isn't made before the next fit, whose marks count."""
    optimizer = keras.optimizers.deserialize(keras.optimizers.serialize(model.optimizer))
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    for layer in model.layers:
        layer.trainable = False
    for layer in model.layers[len(model.layers) - trainable_last :]:
        layer.trainable = True
    return model


def as_a_copy(model, trainable_last):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile_from_config(model.get_compile_config())
    return reference.freeze(copy, trainable_last)


def by_folds_in_loops(features, y):
    fold = np.empty(len(y), int)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        fold[rows] = np.arange(len(rows)) % 4
    rights = [
        sum(
            np.sum(RidgeClassifier().fit(f[fold != k], y[fold != k]).predict(f[fold == k]) == y[fold == k])
            for k in range(4)
        )
        for f in features
    ]
    return rights.index(max(rights))


def leaving_one_out(features, y):
    """Ridge's own formula gives all n fits at once."""
    scores = []
    for f in features:
        targets = 2.0 * (y[:, None] == np.unique(y)) - 1
        X = f - f.mean(axis=0)
        hat = X @ np.linalg.solve(X.T @ X + np.eye(X.shape[1]), X.T) + 1 / len(y)
        left_out = targets - (targets - hat @ targets) / (1 - np.diag(hat))[:, None]
        scores.append(np.mean(np.unique(y)[left_out.argmax(axis=1)] == y))
    return np.int64(np.argmax(scores))


def middles_of_a_tree(features, n):
    groups = AgglomerativeClustering(n).fit_predict(features)
    chosen = []
    for group in range(n):
        rows = np.flatnonzero(groups == group)
        away = np.linalg.norm(features[rows] - features[rows].mean(axis=0), axis=1)
        chosen.append(rows[away.argmin()])
    return chosen


def most_served(features, n):
    """One after another, whatever brings all images nearest to a label; then each may be replaced."""
    away = pairwise_distances(features)
    chosen, nearest = [], np.full(len(features), np.inf)
    for _ in range(n):
        best = (
            int(np.minimum(nearest, away).sum(axis=1).argmin()) if chosen else int(away.sum(axis=1).argmin())
        )
        chosen.append(best)
        nearest = np.minimum(nearest, away[best])
    for _ in range(5):
        groups = away[chosen].argmin(axis=0)
        for k in range(n):
            rows = np.flatnonzero(groups == k)
            chosen[k] = int(rows[away[np.ix_(rows, rows)].sum(axis=1).argmin()])
    return tf.constant(chosen)


ANSWERS = {
    "trainable_parameters": (counted_in_loops, counted_by_numpy, counted_by_keras, counted_by_tensorflow),
    "replace_head": (
        softmax_by_itself,
        body_as_a_layer,
        cloned_with_its_weights,
        in_a_row,
        exchanged_in_place,
        from_its_settings,
    ),
    "freeze": (frozen_whole_then_thawed, compiled_before, as_a_copy),
    "choose_layer": (by_folds_in_loops, leaving_one_out),
    "images_to_label": (middles_of_a_tree, most_served),
}


@each_of(ANSWERS)
def test_other_right_answers_pass(name, answer):
    found = verdict(name, answer, "one")
    assert found.status == "passed", found.message
