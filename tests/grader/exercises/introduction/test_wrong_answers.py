"""Lesson 1: mistakes that are named however they are written, and wrong answers of other kinds."""

import numpy as np
import pytest
from asking import verdict

from grader.judging.bank import PUBLIC_SEED
from grader.references import introduction as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
SEEDS = (PUBLIC_SEED, "another")
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


def judged_on_all_rows(models, X, y):
    scores = [sum(model(X, y, X) == y) for model in models]
    return scores.index(max(scores))


def folds_of_neighbours(models, X, y):
    size, scores = len(X) // 5, []
    for model in models:
        right = 0
        for start in range(0, len(X), size):
            held_out = range(start, start + size)
            rest = [i for i in range(len(X)) if i not in held_out]
            right += sum(model(X[rest], y[rest], X[held_out]) == y[held_out])
        scores.append(right)
    return int(np.argmax(scores))


def learns_from_everything(model, X, y, seed):
    held_out = np.random.default_rng(seed).permutation(len(X))[: len(X) // 4]
    return np.mean(model(X, y, X[held_out]) == y[held_out])


NAMED = {
    "trust in what was learnt by heart": ("pick_model", judged_on_all_rows, "training_accuracy"),
    "folds of neighbours": ("pick_model", folds_of_neighbours, "unshuffled"),
    "trained on all": ("holdout_accuracy", learns_from_everything, "on_training_rows"),
    "the dense layers' parameters": (
        "multiplication_count",
        lambda layers: sum(
            (n + 1) * rest[0] if kind == "dense" else (rest[1] * rest[2] ** 2 + 1) * rest[3]
            for kind, n, *rest in layers
        ),
        "parameters",
    ),
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
    "the model itself": ("pick_model", lambda models, X, y: models[0]),
    "a score": ("pick_model", lambda models, X, y: 0.87),
    "from 1 on": ("pick_model", lambda *data: reference.pick_model(*data) + 1),
    "counted from the end": ("pick_model", lambda *data: reference.pick_model(*data) - len(data[0])),
    "a list of places": ("pick_model", lambda *data: [reference.pick_model(*data)]),
    "the errors": ("holdout_accuracy", lambda *data: 1 - reference.holdout_accuracy(*data)),
    "another seed": (
        "holdout_accuracy",
        lambda model, X, y, seed: reference.holdout_accuracy(model, X, y, seed + 1),
    ),
    "no convolutions": (
        "multiplication_count",
        lambda layers: reference.multiplication_count([layer for layer in layers if layer[0] == "dense"]),
    ),
    "the last layer": (
        "multiplication_count",
        lambda layers: reference.multiplication_count(layers[-1:]),
    ),
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
