"""The reference answers of lesson 3b against Keras, TensorFlow and the laws they must obey."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from dlcourse import datasets
from grader.references import optimization

STEPS = 20
shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def arrays(count, elements=None, shape=shapes):
    """Lists of arrays of one shape."""
    elements = elements if elements is not None else st.floats(-100, 100)
    return shape.flatmap(lambda s: st.tuples(*[hnp.arrays(np.float64, s, elements=elements)] * count))


@given(n=st.integers(1, 200), batch_size=st.integers(1, 250), seed=st.integers(0, 2**32))
def test_minibatches_hold_each_sample_once(n, batch_size, seed):
    batches = optimization.minibatches(n, batch_size, seed)
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert 1 <= len(batches[-1]) <= batch_size
    assert np.concatenate(batches).tolist() == np.random.default_rng(seed).permutation(n).tolist()


def steps_of(optimizer, step, state, rng, scale=1.0):
    """Twenty steps of a Keras optimizer and of ours, with the same gradients: the largest difference."""
    theta = rng.normal(size=(3, 2)).astype("float32")
    variable = keras.Variable(theta)
    worst = 0.0
    for t in range(1, STEPS + 1):
        grad = (scale * rng.normal(size=theta.shape)).astype("float32")
        optimizer.apply([tf.constant(grad)], [variable])
        theta, *state = step(theta, grad, *state, t)
        worst = max(worst, np.abs(theta - variable.numpy()).max())
    return worst


def test_momentum_step_is_kerass(rng):
    def ours(theta, grad, velocity, t):
        return optimization.momentum_step(theta, grad, velocity, 0.1, 0.9)

    assert steps_of(keras.optimizers.SGD(0.1, momentum=0.9), ours, [np.zeros((3, 2))], rng) < 1e-5


@pytest.mark.parametrize("epsilon", [1e-7, 0.1])
def test_rmsprop_step_is_kerass(rng, epsilon):
    def ours(theta, grad, v, t):
        return optimization.rmsprop_step(theta, grad, v, 0.01, 0.9, epsilon)

    optimizer = keras.optimizers.RMSprop(0.01, rho=0.9, epsilon=epsilon)
    assert steps_of(optimizer, ours, [np.zeros((3, 2))], rng) < 1e-5


def adam(epsilon):
    def ours(theta, grad, m, v, t):
        return optimization.adam_step(theta, grad, m, v, t, 0.01, 0.9, 0.999, epsilon)

    return ours


def test_adam_step_is_kerass_where_epsilon_is_negligible(rng):
    zeros = [np.zeros((3, 2)), np.zeros((3, 2))]
    assert steps_of(keras.optimizers.Adam(0.01), adam(1e-7), zeros, rng) < 1e-5


def test_adam_step_is_kerass_with_an_epsilon_that_keras_would_have(rng):
    """Keras adds ε to the uncorrected root, the paper to the corrected one: a factor of √(1 − β₂ᵗ)."""

    def ours(theta, grad, m, v, t):
        return adam(1e-3 / np.sqrt(1 - 0.999**t))(theta, grad, m, v, t)

    zeros = [np.zeros((3, 2)), np.zeros((3, 2))]
    assert steps_of(keras.optimizers.Adam(0.01, epsilon=1e-3), ours, zeros, rng) < 1e-5
    differs = steps_of(keras.optimizers.Adam(0.01, epsilon=1e-3), adam(1e-3), zeros, rng, scale=1e-3)
    assert differs > 1e-3


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(rng):
    grad = rng.normal(size=5) * [1e-3, 1, 10, 100, 1e4]
    theta, *_ = optimization.adam_step(np.zeros(5), grad, np.zeros(5), np.zeros(5), 1, 0.1, 0.9, 0.999, 1e-12)
    np.testing.assert_allclose(theta, -0.1 * np.sign(grad), rtol=1e-6)


@given(arrays(4, st.floats(0, 10)))
def test_steps_change_no_argument_and_keep_the_shape(given_arrays):
    theta, grad, m, v = given_arrays
    before = [array.copy() for array in given_arrays]
    answers = (
        optimization.momentum_step(theta, grad, m, 0.1, 0.9),
        optimization.rmsprop_step(theta, grad, v, 0.1, 0.9, 1e-7),
        optimization.adam_step(theta, grad, m, v, 3, 0.1, 0.9, 0.999, 1e-7),
    )
    assert [len(answer) for answer in answers] == [2, 2, 3]
    assert all(np.shape(part) == theta.shape for answer in answers for part in answer)
    for array, old in zip(given_arrays, before, strict=True):
        np.testing.assert_array_equal(array, old)


@given(
    grads=st.lists(hnp.arrays(np.float64, shapes, elements=st.floats(-100, 100)), min_size=1, max_size=4),
    max_norm=st.floats(0.01, 200),
)
def test_clip_by_global_norm_is_tensorflows(grads, max_norm):
    ours = optimization.clip_by_global_norm(grads, max_norm)
    theirs, norm = tf.clip_by_global_norm([tf.constant(g) for g in grads], max_norm)
    for one, other, before in zip(ours, theirs, grads, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=1e-9)
        if norm <= max_norm:
            np.testing.assert_array_equal(one, before)


@pytest.mark.parametrize("total", [1, 10, 1000])
def test_cosine_decay_is_kerass(total):
    schedule = keras.optimizers.schedules.CosineDecay(0.3, total)
    for step in (0, 1, total // 3, total // 2, total, total + 1, 3 * total):
        assert optimization.cosine_decay(step, total, 0.3) == pytest.approx(float(schedule(step)), abs=1e-7)


def test_cosine_decay_falls_all_the_way():
    rates = [optimization.cosine_decay(step, 50, 0.1) for step in range(60)]
    assert rates[0] == 0.1
    assert rates[50:] == [0.0] * 10
    assert rates == sorted(rates, reverse=True)


def test_train_network_learns_digits_from_scratch():
    data = datasets.load("digits")
    x, y = data.features.reshape(-1, 64) / 16, data.target
    W1, b1, W2, b2 = optimization.train_network(x[:1000], y[:1000], 16, 20, 0.1, seed=0)
    assert (W1.shape, b1.shape, W2.shape, b2.shape) == ((64, 16), (16,), (16, 10), (10,))
    right = np.mean(np.argmax(np.maximum(x[1000:] @ W1 + b1, 0) @ W2 + b2, axis=1) == y[1000:])
    assert right > 0.85
    again = optimization.train_network(x[:1000], y[:1000], 16, 20, 0.1, seed=0)
    np.testing.assert_array_equal(W1, again[0])


@pytest.mark.parametrize("ratio", [10, 100, 2000])
def test_no_pair_of_a_grid_settles_much_sooner(rng, ratio):
    curvatures = 0.3 * np.array([1.0, ratio, *rng.uniform(1, ratio, 4)])
    ours = settling(curvatures, *optimization.tune_momentum(curvatures))
    momenta = np.linspace(0, 0.99, 34)
    rates = np.geomspace(0.3, 4, 20) / curvatures.max()
    best = min(settling(curvatures, rate, momentum, most=ours) for rate in rates for momentum in momenta)
    assert ours <= 1.5 * best


def settling(curvatures, rate, momentum, most=5000):
    """Steps of `momentum_step` until theta is a millionth as long."""
    theta, velocity = np.ones_like(curvatures), np.zeros_like(curvatures)
    for step in range(1, most + 1):
        theta, velocity = optimization.momentum_step(theta, curvatures * theta, velocity, rate, momentum)
        length = np.linalg.norm(theta) / np.sqrt(len(theta))
        if length <= 1e-6:
            return step
        if length > 1e6:
            break
    return most + 1


@pytest.mark.parametrize(
    ("f", "gain"),
    [
        (lambda z: np.maximum(z, 0), 2.0),
        (lambda z: z, 1.0),
        (np.abs, 1.0),
        (lambda z: np.where(z > 0, z, 0.3 * z), 2 / 1.09),
    ],
)
def test_scales_are_those_that_theory_gives_where_it_has_a_formula(f, gain):
    scales = optimization.signal_preserving_scales(f, [100, 400, 300])
    np.testing.assert_allclose(scales, np.sqrt(gain / np.array([100, 400])), rtol=0.02)


def test_a_batch_of_the_size_has_the_error_when_it_is_drawn(rng):
    gradients = rng.normal([1.0, -0.5, 0.2], 2.0, (200, 3))
    mean = gradients.mean(axis=0)
    for error in (0.2, 0.5):
        batch = optimization.batch_size_for(gradients, error)
        draws = gradients[rng.integers(0, 200, (4000, batch))].mean(axis=1)
        found = np.sqrt(np.mean(np.sum((draws - mean) ** 2, axis=1))) / np.linalg.norm(mean)
        assert found == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize(("curvature", "noise"), [(0.1, 0.02), (2.0, 0.3), (30.0, 1.0)])
def test_an_optimiser_finds_no_better_plan(curvature, noise):
    from scipy.optimize import minimize

    def end(shares):
        spread = 1.0
        for rate in shares / curvature:
            spread = (1 - rate * curvature) ** 2 * spread + (rate * noise) ** 2
        return np.log(spread)

    plan = curvature * optimization.rate_plan(curvature, noise, 8)
    found = minimize(end, np.full(8, 0.3), bounds=[(0, 2)] * 8)
    assert end(plan) <= found.fun + 1e-9


def test_the_path_is_that_of_torch(rng):
    torch = pytest.importorskip("torch")
    A = np.diag([1.0, 3.0])
    start = rng.normal(size=2)
    theta = torch.tensor(start, requires_grad=True)
    adam = torch.optim.Adam([theta], lr=0.05, eps=0.1)
    theirs = [start]
    for _ in range(10):
        adam.zero_grad()
        (0.5 * theta @ torch.tensor(A) @ theta).backward()
        adam.step()
        theirs.append(theta.detach().numpy().copy())
    ours = optimization.adam_path(lambda x: A @ x, start, 0.05, 0.1, 10)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
