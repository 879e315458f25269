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


def rebuilt_without(kind):
    """In a row, all that is left below the new layer when one kind is forgotten."""

    def answer(model, num_classes):
        below = [layer for layer in model.layers[:-1] if not isinstance(layer, (kind, layers.InputLayer))]
        return keras.Sequential(
            [keras.Input(model.input_shape[1:]), *below, layers.Dense(num_classes, "softmax")]
        )

    return answer


def dropout_added(model, num_classes):
    x = layers.Dropout(0.5, name="more")(model.layers[-2].output)
    return keras.Model(model.inputs[0], layers.Dense(num_classes, "softmax", name="top")(x))


def argument_spoilt(model, num_classes):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    model.set_weights([0 * weight for weight in model.get_weights()])
    return on_top()(copy, num_classes)


def units_changed(model, num_classes):
    model.layers[-1].units = num_classes
    return model


HEADS = {
    "a dropout forgotten": (rebuilt_without(layers.Dropout), "one of the kind Dropout is missing"),
    "a dropout more": (dropout_added, "a new layer of the kind Dropout"),
    "the given model's weights changed": (argument_spoilt, "they are to stay"),
    "the old layer's setting changed": (units_changed, "don't fit its layers' settings"),
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


def of_sgd(**settings):
    """Compiled with SGD, at the rate that there was, whatever the optimizer was."""

    def answer(model, trainable_last):
        marked(model, len(model.layers) - trainable_last)
        model.compile(keras.optimizers.SGD(float(model.optimizer.learning_rate), **settings), model.loss)
        return model

    return answer


def of_logits(model, trainable_last):
    reference.freeze(model, trainable_last)
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def by_layers_with_weights(model, trainable_last):
    with_weights = [layer for layer in model.layers if layer.weights]
    for i, layer in enumerate(with_weights):
        layer.trainable = i >= len(with_weights) - trainable_last
    return compiled_anew(model)


def norms_stay_frozen(model, trainable_last):
    marked(model, len(model.layers) - trainable_last)
    for layer in model.layers:
        layer.trainable &= not isinstance(layer, layers.BatchNormalization)
    return compiled_anew(model)


def frozen_as_a_whole(model, trainable_last):
    model.trainable = False
    for layer in model.layers[len(model.layers) - trainable_last :]:
        layer.trainable = True
    return compiled_anew(model)


def copy_frozen_as_a_whole(model, trainable_last):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile_from_config(model.get_compile_config())
    return frozen_as_a_whole(copy, trainable_last)


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
    "another rate": (with_other_rate, "learning_rate is 1e-05; it had 0."),
    "another optimizer": (with_other_optimizer, "the optimizer Adam; it had SGD"),
    "no momentum": (of_sgd(), "momentum is 0; it had 0.5"),
    "SGD for Adam": (of_sgd(momentum=0.5), "the optimizer SGD; it had Adam"),
    "a loss of logits": (of_logits, "from_logits=True"),
    "layers without weights not counted": (by_layers_with_weights, "should be frozen may learn"),
    "BatchNormalization always frozen": (norms_stay_frozen, "should learn is frozen"),
    "the whole frozen": (frozen_as_a_whole, "is the whole model frozen?"),
    "a copy, the whole frozen": (copy_frozen_as_a_whole, "is itself marked as frozen"),
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
