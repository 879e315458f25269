"""`build_mlp` and `build_cnn`: right in other ways, and wrong ones that no known mistake covers."""

import inspect
import warnings

import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers
from asking import verdict

from grader.judging.grading import grade
from grader.references import architecture as reference
from grader.submissions.submission import read

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def functional_mlp(input_dim, hidden, num_classes, dropout_rate, l2):
    x = inputs = keras.Input((input_dim,))
    for units in hidden:
        x = layers.Dense(units, kernel_regularizer=keras.regularizers.L1L2(l2=l2))(x)
        x = layers.Dropout(dropout_rate)(layers.ReLU()(x))
    outputs = layers.Activation("softmax")(
        layers.Dense(num_classes, kernel_regularizer=keras.regularizers.l2(l2))(x)
    )
    return keras.Model(inputs, outputs)


def nested_mlp(input_dim, hidden, num_classes, dropout_rate, l2):
    model = keras.Sequential()
    for units in hidden:
        penalty = keras.regularizers.L2(l2)
        dense = layers.Dense(units, kernel_regularizer=penalty, kernel_initializer="he_normal")
        model.add(keras.Sequential([dense, layers.Activation("relu"), layers.Dropout(dropout_rate)]))
    model.add(layers.Dense(num_classes, "softmax"))
    model.build((None, input_dim))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def functional_cnn(height, width, channels, num_classes):
    x = inputs = keras.Input((height, width, channels))
    for filters in (32, 64, 128):
        x = layers.ReLU()(layers.Conv2D(filters, (3, 3))(x))
        x = layers.MaxPool2D((2, 2))(x)
    x = layers.Dropout(0.5)(layers.Dense(128, "relu")(layers.Flatten()(x)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(num_classes)(x)))


@pytest.mark.parametrize(
    ("name", "answer"),
    [("build_mlp", functional_mlp), ("build_mlp", nested_mlp), ("build_cnn", functional_cnn)],
)
def test_other_ways_to_build_it_pass(name, answer):
    found = verdict(name, answer)
    assert found.status == "passed", found.message


def mlp(activation="relu", behind=(), frozen=False, start="glorot_uniform", noise_shape=None, **settings):
    def answer(input_dim, hidden, num_classes, dropout_rate, l2):
        inner = [keras.Input((input_dim,))]
        for units in hidden:
            penalty = keras.regularizers.L2(l2)
            inner.append(
                layers.Dense(
                    units, activation, kernel_regularizer=penalty, kernel_initializer=start, **settings
                )
            )
            inner.append(layers.Dropout(dropout_rate, noise_shape=noise_shape))
        model = keras.Sequential([*inner, layers.Dense(num_classes, "softmax"), *behind])
        model.layers[0].trainable = not frozen
        return model

    return answer


WRONG = {
    "relu that is cut off": (mlp("relu6"), "activation"),
    "tanh": (mlp("tanh"), "the activation tanh"),
    "batch normalisation": (mlp(behind=[layers.BatchNormalization()]), "BatchNormalization"),
    "frozen": (mlp(frozen=True), "frozen"),
    "constant start": (mlp(start="ones"), "start at one value"),
    "shared noise": (mlp(noise_shape=(1, None)), "noise_shape"),
    "no biases": (mlp(use_bias=False), "a kernel and a bias"),
    "penalty on biases": (mlp(bias_regularizer="l2"), "bias_regularizer"),
    "constraint": (mlp(kernel_constraint="max_norm"), "kernel_constraint"),
    "two inputs": (lambda *_: keras.Model([keras.Input((3,)), keras.Input((4,))], keras.Input((2,))), ""),
    "none": (lambda *_: None, "None"),
    "weights": (lambda *given: reference.build_mlp(*given).get_weights(), "model"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_network_is_refused_and_told_why(case):
    answer, words = WRONG[case]
    found = verdict("build_mlp", answer)
    assert (found.status in ("failed", "error"), found.score) == (True, 0.0), found.message
    assert words in found.message, found.message


class OwnModel(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.last = layers.Dense(units, "softmax")

    def call(self, x):
        return self.last(x)


def test_a_model_of_a_class_of_its_own_is_told_what_to_build():
    def answer(input_dim, hidden, num_classes, dropout_rate, l2):
        model = OwnModel(num_classes)
        model.build((None, input_dim))
        return model

    assert "a class of its own, OwnModel" in verdict("build_mlp", answer).message


def cnn(activation="relu", end="Flatten", drop_first=False, **pooling):
    def answer(height, width, channels, num_classes):
        inner = [keras.Input((height, width, channels))]
        for filters in (32, 64, 128):
            inner.append(layers.Conv2D(filters, 3, activation=activation))
            inner.append(layers.MaxPooling2D(2, **pooling))
        last = [layers.Dense(128, activation), layers.Dropout(0.5)]
        last = last[::-1] if drop_first else last
        return keras.Sequential([*inner, getattr(layers, end)(), *last, layers.Dense(num_classes, "softmax")])

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (cnn(strides=1), "too large"),
        (cnn("gelu"), "look at each layer's activation"),
        (cnn(drop_first=True), "another order"),
        (cnn(end="GlobalAveragePooling2D"), "GlobalAveragePooling2D"),
        (cnn(padding="same"), "MaxPooling2D lays a rim"),
    ],
)
def test_a_wrong_convolutional_network_is_refused_and_told_why(answer, words):
    found = verdict("build_cnn", answer)
    assert found.status == "failed"
    assert words in found.message, found.message


@pytest.mark.parametrize("name", ["build_mlp", "build_cnn"])
def test_scores_above_0_come_from_no_activation_rather_than_from_a_relu(name):
    def answer(*given):
        model = getattr(reference, name)(*given)
        *inner, last = [keras.Input(model.input_shape[1:]), *model.layers]
        return keras.Sequential([*inner, layers.Dense(last.units, kernel_initializer=positive)])

    positive = keras.initializers.RandomUniform(0.01, 0.1, seed=1)
    assert verdict(name, answer).mistake == "no_softmax"


@pytest.mark.parametrize("name", ["build_mlp", "build_cnn"])
def test_in_the_sandbox(name, sandbox, worker, tmp_path):
    source = inspect.getsource(getattr(reference, name))
    for mistake, change, status in (
        (None, ("", ""), "passed"),
        ("no_softmax", (', "softmax"', ""), "failed"),
    ):
        file = tmp_path / f"{mistake}.py"
        file.write_text(source.replace(*change))
        (found,) = grade(read(file), worker, seed="secret", sandbox=sandbox.level, only=name).report.exercises
        assert (found.status, found.mistake) == (status, mistake), found.message
