import keras
import numpy as np
import pytest
from keras import layers

from dlcourse.errors import ModelError
from dlcourse.training import graph


def listed(model):
    return [(call.layer.name, call.inputs) for call in graph.calls(model)]


def test_sequential_model_is_a_chain():
    model = keras.Sequential([keras.Input((3,), name="x"), layers.Dense(2, name="a"), layers.ReLU(name="b")])
    assert listed(model) == [("x", ()), ("a", (0,)), ("b", (1,))]


def test_calls_come_after_what_they_take_in_the_order_of_their_arguments():
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    shared = layers.Dense(3, name="shared")
    first = shared(y)
    model = keras.Model([x, y], layers.Concatenate(name="end")([shared(first), x, first, x]))
    assert listed(model) == [("y", ()), ("shared", (0,)), ("shared", (1,)), ("x", ()), ("end", (2, 3, 1, 3))]


def test_layer_that_another_model_uses_too_is_there_once():
    x, layer = keras.Input((3,)), layers.Dense(3, name="layer")
    keras.Model(x, layer(layer(x)))
    z = keras.Input((3,), name="z")
    assert listed(keras.Model(z, layer(z))) == [("z", ()), ("layer", (0,))]


def test_what_computes_masks_is_left_out():
    tokens = keras.Input((5,), name="tokens")
    x = layers.Embedding(9, 4, mask_zero=True, name="embedding")(tokens)
    model = keras.Model(tokens, layers.LSTM(3, name="lstm")(x))
    assert listed(model) == [("tokens", ()), ("embedding", (0,)), ("lstm", (1,))]


def test_tensors_given_by_name_are_inputs():
    x, y = keras.Input((4, 2), name="x"), keras.Input((5, 2), name="y")
    model = keras.Model([x, y], layers.MultiHeadAttention(1, 2, name="attention")(x, value=y))
    assert listed(model)[-1] == ("attention", (0, 1))


def test_layer_with_several_outputs_is_one_call():
    x = keras.Input((4, 2), name="x")
    output, state = layers.SimpleRNN(3, return_state=True, name="rnn")(x)
    model = keras.Model(x, layers.Add(name="sum")([output, state]))
    assert listed(model) == [("x", ()), ("rnn", (0,)), ("sum", (1, 1))]


def test_model_without_a_graph_is_refused():
    class Own(keras.Model):
        def call(self, x):
            return x

    for model in (Own(), keras.Sequential([layers.Dense(1)])):
        with pytest.raises(
            ModelError, match="has no graph of layers: build a Sequential or functional model"
        ):
            graph.calls(model)


def test_evaluate_computes_inner_outputs_with_dropout_off():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    total = layers.Add()([a, layers.Dropout(0.9)(b)])
    model = keras.Model({"a": a, "b": b}, layers.Dense(1)(total))
    x = {"a": np.ones((3, 2), np.float32), "b": np.full((3, 2), 2.0, np.float32)}
    np.testing.assert_array_equal(graph.evaluate(model, x, total), np.full((3, 2), 3.0))
    pair = keras.Model([a, b], total)
    np.testing.assert_array_equal(graph.evaluate(pair, [x["a"], x["b"]], total), np.full((3, 2), 3.0))
