"""Lesson 2: right answers that the cases accept, written in other ways."""

import math
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf
from asking import assert_accepted, each_of

SEEDS = (0, 1, 2)


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


def as_float32(function):
    return lambda x: function(x.astype(np.float32))


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


def looped_classify(X, layers):
    answers = []
    for x in X:
        for i, (W, b) in enumerate(layers):
            x = [sum(x[j] * W[j, k] for j in range(len(x))) + b[k] for k in range(len(b))]
            if i + 1 < len(layers):
                x = [max(0.0, z) for z in x]
        answers.append(x.index(max(x)))
    return answers


def float32_classify(X, layers):
    H = tf.cast(X, "float32")
    for i, (W, b) in enumerate(layers):
        H = (tf.nn.relu(H) if i else H) @ tf.cast(W, "float32") + tf.cast(b, "float32")
    return tf.argmax(H, axis=-1)


ALSO_RIGHT = {
    "classify": [looped_classify, float32_classify],
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
        lambda X, W, b: tf.constant(np.maximum(X.numpy() @ W.numpy() + b.numpy(), 0)),
    ],
}


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    assert_accepted(name, answer, seed)
