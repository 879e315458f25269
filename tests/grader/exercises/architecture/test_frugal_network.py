"""`frugal_network`: what its networks cost, which can't be counted, and honest designs."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers
from asking import verdict, whole_cases_of

from grader.child import live
from grader.child.examining import examine
from grader.exercise import Given
from grader.exercises.verifying import architecture as verifying

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
SHAPE = (12, 12, 1)


def judged(model, shape=(12, 12)):
    """The verdict on a model that is right about no digit, and what it says."""
    x, y = np.zeros((200, *shape), np.float32), np.full(200, -1)
    found = examine("model", live.description(model), x)
    assert "problem" not in found, found
    return verifying.is_frugal(Given((x, y), y, ()), found)


def after(*inner, end=10):
    return keras.Sequential([keras.Input((12, 12)), layers.Reshape(SHAPE), *inner, layers.Dense(end)])


COSTS = {
    "dense": (after(layers.Flatten(), layers.Dense(20, "relu")), 20 * 145 + 210, 144 * 20 + 200),
    "valid": (after(layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()), 40 + 50, 100 * 36 + 40),
    "strides": (after(layers.Conv2D(4, 3, 2, "same"), layers.Flatten()), 40 + 1450, 36 * 36 + 1440),
    "no bias": (after(layers.Conv2D(4, 3, use_bias=False), layers.GlobalMaxPooling2D()), 86, 3640),
    "separable": (
        after(layers.SeparableConv2D(4, 3, padding="same"), layers.GlobalMaxPooling2D()),
        9 + 4 + 4 + 50,
        144 * 13 + 40,
    ),
    "depthwise": (
        after(layers.DepthwiseConv2D(3, depth_multiplier=2), layers.GlobalMaxPooling2D()),
        18 + 2 + 30,
        100 * 18 + 20,
    ),
    "groups": (
        after(layers.Conv2D(4, 1), layers.Conv2D(4, 3, groups=2), layers.GlobalAveragePooling2D()),
        8 + 76 + 50,
        144 * 4 + 100 * 72 + 40,
    ),
    "normalised": (
        after(layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(), layers.GlobalMaxPooling2D()),
        40 + 16 + 50,
        3600 + 400 + 40,
    ),
    "rows": (
        keras.Sequential([keras.Input((12, 12)), layers.Dense(3), layers.Flatten(), layers.Dense(10)]),
        39 + 370,
        12 * 36 + 360,
    ),
    "nested": (
        after(keras.Sequential([layers.Conv2D(4, 3), layers.LeakyReLU()]), layers.GlobalMaxPooling2D()),
        90,
        3640,
    ),
    "augmented": (after(layers.RandomTranslation(0.1, 0.1), layers.Flatten()), 1450, 1440),
}


@pytest.mark.parametrize("case", COSTS)
def test_what_a_network_costs(case):
    model, weights, multiplications = COSTS[case]
    assert f"It has {weights:,} weights and {multiplications:,} multiplications." in judged(model).message


def functional(inside):
    inputs = keras.Input((12, 12))
    x = layers.GlobalMaxPooling2D()(inside(layers.Reshape(SHAPE)(inputs)))
    return keras.Model(inputs, layers.Dense(10)(x))


def twice(layer):
    return functional(lambda x: layer(layer(x)))


UNKNOWN_SIZE = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(4, 3)])
UNCOUNTED = {
    "a layer twice": (lambda: twice(layers.Conv2D(1, 3, padding="same")), "more than once"),
    "a model twice": (
        lambda: twice(keras.Sequential([keras.Input(SHAPE), layers.Conv2D(1, 3, padding="same")])),
        "more than once",
    ),
    "weights in an operation": (
        lambda: functional(lambda x: keras.ops.matmul(x, np.ones((1, 500), np.float32))),
        "more than once",
    ),
    "another layer": (lambda: after(layers.Flatten(), layers.Embedding(2, 1), layers.Flatten()), "Embedding"),
    "a wrapper": (
        lambda: after(layers.TimeDistributed(layers.Flatten()), layers.Flatten()),
        "TimeDistributed",
    ),
    "products": (lambda: functional(lambda x: layers.Multiply()([x, x])), "Multiply"),
    "a model as an activation": (
        lambda: after(
            layers.Flatten(),
            layers.Dense(9, activation=keras.Sequential([keras.Input((9,)), layers.Dense(9)])),
        ),
        "activation",
    ),
    "no size": (lambda: after(UNKNOWN_SIZE, layers.GlobalMaxPooling2D()), "no fixed size"),
    "transposed": (lambda: after(layers.Conv2DTranspose(2, 3), layers.Flatten()), "Conv2DTranspose"),
}


@pytest.mark.parametrize("case", UNCOUNTED)
def test_what_cant_be_counted_is_said(case):
    make, words = UNCOUNTED[case]
    found = judged(make())
    assert not found.right
    assert words in found.message, found.message


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (after(layers.Flatten(), end=3), "Ten numbers"),
        (after(layers.Flatten(), layers.Dense(40)), "at most 4,000"),
        (after(layers.Conv2D(16, 3), layers.Conv2D(16, 3), layers.GlobalMaxPooling2D()), "at most 4,000"),
    ],
)
def test_what_costs_too_much_is_refused(model, words):
    assert words in judged(model).message


def test_digits_lie_anywhere_and_nobody_finds_them_again():
    (one,), (other,) = whole_cases_of("frugal_network", 0), whole_cases_of("frugal_network", 1)
    x, y = one.arguments
    assert (x.shape, x.dtype, y.shape) == ((1000, 12, 12), np.float32, (1000,))
    assert (one.inputs.shape, one.secret.shape) == ((797, 12, 12), (797,))
    assert 0 <= x.min() <= x.max() <= 1
    middles = (x.sum(axis=1) @ np.arange(12)) / x.sum(axis=(1, 2))
    assert middles.std() > 1.2  # of five places at equal odds: √2
    assert sorted(set(y)) == sorted(set(one.secret)) == list(range(10))
    hidden = {image.tobytes() for image in one.inputs}
    assert not hidden & {image.tobytes() for image in (*x, *other.inputs, *other.arguments[0])}


def normalised(x, y):
    """About 94 % on five seeds; it must not fail by its own luck."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 12, 1))
    z = layers.Conv2D(8, 3, padding="same", use_bias=False)(inputs)
    z = layers.MaxPooling2D()(layers.ReLU()(layers.BatchNormalization(momentum=0.9)(z)))
    z = layers.Conv2D(16, 3, padding="same", use_bias=False)(z)
    z = layers.GlobalMaxPooling2D()(layers.ReLU()(layers.BatchNormalization(momentum=0.9)(z)))
    model = keras.Model(inputs, layers.Dense(10)(z))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss)
    model.fit(x[..., np.newaxis], y, epochs=40, batch_size=32, verbose=0)
    return model


def test_another_honest_design_reaches_the_goal():
    found = verdict("frugal_network", normalised, "one")
    assert found.status == "passed", found.message
