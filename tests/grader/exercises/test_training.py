"""Lesson 3: edges that the cases reach, right answers that they accept, wrong ones, and the goal by seeds."""

import inspect
import itertools
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
from grader.child.plaindata import Live
from grader.exercise import Given
from grader.exercises import exercises_of
from grader.exercises.training.train_network import changed_digits, digits
from grader.exercises.verifying import training as verifying
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.comparison import compare
from grader.judging.judge import judge
from grader.learning import kernel
from solutions import training as reference

EXERCISES = exercises_of("03_training")
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
VALUES = [exercise for exercise in EXERCISES if exercise.kind == "value"]
SEEDS = (0, 1, 2)

each_value = pytest.mark.parametrize("exercise", VALUES, ids=lambda exercise: exercise.name)


@cache
def cases_of(name, seed=0):
    return [tuple(case) for case in BY_NAME[name].cases(np.random.default_rng(seed))]


@cache
def outcomes_of(name, function, seed=0):
    return [call(function, plaindata.encode(case)) for case in cases_of(name, seed)]


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


def sizes_of(case):
    arrays = [value for value in case if isinstance(value, np.ndarray | list)]
    return sum(sum(map(np.size, value)) if isinstance(value, list) else value.size for value in arrays)


@each_value
def test_there_are_enough_cases_and_no_two_alike(exercise):
    encoded = {plaindata.encode(case) for case in cases_of(exercise.name)}
    assert 20 <= len(cases_of(exercise.name)) == len(encoded) <= 35


@each_value
@pytest.mark.parametrize("seed", SEEDS)
def test_every_mistake_is_told_from_the_others(exercise, seed):
    answers = {"": exercise.reference} | {mistake.name: mistake.answer for mistake in exercise.mistakes}
    for one, other in itertools.combinations(answers, 2):
        outcomes = (outcomes_of(exercise.name, answers[name], seed) for name in (one, other))
        triples = zip(cases_of(exercise.name, seed), *outcomes, strict=True)
        assert not all(same(exercise, *triple) for triple in triples), (one, other)


@each_value
def test_every_mistake_fails_on_something_small(exercise):
    """A counterexample is only worth reading if it can be worked out by hand."""
    right = outcomes_of(exercise.name, exercise.reference)
    for mistake in exercise.mistakes:
        wrong = outcomes_of(exercise.name, mistake.answer)
        failing = [
            sizes_of(case)
            for case, *pair in zip(cases_of(exercise.name), right, wrong, strict=True)
            if not same(exercise, case, *pair)
        ]
        assert min(failing) <= 12, mistake.name


def first_two(name, seed=0):
    return [(np.asarray(a), np.asarray(b)) for a, b, *_ in cases_of(name, seed)]


@pytest.mark.parametrize("name", ["mse", "mse_gradient"])
def test_edges_of_the_squared_error(name):
    pairs = first_two(name)
    assert {y.ndim for y, _ in pairs} == {1, 2, 3}
    assert any(np.array_equal(y, y_hat) for y, y_hat in pairs)
    assert any(np.sum(y - y_hat) == 0 and np.any(y != y_hat) for y, y_hat in pairs)
    assert any(y.ndim == 2 and y.shape[1] == 1 < len(y) for y, _ in pairs)
    assert any(y.ndim == 2 and y.shape[1] > 1 for y, _ in pairs)


def test_edges_of_binary_cross_entropy():
    pairs = [pair for seed in SEEDS for pair in first_two("binary_cross_entropy", seed)]
    for label, probability in ((0, 0), (1, 0), (1, 1)):
        assert any(np.any((y == label) & (p == probability)) for y, p in pairs)
    assert not any(np.any((y == 0) & (p == 1)) for y, p in pairs)  # float32 clips that elsewhere
    assert {y.ndim for y, _ in pairs} == {1, 2}
    assert {value for y, _ in pairs for value in np.unique(y)} == {0.0, 1.0}


def test_edges_of_categorical_cross_entropy():
    pairs = first_two("categorical_cross_entropy")
    assert any(np.any((y == 1) & (p == 0)) for y, p in pairs)
    assert any(np.any((y == 1) & (p == 1)) for y, p in pairs)
    assert {2, 3, 10} <= {y.shape[1] for y, _ in pairs}
    assert any(len(y) == 1 for y, _ in pairs)
    assert any(len(y) == y.shape[1] for y, _ in pairs)
    for y, p in pairs:
        np.testing.assert_allclose(p.sum(axis=1), 1)
        np.testing.assert_array_equal(np.sort(y, axis=1)[:, -1], 1)
        np.testing.assert_array_equal(y.sum(axis=1), 1)


@pytest.mark.parametrize("name", ["sparse_cross_entropy_from_logits", "softmax_cross_entropy_gradient"])
def test_edges_of_the_losses_from_logits(name):
    pairs = first_two(name)
    assert all(labels.dtype.kind == "i" and labels.ndim == 1 and z.ndim == 2 for labels, z in pairs)
    assert max(np.abs(z).max() for _, z in pairs) == 1e4
    assert any(np.ptp(z.max(axis=1)) > 1000 for _, z in pairs if len(z) > 1)
    assert any(len(z) == 1 for _, z in pairs)
    assert any(z.shape[0] == z.shape[1] for _, z in pairs)
    assert any(len(set(labels)) < len(labels) for labels, _ in pairs)
    wrong = [z[np.arange(len(z)), labels] - z.max(axis=1) for labels, z in pairs]
    assert min(w.min() for w in wrong) <= -1e4


def test_edges_of_minibatches():
    cases = cases_of("minibatches")
    assert all(type(value) is int for case in cases for value in case)
    assert any(n % size == 0 for n, size, _ in cases)
    assert any(n % size for n, size, _ in cases if size < n)
    assert any(size > n for n, size, _ in cases)
    assert any(size == n for n, size, _ in cases)
    assert any(size == 1 for _, size, _ in cases)


def test_edges_of_gradient_descent():
    cases = cases_of("gradient_descent")
    assert all(isinstance(f, Live) for f, *_ in cases)
    assert {f.value[0] for f, *_ in cases} == {
        "quadratic_gradient",
        "double_well_gradient",
        "banana_gradient",
    }
    assert {len(theta) for _, theta, *_ in cases} == {1, 2, 3, 4}
    assert {0, 1} <= {steps for *_, steps in cases}


@pytest.mark.parametrize("name", ["sgd_step", "momentum_step", "rmsprop_step", "adam_step"])
def test_edges_of_the_optimisers(name):
    pairs = first_two(name)
    assert {theta.ndim for theta, _ in pairs} == {0, 1, 2, 3}
    assert any(not grad.any() for _, grad in pairs)
    assert any(np.any(grad > 0) and np.any(grad < 0) for _, grad in pairs)
    if name in ("rmsprop_step", "adam_step"):
        assert min(np.abs(grad[grad != 0]).min() for _, grad in pairs if grad.any()) <= 1e-4
        assert {1e-7, 0.1} <= {case[-1] for case in cases_of(name)}
    if name == "adam_step":
        assert {1, 2, 1000} <= {case[4] for case in cases_of(name)}
    if name == "momentum_step":
        assert 0.0 in {case[-1] for case in cases_of(name)}
    if name != "sgd_step":
        assert any(not case[2].any() for case in cases_of(name))


def test_edges_of_numerical_gradient():
    cases = cases_of("numerical_gradient")
    assert {case[1].ndim for case in cases} == {0, 1, 2, 3}
    assert {len(case) for case in cases} == {2, 3}
    assert max(case[2] for case in cases if len(case) == 3) == 1.0
    assert all(case[1].dtype == np.float64 for case in cases)


def test_edges_of_backpropagate():
    cases = cases_of("backpropagate")
    pre_activations = [X @ W1 + b1 for X, _, W1, b1, *_ in cases]
    assert any(np.any(Z == 0) for Z in pre_activations)
    assert any(np.all(Z <= 0) for Z in pre_activations)
    assert any(np.all(Z > 0) for Z in pre_activations)
    assert any(W1.shape[0] == W1.shape[1] > 1 for _, _, W1, *_ in cases)
    assert {1, 16} <= {len(X) for X, *_ in cases}


@pytest.mark.parametrize("seed", range(6))
def test_rounding_decides_nothing_in_backpropagate(seed):
    """A pre-activation is exactly 0 in whatever order it is summed, or well away from it."""
    for X, labels, W1, b1, W2, b2 in cases_of("backpropagate", seed):
        Z1 = X @ W1 + b1
        whole = all(np.all(2 * array % 1 == 0) for array in (X, W1, b1))
        assert whole or np.abs(Z1).min() > 1e-3
        logits = np.maximum(Z1, 0) @ W2 + b2
        assert (
            np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])[np.arange(len(X)), labels].min()
            > 1e-4
        )


def test_edges_of_clip_by_global_norm():
    cases = cases_of("clip_by_global_norm")
    norms = [(math.sqrt(sum(np.sum(g**2) for g in grads)), limit) for grads, limit in cases]
    assert any(norm == 0 for norm, _ in norms)
    assert any(0 < norm < limit for norm, limit in norms)
    assert any(norm == limit for norm, limit in norms)
    assert any(norm > limit for norm, limit in norms)
    assert {1, 5} <= {len(grads) for grads, _ in cases}
    assert {0, 1, 2} <= {g.ndim for grads, _ in cases for g in grads}


def test_edges_of_cosine_decay():
    cases = cases_of("cosine_decay")
    assert any(step == 0 for step, *_ in cases)
    assert any(step == total for step, total, _ in cases)
    assert any(step > total for step, total, _ in cases)
    assert any(step == 2 * total for step, total, _ in cases)
    assert any(total == 1 for _, total, _ in cases)


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


def appended_batches(n, batch_size, seed):
    order = np.arange(n)
    np.random.default_rng(seed).shuffle(order)
    batches = []
    while len(order):
        batches.append(order[:batch_size].tolist())
        order = order[batch_size:]
    return batches


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


def adam_as_deltas(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = m + (1 - beta_1) * (grad - m)
    v = v + (1 - beta_2) * (np.square(grad) - v)
    step = m / (1 - np.power(beta_1, t)) / (np.sqrt(v / (1 - np.power(beta_2, t))) + epsilon)
    return [theta - learning_rate * step, m, v]


def as_float32(function):
    """The same function, given and returning what a learner's float32 would be."""

    def answer(*arguments):
        narrow = [a.astype("float32") if getattr(a, "dtype", None) == np.float64 else a for a in arguments]
        result = function(*narrow)
        return tuple(map(np.float32, result)) if isinstance(result, tuple) else np.float32(result)

    return answer


def eager_clip(grads, max_norm):
    clipped, _ = tf.clip_by_global_norm([tf.constant(g) for g in grads], max_norm)
    return clipped


def branching_clip(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return grads if norm <= max_norm else tuple(g / norm * max_norm for g in grads)


ALSO_RIGHT = {
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
    "minibatches": [
        appended_batches,
        lambda n, size, seed: np.split(
            np.random.default_rng(seed).permutation(np.arange(n)), range(size, n, size)
        ),
    ],
    "gradient_descent": [filled_path, copied_path],
    "sgd_step": [
        lambda theta, grad, rate: theta + -rate * grad,
        lambda theta, grad, rate: (theta - rate * grad).tolist(),
        lambda theta, grad, rate: tf.constant(theta) - rate * grad,
        as_float32(reference.sgd_step),
    ],
    "momentum_step": [
        lambda theta, grad, v, rate, m: [theta + m * v - rate * grad, m * v - rate * grad],
        as_float32(reference.momentum_step),
    ],
    "rmsprop_step": [
        lambda theta, grad, v, rate, rho, epsilon: (
            theta - rate * grad * (v + (1 - rho) * (grad**2 - v) + epsilon) ** -0.5,
            v + (1 - rho) * (grad**2 - v),
        ),
        as_float32(reference.rmsprop_step),
    ],
    "adam_step": [adam_as_deltas, as_float32(reference.adam_step)],
    "numerical_gradient": [restored_gradient, flat_gradient],
    "backpropagate": [
        per_sample_backpropagation,
        taped_backpropagation,
        as_float32(reference.backpropagate),
        *(backpropagation_from(sums) for sums in (augmented, bias_first, looped, einsum)),
        backpropagation_from(augmented, lambda p: np.log(p + 1e-12)),
        backpropagation_from(einsum, lambda p: np.log(np.clip(p, 1e-7, 1 - 1e-7))),
    ],
    "clip_by_global_norm": [eager_clip, branching_clip],
    "cosine_decay": [
        lambda step, total, initial: (
            0.0 if step >= total else initial * math.cos(math.pi * step / total / 2) ** 2
        ),
        lambda step, total, initial: initial / 2 * (1 + np.cos(np.pi * np.clip(step / total, 0, 1))),
        lambda step, total, initial: tf.keras.optimizers.schedules.CosineDecay(initial, total)(step),
    ],
}


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, answers in ALSO_RIGHT.items() for answer in answers],
    ids=[f"{name}-{i}" for name, answers in ALSO_RIGHT.items() for i in range(len(answers))],
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
        assert got.raised is None, got.raised
        difference = compare(right.value(), got.value(), exercise.tolerance)
        assert difference is None, (difference, case)
        assert not changed(case, got)
        assert not (exercise.stable and got.warnings)


@pytest.mark.parametrize("seed", range(3, 12))
@pytest.mark.parametrize("i", range(len(ALSO_RIGHT["backpropagate"])))
def test_right_backpropagation_is_accepted_on_every_seed(i, seed):
    right = outcomes_of("backpropagate", reference.backpropagate, seed)
    answers = outcomes_of("backpropagate", ALSO_RIGHT["backpropagate"][i], seed)
    for expected, got in zip(right, answers, strict=True):
        assert compare(expected.value(), got.value(), BY_NAME["backpropagate"].tolerance) is None


def test_every_value_has_another_right_answer():
    assert set(ALSO_RIGHT) == {exercise.name for exercise in VALUES}


def verdict(name, answer, seed=PUBLIC_SEED):
    bank = bank_of(BY_NAME[name], seed)
    return judge(BY_NAME[name], bank, kernel.attempt(BY_NAME[name], bank, answer))


def cross_entropy_of(y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def path_without_start(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        theta = theta - learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def path_of_one_array(f, theta, learning_rate, steps):
    theta = theta.copy()
    path = [theta]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def path_without_end(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        path.append(theta)
        theta = theta - learning_rate * f(theta)
    return path


def five_point_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = 1e-3
        gradient[i] = (
            8 * (f(theta + step) - f(theta - step)) - f(theta + 2 * step) + f(theta - 2 * step)
        ) / 12e-3
    return gradient


def clip_into_the_list(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        grads[:] = [g * max_norm / norm for g in grads]
    return grads


def counted_batches(n, batch_size, seed):
    order = np.random.default_rng(seed).permutation(n)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size + 1)]


def adam_without_powers(theta, grad, m, v, t, rate, beta_1, beta_2, epsilon):
    m, v = beta_1 * m + (1 - beta_1) * grad, beta_2 * v + (1 - beta_2) * grad**2
    return theta - rate * (m / (1 - beta_1)) / (np.sqrt(v / (1 - beta_2)) + epsilon), m, v


NAMED = {
    "start left out": ("gradient_descent", path_without_start, "start_missing", "begins with the start"),
    "one array": ("gradient_descent", path_of_one_array, "aliased_copy", "All rows are alike"),
    "end left out": ("gradient_descent", path_without_end, "end_missing", "the last step belongs"),
    "five points": ("numerical_gradient", five_point_gradient, "h_ignored", "not the formula's difference"),
    "into the list": ("clip_by_global_norm", clip_into_the_list, "in_place", "the list, or the arrays in it"),
    "one batch more": ("minibatches", counted_batches, "empty_at_the_end", "an empty batch"),
    "no powers": ("adam_step", adam_without_powers, "exponent_forgotten", "the power t is missing"),
    "other limits": (
        "binary_cross_entropy",
        lambda y, p: cross_entropy_of(y, np.clip(p, 1e-15, 1 - 1e-15)),
        "clipped_to_1e_15",
        "other limits",
    ),
    "not clipped": ("binary_cross_entropy", cross_entropy_of, "log_of_zero", "Clip p"),
    "epsilon": (
        "binary_cross_entropy",
        lambda y, p: -np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)),
        "epsilon_added",
        "clipping is asked for",
    ),
    "one-hot from the labels": (
        "softmax_cross_entropy_gradient",
        lambda labels, z: (
            (np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)) - np.eye(max(labels) + 1)[labels])
            / len(labels)
        ),
        "width_from_the_labels",
        "as wide as the largest label",
    ),
}


@pytest.mark.parametrize("case", NAMED)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_a_mistake_is_named_however_it_is_written(case, seed):
    name, answer, mistake, words = NAMED[case]
    found = verdict(name, answer, seed)
    assert found.mistake == mistake, found.message
    assert words in found.message


@pytest.mark.parametrize("limits", [(1e-8, 1 - 1e-8), (1e-15, 1.0), (1e-7, 1.0), (0.0, 1 - 1e-7)], ids=str)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_other_limits_are_refused(limits, seed):
    found = verdict("binary_cross_entropy", lambda y, p: cross_entropy_of(y, np.clip(p, *limits)), seed)
    assert (found.status, found.score) == ("failed", 0.0)


@cache
def the_case(seed):
    (case,) = changed_digits(np.random.default_rng(seed))
    return case


def judged(answer, seed=0):
    case = the_case(seed)
    return verifying.is_trained(Given(case.arguments, case.secret, ()), answer)


@cache
def trained(seed, batch_size=20, optimiser="sgd", scale="he"):
    """Train as learners do: other batch sizes, optimisers and initial weights than the reference's."""
    X, y, hidden, epochs, learning_rate, weight_seed = the_case(seed).arguments
    rng = np.random.default_rng(weight_seed)
    shapes = (X.shape[1], hidden), (hidden,), (hidden, 10), (10,)
    spread = {
        "he": lambda s: math.sqrt(2 / s[0]),
        "glorot": lambda s: math.sqrt(2 / sum(s)),
        "small": lambda s: 0.01,
        "tenth": lambda s: 0.1,
    }[scale]
    weights = [rng.normal(0, spread(s), s) if len(s) == 2 else np.zeros(s) for s in shapes]
    state = [np.zeros(s) for s in shapes]
    for epoch in range(epochs):
        for batch in reference.minibatches(len(X), batch_size, weight_seed + epoch):
            _, *grads = reference.backpropagate(X[batch], y[batch], *weights)
            if optimiser == "momentum":
                pairs = [
                    reference.momentum_step(w, g, v, learning_rate / 10, 0.9)
                    for w, g, v in zip(weights, grads, state, strict=True)
                ]
                weights, state = ([p[i] for p in pairs] for i in (0, 1))
            else:
                weights = [
                    reference.sgd_step(w, g, learning_rate) for w, g in zip(weights, grads, strict=True)
                ]
    return tuple(weights)


@pytest.mark.parametrize("seed", range(8))
def test_the_reference_reaches_the_goal_with_room_to_spare(seed):
    case = the_case(seed)
    W1, b1, W2, b2 = answer = reference.train_network(*case.arguments)
    predicted = np.argmax(np.maximum(case.secret["x"] @ W1 + b1, 0) @ W2 + b2, axis=1)
    assert np.mean(predicted == case.secret["y"]) >= 0.945
    found = judged(answer, seed)
    assert found.right
    assert "surely reached" in found.message or "reached" in found.message


@pytest.mark.parametrize(
    "how",
    [
        {"batch_size": 10},
        {"batch_size": 32},
        {"batch_size": 50},
        {"batch_size": 32, "scale": "glorot"},
        {"batch_size": 32, "scale": "small"},
        {"batch_size": 32, "scale": "tenth"},
        {"batch_size": 32, "optimiser": "momentum"},
    ],
    ids=lambda how: "-".join(map(str, how.values())),
)
@pytest.mark.parametrize("seed", SEEDS)
def test_honest_ways_reach_the_goal(how, seed):
    assert judged(trained(seed, **how), seed).right


@pytest.mark.parametrize("scale", ["he", "glorot", "tenth"])
@pytest.mark.parametrize("seed", range(8))
def test_one_batch_an_epoch_does_not(scale, seed):
    found = judged(trained(seed, batch_size=10**6, scale=scale), seed)
    assert not found.right
    assert "not reached" in found.message
    assert "in batches small enough" in found.message


RELU = (lambda z: np.maximum(z, 0), lambda z, h: z > 0)
SIGMOID = (lambda z: 1 / (1 + np.exp(-z)), lambda z, h: h * (1 - h))
TANH = (np.tanh, lambda z, h: 1 - h**2)
LINEAR = (lambda z: z, lambda z, h: 1.0)


def trained_otherwise(seed, prepare=lambda X: X, hidden=RELU, summed=False):
    """Train with X prepared inside, another activation, or the gradient of the sum."""
    X, y, units, epochs, learning_rate, weight_seed = the_case(seed).arguments
    X, rng, (activation, slope) = prepare(X), np.random.default_rng(weight_seed), hidden
    W1, b1 = rng.normal(0, math.sqrt(2 / 64), (64, units)), np.zeros(units)
    W2, b2 = rng.normal(0, math.sqrt(2 / units), (units, 10)), np.zeros(10)
    for epoch in range(epochs):
        for batch in reference.minibatches(len(X), 20, weight_seed + epoch):
            Z1 = X[batch] @ W1 + b1
            H = activation(Z1)
            dZ2 = reference.softmax_cross_entropy_gradient(y[batch], H @ W2 + b2) * (
                len(batch) if summed else 1
            )
            dZ1 = dZ2 @ W2.T * slope(Z1, H)
            W1, b1 = W1 - learning_rate * X[batch].T @ dZ1, b1 - learning_rate * dZ1.sum(axis=0)
            W2, b2 = W2 - learning_rate * H.T @ dZ2, b2 - learning_rate * dZ2.sum(axis=0)
    return W1, b1, W2, b2


FALLEN_SHORT = {
    "standardised": (
        {"prepare": lambda X: (X - X.mean(axis=0)) / X.std(axis=0)},
        "given standardised pixels, (X − mean) / std,",
    ),
    "centred": ({"prepare": lambda X: X - X.mean(axis=0)}, "given pixels less their mean"),
    "as if of 255": ({"prepare": lambda X: X / 255}, "is X used as it is"),
    "linear": ({"hidden": LINEAR}, "no activation it knows"),
    "summed": ({"summed": True}, "Is the gradient that of the mean"),
}


@pytest.mark.parametrize("how", FALLEN_SHORT)
@pytest.mark.parametrize("seed", SEEDS)
def test_who_falls_short_is_told_nothing_untrue(how, seed):
    settings, words = FALLEN_SHORT[how]
    found = judged(trained_otherwise(seed, **settings), seed)
    assert not found.right
    assert words in found.message


@pytest.mark.parametrize(("hidden", "name"), [(SIGMOID, "sigmoid"), (TANH, "tanh")], ids=["sigmoid", "tanh"])
@pytest.mark.parametrize("seed", range(4))
def test_chance_excuses_no_network_trained_for_another_activation(hidden, name, seed):
    """Read with ReLU it comes near the goal; beyond it, it is right as the statement has it."""
    found = judged(trained_otherwise(seed, hidden=hidden), seed)
    assert "within the margin" not in found.message
    assert found.right or ("another network" in found.message and name in found.message)


@pytest.mark.parametrize("mistake", BY_NAME["train_network"].mistakes, ids=lambda mistake: mistake.name)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a training uphill overflows
def test_a_known_mistake_misses_the_goal(mistake, seed):
    assert not judged(mistake.answer(*the_case(seed).arguments), seed).right


SHAPES = {"W1": (64, 32), "b1": (32,), "W2": (32, 10), "b2": (10,)}


def with_(**parts):
    answer = {name: np.zeros(shape) for name, shape in SHAPES.items()} | parts
    return tuple(answer.values())


MALFORMED = {
    "three": (lambda: with_()[:3], "four arrays"),
    "one array": (lambda: np.zeros((64, 32)), "four arrays"),
    "a number": (lambda: 1.0, "four arrays"),
    "a dict": (lambda: {"W1": 1.0}, "four arrays"),
    "transposed": (lambda: with_(W1=np.zeros((32, 64))), "W1 has shape (32, 64), and (64, 32)"),
    "bias as a row": (lambda: with_(b2=np.zeros((1, 10))), "b2 has shape (1, 10), and (10,)"),
    "in another order": (lambda: with_(b1=np.zeros((32, 10)), W2=np.zeros(32)), "b1 has shape"),
    "nan": (lambda: with_(W2=np.full((32, 10), np.nan)), "W2 holds NaN"),
    "infinite": (lambda: with_(b1=np.full(32, np.inf)), "b1 holds NaN or infinity"),
    "words": (lambda: with_(b1=["a"] * 32), "b1 is no array of numbers"),
    "something else": (lambda: with_(W1=plaindata.Foreign("Model")), "W1 is no array of numbers"),
    "uneven": (lambda: with_(b1=[[1.0], [1.0, 2.0]]), "b1 is no array of numbers"),
    "complex": (lambda: with_(b1=np.zeros(32, complex)), "b1 is no array of numbers"),
    "zeros": (lambda: with_(), "All hidden units are alike"),
    "random": (
        lambda: with_(W1=np.random.default_rng(0).normal(size=(64, 32))),
        "Is each image still with its label",
    ),
    "large": (lambda: with_(W1=np.random.default_rng(0).normal(0, 100, (64, 32))), "initial weights small?"),
    "huge": (lambda: with_(W1=np.full((64, 32), 1e308), W2=np.full((32, 10), 1e308)), "not reached"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_answer_is_survived_and_explained(case):
    answer, words = MALFORMED[case]
    found = judged(answer())
    assert not found.right
    assert words in found.message


@pytest.mark.parametrize(
    "change",
    [
        list,
        lambda weights: [w.tolist() for w in weights],
        lambda weights: tuple(w.astype("float32") for w in weights),
        lambda weights: tuple(plaindata.decode(plaindata.encode(tf.constant(w))) for w in weights),
    ],
    ids=["list", "nested lists", "float32", "tensors"],
)
def test_weights_may_come_in_any_form(change):
    assert judged(change(trained(0))).right


def test_hidden_digits_are_not_to_be_found():
    """Each seed dims, disturbs and reorders the pixels; no hidden digit is among those to learn from."""
    pixels, _ = digits()
    one, two = the_case(0), the_case(1)
    X, _, hidden, epochs, learning_rate, _ = one.arguments
    assert (hidden, epochs, learning_rate) == (32, 100, 0.1)
    assert X.min() >= 0
    assert X.max() <= 1
    assert len(one.secret["y"]) >= 400
    assert len(X) + len(one.secret["y"]) == len(pixels)
    assert not (X[:, None] == one.secret["x"][:50]).all(axis=2).any()
    assert not np.isin(X[:20].sum(axis=1).round(6), (0.7 * pixels).sum(axis=1).round(6)).any()
    assert not np.allclose(X.mean(axis=0), two.arguments[0].mean(axis=0), atol=0.05)


def test_verifying_knows_no_solution():
    source = inspect.getsource(verifying)
    assert "solutions" not in source
    assert "grader.exercises" not in source
