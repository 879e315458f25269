"""Networks that train at once, against Keras's, one after the other."""

import keras
import numpy as np
import pytest

from dlcourse import runs

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 70, 6)).astype("float32")
CLASSES = np.eye(3, dtype="float32")[RNG.integers(0, 3, (5, 70))]
YES = (X.sum(axis=2, keepdims=True) > 0).astype("float32")


def keras_model(weights, run, activation, output=None, l2=0):
    layers = [keras.Input((weights[0][0].shape[1],))]
    for i, (W, _) in enumerate(weights):
        function = output if i == len(weights) - 1 else activation
        regularizer = keras.regularizers.L2(l2) if l2 else None
        layers.append(keras.layers.Dense(W.shape[2], function, kernel_regularizer=regularizer))
    model = keras.Sequential(layers)
    model.set_weights(
        [part[run] if i == 0 else part[run, 0] for pair in weights for i, part in enumerate(pair)]
    )
    return model


def weights_of(weights, run):
    return [part[run] if i == 0 else part[run, 0] for pair in weights for i, part in enumerate(pair)]


@pytest.mark.parametrize("activation", [name for name in runs.CURVES if name])
def test_curves_and_their_slopes(activation):
    z = np.linspace(-4, 4, 80)
    curve, slope = runs.CURVES[activation]
    theirs = {
        "leaky_relu": keras.activations.leaky_relu,
        "gelu": lambda z: keras.activations.gelu(z, approximate=False),
    }
    function = theirs.get(activation) or getattr(keras.activations, activation)
    np.testing.assert_allclose(curve(z), np.asarray(function(z)), atol=1e-6)
    np.testing.assert_allclose(slope(z), (curve(z + 1e-6) - curve(z - 1e-6)) / 2e-6, atol=1e-4)


@pytest.mark.parametrize(
    ("optimizer", "activation", "y", "output", "l2"),
    [
        ("sgd", "tanh", CLASSES, None, 0),
        ("adam", "relu", CLASSES, None, 0),
        ("adam", "sigmoid", YES, None, 0),
        ("sgd", "gelu", CLASSES, "relu", 0),
        ("sgd", "tanh", CLASSES, None, 0.01),
    ],
)
def test_trains_like_keras_on_the_same_batches(optimizer, activation, y, output, l2):
    start = runs.fresh_weights([6, 5, 4, y.shape[2]])
    trained = runs.train(start, X, y, activation, optimizer, 0.01, 3, 32, output=output, l2=l2)
    losses = keras.losses.BinaryCrossentropy if y.shape[2] == 1 else keras.losses.CategoricalCrossentropy
    optimizers = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
    for run in (0, 3):
        model = keras_model(start, run, activation, output, l2)
        model.compile(optimizers[optimizer](0.01), losses(from_logits=True))
        rng = np.random.default_rng([run, 2])
        for _ in range(3):
            order = rng.permutation(70)
            for first in range(0, 70, 32):
                batch = order[first : first + 32]
                model.train_on_batch(X[run, batch], y[run, batch])
        for ours, theirs in zip(weights_of(trained, run), model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_weights_given_stay_as_they_are():
    start = runs.fresh_weights([6, 3])
    before = [part.copy() for pair in start for part in pair]
    seen = []
    trained = runs.train(
        start, X, CLASSES, None, epochs=2, use_bias=False, after_epoch=lambda w: seen.append(len(w))
    )
    assert all(np.array_equal(a, b) for a, b in zip(before, [p for pair in start for p in pair], strict=True))
    assert seen == [1, 1]
    assert not trained[0][1].any()
    assert np.abs(trained[0][0] - start[0][0]).max() > 0


def test_each_run_has_its_own_rate():
    start = runs.fresh_weights([6, 3])
    rates = np.array([0, 0.1, 0, 0.1, 0])[:, None]
    trained = runs.train(start, X, CLASSES, None, "sgd", rates, 1)
    moved = np.abs(trained[0][0] - start[0][0]).max(axis=(1, 2))
    assert list(moved > 0) == [False, True, False, True, False]


def test_initial_weights_are_keras_s():
    for he, theirs in ((False, keras.initializers.GlorotUniform(0)), (True, keras.initializers.HeUniform(0))):
        (W, b), _ = runs.fresh_weights([400, 300, 10], seeds=[0], he=he)
        expected = np.asarray(theirs((400, 300)))
        assert abs(W.std() / expected.std() - 1) < 0.01
        assert W.max() == pytest.approx(expected.max(), rel=1e-3)
        assert not b.any()


def test_a_single_unit_answers_by_its_sign():
    weights = [[np.ones((1, 1, 1), "float32"), np.zeros((1, 1, 1), "float32")]]
    x = np.array([[[-1.0], [2.0], [3.0]]])
    assert runs.share_right(weights, x, np.array([[[0.0], [1.0], [0.0]]]), None) == pytest.approx([2 / 3])
    assert runs.probabilities(np.array([[[0.0]]])) == 0.5
