"""What a layer keeps in a variable of TensorFlow's, unknown to Keras: trainings would share it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.errors import ModelError
from dlcourse.training import train
from dlcourse.validation import cross_validate, grid_search

layers = keras.layers
X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
Y = X[:, 0] * X[:, 1]


class Outside(layers.Layer):
    """Adds what it has kept, and keeps something."""

    def build(self, shape):
        self.kept = tf.Variable(tf.zeros((1, shape[-1])), trainable=False, name="kept")

    def call(self, x, training=False):
        y = x + self.kept
        if training:
            self.keep(tf.reduce_mean(x, axis=0, keepdims=True))
        return y

    def keep(self, mean):
        self.kept.assign(mean)


class InABranch(Outside):
    def keep(self, mean):
        tf.cond(mean[0, 0] > -9, lambda: self.kept.assign(mean), lambda: self.kept)


class InALoop(Outside):
    def keep(self, mean):
        def body(i):
            self.kept.assign_add(mean)
            return i + 1

        tf.while_loop(lambda i: i < 2, body, [0])


class Draws(Outside):
    def build(self, shape):
        self.generator = tf.random.Generator.from_seed(1)
        super().build(shape)

    def keep(self, mean):
        pass

    def call(self, x, training=False):
        return x + self.generator.normal(tf.shape(x)) if training else x


def network(layer=Outside):
    model = keras.Sequential([keras.Input((4,)), layer(), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mean_squared_error")
    return model


@pytest.mark.parametrize("layer", [Outside, InABranch, InALoop, Draws])
def test_folds_refuse_it(layer):
    with pytest.raises(ModelError, match=r"a variable of TensorFlow that Keras doesn't list.*SeedGenerator"):
        cross_validate(network(layer), (X, Y), k=2, epochs=1)


def test_folds_of_a_builder_and_searches_refuse_it():
    with pytest.raises(ModelError, match="changes 'kept' of layer 'outside"):
        cross_validate(network, (X, Y), k=2, epochs=1)
    with pytest.raises(ModelError, match="changes 'kept' of layer 'outside"):
        grid_search(lambda units: network(), {"units": [1, 2]}, (X, Y), k=2, epochs=1)


def test_one_training_goes_on_with_it_as_fit_does():
    ours, theirs = network(), network()
    theirs.set_weights(ours.get_weights())
    train(ours, (X, Y), epochs=2, batch_size=60, engine="compiled", validation=None)
    theirs.fit(X, Y, epochs=2, batch_size=60, verbose=0)
    np.testing.assert_allclose(ours.layers[0].kept, theirs.layers[0].kept, atol=1e-6)
    np.testing.assert_allclose(ours.layers[1].kernel, theirs.layers[1].kernel, atol=1e-6)


def test_a_table_that_is_only_read_is_none():
    lookup = layers.IntegerLookup(vocabulary=[3, 5], output_mode="one_hot")
    model = keras.Sequential([keras.Input((1,), dtype="int64"), lookup, layers.Dense(1)])
    model.compile("sgd", "mean_squared_error")
    rows = np.resize(np.array([[3], [5], [7]]), (60, 1))
    assert len(cross_validate(model, (rows, Y), k=2, epochs=1).scores) == 2
