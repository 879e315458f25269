"""Lesson 1: right answers that the cases accept, written in other ways."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
from asking import each_of, verdict
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import NearestCentroid

from grader.child.calling import call
from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.judge import judge
from grader.running.attempt import Attempt

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
SEEDS = (PUBLIC_SEED, "another")


def counted(layer_sizes):
    model = keras.Sequential([keras.Input((layer_sizes[0],)), *map(keras.layers.Dense, layer_sizes[1:])])
    return model.count_params() if len(layer_sizes) > 1 else 0


def looped_zones(images):
    rows = []
    for image in images:
        row = []
        for i in range(0, 8, 2):
            for j in range(0, 8, 2):
                row.append(sum(image[i + a, j + b] for a in (0, 1) for b in (0, 1)) / 4)
        rows.append(row)
    return rows


def quarter_sums(images):
    corners = (images[:, i::2, j::2] for i in (0, 1) for j in (0, 1))
    return (sum(corners) / 4).reshape(len(images), 16)


def pooled(images):
    return tf.reshape(keras.layers.AveragePooling2D(2)(images[..., None]), (len(images), 16))


def looped_majority(train_y, n):
    best = min(set(train_y.tolist()), key=lambda label: (-np.sum(train_y == label), label))
    return [best for _ in range(n)]


def dummy(train_y, n):
    model = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(train_y), 1)), train_y)
    return model.predict(np.zeros((n, 1)))


def looped_centroids(train_x, train_y, x):
    answers = []
    for sample in x:
        best, smallest = None, math.inf
        for label in sorted(set(train_y.tolist())):
            centroid = sum(train_x[train_y == label]) / np.sum(train_y == label)
            distance = math.dist(sample, centroid)
            if distance < smallest:
                best, smallest = label, distance
        answers.append(best)
    return answers


def squared_distances(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.stack([np.average(train_x[train_y == k], axis=0) for k in labels]).astype(np.float32)
    x = x.astype(np.float32)
    squared = (x**2).sum(axis=1)[:, None] - 2 * x @ centroids.T + (centroids**2).sum(axis=1)
    return np.take(labels, np.argmin(squared.round(4), axis=1))


def by_scikit_learn(train_x, train_y, x):
    with warnings.catch_warnings():  # of classes of one sample
        warnings.simplefilter("ignore")
        return NearestCentroid().fit(train_x, train_y).predict(x)


def by_probing(W1, b1, W2, b2):
    b = b1 @ W2 + b2
    rows = [(row @ W1 + b1) @ W2 + b2 - b for row in np.eye(len(W1))]
    return [rows, b]


def in_tensorflow(W1, b1, W2, b2):
    W1, b1, W2, b2 = (tf.constant(value, "float32") for value in (W1, b1, W2, b2))
    return tf.matmul(W1, W2), tf.linalg.matvec(W2, b1, transpose_a=True) + b2


def by_indices(model, X, y, seed):
    order = list(np.random.default_rng(seed).permutation(len(X)))
    held_out, rest = order[: len(X) // 4], order[len(X) // 4 :]
    answers = model(X[rest], y[rest], X[held_out])
    return sum(a == b for a, b in zip(answers, y[held_out], strict=True)) / len(held_out)


def by_deleting(model, X, y, seed):
    held_out = np.random.default_rng(seed).permutation(len(X))[: len(X) // 4]
    others = np.array([i for i in np.random.default_rng(seed).permutation(len(X)) if i not in held_out])
    return (model(X[others], y[others], X[held_out]) == y[held_out]).mean()


def by_masks(models, X, y):
    """Ten folds, as sums of right answers, the order drawn anew by nobody's seed."""
    fold = np.random.default_rng().permutation(len(X)) % 10
    right = [
        sum((model(X[fold != k], y[fold != k], X[fold == k]) == y[fold == k]).sum() for k in range(10))
        for model in models
    ]
    return right.index(max(right))


def by_holding_out_often(models, X, y):
    rng, scores = np.random.default_rng(5), np.zeros(len(models))
    for _ in range(8):
        order = rng.permutation(len(X))
        for i, model in enumerate(models):
            held_out, rest = order[:60], order[60:]
            scores[i] += np.mean(model(X[rest], y[rest], X[held_out]) == y[held_out])
    return np.argmax(scores)


def looped_multiplications(layers):
    total = 0
    for layer in layers:
        if layer[0] == "dense":
            total += layer[1] * layer[2]
        if layer[0] == "convolution":
            _, height, width, channels, kernel, filters = layer
            for _top in range(height - kernel + 1):
                for _left in range(width - kernel + 1):
                    total += kernel * kernel * channels * filters
    return total


ALSO_RIGHT = {
    "holdout_accuracy": [by_indices, by_deleting],
    "pick_model": [by_masks, by_holding_out_often],
    "multiplication_count": [
        looped_multiplications,
        lambda layers: float(looped_multiplications(layers)),
        lambda layers: np.int64(looped_multiplications(layers)),
    ],
    "dense_parameter_count": [
        counted,
        lambda sizes: sum((a + 1) * b for a, b in pairwise(sizes)),
        lambda sizes: int(np.dot(np.array(sizes[:-1]) + 1, sizes[1:])),
        lambda sizes: float(sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 1))),
    ],
    "zone_features": [looped_zones, quarter_sums, pooled],
    "majority_baseline": [
        looped_majority,
        dummy,
        lambda train_y, n: np.full(n, np.bincount(train_y).argmax()),
        lambda train_y, n: [int(np.bincount(train_y).argmax())] * n,
        lambda train_y, n: np.ones(n) * np.argmax([np.sum(train_y == k) for k in range(10)]),
    ],
    "nearest_centroid_predict": [looped_centroids, squared_distances, by_scikit_learn],
    "linear_collapse": [
        by_probing,
        in_tensorflow,
        lambda W1, b1, W2, b2: (np.einsum("ih,hu->iu", W1, W2), np.dot(W2.T, b1) + b2),
    ],
}

NOT_FROM_SCRATCH = (counted, pooled, dummy, by_scikit_learn, in_tensorflow)  # their values are right


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    found = verdict(name, answer, seed)
    if answer in NOT_FROM_SCRATCH:
        assert found.status == "refused"
        exercise, bank = all_exercises()[name], bank_of(all_exercises()[name], seed)
        found = judge(exercise, bank, Attempt(tuple(call(answer, case) for case in bank.cases)))
    assert (found.status, found.credit) == ("passed", 1.0), found.message
