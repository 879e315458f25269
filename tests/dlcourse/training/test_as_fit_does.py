"""What the compiled engine does with a model, beside `model.fit`: what fresh eyes found to differ."""

import keras
import numpy as np
import pytest

from dlcourse.errors import ModelError
from dlcourse.training import train
from dlcourse.training.engine import Engine
from dlcourse.validation import cross_validate

layers = keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(32, 4)).astype("float32")
Y = X[:, :1] ** 2 + 5
TOKENS = np.where(np.arange(10) < RANDOM.integers(3, 10, size=(32, 1)), RANDOM.integers(1, 9, (32, 10)), 0)


def compiled(inputs, outputs, **options):
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(0.01), "mean_squared_error", **options)
    return model


def both(make, x, y, **options):
    """The histories of both engines on one model, and its weights after each."""
    found = []
    for engine in ("keras", "compiled"):
        keras.utils.set_random_seed(1)
        model = make()
        history = train(model, (x, y), epochs=2, batch_size=8, engine=engine, **options).history
        found.append((history, model.get_weights()))
    return found


@pytest.mark.parametrize("layer", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_a_masked_bidirectional_layer(layer):
    def make():
        tokens = keras.Input((10,), dtype="int32")
        x = layers.Embedding(9, 6, mask_zero=True)(tokens)
        x = layers.Bidirectional(layer(5, return_sequences=True))(x)
        return compiled(tokens, layers.Dense(1)(layers.GlobalAveragePooling1D()(x)))

    (_, theirs), (_, ours) = both(make, TOKENS, Y)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
    model = make()
    engine = Engine(model, (TOKENS, Y))
    predicted = engine.predict(engine.state(), TOKENS, np.arange(32))
    np.testing.assert_allclose(predicted, model.predict(TOKENS, verbose=0), atol=1e-6)
    folds = cross_validate(model, (TOKENS, Y), k=2, epochs=1)
    rows = folds.folds[0][1]
    again = folds.model(0).predict(TOKENS[rows], verbose=0)
    np.testing.assert_allclose(folds.outputs[rows], again, atol=1e-5)


class Penalty(layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.mean(x**2))
        return x


def shared_regularizer():
    inputs, dense = keras.Input((4,)), layers.Dense(4, "tanh", activity_regularizer="l2")
    return compiled(inputs, layers.Dense(1)(dense(dense(inputs))))


def shared_add_loss():
    inputs, penalty = keras.Input((4,)), Penalty()
    return compiled(inputs, layers.Dense(1)(penalty(layers.Dense(4)(penalty(inputs)))))


def siamese():
    dense = layers.Dense(4, "tanh", activity_regularizer="l2")
    inner = keras.Sequential([keras.Input((4,)), dense])
    inputs = keras.Input((4,))
    return compiled(inputs, layers.Dense(1)(layers.Subtract()([inner(inputs), inner(-inputs)])))


@pytest.mark.parametrize("make", [shared_regularizer, shared_add_loss, siamese])
def test_the_losses_of_each_call_of_a_shared_layer_count(make):
    (theirs, their_weights), (ours, our_weights) = both(make, X, Y, validation=(X, Y))
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)
    for mine, other in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)


class Smallest(keras.metrics.Metric):
    """The smallest error, which begins at infinity."""

    def __init__(self, name="smallest", **options):
        super().__init__(name=name, **options)
        self.value = self.add_weight(name="value", initializer="zeros")
        self.reset_state()

    def update_state(self, y, outputs, sample_weight=None):
        smallest = keras.ops.min(keras.ops.abs(keras.ops.cast(y, "float32") - outputs))
        self.value.assign(keras.ops.minimum(self.value, smallest))

    def reset_state(self):
        self.value.assign(np.inf)

    def result(self):
        return self.value + 0


def test_a_metric_begins_as_it_says():
    def make():
        inputs = keras.Input((4,))
        return compiled(inputs, layers.Dense(1)(inputs), metrics=[Smallest()])

    (theirs, _), (ours, _) = both(make, X, Y, validation=(X, Y))
    for name in ("smallest", "val_smallest"):
        assert min(ours[name]) > 0
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5)
    assert cross_validate(make(), (X, Y), k=2, epochs=1).loss.shape == (2, 1)  # stacked, too


def test_what_is_to_run_eagerly_is_refused():
    inputs = keras.Input((4,))
    model = compiled(inputs, layers.Dense(1)(inputs), run_eagerly=True)
    with pytest.raises(ModelError, match="run_eagerly=True"):
        train(model, (X, Y), epochs=1, engine="compiled")
    train(model, (X, Y), epochs=1)
