"""The reference answers of lesson 5b against Keras, this course's own library and arithmetic by hand."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from dlcourse import models, tasks
from grader.references import architecture

TASKS = {"binary": 2, "multiclass": 7, "multilabel": 4, "regression": None}


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize(("task", "k"), TASKS.items())
def test_output_head_is_the_librarys(task, k):
    assert architecture.output_head(task, k) == tasks.head(task, k)[:3]


def test_output_head_knows_no_other_task():
    with pytest.raises(ValueError, match="ranking"):
        architecture.output_head("ranking", 3)


TARGETS = {
    "binary": np.array([0, 1, 1, 0]),
    "multiclass": np.array([2, 0, 5, 5]),
    "multilabel": np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1]]),
    "regression": np.array([0.5, -1.0, 2.25, 1.0]),
}


@pytest.mark.parametrize("task", TARGETS)
@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_head_for_is_the_head_of_the_task(task, kind):
    y = TARGETS[task].astype(kind) if task != "regression" else TARGETS[task]
    k = {"multiclass": 6, "multilabel": 3}.get(task)
    assert architecture.head_for(y) == tasks.head(task, k)[:3]


@pytest.mark.parametrize(
    "y", [*TARGETS.values(), np.eye(3)[[0, 2, 1, 0]], np.ones((4, 2)) / 3, np.ones((4, 1))]
)
def test_keras_trains_with_head_for(y, rng):
    units, activation, loss = architecture.head_for(y)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation)])
    model.compile("sgd", loss)
    x = rng.normal(size=(4, 3))
    before = model.evaluate(x, y, verbose=0)
    history = model.fit(x, y, epochs=20, verbose=0).history["loss"]
    assert history[-1] < before


@settings(deadline=None, max_examples=60)
@given(
    size=st.integers(1, 60),
    kernel=st.integers(1, 9),
    stride=st.integers(1, 5),
    padding=st.sampled_from(["valid", "same"]),
)
def test_convolution_output_size_is_kerass(size, kernel, stride, padding):
    kernel = min(size, kernel)
    layer = keras.layers.Conv1D(1, kernel, stride, padding)
    _, theirs, _ = layer.compute_output_shape((None, size, 1))
    assert architecture.convolution_output_size(size, kernel, stride, padding) == theirs


@pytest.mark.parametrize(
    ("inputs", "depth", "classes", "budget"), [(64, 1, 10, 4000), (64, 3, 10, 4000), (5, 6, 2, 999)]
)
def test_fair_width_is_the_widest_that_keras_counts_within_the_budget(inputs, depth, classes, budget):
    width = architecture.fair_width(inputs, depth, classes, budget)
    costs = [
        models.mlp((inputs,), "multiclass", classes, hidden=[units] * depth).count_params()
        for units in (width, width + 1)
    ]
    assert costs[0] <= budget < costs[1]


def test_fair_width_is_nothing_where_one_unit_is_too_many():
    assert architecture.fair_width(4, 1, 3, 10) == 0
    assert architecture.fair_width(4, 1, 3, 11) == 1


def test_he_normal_has_the_mean_and_variance_of_kerass():
    ours = architecture.he_normal(400, 300, seed=1)
    theirs = np.asarray(keras.initializers.HeNormal(seed=1)((400, 300)))
    assert ours.shape == theirs.shape
    assert math.isclose(ours.var(), theirs.var(), rel_tol=0.03)
    assert abs(ours.mean()) < 1e-3
    assert np.array_equal(ours, architecture.he_normal(400, 300, seed=1))
    assert not np.array_equal(ours, architecture.he_normal(400, 300, seed=2))


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_dropout_is_kerass(rate, rng):
    x = rng.normal(size=(20, 30)) + 5  # nothing is 0 before
    theirs = np.asarray(keras.layers.Dropout(rate, seed=1)(x, training=True))
    np.testing.assert_allclose(architecture.dropout(x, rate, theirs != 0), theirs, rtol=1e-5)


def test_dropout_keeps_the_mean(rng):
    masks = rng.random((20_000, 3)) >= 0.4
    x = np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(architecture.dropout(x, 0.4, masks).mean(axis=0), x, rtol=0.05)


def test_l2_penalty_is_kerass(rng):
    weights = [rng.normal(size=shape) for shape in ((3, 4), (4,), (2, 2, 2))]
    theirs = sum(float(keras.regularizers.L2(0.03)(w)) for w in weights)
    assert math.isclose(architecture.l2_penalty(weights, 0.03), theirs, rel_tol=1e-5)
    assert architecture.l2_penalty([], 0.03) == 0


def normalisation(gamma, beta, epsilon=1e-3):
    """Keras's layer with these weights, before any training."""
    layer = keras.layers.BatchNormalization(epsilon=epsilon)
    layer.build((None, len(gamma)))
    layer.set_weights([gamma, beta, np.zeros_like(gamma), np.ones_like(gamma)])
    return layer


@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_batch_norm_is_kerass(epsilon, rng):
    x, gamma, beta = rng.normal(3, 2, (16, 5)), rng.normal(1, 0.3, 5), rng.normal(size=5)
    theirs = normalisation(gamma, beta, epsilon)(x, training=True)
    np.testing.assert_allclose(architecture.batch_norm(x, gamma, beta, epsilon), theirs, rtol=1e-3, atol=1e-5)


def test_batch_norm_of_one_row_is_beta():
    beta = np.array([0.5, -2.0])
    np.testing.assert_allclose(architecture.batch_norm(np.array([[3.0, 4.0]]), np.ones(2), beta), [beta])


def test_batch_norm_layer_is_kerass_through_a_training(rng):
    gamma, beta = rng.normal(1, 0.3, 3), rng.normal(size=3)
    layer = normalisation(gamma, beta)
    state = {"gamma": gamma, "beta": beta, "moving_mean": np.zeros(3), "moving_variance": np.ones(3)}
    for _ in range(30):
        x = rng.normal(4, 3, (8, 3))
        y, state = architecture.batch_norm_layer(x, state, True)
        np.testing.assert_allclose(y, layer(x, training=True), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(state["moving_mean"], layer.moving_mean, rtol=1e-4)
    np.testing.assert_allclose(state["moving_variance"], layer.moving_variance, rtol=1e-4)
    y, after = architecture.batch_norm_layer(x[:1], state, False)
    np.testing.assert_allclose(y, layer(x[:1], training=False), rtol=1e-3, atol=1e-4)
    assert all(np.array_equal(after[name], state[name]) for name in state)


def test_fold_batch_norm_does_what_kerass_two_layers_do(rng):
    dense, norm = keras.layers.Dense(4), keras.layers.BatchNormalization(epsilon=0.01)
    model = keras.Sequential([keras.Input((3,)), dense, norm])
    model.set_weights([np.abs(rng.normal(1, 0.5, weight.shape)) for weight in model.get_weights()])
    kernel, bias, gamma, beta, mean, variance = model.get_weights()
    kernel, bias = architecture.fold_batch_norm(kernel, bias, gamma, beta, mean, variance, 0.01)
    x = rng.normal(size=(6, 3))
    np.testing.assert_allclose(x @ kernel + bias, model(x, training=False), rtol=1e-4, atol=1e-5)


def test_build_mlp_is_the_librarys():
    ours = architecture.build_mlp(20, [32, 16], 5, 0.3, 1e-3)
    theirs = models.mlp((20,), "multiclass", 5, hidden=(32, 16), dropout=0.3, l2=1e-3)
    assert [type(layer) for layer in ours.layers] == [type(layer) for layer in theirs.layers]
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    kernels = [layer.get_weights()[0] for layer in (ours.layers[0], ours.layers[2])]
    penalty = sum(float(loss) for loss in ours.losses)
    assert math.isclose(penalty, architecture.l2_penalty(kernels, 1e-3), rel_tol=1e-4)


def test_build_cnn_is_the_librarys():
    ours, theirs = architecture.build_cnn(30, 24, 3, 6), models.cnn((30, 24, 3), "multiclass", 6)
    theirs.set_weights(ours.get_weights())
    assert [type(layer) for layer in ours.layers] == [type(layer) for layer in theirs.layers]
    x = np.random.default_rng(0).normal(size=(2, 30, 24, 3))
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-6)


def test_frugal_network_costs_what_its_comments_say():
    x, y = np.zeros((20, 12, 12), "float32"), np.arange(20) % 10
    model = architecture.frugal_network(x, y)
    kernels = [w for w in model.get_weights() if w.ndim > 1]
    places = [math.prod(layer.output.shape[1:-1]) for layer in model.layers if layer.weights]
    work = [place * kernel.size for place, kernel in zip(places, kernels, strict=True)]
    assert work == [144 * 72, 36 * 1152, 160]
    assert sum(work) == 52_000
    assert model.count_params() == 1_418
