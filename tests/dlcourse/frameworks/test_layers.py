import keras
import numpy as np
import pytest
from keras import layers
from twins import IMAGE, SERIES, TABLE, assert_equal_outputs, randomised

from dlcourse.errors import ModelError
from dlcourse.frameworks import to_torch
from dlcourse.frameworks.layers import CONVERTERS
from dlcourse.frameworks.settings import ACTIVATIONS

LAYERS = {
    "Dense": (TABLE, lambda: layers.Dense(4)),
    "Dense without bias": (TABLE, lambda: layers.Dense(4, use_bias=False)),
    "Dense on steps": (SERIES, lambda: layers.Dense(3, "softmax")),
    "Conv2D": (IMAGE, lambda: layers.Conv2D(4, 3)),
    "Conv2D same": (IMAGE, lambda: layers.Conv2D(4, (3, 2), padding="same", activation="relu")),
    "Conv2D same, strides": (IMAGE, lambda: layers.Conv2D(4, 3, 2, padding="same", use_bias=False)),
    "Conv2D dilated": (IMAGE, lambda: layers.Conv2D(4, 3, dilation_rate=2, padding="same")),
    "Conv2D groups": (IMAGE, lambda: layers.Conv2D(6, 3, groups=3)),
    "Conv1D": (SERIES, lambda: layers.Conv1D(5, 3, padding="same", strides=2)),
    "MaxPooling2D": (IMAGE, lambda: layers.MaxPooling2D()),
    "MaxPooling2D same": (IMAGE, lambda: layers.MaxPooling2D(3, 2, padding="same")),
    "MaxPooling1D": (SERIES, lambda: layers.MaxPooling1D(2)),
    "AveragePooling2D": (IMAGE, lambda: layers.AveragePooling2D(2)),
    "AveragePooling2D same": (IMAGE, lambda: layers.AveragePooling2D(2, padding="same")),
    "AveragePooling1D": (SERIES, lambda: layers.AveragePooling1D(4, padding="same")),
    "GlobalMaxPooling2D": (IMAGE, lambda: layers.GlobalMaxPooling2D()),
    "GlobalMaxPooling1D": (SERIES, lambda: layers.GlobalMaxPooling1D()),
    "GlobalAveragePooling2D": (IMAGE, lambda: layers.GlobalAveragePooling2D(keepdims=True)),
    "GlobalAveragePooling1D": (SERIES, lambda: layers.GlobalAveragePooling1D()),
    "Flatten": (IMAGE, lambda: layers.Flatten()),
    "Reshape": (SERIES, lambda: layers.Reshape((3, -1))),
    "Rescaling": (IMAGE, lambda: layers.Rescaling(1 / 127.5, offset=-1)),
    "Normalization": (TABLE, lambda: layers.Normalization(mean=np.arange(5.0), variance=[0, 1, 4, 9, 16])),
    "Normalization inverted": (TABLE, lambda: layers.Normalization(mean=1, variance=4, invert=True)),
    "Rescaling by channel": (IMAGE, lambda: layers.Rescaling([1.0, 2.0, 0.5], offset=np.arange(3.0))),
    "Dropout": (TABLE, lambda: layers.Dropout(0.5)),
    "BatchNormalization": (TABLE, lambda: layers.BatchNormalization()),
    "BatchNormalization images": (IMAGE, lambda: layers.BatchNormalization(scale=False, momentum=0.9)),
    "LayerNormalization": (SERIES, lambda: layers.LayerNormalization()),
    "LayerNormalization uncentred": (SERIES, lambda: layers.LayerNormalization(center=False)),
    "Activation": (TABLE, lambda: layers.Activation("gelu")),
    "ReLU": (TABLE, lambda: layers.ReLU(max_value=0.5, negative_slope=0.1)),
    "LeakyReLU": (TABLE, lambda: layers.LeakyReLU(negative_slope=0.3)),
    "ELU": (TABLE, lambda: layers.ELU(0.7)),
    "Softmax": (SERIES, lambda: layers.Softmax(axis=1)),
    "SimpleRNN": (SERIES, lambda: layers.SimpleRNN(3)),
    "SimpleRNN relu": (SERIES, lambda: layers.SimpleRNN(3, "relu", return_sequences=True)),
    "LSTM": (SERIES, lambda: layers.LSTM(3)),
    "LSTM sequences": (SERIES, lambda: layers.LSTM(3, return_sequences=True, use_bias=False)),
    "LSTM backwards": (SERIES, lambda: layers.LSTM(3, return_sequences=True, go_backwards=True)),
    "GRU": (SERIES, lambda: layers.GRU(3)),
    "GRU sequences": (SERIES, lambda: layers.GRU(3, return_sequences=True)),
    "Bidirectional": (SERIES, lambda: layers.Bidirectional(layers.LSTM(3))),
    "Bidirectional sequences": (
        SERIES,
        lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_gives_the_same(name):
    shape, layer = LAYERS[name]
    assert_equal_outputs(randomised(keras.Sequential([keras.Input(shape), layer()])))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_gives_the_same(name):
    model = keras.Sequential([keras.Input(TABLE), layers.Dense(6, activation=name)])
    assert_equal_outputs(randomised(model))


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Maximum", "Concatenate"])
def test_merging_layer_gives_the_same(kind):
    a, b = keras.Input((3,), name="b"), keras.Input((3,), name="a")  # in an order that is not the alphabet's
    assert_equal_outputs(keras.Model([a, b], getattr(layers, kind)()([b, a])))


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Maximum"])
@pytest.mark.parametrize("shapes", [((4, 3), (3,)), ((3,), (2, 4, 3), (4, 1))], ids=["two", "three"])
def test_merging_of_different_ranks_stays_within_the_sample(kind, shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    if kind == "Subtract":
        inputs = inputs[:2]
    model = keras.Model(inputs, getattr(layers, kind)()(inputs))
    assert_equal_outputs(model)  # of 4 samples: as many as there are steps, which PyTorch would mix up


def test_every_converter_is_tested():
    tested = {type(layer()) for _, layer in LAYERS.values()}
    elsewhere = {layers.Embedding, layers.MultiHeadAttention}
    elsewhere |= {layers.Add, layers.Subtract, layers.Multiply, layers.Maximum, layers.Concatenate}
    assert set(CONVERTERS) == tested | elsewhere


def chain(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


def embedded(layer):
    tokens = keras.Input((6,), dtype="int32")
    return keras.Model(tokens, layer(layers.Embedding(10, 4, mask_zero=True)(tokens)))


def padded_pair(kind):
    tokens = keras.Input((6,)), keras.Input((6,))
    return keras.Model(tokens, kind()([layers.Embedding(9, 4, mask_zero=True)(one) for one in tokens]))


def gelu(x):
    return x * 7


def own(name):
    """A function that has the name of one of Keras's."""

    def function(x):
        return x * 7

    function.__name__ = name
    return function


class Sevenfold(keras.Sequential):
    def call(self, x, training=None, mask=None):
        return super().call(x) * 7


def with_operation():
    x = keras.Input((3,))
    return keras.Model(x, keras.ops.exp(x))


def with_several_outputs():
    x = keras.Input(SERIES)
    return keras.Model(x, layers.LSTM(3, return_state=True)(x))


REFUSED = {
    "kind": (
        lambda: chain(IMAGE, layers.SeparableConv2D(3, 3, name="odd")),
        "'odd' is a SeparableConv2D, which has no",
    ),
    "operation": (with_operation, "is a Exp, which has no PyTorch twin. These have: Dense, Conv1D"),
    "activation": (lambda: chain(TABLE, layers.Dense(2, "mish", name="d")), "'d' has the activation 'mish'"),
    "own activation": (lambda: chain(TABLE, layers.Dense(2, gelu, name="d")), r"'d' has .*'gelu \(not Keras"),
    "own activation, alone": (lambda: chain(TABLE, layers.Activation(gelu)), "not Keras's own"),
    "own activation, recurrent": (lambda: chain(SERIES, layers.SimpleRNN(2, own("tanh"))), "'tanh \\(not"),
    "own gates": (lambda: chain(SERIES, layers.GRU(2, own("tanh"))), "activations tanh \\(not"),
    "layer as activation": (lambda: chain(TABLE, layers.Dense(2, layers.ReLU(name="relu"))), "'ReLU \\(not"),
    "noise shape": (
        lambda: chain(SERIES, layers.Dropout(0.5, noise_shape=(None, 1, 4), name="d")),
        r"'d' \(Dropout\) has noise_shape=\(None, 1, 4\), which",
    ),
    "constraint": (
        lambda: chain(TABLE, layers.Dense(2, kernel_constraint="non_neg", name="d")),
        r"'d' \(Dense\) has the constraint NonNeg on its kernel, which",
    ),
    "constraint inside": (
        lambda: chain(SERIES, layers.Bidirectional(layers.LSTM(2, recurrent_constraint="max_norm"))),
        "constraint MaxNorm on its recurrent_kernel",
    ),
    "whole numbers in normalisation": (
        lambda: keras.Sequential([keras.Input(TABLE, dtype="int32"), layers.LayerNormalization(name="n")]),
        r"'n' \(LayerNormalization\) has whole numbers as its input, which",
    ),
    "LoRA": (lambda: chain(TABLE, layers.Dense(2, lora_rank=1)), "has LoRA weights"),
    "masks in a product": (lambda: padded_pair(layers.Multiply), r"\(Multiply\) gets the mask of padding"),
    "masks in a maximum": (lambda: padded_pair(layers.Maximum), r"\(Maximum\) gets the mask of padding"),
    "padding": (lambda: chain(SERIES, layers.Conv1D(2, 3, padding="causal")), "padding='causal'"),
    "gates": (lambda: chain(SERIES, layers.LSTM(2, "relu")), "activations relu and sigmoid"),
    "reset": (lambda: chain(SERIES, layers.GRU(2, reset_after=False)), "reset_after=False"),
    "dropout": (lambda: chain(SERIES, layers.LSTM(2, recurrent_dropout=0.1)), "recurrent_dropout=0.1"),
    "renorm": (lambda: chain(TABLE, layers.BatchNormalization(renorm=True)), "has renorm=True"),
    "axis": (lambda: chain(SERIES, layers.BatchNormalization(axis=1)), "has axis=1"),
    "several outputs": (with_several_outputs, "has several outputs"),
    "mask": (lambda: embedded(layers.LSTM(3, name="reader")), r"'reader' \(LSTM\) gets the mask of padding"),
    "mask in normalisation": (lambda: embedded(layers.BatchNormalization()), "use mask_zero=False"),
    "own model": (lambda: Sevenfold([keras.Input(TABLE), layers.Dense(2)]), r"\(Sevenfold\) has a `call` of"),
    "own model inside": (
        lambda: chain(TABLE, Sevenfold([keras.Input(TABLE), layers.Dense(2)])),
        "a `call` of",
    ),
    "no graph": (keras.Sequential, "has no graph of layers"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Layer 'reader'")
def test_what_cannot_be_converted_is_named(name):
    model, words = REFUSED[name]
    with pytest.raises(ModelError, match=words):
        to_torch(model())


def test_causal_attention_is_refused_by_name():
    x = keras.Input(SERIES)
    model = keras.Model(x, layers.MultiHeadAttention(1, 2, name="looks_back")(x, x, use_causal_mask=True))
    with pytest.raises(ModelError, match="'looks_back' is called with use_causal_mask=True"):
        to_torch(model)
