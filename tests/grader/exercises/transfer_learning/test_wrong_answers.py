"""Lesson 7c: wrong answers that no known mistake covers, and what they are told."""

import warnings

import numpy as np
import pytest
from asking import after, verdict

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers

from grader.exercises.transfer_learning.freeze import compiled_anew, marked
from grader.exercises.transfer_learning.replace_head import on_top
from grader.references import transfer_learning as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def with_old_kernel(model, num_classes):
    new = reference.replace_head(model, num_classes)
    if num_classes == model.output_shape[-1]:
        new.layers[-1].set_weights(model.layers[-1].get_weights())
    return new


def of_zeros(model, num_classes):
    head = layers.Dense(num_classes, "softmax", kernel_initializer="zeros", name="zeros")
    return keras.Model(model.inputs[0], head(model.layers[-2].output))


def scaled_between(model, num_classes):
    x = layers.Rescaling(2.0)(model.layers[-2].output)
    return keras.Model(model.inputs[0], layers.Dense(num_classes, "softmax", name="top")(x))


def body_changed(model, num_classes):
    new = reference.replace_head(model, num_classes)
    new.set_weights([0.9 * weight for weight in new.get_weights()])
    return new


HEADS = {
    "too few outputs": (after("replace_head", lambda model: on_top(-1)(model, 1)), "numbers must come out"),
    "the old kernel": (with_old_kernel, "has the weights of the old one"),
    "all alike": (of_zeros, "all equal"),
    "something between": (scaled_between, "lies between"),
    "the body changed": (body_changed, "not those that had been learnt"),
    "relu": (on_top(activation="relu"), "activation relu"),
    "a text": (lambda model, num_classes: "model", "Keras model is asked for"),
    "nothing": (lambda model, num_classes: None, "is None"),
}


@pytest.mark.parametrize("answer", HEADS)
def test_other_heads_are_refused(answer):
    function, words = HEADS[answer]
    found = verdict("replace_head", function, "one")
    assert found.status == "failed", found.message
    assert words in found.message


def with_other_rate(model, trainable_last):
    marked(model, len(model.layers) - trainable_last)
    model.compile(keras.optimizers.SGD(1e-5), model.loss)
    return model


def with_other_optimizer(model, trainable_last):
    marked(model, len(model.layers) - trainable_last).compile("adam", model.loss)
    return model


def not_compiled_copy(model, trainable_last):
    copy = keras.Model(model.inputs[0], model.outputs[0])
    return marked(copy, len(copy.layers) - trainable_last)


def weights_lost(model, trainable_last):
    copy = keras.models.clone_model(model)
    copy.compile_from_config(model.get_compile_config())
    return reference.freeze(copy, trainable_last)


def nothing_learns(model, trainable_last):
    model.trainable = False
    return compiled_anew(model)


def all_learn(model, trainable_last):
    model.trainable = True
    for layer in model.layers:
        layer.trainable = True
    return compiled_anew(model)


def trained_too(model, trainable_last):
    reference.freeze(model, len(model.layers))
    model.fit(np.ones((4, 4), np.float32), np.zeros(4), verbose=0)
    return reference.freeze(model, trainable_last)


FROZEN = {
    "another rate": (with_other_rate, "at rate 1e-05; it had SGD"),
    "another optimizer": (with_other_optimizer, "Adam at rate"),
    "a copy that isn't compiled": (not_compiled_copy, "isn't compiled"),
    "a copy without weights": (weights_lost, "Freezing changes none"),
    "all frozen": (nothing_learns, "should learn is frozen"),
    "none frozen": (all_learn, "should be frozen may learn"),
    "trained, too": (trained_too, "Freezing changes none"),
}


@pytest.mark.parametrize("answer", FROZEN)
def test_other_ways_to_freeze_are_refused(answer):
    function, words = FROZEN[answer]
    found = verdict("freeze", function, "one")
    assert found.status == "failed", found.message
    assert words in found.message


ODD = {
    ("choose_layer", "a text"): (lambda features, y: "last", "place of a layer"),
    ("choose_layer", "beyond"): (lambda features, y: len(features), "from 0 to"),
    ("choose_layer", "from the end"): (lambda features, y: -1, "from 0 to"),
    ("choose_layer", "all scores"): (lambda features, y: [0.0] * len(features), "place of a layer"),
    ("images_to_label", "a row too few"): (
        after("images_to_label", lambda rows: rows[:-1]),
        "places are asked",
    ),
    ("images_to_label", "beyond"): (after("images_to_label", lambda rows: rows + 490), "you name others"),
    ("images_to_label", "from the end"): (
        after("images_to_label", lambda rows: rows - 500),
        "you name others",
    ),
    ("images_to_label", "halves"): (after("images_to_label", lambda rows: rows + 0.5), "whole numbers"),
    ("images_to_label", "marks"): (
        lambda features, n: np.isin(np.arange(len(features)), reference.images_to_label(features, n)),
        "places are asked",
    ),
    ("trainable_parameters", "a text"): (lambda model: str(model.count_params()), "string"),
    ("trainable_parameters", "nothing"): (lambda model: None, "None"),
}


@pytest.mark.parametrize("case", ODD, ids=" ".join)
def test_odd_answers_are_told_what_is_asked(case):
    answer, words = ODD[case]
    found = verdict(case[0], answer, "one")
    assert found.status == "failed", found.message
    assert words in found.message
