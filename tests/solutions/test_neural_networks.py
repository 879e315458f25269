"""The reference answers of lesson 2 against Keras, SciPy, finite differences and the laws they must obey."""

import warnings

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from grader.references import neural_networks as nn

ELEMENTWISE = (nn.relu, nn.relu_derivative, nn.sigmoid, nn.sigmoid_derivative, nn.tanh, nn.tanh_derivative)

EXTREMES = np.array([-1e4, -800.0, -40.0, -1.0, -1e-12, -0.0, 0.0, 1e-12, 1.0, 40.0, 800.0, 1e4])

numbers = st.floats(-1e4, 1e4)
arrays = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4), elements=numbers)
logits = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=numbers)


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_weighted_sum_is_the_sum_of_products_plus_bias(rng):
    x, w = rng.normal(size=(2, 7))
    z = nn.weighted_sum(x, w, -0.5)
    assert type(z) is float
    assert z == pytest.approx(sum(float(xi) * float(wi) for xi, wi in zip(x, w, strict=True)) - 0.5)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (nn.relu, keras.activations.relu),
        (nn.sigmoid, scipy.special.expit),
        (nn.sigmoid, keras.activations.sigmoid),
        (nn.tanh, np.tanh),
        (nn.tanh, keras.activations.tanh),
    ],
)
def test_activation_agrees_with_an_independent_one(ours, theirs):
    np.testing.assert_allclose(ours(EXTREMES), np.asarray(theirs(EXTREMES)), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("function", "derivative", "away_from"),
    [
        (nn.relu, nn.relu_derivative, 0.1),
        (nn.sigmoid, nn.sigmoid_derivative, 0),
        (nn.tanh, nn.tanh_derivative, 0),
    ],
)
def test_derivative_agrees_with_central_differences(function, derivative, away_from):
    x = np.linspace(-8, 8, 81)
    x = x[np.abs(x) >= away_from]
    h = 1e-5
    np.testing.assert_allclose(derivative(x), (function(x + h) - function(x - h)) / (2 * h), atol=1e-9)


def test_relu_derivative_at_zero_is_tensorflows():
    x = tf.Variable([0.0, -0.0])
    with tf.GradientTape() as tape:
        y = tf.nn.relu(x)
    np.testing.assert_array_equal(nn.relu_derivative(x.numpy()), tape.gradient(y, x).numpy())


@pytest.mark.parametrize("function", ELEMENTWISE)
@pytest.mark.parametrize("value", [-1e4, -1.5, 0.0, 2.0, 1e4])
def test_elementwise_functions_take_single_numbers(function, value):
    in_array = function(np.array([value]))[0]
    assert np.shape(function(value)) == np.shape(function(np.array(value))) == ()
    assert function(value) == function(np.array(value)) == in_array


@pytest.mark.parametrize("function", [*ELEMENTWISE, nn.softmax])
@given(x=arrays)
def test_shape_kept_input_unchanged_and_no_warning(function, x):
    if function is nn.softmax:
        x = np.atleast_1d(x)
    before = x.copy()
    y = function(x)  # a warning is an error here
    assert np.shape(y) == x.shape
    assert np.all(np.isfinite(y))
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("function", [*ELEMENTWISE, nn.softmax])
def test_float32_stays_float32_or_becomes_float64(function):
    x = np.array([-1e4, -1.0, 0.0, 2.0], np.float32)
    y = function(x)
    assert y.dtype in (np.float32, np.float64)
    np.testing.assert_allclose(y, function(x.astype(np.float64)), rtol=1e-5, atol=1e-6)


@given(x=arrays)
def test_sigmoid_is_symmetric_about_one_half(x):
    np.testing.assert_allclose(nn.sigmoid(-x), 1 - nn.sigmoid(x), atol=1e-15)


@given(x=arrays)
def test_tanh_is_odd(x):
    np.testing.assert_allclose(nn.tanh(-x), -nn.tanh(x), atol=1e-15)


def test_tanh_has_the_minus_one_that_the_cheat_sheet_lacks():
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(nn.tanh(x), 2 / (1 + np.exp(-2 * x)) - 1, atol=1e-15)


@given(z=logits)
def test_softmax_is_a_distribution_along_the_last_axis(z):
    p = nn.softmax(z)
    np.testing.assert_allclose(p.sum(axis=-1), 1.0)
    assert np.all(p >= 0)
    np.testing.assert_allclose(p, scipy.special.softmax(z, axis=-1), atol=1e-12)


@given(z=hnp.arrays(np.float64, hnp.array_shapes(max_side=4), elements=st.integers(-5000, 5000)))
def test_softmax_ignores_a_shift(z):
    np.testing.assert_array_equal(nn.softmax(z + 1000), nn.softmax(z))


def test_softmax_agrees_with_keras(rng):
    z = rng.normal(0, 3, (2, 5, 4)).astype(np.float32)
    np.testing.assert_allclose(nn.softmax(z), np.asarray(keras.activations.softmax(z)), atol=1e-6)


def keras_layer(W, b, activation):
    layer = keras.layers.Dense(W.shape[1], activation=activation)
    layer.build((None, W.shape[0]))
    layer.set_weights([W, b])
    return layer


@pytest.mark.parametrize("activation", [None, "relu", "sigmoid", "tanh", "softmax"])
def test_dense_agrees_with_keras(rng, activation):
    X, W, b = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    theirs = keras_layer(W, b, activation)(X.astype(np.float32))
    np.testing.assert_allclose(nn.dense(X, W, b, activation), np.asarray(theirs), atol=1e-5)


def test_dense_has_no_activation_unless_asked(rng):
    X, W, b = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    np.testing.assert_array_equal(nn.dense(X, W, b), X @ W + b)


@pytest.mark.parametrize("activation", ["swish", "ReLU", "", "none"])
def test_dense_refuses_an_unknown_activation_and_says_what_is_known(activation):
    with pytest.raises(ValueError, match=f"'{activation}'.*relu.*softmax"):
        nn.dense(np.ones((1, 2)), np.ones((2, 2)), np.ones(2), activation)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softmax"])
def test_dense_is_finite_for_large_sums(activation):
    X = np.array([[1000.0, -1000.0], [-1000.0, -999.0]])
    assert np.all(np.isfinite(nn.dense(X, np.eye(2), np.zeros(2), activation)))


@pytest.mark.parametrize(
    "activations", [(None,), ("relu", "softmax"), ("tanh", "relu", None), ("relu", "sigmoid")]
)
def test_mlp_forward_agrees_with_a_keras_model(rng, activations):
    sizes = rng.integers(2, 6, len(activations) + 1)
    layers = [
        (rng.normal(size=(inputs, units)), rng.normal(size=units), activation)
        for inputs, units, activation in zip(sizes[:-1], sizes[1:], activations, strict=True)
    ]
    X = rng.normal(size=(5, sizes[0]))
    model = keras.Sequential([keras_layer(*layer) for layer in layers])
    before = X.copy()
    np.testing.assert_allclose(nn.mlp_forward(X, layers), np.asarray(model(X.astype(np.float32))), atol=1e-5)
    np.testing.assert_array_equal(X, before)


@given(Z=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=numbers))
def test_dead_fraction_counts_units_that_relu_silences(Z):
    dead = sum(1 for unit in Z.T if max(unit) <= 0)
    assert nn.dead_fraction(Z) == pytest.approx(dead / Z.shape[1])


def test_a_dead_unit_gets_no_gradient(rng):
    Z = tf.Variable(np.minimum(rng.normal(size=(8, 5)), [0.0, 9.0, 0.0, 9.0, 9.0]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.nn.relu(Z) ** 2 + tf.nn.relu(Z))
    silent = np.all(tape.gradient(loss, Z).numpy() == 0, axis=0)
    assert nn.dead_fraction(Z.numpy()) == silent.mean() == 0.4


@settings(max_examples=20)
@given(sizes=st.tuples(*[st.integers(1, 5)] * 3), seed=st.integers(0, 2**32 - 1))
def test_forward_propagation_is_dense_with_relu(sizes, seed):
    n, inputs, units = sizes
    rng = np.random.default_rng(seed)
    X, W, b = rng.normal(size=(n, inputs)), rng.normal(size=(inputs, units)), rng.normal(size=units)
    answer = nn.forward_propagation(*(tf.constant(a, tf.float32) for a in (X, W, b)))
    assert tf.is_tensor(answer)
    assert answer.dtype == tf.float32
    np.testing.assert_allclose(answer.numpy(), nn.dense(X, W, b, "relu"), atol=1e-5)


@pytest.mark.parametrize("inputs", [1, 2, 7])
def test_smallest_flip_is_where_an_optimiser_ends(inputs, rng):
    for _ in range(5):
        x, w = rng.normal(size=(2, inputs))
        b = float(rng.normal())
        boundary = {"type": "eq", "fun": lambda new, w=w, b=b: new @ w + b}
        found = scipy.optimize.minimize(lambda new, x=x: np.sum((new - x) ** 2), x, constraints=[boundary])
        np.testing.assert_allclose(nn.smallest_flip(x, w, b), found.x, atol=1e-5)


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=9, unique_by=lambda p: p[0]
    )
)
def test_piecewise_network_is_numpys_interpolation(points):
    knots, values = np.array(sorted(points), float).T
    W1, b1, W2, b2 = nn.piecewise_network(knots, values)
    assert [part.shape for part in (W1, b1, W2, b2)] == [(1, len(b1)), (len(b1),), (len(b1), 1), (1,)]
    assert len(b1) <= len(knots)
    x = np.linspace(knots[0], knots[-1], 101)
    y = nn.mlp_forward(x[:, None], [(W1, b1, "relu"), (W2, b2, None)])[:, 0]
    np.testing.assert_allclose(y, np.interp(x, knots, values), atol=1e-9)


def test_wake_units_makes_every_unit_decide_and_leaves_the_others(rng):
    X, W = rng.uniform(0.5, 2, (20, 3)), rng.normal(size=(3, 40))
    W[:, 0] = 0
    b = rng.normal(0, 4, 40)
    before, after = (X @ W + biases > 0 for biases in (b, nn.wake_units(X, W, b)))
    fine = before.any(axis=0) & ~before.all(axis=0)
    assert 5 < fine.sum() < 35
    assert (after.any(axis=0) & ~after.all(axis=0))[1:].all()
    unchanged = nn.wake_units(X, W, b) == b
    np.testing.assert_array_equal(unchanged, fine | (np.arange(40) == 0))


def test_classify_answers_as_keras(rng):
    sizes = (5, 8, 8, 4)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            *(keras.layers.Dense(n, "relu", bias_initializer="random_normal") for n in sizes[1:-1]),
            keras.layers.Dense(4, bias_initializer=keras.initializers.Constant(-3.0)),
        ]
    )
    X = rng.normal(size=(50, 5)).astype("float32")
    theirs = np.asarray(model(X)).argmax(axis=1)
    assert len(set(theirs.tolist())) > 1
    np.testing.assert_array_equal(nn.classify(X, [layer.get_weights() for layer in model.layers]), theirs)
