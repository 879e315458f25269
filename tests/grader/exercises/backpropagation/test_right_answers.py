"""Lesson 3a: right answers that the cases accept, written in other ways."""

import math
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf
from asking import BY_NAME, as_float32, assert_accepted, each_of, outcomes_of

from grader.exercises import exercises_of
from grader.judging.comparison import compare
from grader.references import backpropagation as reference

EXERCISES = exercises_of("03a_backpropagation")
VALUES = [exercise for exercise in EXERCISES if exercise.kind == "value"]
SEEDS = (0, 1, 2)


def looped_gradient(labels, z):
    rows = []
    for label, row in zip(labels, z, strict=True):
        e = [math.exp(v - max(row)) for v in row]
        rows.append([(v / sum(e) - (j == label)) / len(labels) for j, v in enumerate(e)])
    return rows


def subtracted_gradient(labels, z):
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
    p[np.arange(len(z)), labels] -= 1
    return p / len(z)


def taped_gradient(labels, z):
    z = tf.Variable(z)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z))
    return tape.gradient(loss, z)


def filled_path(f, theta, learning_rate, steps):
    path = np.zeros((steps + 1, len(theta)))
    path[0] = theta
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * f(path[t])
    return path


def copied_path(f, theta, learning_rate, steps):
    theta = theta.copy()
    path = [theta.tolist()]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta.tolist())
    return path


def restored_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(*theta.shape):
        old = theta[i]
        theta[i] = old + h
        up = f(theta)
        theta[i] = old - h
        gradient[i] = (up - f(theta)) / (2 * h)
        theta[i] = old
    return gradient


def flat_gradient(f, theta, h=1e-5):
    steps = h * np.eye(theta.size)
    values = [(f(theta + s.reshape(theta.shape)) - f(theta - s.reshape(theta.shape))) / 2 / h for s in steps]
    return np.array(values).reshape(theta.shape)


def taped_backpropagation(X, labels, *weights):
    W1, b1, W2, b2 = weights = [tf.Variable(w) for w in weights]
    with tf.GradientTape() as tape:
        logits = tf.nn.relu(X @ W1 + b1) @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    return loss, *tape.gradient(loss, weights)


def per_sample_backpropagation(X, labels, W1, b1, W2, b2):
    total = [0.0, *(np.zeros_like(w) for w in (W1, b1, W2, b2))]
    for x, label in zip(X, labels, strict=True):
        h = np.maximum(x @ W1 + b1, 0)
        z = h @ W2 + b2
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        dz2 = p - np.eye(len(p))[label]
        dz1 = (W2 @ dz2) * (h > 0)
        parts = -np.log(p[label]), np.outer(x, dz1), dz1, np.outer(h, dz2), dz2
        total = [t + part / len(X) for t, part in zip(total, parts, strict=True)]
    return total


def backpropagation_from(pre_activations, logarithm=np.log):
    """Backpropagation with the hidden layer's sums written in another way, and the loss from p."""

    def answer(X, labels, W1, b1, W2, b2):
        Z1, rows = pre_activations(X, W1, b1), np.arange(len(X))
        H = np.maximum(Z1, 0)
        e = np.exp(H @ W2 + b2)
        dZ2 = e / e.sum(axis=1, keepdims=True)
        loss = -np.mean(logarithm(dZ2[rows, labels]))
        dZ2[rows, labels] -= 1
        dZ2 /= len(X)
        dZ1 = np.where(H > 0, dZ2 @ W2.T, 0)
        return loss, X.T @ dZ1, dZ1.sum(axis=0), H.T @ dZ2, dZ2.sum(axis=0)

    return answer


def augmented(X, W1, b1):
    return np.column_stack([np.ones(len(X)), X]) @ np.vstack([b1, W1])


def bias_first(X, W1, b1):
    Z1 = np.tile(b1, (len(X), 1))
    for x, w in zip(X.T, W1, strict=True):
        Z1 = Z1 + np.outer(x, w)
    return Z1


def looped(X, W1, b1):
    return np.array(
        [
            [sum(x * w for x, w in zip(row, unit, strict=True)) + b for unit, b in zip(W1.T, b1, strict=True)]
            for row in X
        ]
    )


def einsum(X, W1, b1):
    return np.einsum("ni,iu->nu", X, W1) + b1


class Node:
    """An autograd of objects, as the lesson has one, but that it goes through them in the tape's order."""

    def __init__(self, number, arrows=()):
        self.number, self.arrows, self.gradient = number, arrows, 0.0


def with_nodes(tape, inputs):
    leaves, nodes = [Node(number) for number in inputs], []
    for operation, *places in tape:
        sources = [leaves[i] if operation == "input" else nodes[i] for i in places]
        a, *b = (source.number for source in sources)
        if operation == "input":
            node = Node(a, [(sources[0], 1.0)])
        elif operation == "add":
            node = Node(a + b[0], [(source, 1.0) for source in sources])
        elif operation == "multiply":
            node = Node(a * b[0], list(zip(sources, (b[0], a), strict=True)))
        elif operation == "relu":
            node = Node(a if a > 0 else 0.0, [(sources[0], 1.0 if a > 0 else 0.0)])
        elif operation == "exp":
            node = Node(math.exp(a), [(sources[0], math.exp(a))])
        else:
            node = Node(math.log(a), [(sources[0], 1 / a)])
        nodes.append(node)
    nodes[-1].gradient = 1.0
    for node in nodes[::-1]:
        for source, slope in node.arrows:
            source.gradient += slope * node.gradient
    return [leaf.gradient for leaf in leaves]


def forward_mode(tape, inputs):
    """Every number with its derivatives by all inputs, forwards: right, but slow for many inputs."""
    duals = []
    for operation, *places in tape:
        if operation == "input":
            duals.append((inputs[places[0]], np.eye(len(inputs))[places[0]]))
            continue
        (a, da), *b = (duals[i] for i in places)
        duals.append(
            {
                "add": lambda a, da, b: (a + b[0][0], da + b[0][1]),
                "multiply": lambda a, da, b: (a * b[0][0], b[0][0] * da + a * b[0][1]),
                "relu": lambda a, da, b: (max(a, 0), da * (a > 0)),
                "exp": lambda a, da, b: (np.exp(a), np.exp(a) * da),
                "log": lambda a, da, b: (np.log(a), da / a),
            }[operation](a, da, b)
        )
    return duals[-1][1]


def taped_pass(tape, inputs):
    variables = [tf.Variable(number, dtype="float64") for number in inputs]
    functions = {
        "add": tf.add,
        "multiply": tf.multiply,
        "relu": tf.nn.relu,
        "exp": tf.exp,
        "log": tf.math.log,
    }
    with tf.GradientTape() as recorded:
        numbers = []
        for operation, *places in tape:
            if operation == "input":
                numbers.append(tf.identity(variables[places[0]]))
            else:
                numbers.append(functions[operation](*(numbers[i] for i in places)))
    none = tf.UnconnectedGradients.ZERO
    return [g.numpy() for g in recorded.gradient(numbers[-1], variables, unconnected_gradients=none)]


def close_enough(f, g, theta):
    slopes = restored_gradient(f, theta.copy(), 1e-4)
    return np.where(~np.isclose(g(theta), slopes, rtol=0.01, atol=0))[0]


def by_ratio(f, g, theta):
    ratios = np.divide(g(theta), flat_gradient(f, theta, 1e-6))
    return [i for i, ratio in enumerate(ratios) if not 0.99 <= ratio <= 1.01]


def stepped_by_tape(X, labels, *arguments):
    *weights, learning_rate = arguments
    _, *gradients = taped_backpropagation(X, labels, *weights)
    return [w - learning_rate * g for w, g in zip(weights, gradients, strict=True)]


def stepped_by_sample(X, labels, *arguments):
    *weights, learning_rate = arguments
    _, *gradients = per_sample_backpropagation(X, labels, *weights)
    return tuple((w - learning_rate * g).tolist() for w, g in zip(weights, gradients, strict=True))


ALSO_RIGHT = {
    "backward_pass": [with_nodes, forward_mode, taped_pass],
    "wrong_gradient_entries": [close_enough, by_ratio],
    "training_step": [stepped_by_tape, stepped_by_sample, as_float32(reference.training_step)],
    "mse": [
        lambda y, y_hat: sum((a - b) ** 2 for a, b in zip(y.flat, y_hat.flat, strict=True)) / y.size,
        lambda y, y_hat: np.square(y_hat - y).mean(),
        lambda y, y_hat: tf.reduce_mean(tf.square(y - y_hat)),
        lambda y, y_hat: np.linalg.norm(y - y_hat) ** 2 / y.size,
        as_float32(reference.mse),
    ],
    "mse_gradient": [
        lambda y, y_hat: -2 / np.prod(y.shape) * (y - y_hat),
        lambda y, y_hat: (2 * (y_hat - y) / y_hat.size).tolist(),
        as_float32(reference.mse_gradient),
    ],
    "binary_cross_entropy": [
        lambda y, p: np.mean(-np.log(np.clip(np.where(y == 1, p, 1 - p), 1e-7, 1 - 1e-7))),
        lambda y, p: (
            sum(
                -math.log(min(max(q if label else 1 - q, 1e-7), 1 - 1e-7))
                for label, q in zip(y.flat, p.flat, strict=True)
            )
            / y.size
        ),
        lambda y, p: tf.reduce_mean(
            -y * tf.math.log(tf.clip_by_value(p, 1e-7, 1 - 1e-7))
            - (1 - y) * tf.math.log1p(-tf.clip_by_value(p, 1e-7, 1 - 1e-7))
        ),
        lambda y, p: tf.keras.losses.BinaryCrossentropy()(y, p),
        lambda y, p: np.mean(tf.keras.losses.binary_crossentropy(y, p)),
        as_float32(reference.binary_cross_entropy),
        lambda y, p: reference.binary_cross_entropy(y.astype("float32"), p.astype("float32")),
    ],
    "categorical_cross_entropy": [
        lambda y, p: -np.log(np.clip(p[y == 1], 1e-7, 1 - 1e-7)).mean(),
        lambda y, p: -np.sum(y * np.log(np.clip(p, 1e-7, 1 - 1e-7))) / len(y),
        lambda y, p: -np.mean(np.log(np.clip(np.max(y * p, axis=1), 1e-7, 1 - 1e-7))),
        lambda y, p: -np.einsum("nk,nk->", y, np.log(np.clip(p, 1e-7, 1 - 1e-7))) / y.shape[0],
        as_float32(reference.categorical_cross_entropy),
        lambda y, p: reference.categorical_cross_entropy(y.astype("float32"), p.astype("float32")),
        lambda y, p: tf.keras.losses.CategoricalCrossentropy()(y, p),
    ],
    "sparse_cross_entropy_from_logits": [
        lambda labels, z: np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), labels]),
        lambda labels, z: np.mean(
            np.logaddexp.reduce(z, axis=1) - np.take_along_axis(z, labels[:, None], 1)[:, 0]
        ),
        lambda labels, z: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)),
        lambda labels, z: tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, z),
        as_float32(reference.sparse_cross_entropy_from_logits),
    ],
    "softmax_cross_entropy_gradient": [
        looped_gradient,
        subtracted_gradient,
        taped_gradient,
        as_float32(reference.softmax_cross_entropy_gradient),
    ],
    "gradient_descent": [filled_path, copied_path],
    "sgd_step": [
        lambda theta, grad, rate: theta + -rate * grad,
        lambda theta, grad, rate: (theta - rate * grad).tolist(),
        lambda theta, grad, rate: tf.constant(theta) - rate * grad,
        as_float32(reference.sgd_step),
    ],
    "numerical_gradient": [restored_gradient, flat_gradient],
    "backpropagate": [
        per_sample_backpropagation,
        taped_backpropagation,
        as_float32(reference.backpropagate),
        *(backpropagation_from(sums) for sums in (augmented, bias_first, looped, einsum)),
        backpropagation_from(augmented, lambda p: np.log(p + 1e-12)),
        backpropagation_from(einsum, lambda p: np.log(np.clip(p, 1e-7, 1 - 1e-7))),
    ],
}


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    assert_accepted(name, answer, seed)


@pytest.mark.parametrize("seed", range(3, 12))
@pytest.mark.parametrize("i", range(len(ALSO_RIGHT["backpropagate"])))
def test_right_backpropagation_is_accepted_on_every_seed(i, seed):
    right = outcomes_of("backpropagate", reference.backpropagate, seed)
    answers = outcomes_of("backpropagate", ALSO_RIGHT["backpropagate"][i], seed)
    for expected, got in zip(right, answers, strict=True):
        assert compare(expected.value(), got.value(), BY_NAME["backpropagate"].tolerance) is None


def test_the_values_that_the_course_began_with_have_another_right_answer():
    assert set(ALSO_RIGHT) <= {exercise.name for exercise in VALUES}
    assert len(ALSO_RIGHT) >= 10
