"""`first_model`: models that are right in other ways, models that are wrong, and the sandbox."""

import inspect
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
from asking import verdict

from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.references import introduction as reference
from grader.submissions.submission import read

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
SEEDS = (PUBLIC_SEED, "another")


def compiled(
    model, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=("accuracy",), **options
):
    model.compile(optimizer, loss, metrics=metrics if metrics is None else list(metrics), **options)
    return model


def layers(hidden="relu", output="softmax"):
    return [
        keras.Input((784,)),
        keras.layers.Dense(128, activation=hidden),
        keras.layers.Dense(10, activation=output),
    ]


def functional():
    x = inputs = keras.Input((784,), name="pixels")
    x = keras.layers.Dense(128, "relu")(x)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(x))


def separate_activations():
    dense = keras.layers.Dense
    return keras.Sequential(
        [keras.Input((784,)), dense(128), keras.layers.ReLU(), dense(10), keras.layers.Softmax()]
    )


def activation_layers():
    dense, activation = keras.layers.Dense, keras.layers.Activation
    return keras.Sequential([dense(128), activation("relu"), dense(10), activation("softmax")])


def built_later(model):
    model.build((None, 784))
    return model


def added_one_by_one():
    model = keras.Sequential()
    for layer in layers():
        model.add(layer)
    return model


def flattened():
    return keras.Sequential([keras.Input((784,)), keras.layers.Flatten(), *layers()[1:]])


def nested():
    return keras.Sequential([keras.Sequential(layers()[:2]), keras.layers.Dense(10, "softmax")])


def input_shape():
    with warnings.catch_warnings():  # Keras's own, of the outdated form
        warnings.simplefilter("ignore")
        first = keras.layers.Dense(128, activation="relu", input_shape=(784,))
        return keras.Sequential([first, keras.layers.Dense(10, activation="softmax")])


def shared_activation():
    dense, relu = keras.layers.Dense, keras.layers.Activation(keras.activations.relu)
    return keras.Sequential([keras.Input((784,)), dense(128), relu, dense(10), keras.layers.Softmax()])


def trained():
    model = compiled(keras.Sequential(layers()))
    rng = np.random.default_rng(0)
    model.fit(rng.random((64, 784)), rng.integers(0, 10, 64), verbose=0)
    return model


def sequential():
    return keras.Sequential(layers())


RIGHT_MODELS = {
    "functional": lambda: compiled(functional()),
    "separate activations": lambda: compiled(separate_activations()),
    "activation layers": lambda: compiled(built_later(activation_layers())),
    "added one by one": lambda: compiled(added_one_by_one()),
    "flattened": lambda: compiled(flattened()),
    "nested": lambda: compiled(nested()),
    "input_shape": lambda: compiled(input_shape()),
    "trained": trained,
    "activation as a function": lambda: compiled(shared_activation()),
    "the smallest of rates": lambda: compiled(sequential(), keras.optimizers.Adam(1e-5)),
    "the largest rate": lambda: compiled(sequential(), keras.optimizers.Adam(0.1)),
    "a schedule": lambda: compiled(
        sequential(), keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 100))
    ),
    "functions for activations": lambda: compiled(
        keras.Sequential(layers(keras.activations.relu, keras.activations.softmax))
    ),
    "adam of a rate": lambda: compiled(sequential(), keras.optimizers.Adam(0.01)),
    "Adam by its class's name": lambda: compiled(sequential(), "Adam"),
    "loss as an object": lambda: compiled(sequential(), loss=keras.losses.SparseCategoricalCrossentropy()),
    "loss as a function": lambda: compiled(sequential(), loss=keras.losses.sparse_categorical_crossentropy),
    "loss by its class's name": lambda: compiled(sequential(), loss="SparseCategoricalCrossentropy"),
    "loss in a list": lambda: compiled(sequential(), loss=["sparse_categorical_crossentropy"]),
    "acc": lambda: compiled(sequential(), metrics=["acc"]),
    "Accuracy as a string": lambda: compiled(sequential(), metrics=["Accuracy"]),
    "metric by its long name": lambda: compiled(sequential(), metrics=["sparse_categorical_accuracy"]),
    "metric as an object": lambda: compiled(
        sequential(), metrics=[keras.metrics.SparseCategoricalAccuracy(name="share")]
    ),
    "metric as a function": lambda: compiled(
        sequential(), metrics=[keras.metrics.sparse_categorical_accuracy]
    ),
    "two metrics": lambda: compiled(
        sequential(), metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(3)]
    ),
    "other initial weights": lambda: compiled(
        keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(128, "relu", kernel_initializer="he_normal"),
                keras.layers.Dense(10, "softmax", bias_initializer="ones"),
            ]
        )
    ),
}


@pytest.mark.parametrize("case", RIGHT_MODELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_model_is_accepted(case, seed):
    found = verdict("first_model", RIGHT_MODELS[case], seed)
    assert found.status == "passed", found.message


def with_layer(layer, at):
    parts = layers()
    parts.insert(at, layer)
    return compiled(keras.Sequential(parts))


def with_hidden(activation="relu", output="glorot_uniform", **settings):
    return compiled(
        keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(128, activation=activation, **settings),
                keras.layers.Dense(10, activation="softmax", kernel_initializer=output),
            ]
        )
    )


def restricted_within():
    inner = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(128, "relu", kernel_constraint="non_neg")]
    )
    return compiled(keras.Sequential([inner, keras.layers.Dense(10, "softmax")]))


def compiled_with_nothing():
    model = sequential()
    model.compile()
    return model


def with_loss(**settings):
    return compiled(sequential(), loss=keras.losses.SparseCategoricalCrossentropy(**settings))


def frozen():
    model = sequential()
    model.layers[0].trainable = False
    return compiled(model)


def several_inputs():
    one, two = keras.Input((392,)), keras.Input((392,))
    x = keras.layers.Dense(128, "relu")(keras.layers.Concatenate()([one, two]))
    return compiled(keras.Model([one, two], keras.layers.Dense(10, "softmax")(x)))


def scores_above_0():
    positive = keras.initializers.RandomUniform(0.01, 0.1, seed=1)
    return compiled(keras.Sequential([*layers()[:2], keras.layers.Dense(10, kernel_initializer=positive)]))


WRONG_MODELS = {
    "scores above 0": (scores_above_0, "plain scores"),
    "nothing": (lambda: None, "return"),
    "the class": (lambda: keras.Sequential, "Keras model"),
    "a layer": (lambda: keras.layers.Dense(10), "Keras model"),
    "several inputs": (several_inputs, ""),
    "flattens images": (
        lambda: compiled(keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), *layers()[1:]])),
        "one flat row of 784",
    ),
    "one output": (
        lambda: compiled(keras.Sequential([*layers()[:2], keras.layers.Dense(1, "sigmoid")])),
        "Ten numbers",
    ),
    "64 hidden units": (
        lambda: compiled(keras.Sequential([layers()[0], keras.layers.Dense(64, "relu"), layers()[2]])),
        "50,890 parameters",
    ),
    "without biases": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128, "relu", use_bias=False),
                    keras.layers.Dense(10, "softmax", use_bias=False),
                ]
            )
        ),
        "101,632 parameters in 2",
    ),
    "one layer": (
        lambda: compiled(keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])),
        "two dense layers",
    ),
    "three layers": (lambda: with_layer(keras.layers.Dense(128, "relu"), 2), "two dense layers"),
    "normalised": (lambda: with_layer(keras.layers.BatchNormalization(), 2), "two dense layers"),
    "dropout": (lambda: with_layer(keras.layers.Dropout(0.5), 2), "no one asked for"),
    "rescaled": (lambda: with_layer(keras.layers.Rescaling(1 / 255), 1), "extra layers"),
    "tanh": (lambda: compiled(keras.Sequential(layers("tanh"))), "activation tanh"),
    "gelu": (lambda: compiled(keras.Sequential(layers("gelu"))), "aren't those of a ReLU"),
    "softmax and ReLU exchanged": (lambda: compiled(keras.Sequential(layers("softmax", "relu"))), " and "),
    "exponential output": (lambda: compiled(keras.Sequential(layers("relu", "exponential"))), "sum to 1"),
    "weights of zero": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128, "tanh", kernel_initializer="zeros"),
                    keras.layers.Dense(10, "softmax"),
                ]
            )
        ),
        "hidden weights all start at one value",
    ),
    "last weights of zero": (lambda: with_hidden(output="zeros"), "The last layer's weights start alike"),
    "relu6": (lambda: with_hidden("relu6"), "aren't those of a ReLU"),
    "ReLU cut off": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128),
                    keras.layers.ReLU(max_value=5),
                    keras.layers.Dense(10, "softmax"),
                ]
            )
        ),
        "aren't those of a ReLU",
    ),
    "regularizer": (lambda: with_hidden(kernel_regularizer="l2"), "has a regularizer"),
    "regularizer of activity": (lambda: with_hidden(activity_regularizer="l1"), "has a regularizer"),
    "constraint": (lambda: with_hidden(bias_constraint="non_neg"), "has a constraint"),
    "constraint in a model within": (restricted_within, "has a constraint"),
    "activity": (lambda: with_layer(keras.layers.ActivityRegularization(0.1), 2), "no one asked for"),
    "rate of 0": (lambda: compiled(sequential(), keras.optimizers.Adam(0.0)), "learning rate is 0."),
    "rate of 1000": (lambda: compiled(sequential(), keras.optimizers.Adam(1000.0)), "learning rate is 1000."),
    "a class ignored": (lambda: with_loss(ignore_class=3), "ignore_class"),
    "weighted loss": (lambda: compiled(sequential(), loss_weights=[0.5]), "loss_weights"),
    "weighted metrics": (
        lambda: compiled(sequential(), metrics=None, weighted_metrics=["accuracy"]),
        "weighted_metrics",
    ),
    "compiled with nothing": (compiled_with_nothing, "where compile is told of none"),
    "frozen": (frozen, "frozen"),
    "rmsprop": (lambda: compiled(sequential(), "rmsprop"), "RMSprop"),
    "mse": (lambda: compiled(sequential(), loss="mse"), "isn't the cross-entropy"),
    "no loss": (lambda: compiled(sequential(), loss=None), "There is no loss"),
    "categorical loss object": (
        lambda: compiled(sequential(), loss=keras.losses.CategoricalCrossentropy()),
        "rows of 0 and 1",
    ),
    "categorical accuracy": (
        lambda: compiled(sequential(), metrics=["categorical_accuracy"]),
        "categorical_accuracy",
    ),
    "mean absolute error": (lambda: compiled(sequential(), metrics=["mae"]), "mae"),
    "raises": (lambda: 1 / 0, "ZeroDivisionError"),
}


@pytest.mark.parametrize("case", WRONG_MODELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_model_is_refused_and_told_why(case, seed):
    answer, words = WRONG_MODELS[case]
    found = verdict("first_model", answer, seed)
    assert (found.status in ("failed", "error"), found.score) == (True, 0.0), found.message
    assert words in found.message, found.message


def test_first_model_in_the_sandbox(sandbox, worker, tmp_path):
    source = inspect.getsource(reference.first_model)
    for name, change, status in (
        ("right", ("", ""), "passed"),
        ("no_softmax", (', activation="softmax"', ""), "failed"),
        ("one_hot_loss", ("sparse_", ""), "failed"),
    ):
        file = tmp_path / f"{name}.py"
        file.write_text(source.replace(*change))
        (found,) = grade(
            read(file), worker, seed="secret", sandbox=sandbox.level, only="first_model"
        ).report.exercises
        assert (found.status, found.mistake) == (status, None if name == "right" else name), found.message
