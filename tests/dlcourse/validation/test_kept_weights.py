"""Which weights each training draws anew, and which it keeps: those of layers of one's own."""

import keras
import numpy as np
import pytest

from dlcourse.errors import ModelError
from dlcourse.validation import cross_validate

layers = keras.layers
X = np.random.default_rng(0).normal(size=(90, 4)).astype("float32")
PRODUCT = X[:, 0] * X[:, 1]


def network(layer):
    model = keras.Sequential([keras.Input((4,)), layer, layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mean_squared_error")
    return model


class Scale(layers.Layer):
    """Is told the mean of the data."""

    def build(self, shape):
        self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False, name="mean")

    def call(self, x):
        return x - self.mean


class Averages(layers.BatchNormalization):
    """Of one's own, and yet what it learns is known."""


class Block(layers.Layer):
    """Has layers inside, of which the one that averages is Keras's."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense, self.averages = layers.Dense(4, use_bias=False), layers.BatchNormalization()

    def build(self, shape):
        self.dense.build(shape)
        self.averages.build((None, 4))

    def call(self, x, training=False):
        return self.averages(self.dense(x), training=training)


def test_what_a_layer_of_one_s_own_has_learnt_is_kept_if_frozen_and_else_refused():
    scale = Scale()
    model = network(scale)
    found = cross_validate(model, (X, PRODUCT), k=3, epochs=1)  # nothing was changed yet
    assert not found.model(0).layers[0].mean.numpy().any()
    scale.mean.assign(np.full(4, 100.0))
    with pytest.raises(
        ModelError, match="'mean' that was changed without training, and nothing says whether"
    ):
        cross_validate(model, (X, PRODUCT), k=3, epochs=1)
    scale.trainable = False
    model.compile("adam", "mean_squared_error")
    found = cross_validate(model, (X + 100, PRODUCT), k=3, epochs=1)
    assert found.model(0).layers[0].mean.numpy().tolist() == [100.0] * 4
    assert np.abs(found.outputs).max() < 20


@pytest.mark.parametrize("layer", [layers.BatchNormalization, Averages, Block])
def test_averages_of_a_trained_model_begin_anew(layer):
    new = network(layer())
    trained = keras.models.clone_model(new)
    trained.compile(keras.optimizers.Adam(0.02), "mean_squared_error")
    trained.fit(X * 50 + 1000, PRODUCT, epochs=1, verbose=0)
    one, other = (cross_validate(model, (X, PRODUCT), k=3, epochs=1).outputs for model in (new, trained))
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_weight_that_was_frozen_by_itself_is_said():
    model = network(layers.Dense(3))
    model.layers[0].kernel.trainable = False
    model.compile("sgd", "mean_squared_error")
    with pytest.raises(ModelError, match="kernel' was frozen or thawed by itself"):
        cross_validate(model, (X, PRODUCT), k=3, epochs=1)
