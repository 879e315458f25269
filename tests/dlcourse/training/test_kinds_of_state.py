"""The compiled engine against `model.fit`, for each kind of state that a layer keeps: equal, or refused.

`test_engine.py` has plain weights, moving statistics, dropout, and weights that are assigned to.
"""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from dlcourse.errors import ModelError
from dlcourse.training import train
from dlcourse.training.data import seed_dropout

SAMPLES, BATCH, EPOCHS = 10, 4, 2  # the last batch of an epoch has two samples
RANDOM = np.random.default_rng(0)
TABLE = RANDOM.normal(1, 2, size=(SAMPLES, 6)).astype("float32")
STEPS = RANDOM.normal(size=(SAMPLES, 5, 4)).astype("float32")
IMAGES = RANDOM.uniform(size=(SAMPLES, 6, 6, 3)).astype("float32")
TEXTS = np.array(["red", "green", "blue", "dark red", "dark green"] * 2, dtype=object)
TARGET = RANDOM.normal(size=(SAMPLES, 1)).astype("float32")


class Counter(layers.Layer):
    """Counts its calls in training in a whole number, and divides by it."""

    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), dtype="int32", initializer="ones", trainable=False)

    def call(self, x, training=False):
        if training:
            self.calls.assign_add(1)
        return x / ops.cast(self.calls, x.dtype)


class Clipped(layers.Layer):
    """Clips its kernel a little more in each call, in validation too."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 4), initializer="glorot_uniform")
        self.limit = self.add_weight(shape=(), initializer="ones", trainable=False)

    def call(self, x):
        self.limit.assign(0.9 * self.limit)
        self.kernel.assign(ops.clip(self.kernel, -self.limit, self.limit))
        return ops.matmul(x, self.kernel)


class Averaged(layers.Layer):
    """Adds what a moving average of its kernel gives, as teachers do that follow their students."""

    def build(self, input_shape):
        shape = (input_shape[-1], 4)
        self.kernel = self.add_weight(shape=shape, initializer="glorot_uniform")
        self.average = self.add_weight(shape=shape, initializer="zeros", trainable=False)

    def call(self, x, training=False):
        if training:
            self.average.assign(0.9 * self.average + 0.1 * self.kernel)
        return ops.matmul(x, self.kernel) + ops.matmul(x, ops.stop_gradient(self.average))


class Noise(layers.Layer):
    """Draws from two generators of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.first, self.second = keras.random.SeedGenerator(1), keras.random.SeedGenerator(2)

    def call(self, x, training=False):
        if not training:
            return x
        drawn = keras.random.normal(ops.shape(x), seed=self.first)
        return x + drawn * keras.random.uniform(ops.shape(x), seed=self.second)


class Penalised(layers.Layer):
    """Adds a loss that depends on a weight and on what it saw."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        self.add_loss(0.1 * ops.mean(ops.square(x * self.scale)))
        return x * self.scale


class Drawing(layers.Layer):
    """A recurrent cell that draws a mask at each step."""

    state_size = output_size = 3

    def __init__(self, **options):
        super().__init__(**options)
        self.generator = keras.random.SeedGenerator(1)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 3), initializer="glorot_uniform")

    def call(self, x, states, training=False):
        y = ops.tanh(ops.matmul(x, self.kernel) + states[0])
        y = keras.random.dropout(y, 0.5, seed=self.generator) if training else y
        return y, [y]


class Remembering(layers.Layer):
    """Keeps the mean of its last batch in a variable that Keras doesn't list, as an object hides it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.hidden = SimpleNamespace(mean=keras.Variable(np.zeros((1, 6), "float32"), trainable=False))

    def call(self, x):
        y = x + self.hidden.mean
        self.hidden.mean.assign(ops.mean(x, axis=0, keepdims=True))
        return y


def adapted(layer, x):
    layer.adapt(x)
    return layer


def twice(*inner):
    """A model that is used twice in another: what it keeps changes twice a batch."""

    def called(x):
        shared = keras.Sequential([keras.Input((6,)), *inner])
        return shared(ops.tanh(shared(x)))

    return called


def frozen(x):
    base = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.BatchNormalization()])
    base.trainable = False
    return base(x)


EQUAL = {
    "no state": (TABLE, lambda x: layers.UnitNormalization()(x)),
    "corrections of moving statistics": (TABLE, lambda x: layers.BatchNormalization(renorm=True)(x)),
    "moving statistics that stay": (TABLE, frozen),
    "moving statistics, twice a batch": (TABLE, lambda x: twice(layers.BatchNormalization())(x)),
    "a whole number": (TABLE, lambda x: Counter()(x)),
    "what changes in validation": (TABLE, lambda x: Clipped()(x)),
    "draws in validation": (TABLE, lambda x: layers.Dropout(0.5)(x, training=True)),
    "a cell of one's own that draws, unrolled": (STEPS, lambda x: layers.RNN(Drawing(), unroll=True)(x)),
    "a moving average of a weight": (TABLE, lambda x: Averaged()(x)),
    "an assigned weight, twice a batch": (
        TABLE,
        lambda x: twice(layers.SpectralNormalization(layers.Dense(6)))(x),
    ),
    "a weight with a constraint": (TABLE, lambda x: layers.Dense(4, kernel_constraint="unit_norm")(x)),
    "generators of one's own": (TABLE, lambda x: Noise()(x)),
    "a generator in a recurrent cell": (
        STEPS,
        lambda x: layers.GRU(3, dropout=0.3, recurrent_dropout=0.3)(x),
    ),
    "a generator in attention": (
        STEPS,
        lambda x: layers.Flatten()(layers.MultiHeadAttention(2, 3, dropout=0.3)(x, x)),
    ),
    "generators of random images": (
        IMAGES,
        lambda x: layers.Flatten()(layers.RandomRotation(0.2)(layers.RandomFlip()(x))),
    ),
    "adapted statistics": (TABLE, lambda x: adapted(layers.Normalization(), TABLE)(x)),
    "adapted borders": (
        TABLE,
        lambda x: layers.Flatten()(
            layers.Embedding(3, 2)(adapted(layers.Discretization(num_bins=3), TABLE)(x))
        ),
    ),
    "a vocabulary": (
        TEXTS,
        lambda x: layers.GlobalAveragePooling1D()(
            layers.Embedding(9, 3)(adapted(layers.TextVectorization(output_sequence_length=3), TEXTS)(x))
        ),
    ),
    "a loss of a layer": (TABLE, lambda x: Penalised()(x)),
}
REFUSED = {
    "states of a recurrent layer": (
        STEPS[:8],
        lambda x: layers.SimpleRNN(3, stateful=True)(x),
    ),
    "states of a layer's cell": (STEPS[:8], lambda x: layers.RNN(layers.GRUCell(3), stateful=True)(x)),
    "a variable in an object": (TABLE, lambda x: Remembering()(x)),
}


def built(x, function, batch=None):
    """The model, with the same weights each time."""
    keras.utils.set_random_seed(0)
    dtype = "string" if x.dtype == object else "float32"
    inputs = keras.Input(batch_shape=(batch, *x.shape[1:]), dtype=dtype)
    model = keras.Model(inputs, layers.Dense(1)(function(inputs)))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mean_squared_error")
    return model


@pytest.mark.parametrize("name", EQUAL)
def test_what_a_layer_keeps_is_what_it_keeps_in_fit(name):
    x, function = EQUAL[name]
    ours, fitted = built(x, function), built(x, function)
    validation = tf.constant(x[:6]), TARGET[:6]
    settings = {"validation_data": validation, "validation_batch_size": BATCH, "shuffle": False, "verbose": 0}
    history = train(
        ours, (x, TARGET), validation=(x[:6], TARGET[:6]), epochs=EPOCHS, batch_size=BATCH, engine="compiled"
    ).history
    seed_dropout(fitted, 0)
    for epoch in range(EPOCHS):
        order = tf.random.experimental.stateless_shuffle(tf.range(SAMPLES), [0, epoch]).numpy()
        taken = tf.constant(x[order]), TARGET[order]
        expected = fitted.fit(*taken, batch_size=BATCH, **settings).history
        for name in ("loss", "val_loss"):
            np.testing.assert_allclose(history[name][epoch], expected[name][0], rtol=1e-5)
    for variable, expected in zip(ours.variables, fitted.variables, strict=True):
        np.testing.assert_allclose(variable.numpy(), expected.numpy(), atol=1e-5, err_msg=variable.path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_does_not_list_is_refused_in_a_sentence(name):
    x, function = REFUSED[name]
    model = built(x, function, BATCH)
    with pytest.raises(
        ModelError, match=r"^The model keeps '.*' from batch to batch.*train with model\.fit\.$"
    ):
        train(model, (x, TARGET[: len(x)]), epochs=1, batch_size=BATCH, engine="compiled")


@pytest.mark.parametrize("steps", [5, 20])  # few and many: the engine unrolls the few of Keras's own cells
def test_a_cell_that_draws_at_each_step_is_refused_in_a_sentence(steps):
    x = np.zeros((8, steps, 4), "float32")
    model = built(x, lambda x: layers.RNN(Drawing())(x))
    with pytest.raises(
        ModelError, match=r"^A layer changes '.*seed_generator_state' in a loop.*train with model\.fit\.$"
    ):
        train(model, (x, TARGET[:8]), epochs=1, batch_size=BATCH, engine="compiled")
