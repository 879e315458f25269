"""The reference answers of lesson 3a against Keras, GradientTape, SciPy and the laws they must obey."""

import warnings

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from grader.exercises import all_exercises
from grader.references import backpropagation

shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=4)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def arrays(count, elements=None, shape=shapes):
    """Lists of arrays of one shape."""
    elements = elements if elements is not None else st.floats(-100, 100)
    return shape.flatmap(lambda s: st.tuples(*[hnp.arrays(np.float64, s, elements=elements)] * count))


def gradient_of(loss, *variables):
    variables = [tf.Variable(np.asarray(v)) for v in variables]
    with tf.GradientTape() as tape:
        value = loss(*variables)
    return [g.numpy() for g in tape.gradient(value, variables)]


def test_gradient_descent_keeps_its_path_and_finds_the_minimum():
    A, b, start = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -1.0]), np.array([3.0, 4.0])
    path = backpropagation.gradient_descent(lambda theta: A @ theta - b, start, 0.3, 200)
    assert path.shape == (201, 2)
    np.testing.assert_array_equal(path[0], [3, 4])
    np.testing.assert_array_equal(start, [3, 4])
    np.testing.assert_allclose(path[-1], np.linalg.solve(A, b), atol=1e-9)


def test_no_step_leaves_the_start():
    np.testing.assert_array_equal(backpropagation.gradient_descent(np.cos, np.array([3.0]), 0.1, 0), [[3.0]])


@pytest.mark.parametrize(("rate", "converges"), [(1.99 / 4, True), (2.01 / 4, False)])
def test_gradient_descent_diverges_beyond_two_over_the_curvature(rate, converges):
    path = backpropagation.gradient_descent(
        lambda theta: np.array([1.0, 4.0]) * theta, np.ones(2), rate, 1000
    )
    assert (np.linalg.norm(path[-1]) < 1e-3) == converges


@given(theta=hnp.arrays(np.float64, shapes, elements=st.floats(-3, 3)))
def test_numerical_gradient_is_the_derivative_and_leaves_theta(theta):
    before = theta.copy()
    gradient = backpropagation.numerical_gradient(lambda t: float(np.sum(np.sin(t) + t**3)), theta)
    assert gradient.shape == theta.shape
    np.testing.assert_allclose(gradient, np.cos(theta) + 3 * theta**2, atol=1e-6)
    np.testing.assert_array_equal(theta, before)


def test_numerical_gradient_with_a_wide_h_is_the_central_difference():
    """Of a cube: 3θ² + h²."""
    gradient = backpropagation.numerical_gradient(lambda t: float(np.sum(t**3)), np.array([1.0, 2.0]), h=0.5)
    np.testing.assert_allclose(gradient, [3.25, 12.25])


@given(arrays(2))
def test_mse_is_scipys_mean_of_squares(pair):
    y, y_hat = pair
    assert backpropagation.mse(y, y_hat) == pytest.approx(
        scipy.linalg.norm(np.ravel(y - y_hat)) ** 2 / y.size
    )


@pytest.mark.parametrize("shape", [(1,), (5,), (4, 1), (3, 2), (2, 3, 2)])
def test_mse_and_its_gradient_are_kerass(rng, shape):
    y, y_hat = rng.normal(size=(2, *shape))
    theirs = np.mean(keras.losses.mean_squared_error(y, y_hat))
    assert backpropagation.mse(y, y_hat) == pytest.approx(float(theirs), rel=1e-6)
    (gradient,) = gradient_of(lambda p: tf.reduce_mean((y - p) ** 2), y_hat)
    np.testing.assert_allclose(backpropagation.mse_gradient(y, y_hat), gradient, atol=1e-12)


@given(arrays(2))
def test_no_other_prediction_has_a_smaller_error_than_the_truth(pair):
    y, y_hat = pair
    assert backpropagation.mse(y, y_hat) >= backpropagation.mse(y, y) == 0
    assert not np.any(backpropagation.mse_gradient(y, y))


@pytest.mark.parametrize("shape", [(6,), (4, 1), (3, 2)])
def test_binary_cross_entropy_is_kerass_and_scipys(rng, shape):
    y, p = rng.integers(0, 2, shape).astype(float), rng.uniform(0.01, 0.99, shape)
    ours = backpropagation.binary_cross_entropy(y, p)
    theirs = keras.losses.BinaryCrossentropy()(y.reshape(-1, 1), p.reshape(-1, 1))
    assert ours == pytest.approx(float(theirs), rel=1e-5)
    terms = scipy.special.xlogy(y, p) + scipy.special.xlog1py(1 - y, -p)
    assert ours == pytest.approx(-terms.mean(), rel=1e-12)


@pytest.mark.parametrize(("y", "p", "loss"), [(1, 0, 16.118), (0, 1, 16.118), (1, 1, 1e-7), (0, 0, 1e-7)])
def test_binary_cross_entropy_is_finite_at_the_ends(y, p, loss):
    ours = backpropagation.binary_cross_entropy(np.array([float(y)]), np.array([float(p)]))
    assert ours == pytest.approx(loss, rel=1e-4)


def test_in_float32_keras_clips_a_little_earlier_at_one():
    """The reason why no case of the exercise has a 1 that is wrong: float32 has no 1 − 1e-7."""
    theirs = float(keras.losses.binary_crossentropy(np.zeros(1, "float32"), np.ones(1, "float32")))
    assert theirs == pytest.approx(15.94, abs=0.01)
    assert theirs < backpropagation.binary_cross_entropy(np.zeros(1), np.ones(1)) - 0.1


@pytest.mark.parametrize(("n", "k"), [(1, 2), (4, 3), (7, 10)])
def test_categorical_cross_entropy_is_kerass(rng, n, k):
    p = scipy.special.softmax(rng.normal(size=(n, k)), axis=1)
    labels = rng.integers(0, k, n)
    y = np.eye(k)[labels]
    ours = backpropagation.categorical_cross_entropy(y, p)
    assert ours == pytest.approx(float(keras.losses.CategoricalCrossentropy()(y, p)), rel=1e-5)
    assert ours == pytest.approx(-np.mean(np.log(p[np.arange(n), labels])), rel=1e-9)


def test_with_two_classes_the_categorical_loss_is_the_binary_one(rng):
    p = rng.uniform(0.01, 0.99, 9)
    y = rng.integers(0, 2, 9).astype(float)
    pairs = np.column_stack([1 - y, y]), np.column_stack([1 - p, p])
    assert backpropagation.categorical_cross_entropy(*pairs) == pytest.approx(
        backpropagation.binary_cross_entropy(y, p)
    )


@pytest.mark.parametrize("scale", [1, 30, 1e4])
def test_sparse_cross_entropy_from_logits_is_kerass_and_scipys(rng, scale):
    labels, logits = rng.integers(0, 5, 8), rng.uniform(-scale, scale, (8, 5))
    ours = backpropagation.sparse_cross_entropy_from_logits(labels, logits)
    theirs = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    assert ours == pytest.approx(float(theirs), rel=1e-5, abs=1e-6)
    log_softmax = scipy.special.log_softmax(logits, axis=1)
    assert ours == pytest.approx(-log_softmax[np.arange(8), labels].mean(), rel=1e-12, abs=1e-12)


@given(
    logits=hnp.arrays(
        np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-1e4, 1e4)
    ),
    data=st.data(),
)
def test_softmax_cross_entropy_gradient_is_that_of_the_loss(logits, data):
    n, k = logits.shape
    labels = np.array(data.draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    before = logits.copy()
    gradient = backpropagation.softmax_cross_entropy_gradient(labels, logits)  # a warning is an error here
    (theirs,) = gradient_of(
        lambda z: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)), logits
    )
    np.testing.assert_allclose(gradient, theirs, atol=1e-12)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_array_equal(logits, before)


def network(rng, n=6, inputs=4, units=5, classes=3):
    X, labels = rng.normal(size=(n, inputs)), rng.integers(0, classes, n)
    W1, b1 = rng.normal(size=(inputs, units)), rng.normal(size=units)
    W2, b2 = rng.normal(size=(units, classes)), rng.normal(size=classes)
    return X, labels, W1, b1, W2, b2


def test_backpropagate_is_gradient_tapes(rng):
    X, labels, *weights = network(rng)
    loss, *ours = backpropagation.backpropagate(X, labels, *weights)

    def mean_loss(W1, b1, W2, b2):
        logits = tf.nn.relu(X @ W1 + b1) @ W2 + b2
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))

    assert loss == pytest.approx(float(mean_loss(*weights)), rel=1e-12)
    for one, other in zip(ours, gradient_of(mean_loss, *weights), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_backpropagate_agrees_with_finite_differences(rng):
    X, labels, *weights = network(rng)
    sizes = np.cumsum([w.size for w in weights])[:-1]

    def loss(flat):
        parts = [p.reshape(w.shape) for p, w in zip(np.split(flat, sizes), weights, strict=True)]
        return backpropagation.backpropagate(X, labels, *parts)[0]

    flat = np.concatenate([w.ravel() for w in weights])
    _, *ours = backpropagation.backpropagate(X, labels, *weights)
    numerical = scipy.optimize.approx_fprime(flat, loss, 1e-7)
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in ours]), numerical, atol=1e-5)


def test_backpropagate_closes_relu_at_zero():
    X, out = np.array([[1.0]]), np.array([[1.0, -1.0]])
    _, dW1, db1, *_ = backpropagation.backpropagate(
        X, np.array([0]), np.zeros((1, 1)), np.zeros(1), out, np.zeros(2)
    )
    assert not dW1.any()
    assert not db1.any()


@given(arrays(2, st.floats(0, 10)))
def test_sgd_step_is_kerass_and_changes_no_argument(pair):
    theta, grad = pair
    before = theta.copy(), grad.copy()
    variable = keras.Variable(theta, dtype="float64")
    keras.optimizers.SGD(0.1).apply([grad], [variable])
    np.testing.assert_allclose(backpropagation.sgd_step(theta, grad, 0.1), variable.numpy(), atol=1e-6)
    for array, old in zip(pair, before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_a_tape_is_derived_as_tensorflow_derives_it(rng):
    for _ in range(20):
        tape = [("input", 0), ("input", 1), ("input", 2)]
        for _ in range(15):
            kind = str(rng.choice(["add", "multiply", "relu", "exp"]))
            a, b = (int(place) for place in rng.integers(0, len(tape), 2))
            tape += [(kind, a, b)] if kind in ("add", "multiply") else [("multiply", a, 0), (kind, len(tape))]
        inputs = rng.uniform(-0.8, 0.8, 3).tolist()
        variables = [tf.Variable(x, dtype="float64") for x in inputs]
        with tf.GradientTape() as theirs:
            numbers = []
            for kind, *at in tape:
                if kind == "input":
                    numbers.append(tf.identity(variables[at[0]]))
                else:
                    do = {"add": tf.add, "multiply": tf.multiply, "relu": tf.nn.relu, "exp": tf.exp}[kind]
                    numbers.append(do(*(numbers[place] for place in at)))
        expected = theirs.gradient(numbers[-1], variables, unconnected_gradients="zero")
        np.testing.assert_allclose(backpropagation.backward_pass(tape, inputs), expected, rtol=1e-9)


def test_a_logarithm_on_the_tape():
    tape = [("input", 0), ("log", 0), ("multiply", 1, 1)]
    assert backpropagation.backward_pass(tape, [2.0]) == pytest.approx([np.log(2.0)])


@pytest.mark.parametrize("places", [[], [0], [1, 3]])
def test_planted_wrong_entries_are_found(places, rng):
    theta = rng.uniform(0.5, 2, 4)
    shares = np.ones(4)
    shares[places] = 1.02

    def f(x):
        return float(np.sum(np.exp(x) * [1e-6, 1, 1e3, 1e6]))

    def g(x):
        return np.exp(x) * [1e-6, 1, 1e3, 1e6] * shares

    found = backpropagation.wrong_gradient_entries(f, g, theta)
    assert [i for i in found if i] == [i for i in places if i]  # beside 1e6 the first drowns in rounding


@given(
    y=hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-50, 50)),
    under=st.floats(0.1, 10),
    over=st.floats(0.1, 10),
)
def test_no_value_costs_less_than_the_best_constant(y, under, over):
    def cost(c):
        return np.mean(under * np.maximum(y - c, 0) + over * np.maximum(c - y, 0))

    best = cost(backpropagation.best_constant(y, under, over))
    assert best <= min(map(cost, y)) * (1 + 1e-9) + 1e-12


def test_the_rate_is_two_over_the_largest_eigenvalue(rng):
    for d in (1, 2, 5):
        half = rng.normal(size=(d, d))
        A = half @ half.T + 0.1 * np.eye(d)
        expected = 2 / scipy.linalg.eigvalsh(A).max()
        found = backpropagation.largest_stable_rate(lambda theta, A=A: A @ theta - 1, rng.normal(size=d))
        assert found == pytest.approx(expected, rel=0.01)


def digit_like(rng):
    X, labels = rng.normal(size=(40, 5)), rng.integers(0, 3, 40)
    W1, b1, W2, b2 = (rng.normal(0, 0.5, shape) for shape in ((5, 8), 8, (8, 3), 3))
    return X, labels, W1, b1, W2, b2


def test_a_step_is_that_of_backpropagate_and_sgd_step(rng):
    X, labels, *weights = digit_like(rng)
    _, *gradients = backpropagation.backpropagate(X, labels, *weights)
    expected = [backpropagation.sgd_step(w, g, 0.3) for w, g in zip(weights, gradients, strict=True)]
    found = backpropagation.training_step(X, labels, *weights, 0.3)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


def test_with_the_fault_in_W2_alone_training_gets_as_far(rng):
    """What lesson 3a says of `training_step`: often the loss doesn't show this fault."""
    exercise = all_exercises()["training_step"]
    (fault,) = [fault for fault in exercise.faults if fault.name == "new_weights"]
    X, labels, *start = digit_like(rng)
    losses = []
    for step in (exercise.reference, exercise.with_faults([fault])):
        weights = start
        for _ in range(300):
            weights = step(X, labels, *weights, 0.3)
        losses.append(backpropagation.backpropagate(X, labels, *weights)[0])
    assert losses[1] < 1.2 * losses[0] < 0.5
