"""Lesson 1: edges that the cases reach, and right answers that they accept, written in other ways."""

import inspect
import math
import warnings
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from sklearn.dummy import DummyClassifier
from sklearn.neighbors import NearestCentroid

from grader.exercises import exercises_of
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.grading import grade
from grader.judging.judge import judge
from grader.learning import kernel
from grader.submissions.submission import read
from solutions import introduction as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

BY_NAME = {exercise.name: exercise for exercise in exercises_of("01_introduction")}
SEEDS = (PUBLIC_SEED, "another")


@cache
def cases_of(name, seed=0):
    return [tuple(case) for case in BY_NAME[name].cases(np.random.default_rng(seed))]


def verdict(name, answer, seed=PUBLIC_SEED):
    bank = bank_of(BY_NAME[name], seed)
    return judge(BY_NAME[name], bank, kernel.attempt(BY_NAME[name], bank, answer))


def test_edges_of_dense_parameter_count():
    networks = [sizes for (sizes,) in cases_of("dense_parameter_count")]
    assert {1, 2, 3, 5} <= {len(sizes) for sizes in networks}
    assert [784, 128, 10] in networks
    assert any(len(sizes) > 1 and sizes[0] < sizes[1] for sizes in networks)
    assert all(type(size) is int and size > 0 for sizes in networks for size in sizes)


def test_edges_of_zone_features():
    batches = [images for (images,) in cases_of("zone_features")]
    assert all(images.shape[1:] == (8, 8) for images in batches)
    assert {1, 2, 3} <= {len(images) for images in batches}
    assert any(np.count_nonzero(images) == 1 for images in batches)
    assert any(not np.allclose(images, images.transpose(0, 2, 1)) for images in batches)


def test_edges_of_majority_baseline():
    cases = cases_of("majority_baseline")
    tied = [y for y, _ in cases if np.sum(np.bincount(y) == np.bincount(y).max()) > 1]
    smallest = [np.bincount(y).argmax() for y in tied]
    assert any(y[0] != label for y, label in zip(tied, smallest, strict=True))
    assert any(y[0] == label for y, label in zip(tied, smallest, strict=True))
    assert any(n > len(y) for y, n in cases)
    assert any(n < len(y) for y, n in cases)
    assert any(n == 1 for _, n in cases)
    assert any(len(np.unique(y)) == 1 for y, _ in cases)
    assert all(y.dtype.kind == "i" and y.min() >= 0 for y, _ in cases)


@pytest.mark.parametrize("seed", range(5))
def test_ties_of_nearest_centroid_are_exact_and_others_clear(seed):
    """Whoever computes in float32, or with squares, gets the same answer."""
    ties = 0
    for train_x, train_y, x in cases_of("nearest_centroid_predict", seed):
        labels = np.unique(train_y)
        centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
        nearest = np.sort(np.linalg.norm(x[:, None] - centroids, axis=2), axis=1)
        if len(labels) > 1:
            tied = nearest[:, 0] == nearest[:, 1]
            ties += tied.sum()
            assert np.all(tied | (nearest[:, 1] - nearest[:, 0] > 0.04))
            assert np.all(train_x % 1 == 0) or not tied.any()
    assert ties >= 2


def test_edges_of_nearest_centroid():
    cases = cases_of("nearest_centroid_predict")
    assert any(len(x) == 1 for *_, x in cases)
    assert any(train_x.shape[1] == 1 for train_x, *_ in cases)
    assert any(np.unique(y).tolist() != list(range(len(np.unique(y)))) for _, y, _ in cases)
    assert any(np.ptp(np.unique(y, return_counts=True)[1]) > 1 for _, y, _ in cases)


def test_edges_of_linear_collapse():
    cases = cases_of("linear_collapse")
    shapes = {(*W1.shape, W2.shape[1]) for W1, _, W2, _ in cases}
    assert {(1, 1, 1), (2, 2, 2)} <= shapes
    assert any(inputs != hidden != units != inputs for inputs, hidden, units in shapes)
    assert any(np.any(b1) and not np.any(b2) for _, b1, _, b2 in cases)


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


ALSO_RIGHT = {
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


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        pytest.param(name, answer, id=f"{name}-{i}")
        for name, answers in ALSO_RIGHT.items()
        for i, answer in enumerate(answers)
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    found = verdict(name, answer, seed)
    assert (found.status, found.credit) == ("passed", 1.0), found.message


EVEN = range(0, 8, 2)


def averaged_by_blocks(images):
    return [images[:, i : i + 2, j : j + 2].mean() for i in EVEN for j in EVEN]


def centroids_of_range(train_x, train_y, x, empty=np.nan):
    """As learners write it who think that every label occurs."""
    centroids = []
    for label in range(train_y.max() + 1):
        members = train_x[train_y == label]
        centroids.append(members.mean(axis=0) if len(members) else np.full(train_x.shape[1], empty))
    return np.argmin([[np.linalg.norm(row - c) for c in centroids] for row in x], axis=1)


def classes_in_order_met(train_x, train_y, x):
    centroids = {k: train_x[train_y == k].mean(axis=0) for k in dict.fromkeys(train_y.tolist())}
    return [min(centroids, key=lambda k: np.linalg.norm(row - centroids[k])) for row in x]


NAMED = {
    "a mean of everything in a zone": ("zone_features", averaged_by_blocks, "averaged_without_axis"),
    "features in columns": (
        "zone_features",
        lambda images: np.array(
            [images[:, i : i + 2, j : j + 2].mean(axis=(1, 2)) for i in EVEN for j in EVEN]
        ),
        "transposed",
    ),
    "nan for an absent label": ("nearest_centroid_predict", centroids_of_range, "absent_labels_are_nan"),
    "zeros for an absent label": (
        "nearest_centroid_predict",
        lambda *arguments: centroids_of_range(*arguments, empty=0.0),
        "absent_labels_at_zero",
    ),
    "the label met first": ("nearest_centroid_predict", classes_in_order_met, "first_met_on_tie"),
}


@pytest.mark.parametrize("case", NAMED)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_is_named_however_it_is_written(case, seed):
    name, answer, mistake = NAMED[case]
    assert verdict(name, answer, seed).mistake == mistake


PLANTED = {
    "a layer of one before it": (
        "dense_parameter_count",
        lambda sizes: reference.dense_parameter_count([1, *sizes]),
    ),
    "a text": ("dense_parameter_count", lambda sizes: str(reference.dense_parameter_count(sizes))),
    "one image only": ("zone_features", lambda images: reference.zone_features(images[:1])),
    "overlapping zones": (
        "zone_features",
        lambda images: np.stack(
            [images[:, i : i + 3, j : j + 3].mean(axis=(1, 2)) for i in EVEN for j in EVEN], axis=1
        ),
    ),
    "rounded": ("zone_features", lambda images: reference.zone_features(images).round()),
    "a column": ("majority_baseline", lambda y, n: reference.majority_baseline(y, n)[:, None]),
    "the last label": ("majority_baseline", lambda y, n: np.full(n, y[-1])),
    "always 0": ("nearest_centroid_predict", lambda train_x, train_y, x: np.zeros(len(x))),
    "the majority": (
        "nearest_centroid_predict",
        lambda train_x, train_y, x: reference.majority_baseline(train_y, len(x)),
    ),
    "bias for weights": ("linear_collapse", lambda *layers: reference.linear_collapse(*layers)[::-1]),
    "bias as a row": (
        "linear_collapse",
        lambda W1, b1, W2, b2: (W1 @ W2, (b1 @ W2 + b2)[None]),
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_answer_is_refused(case):
    name, answer = PLANTED[case]
    found = verdict(name, answer)
    assert (found.status, found.score) == ("failed", 0.0)
    assert found.message


def test_changing_the_images_is_refused():
    def halved(images):
        features = reference.zone_features(images)
        images /= 2
        return features

    assert "changed its input" in verdict("zone_features", halved).message


def compiled(
    model, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=("accuracy",), **options
):
    model.compile(optimizer, loss, metrics=metrics if metrics is None else list(metrics), **options)
    return model


def layers(hidden="relu", output="softmax"):
    return [
        keras.Input((784,)),
        keras.layers.Dense(128, activation=hidden),
        keras.layers.Dense(10, activation=output),
    ]


def functional():
    x = inputs = keras.Input((784,), name="pixels")
    x = keras.layers.Dense(128, "relu")(x)
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(x))


def separate_activations():
    dense = keras.layers.Dense
    return keras.Sequential(
        [keras.Input((784,)), dense(128), keras.layers.ReLU(), dense(10), keras.layers.Softmax()]
    )


def activation_layers():
    dense, activation = keras.layers.Dense, keras.layers.Activation
    return keras.Sequential([dense(128), activation("relu"), dense(10), activation("softmax")])


def built_later(model):
    model.build((None, 784))
    return model


def added_one_by_one():
    model = keras.Sequential()
    for layer in layers():
        model.add(layer)
    return model


def flattened():
    return keras.Sequential([keras.Input((784,)), keras.layers.Flatten(), *layers()[1:]])


def nested():
    return keras.Sequential([keras.Sequential(layers()[:2]), keras.layers.Dense(10, "softmax")])


def input_shape():
    with warnings.catch_warnings():  # Keras's own, of the outdated form
        warnings.simplefilter("ignore")
        first = keras.layers.Dense(128, activation="relu", input_shape=(784,))
        return keras.Sequential([first, keras.layers.Dense(10, activation="softmax")])


def shared_activation():
    dense, relu = keras.layers.Dense, keras.layers.Activation(keras.activations.relu)
    return keras.Sequential([keras.Input((784,)), dense(128), relu, dense(10), keras.layers.Softmax()])


def trained():
    model = compiled(keras.Sequential(layers()))
    rng = np.random.default_rng(0)
    model.fit(rng.random((64, 784)), rng.integers(0, 10, 64), verbose=0)
    return model


def sequential():
    return keras.Sequential(layers())


RIGHT_MODELS = {
    "functional": lambda: compiled(functional()),
    "separate activations": lambda: compiled(separate_activations()),
    "activation layers": lambda: compiled(built_later(activation_layers())),
    "added one by one": lambda: compiled(added_one_by_one()),
    "flattened": lambda: compiled(flattened()),
    "nested": lambda: compiled(nested()),
    "input_shape": lambda: compiled(input_shape()),
    "trained": trained,
    "activation as a function": lambda: compiled(shared_activation()),
    "the smallest of rates": lambda: compiled(sequential(), keras.optimizers.Adam(1e-5)),
    "the largest rate": lambda: compiled(sequential(), keras.optimizers.Adam(0.1)),
    "a schedule": lambda: compiled(
        sequential(), keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 100))
    ),
    "functions for activations": lambda: compiled(
        keras.Sequential(layers(keras.activations.relu, keras.activations.softmax))
    ),
    "adam of a rate": lambda: compiled(sequential(), keras.optimizers.Adam(0.01)),
    "Adam by its class's name": lambda: compiled(sequential(), "Adam"),
    "loss as an object": lambda: compiled(sequential(), loss=keras.losses.SparseCategoricalCrossentropy()),
    "loss as a function": lambda: compiled(sequential(), loss=keras.losses.sparse_categorical_crossentropy),
    "loss by its class's name": lambda: compiled(sequential(), loss="SparseCategoricalCrossentropy"),
    "loss in a list": lambda: compiled(sequential(), loss=["sparse_categorical_crossentropy"]),
    "acc": lambda: compiled(sequential(), metrics=["acc"]),
    "Accuracy as a string": lambda: compiled(sequential(), metrics=["Accuracy"]),
    "metric by its long name": lambda: compiled(sequential(), metrics=["sparse_categorical_accuracy"]),
    "metric as an object": lambda: compiled(
        sequential(), metrics=[keras.metrics.SparseCategoricalAccuracy(name="share")]
    ),
    "metric as a function": lambda: compiled(
        sequential(), metrics=[keras.metrics.sparse_categorical_accuracy]
    ),
    "two metrics": lambda: compiled(
        sequential(), metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(3)]
    ),
    "other initial weights": lambda: compiled(
        keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(128, "relu", kernel_initializer="he_normal"),
                keras.layers.Dense(10, "softmax", bias_initializer="ones"),
            ]
        )
    ),
}


@pytest.mark.parametrize("case", RIGHT_MODELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_model_is_accepted(case, seed):
    found = verdict("first_model", RIGHT_MODELS[case], seed)
    assert found.status == "passed", found.message


def with_layer(layer, at):
    parts = layers()
    parts.insert(at, layer)
    return compiled(keras.Sequential(parts))


def with_hidden(activation="relu", output="glorot_uniform", **settings):
    return compiled(
        keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(128, activation=activation, **settings),
                keras.layers.Dense(10, activation="softmax", kernel_initializer=output),
            ]
        )
    )


def restricted_within():
    inner = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(128, "relu", kernel_constraint="non_neg")]
    )
    return compiled(keras.Sequential([inner, keras.layers.Dense(10, "softmax")]))


def compiled_with_nothing():
    model = sequential()
    model.compile()
    return model


def with_loss(**settings):
    return compiled(sequential(), loss=keras.losses.SparseCategoricalCrossentropy(**settings))


def frozen():
    model = sequential()
    model.layers[0].trainable = False
    return compiled(model)


def several_inputs():
    one, two = keras.Input((392,)), keras.Input((392,))
    x = keras.layers.Dense(128, "relu")(keras.layers.Concatenate()([one, two]))
    return compiled(keras.Model([one, two], keras.layers.Dense(10, "softmax")(x)))


WRONG_MODELS = {
    "nothing": (lambda: None, "return"),
    "the class": (lambda: keras.Sequential, "Keras model"),
    "a layer": (lambda: keras.layers.Dense(10), "Keras model"),
    "several inputs": (several_inputs, ""),
    "flattens images": (
        lambda: compiled(keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), *layers()[1:]])),
        "one flat row of 784",
    ),
    "one output": (
        lambda: compiled(keras.Sequential([*layers()[:2], keras.layers.Dense(1, "sigmoid")])),
        "Ten numbers",
    ),
    "64 hidden units": (
        lambda: compiled(keras.Sequential([layers()[0], keras.layers.Dense(64, "relu"), layers()[2]])),
        "50,890 parameters",
    ),
    "without biases": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128, "relu", use_bias=False),
                    keras.layers.Dense(10, "softmax", use_bias=False),
                ]
            )
        ),
        "101,632 parameters in 2",
    ),
    "one layer": (
        lambda: compiled(keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])),
        "two dense layers",
    ),
    "three layers": (lambda: with_layer(keras.layers.Dense(128, "relu"), 2), "two dense layers"),
    "normalised": (lambda: with_layer(keras.layers.BatchNormalization(), 2), "two dense layers"),
    "dropout": (lambda: with_layer(keras.layers.Dropout(0.5), 2), "no one asked for"),
    "rescaled": (lambda: with_layer(keras.layers.Rescaling(1 / 255), 1), "extra layers"),
    "tanh": (lambda: compiled(keras.Sequential(layers("tanh"))), "activation tanh"),
    "gelu": (lambda: compiled(keras.Sequential(layers("gelu"))), "aren't those of a ReLU"),
    "softmax and ReLU exchanged": (lambda: compiled(keras.Sequential(layers("softmax", "relu"))), " and "),
    "exponential output": (lambda: compiled(keras.Sequential(layers("relu", "exponential"))), "sum to 1"),
    "weights of zero": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128, "tanh", kernel_initializer="zeros"),
                    keras.layers.Dense(10, "softmax"),
                ]
            )
        ),
        "hidden weights all start at one value",
    ),
    "last weights of zero": (lambda: with_hidden(output="zeros"), "The last layer's weights start alike"),
    "relu6": (lambda: with_hidden("relu6"), "aren't those of a ReLU"),
    "ReLU cut off": (
        lambda: compiled(
            keras.Sequential(
                [
                    keras.Input((784,)),
                    keras.layers.Dense(128),
                    keras.layers.ReLU(max_value=5),
                    keras.layers.Dense(10, "softmax"),
                ]
            )
        ),
        "aren't those of a ReLU",
    ),
    "regularizer": (lambda: with_hidden(kernel_regularizer="l2"), "has a regularizer"),
    "regularizer of activity": (lambda: with_hidden(activity_regularizer="l1"), "has a regularizer"),
    "constraint": (lambda: with_hidden(bias_constraint="non_neg"), "has a constraint"),
    "constraint in a model within": (restricted_within, "has a constraint"),
    "activity": (lambda: with_layer(keras.layers.ActivityRegularization(0.1), 2), "no one asked for"),
    "rate of 0": (lambda: compiled(sequential(), keras.optimizers.Adam(0.0)), "learning rate is 0."),
    "rate of 1000": (lambda: compiled(sequential(), keras.optimizers.Adam(1000.0)), "learning rate is 1000."),
    "a class ignored": (lambda: with_loss(ignore_class=3), "ignore_class"),
    "weighted loss": (lambda: compiled(sequential(), loss_weights=[0.5]), "loss_weights"),
    "weighted metrics": (
        lambda: compiled(sequential(), metrics=None, weighted_metrics=["accuracy"]),
        "weighted_metrics",
    ),
    "compiled with nothing": (compiled_with_nothing, "where compile is told of none"),
    "frozen": (frozen, "frozen"),
    "rmsprop": (lambda: compiled(sequential(), "rmsprop"), "RMSprop"),
    "mse": (lambda: compiled(sequential(), loss="mse"), "isn't the cross-entropy"),
    "no loss": (lambda: compiled(sequential(), loss=None), "There is no loss"),
    "categorical loss object": (
        lambda: compiled(sequential(), loss=keras.losses.CategoricalCrossentropy()),
        "rows of 0 and 1",
    ),
    "categorical accuracy": (
        lambda: compiled(sequential(), metrics=["categorical_accuracy"]),
        "categorical_accuracy",
    ),
    "mean absolute error": (lambda: compiled(sequential(), metrics=["mae"]), "mae"),
    "raises": (lambda: 1 / 0, "ZeroDivisionError"),
}


@pytest.mark.parametrize("case", WRONG_MODELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_model_is_refused_and_told_why(case, seed):
    answer, words = WRONG_MODELS[case]
    found = verdict("first_model", answer, seed)
    assert (found.status in ("failed", "error"), found.score) == (True, 0.0), found.message
    assert words in found.message, found.message


def test_first_model_in_the_sandbox(sandbox, worker, tmp_path):
    source = inspect.getsource(reference.first_model)
    for name, change, status in (
        ("right", ("", ""), "passed"),
        ("no_softmax", (', activation="softmax"', ""), "failed"),
        ("one_hot_loss", ("sparse_", ""), "failed"),
    ):
        file = tmp_path / f"{name}.py"
        file.write_text(source.replace(*change))
        (found,) = grade(
            read(file), worker, seed="secret", sandbox=sandbox.level, only="first_model"
        ).report.exercises
        assert (found.status, found.mistake) == (status, None if name == "right" else name), found.message
