"""Lesson 2: edges that the cases reach, mistakes that they tell apart, right answers that they accept."""

import math
import warnings
from functools import cache

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf

from grader.child import plaindata
from grader.child.calling import call
from grader.exercises import exercises_of
from grader.judging.comparison import compare
from solutions import neural_networks as reference

EXERCISES = exercises_of("02_neural_networks")
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
SEEDS = (0, 1, 2)

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@cache
def cases_of(name, seed=0):
    return [tuple(case) for case in BY_NAME[name].cases(np.random.default_rng(seed))]


def arrays_of(name):
    """The first argument of each case."""
    return [case[0] for case in cases_of(name)]


@cache
def outcomes_of(name, function, seed=0):
    cases = map(plaindata.encode, cases_of(name, seed))
    return [call(function, case, tensors=BY_NAME[name].tensors) for case in cases]


def changed(case, outcome):
    return plaindata.encode(case) != outcome.arguments


def same(exercise, case, one, other):
    """Whether the grader could take one outcome for the other."""
    if one.raised or other.raised:
        return bool(one.raised and other.raised and one.raised.type == other.raised.type)
    return (
        compare(one.value(), other.value(), exercise.tolerance) is None
        and (not exercise.stable or bool(one.warnings) == bool(other.warnings))
        and changed(case, one) == changed(case, other)
    )


@each_exercise
def test_arguments_are_plain_floats(exercise):
    wanted = np.float32 if exercise.tensors else np.float64

    def check(value):
        if isinstance(value, np.ndarray):
            assert value.dtype == wanted
            assert value.size
        elif isinstance(value, list | tuple):
            for item in value:
                check(item)
        else:
            assert value is None or type(value) in (str, float)

    for case in cases_of(exercise.name):
        check(case)


@each_exercise
def test_every_mistake_fails_on_something_small(exercise):
    """A counterexample is only worth reading if it can be worked out by hand."""
    for mistake in exercise.mistakes:
        pairs = zip(
            cases_of(exercise.name),
            outcomes_of(exercise.name, exercise.reference),
            outcomes_of(exercise.name, mistake.answer),
            strict=True,
        )
        failing = [
            sum(np.size(value) for value in case if isinstance(value, np.ndarray))
            for case, right, wrong in pairs
            if not same(exercise, case, right, wrong)
        ]
        assert min(failing) <= 12, mistake.name


def has(name, predicate):
    return any(predicate(np.asarray(x)) for x in arrays_of(name))


@pytest.mark.parametrize(
    "name", ["relu", "relu_derivative", "sigmoid", "sigmoid_derivative", "tanh", "tanh_derivative"]
)
def test_edges_of_the_elementwise_functions(name):
    assert {x.ndim for x in arrays_of(name)} == {0, 1, 2, 3}
    assert has(name, lambda x: np.any((x == 0) & ~np.signbit(x)))
    assert has(name, lambda x: np.any((x == 0) & np.signbit(x)))
    assert has(name, lambda x: x.ndim and np.all(x < 0))
    assert has(name, lambda x: x.ndim and x.flat[0] < 0 and np.any((x > 0) & (x % 1 > 0)))
    for value in (1e4, -1e4):
        assert has(name, lambda x, value=value: x.ndim == 0 and x == value)
        assert has(name, lambda x, value=value: x.ndim and np.any(x == value))
    for value in (20.0, -20.0, 40.0, -40.0, 1e-12, -1e-12):
        assert has(name, lambda x, value=value: np.any(x == value))
    assert max(np.abs(x).max() for x in arrays_of(name)) == 1e4


def test_edges_of_softmax():
    assert {z.ndim for z in arrays_of("softmax")} == {1, 2, 3}
    assert has("softmax", lambda z: z.shape[-1] == 1)
    assert has("softmax", lambda z: z.ndim == 2 and z.shape[0] == z.shape[1])
    assert has("softmax", lambda z: np.all(z == 1e4))
    assert has("softmax", lambda z: np.all(z == -1e4))
    assert has("softmax", lambda z: z.ndim > 1 and np.ptp(z.max(axis=-1)) > 1000)
    shifted = [z for z in arrays_of("softmax") if z.ndim == 1]
    assert any(a.shape == b.shape and np.all(a - b == 1000) for a in shifted for b in shifted)


def test_edges_of_weighted_sum():
    cases = cases_of("weighted_sum")
    assert {1, 64} <= {len(x) for x, _, _ in cases}
    assert any(b == 0 for *_, b in cases)
    assert any(b < 0 for *_, b in cases)
    assert any(b > 0 for *_, b in cases)
    assert any(x @ w + b < 0 for x, w, b in cases)


def test_edges_of_dense():
    cases = cases_of("dense")
    assert any(len(case) == 3 for case in cases)
    full = [case for case in cases if len(case) == 4]
    for activation in (None, "relu", "sigmoid", "tanh", "softmax"):
        shapes = [W.shape for _, W, _, name in full if name == activation]
        assert any(rows == columns > 1 for rows, columns in shapes)
        assert any(rows != columns for rows, columns in shapes)
    assert sum(name == "swish" for *_, name in full) == 1
    assert any(len(X) == 1 for X, *_ in full)
    assert any(W.shape[1] == 1 for _, W, *_ in full)
    sums = {name: X @ W + b for X, W, b, name in full if np.abs(X @ W).max() > 500}
    assert sums["softmax"].max() > 710
    assert sums["sigmoid"].min() < -710


def test_edges_of_mlp_forward():
    networks = [layers for _, layers in cases_of("mlp_forward")]
    assert {len(layers) for layers in networks} == {1, 2, 3}
    assert {activation for layers in networks for *_, activation in layers} == set(reference.ACTIVATIONS)
    assert any(len({activation for *_, activation in layers}) == 3 for layers in networks)
    assert {layers[-1][2] for layers in networks} >= {None, "sigmoid", "softmax"}


def test_edges_of_dead_fraction():
    cases = arrays_of("dead_fraction")
    shares = {reference.dead_fraction(Z) for Z in cases}
    assert {0.0, 1.0} < shares
    assert any(len(Z) == 1 and Z.size > 1 for Z in cases)
    assert any(Z.shape[1] == 1 for Z in cases)
    assert any(np.all(Z == 0) for Z in cases)
    assert any(reference.dead_fraction(Z) > 0 and not np.any(np.all(Z <= 0, axis=1)) for Z in cases)


def test_edges_of_forward_propagation():
    cases = cases_of("forward_propagation")
    assert all((X.ndim, W.ndim, b.ndim) == (2, 2, 1) for X, W, b in cases)
    assert any(len(X) == 1 for X, *_ in cases)
    assert any(W.shape[0] == W.shape[1] > 1 for _, W, _ in cases)
    assert any(W.shape[0] != W.shape[1] for _, W, _ in cases)


def masked_relu(x):
    y = x.copy()
    y[y < 0] = 0
    return y


def masked_sigmoid(x):
    y = np.empty_like(x)
    right = x >= 0
    y[right] = 1 / (1 + np.exp(-x[right]))
    y[~right] = np.exp(x[~right]) / (1 + np.exp(x[~right]))
    return y


def scalar_sigmoid(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def nested(function, x):
    """A learner's own recursion: lists for arrays, a number for a number."""
    return function(float(x)) if x.ndim == 0 else [nested(function, part) for part in x]


def looped_softmax(z):
    if z.ndim > 1:
        return [looped_softmax(part) for part in z]
    top = max(z)
    e = [math.exp(v - top) for v in z]
    return [v / sum(e) for v in e]


def looped_dense(X, W, b, activation=None):
    z = [[sum(x * w for x, w in zip(row, W[:, j], strict=True)) + b[j] for j in range(len(b))] for row in X]
    if activation is None:
        return z
    by_name = {"relu": masked_relu, "sigmoid": masked_sigmoid, "tanh": np.tanh, "softmax": looped_softmax}
    if activation not in by_name:
        raise ValueError
    return by_name[activation](np.array(z))


def float32_dense(X, W, b, activation=None):
    names = {
        None: tf.identity,
        "relu": tf.nn.relu,
        "sigmoid": tf.sigmoid,
        "tanh": tf.tanh,
        "softmax": tf.nn.softmax,
    }
    if activation not in names:
        raise ValueError(activation)
    return names[activation](tf.cast(X, "float32") @ tf.cast(W, "float32") + tf.cast(b, "float32"))


def recursive_mlp(X, layers):
    return recursive_mlp(looped_dense(X, *layers[0]), layers[1:]) if len(layers) else X


def looped_mlp(X, layers):
    for layer in layers:
        X = np.array(looped_dense(X, *layer))
    return X


def float32_mlp(X, layers):
    for layer in layers:
        X = float32_dense(X, *layer)
    return X


def as_float32(function):
    return lambda x: function(x.astype(np.float32))


ALSO_RIGHT = {
    "weighted_sum": [
        lambda x, w, b: sum(xi * wi for xi, wi in zip(x, w, strict=True)) + b,
        lambda x, w, b: np.float32(np.dot(x.astype(np.float32), w.astype(np.float32))) + np.float32(b),
        lambda x, w, b: tf.reduce_sum(x * w) + b,
        lambda x, w, b: (np.append(x, 1.0) @ np.append(w, b)).item(),
    ],
    "relu": [
        masked_relu,
        lambda x: np.where(x > 0, x, 0),
        lambda x: x * (x > 0),
        lambda x: (x + np.abs(x)) / 2,
        lambda x: np.clip(x, 0, None),
        lambda x: nested(lambda v: max(0, v), x),
        lambda x: np.vectorize(lambda v: max(0.0, v))(x),
        lambda x: tf.nn.relu(x),
        as_float32(masked_relu),
    ],
    "relu_derivative": [
        lambda x: (x > 0) * 1,
        lambda x: (x > 0).astype(int),
        lambda x: np.heaviside(x, 0),
        lambda x: np.vectorize(lambda v: 1 if v > 0 else 0)(x),
        lambda x: nested(lambda v: 1 if v > 0 else 0, x),
        lambda x: tf.cast(x > 0, tf.float32),
        as_float32(lambda x: np.where(x > 0, 1, 0)),
    ],
    "sigmoid": [
        masked_sigmoid,
        lambda x: 0.5 * (1 + np.tanh(x / 2)),
        lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500))),
        lambda x: np.exp(-np.logaddexp(0, -x)),
        lambda x: np.vectorize(scalar_sigmoid)(x),
        lambda x: nested(scalar_sigmoid, x),
        lambda x: tf.sigmoid(x),
        lambda x: 1 / (1 + tf.exp(-x)),
        as_float32(masked_sigmoid),
    ],
    "sigmoid_derivative": [
        lambda x: masked_sigmoid(x) * masked_sigmoid(-x),
        lambda x: np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,
        lambda x: nested(lambda v: scalar_sigmoid(v) * (1 - scalar_sigmoid(v)), x),
        lambda x: tf.sigmoid(x) * (1 - tf.sigmoid(x)),
        as_float32(lambda x: masked_sigmoid(x) * (1 - masked_sigmoid(x))),
    ],
    "tanh": [
        lambda x: np.sign(x) * (1 - np.exp(-2 * np.abs(x))) / (1 + np.exp(-2 * np.abs(x))),
        lambda x: np.sign(x) * -np.expm1(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x))),
        lambda x: 2 * masked_sigmoid(2 * np.asarray(x)) - 1,
        lambda x: nested(lambda v: 2 * scalar_sigmoid(2 * v) - 1, x),
        lambda x: 2 * tf.sigmoid(2 * x) - 1,
        as_float32(lambda x: 2 * masked_sigmoid(np.asarray(2 * x)) - 1),
    ],
    "tanh_derivative": [
        lambda x: 4 * np.exp(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x))) ** 2,
        lambda x: nested(lambda v: 1 - (2 * scalar_sigmoid(2 * v) - 1) ** 2, x),
        lambda x: 1 - (2 * tf.sigmoid(2 * x) - 1) ** 2,
        as_float32(lambda x: 1 - (2 * masked_sigmoid(np.asarray(2 * x)) - 1) ** 2),
    ],
    "softmax": [
        looped_softmax,
        lambda z: np.apply_along_axis(looped_softmax, -1, z),
        lambda z: np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True)),
        lambda z: tf.nn.softmax(z),
        lambda z: tf.nn.softmax(tf.cast(z, tf.float32)),
    ],
    "dense": [looped_dense, float32_dense],
    "mlp_forward": [recursive_mlp, looped_mlp, float32_mlp],
    "dead_fraction": [
        lambda Z: np.mean(Z.max(axis=0) <= 0),
        lambda Z: sum(all(v <= 0 for v in unit) for unit in Z.T) / Z.shape[1],
        lambda Z: 1 - np.count_nonzero(np.any(Z > 0, axis=0)) / Z.shape[1],
        lambda Z: np.mean(np.sum(np.maximum(Z, 0), axis=0) == 0),
        lambda Z: tf.reduce_mean(tf.cast(tf.reduce_all(Z <= 0, axis=0), tf.float32)),
    ],
    "forward_propagation": [
        lambda X, W, b: tf.maximum(X @ W + b, 0),
        lambda X, W, b: tf.nn.relu(tf.nn.bias_add(tf.matmul(X, W), b)),
        lambda X, W, b: tf.nn.relu(tf.einsum("ni,iu->nu", X, W) + b),
        lambda X, W, b: np.maximum(X.numpy() @ W.numpy() + b.numpy(), 0),
    ],
}


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, answers in ALSO_RIGHT.items() for answer in answers]
)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    exercise = BY_NAME[name]
    for case, right, got in zip(
        cases_of(name, seed),
        outcomes_of(name, exercise.reference, seed),
        outcomes_of(name, answer, seed),
        strict=True,
    ):
        if right.raised:
            assert got.raised
            assert got.raised.type == right.raised.type
        else:
            assert got.raised is None, got.raised
            assert compare(right.value(), got.value(), exercise.tolerance) is None
            assert not changed(case, got)
            assert not (exercise.stable and got.warnings)
