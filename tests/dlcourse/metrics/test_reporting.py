import os
import subprocess
import sys

import keras
import numpy as np
import pandas as pd
import pytest
import sklearn.calibration
import sklearn.metrics as reference
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlcourse import metrics
from dlcourse.datasets import Dataset
from dlcourse.errors import DataError, ModelError, UnknownNameError

EXACT = {"rtol": 1e-12, "atol": 1e-12}
OURS = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1_score}
THEIRS = {
    "precision": reference.precision_score,
    "recall": reference.recall_score,
    "f1": reference.f1_score,
}
few = settings(max_examples=60, deadline=None)


def equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, **EXACT)


@st.composite
def decisions(draw, classes=5):
    """Targets, predictions and weights; classes may be absent, and all samples may be of one."""
    n = draw(st.integers(1, 40))
    label = st.integers(0, draw(st.integers(0, classes - 1)))
    y_true, y_pred = (np.array(draw(st.lists(label, min_size=n, max_size=n))) for _ in range(2))
    return y_true, y_pred, draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))


@st.composite
def labels(draw):
    n, k = draw(st.integers(1, 20)), draw(st.integers(2, 4))
    y_true, y_pred = (draw(hnp.arrays(int, (n, k), elements=st.integers(0, 1))) for _ in range(2))
    return y_true, y_pred, draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))


@st.composite
def ranked(draw, columns=1):
    """Targets of both kinds in each column, scores with ties, weights."""
    n = draw(st.integers(max(2, columns), 40))
    scores = draw(hnp.arrays(float, (n, columns), elements=st.sampled_from(np.linspace(0, 1, 9))))
    weight = draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))
    if columns > 1:
        y_true = np.append(np.arange(columns), draw(hnp.arrays(int, n - columns, elements=st.integers(0, 2))))
        total = scores.sum(axis=1, keepdims=True)
        return y_true, np.where(total > 0, scores / np.maximum(total, 1e-9), 1 / columns), weight
    y_true = draw(hnp.arrays(int, n, elements=st.integers(0, 1)))
    assume(0 < y_true.sum() < n)
    return y_true, scores[:, 0], weight


# Decisions


@few
@given(decisions())
def test_confusion_matrix_and_accuracy_are_scikit_learns(data):
    y_true, y_pred, weight = data
    np.testing.assert_array_equal(
        metrics.confusion_matrix(y_true, y_pred, 6),
        reference.confusion_matrix(y_true, y_pred, labels=range(6)),
    )
    equal(
        metrics.confusion_matrix(y_true, y_pred, 6, sample_weight=weight),
        reference.confusion_matrix(y_true, y_pred, labels=range(6), sample_weight=weight),
    )
    equal(metrics.accuracy(y_true, y_pred), reference.accuracy_score(y_true, y_pred))
    equal(
        metrics.accuracy(y_true, y_pred, sample_weight=weight),
        reference.accuracy_score(y_true, y_pred, sample_weight=weight),
    )


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", OURS)
@few
@given(data=st.one_of(decisions(), labels()), weighted=st.booleans())
def test_averages_are_scikit_learns(name, average, data, weighted):
    y_true, y_pred, weight = data
    weight = weight if weighted else None
    equal(
        OURS[name](y_true, y_pred, average, sample_weight=weight),
        THEIRS[name](y_true, y_pred, average=average, zero_division=0, sample_weight=weight),
    )


@pytest.mark.parametrize("name", OURS)
@few
@given(data=decisions())
def test_scores_by_class_are_scikit_learns(name, data):
    y_true, y_pred, weight = data
    ours = OURS[name](y_true, y_pred, None, sample_weight=weight)
    every = range(max(2, y_true.max() + 1, y_pred.max() + 1))
    equal(
        ours,
        THEIRS[name](y_true, y_pred, average=None, labels=every, zero_division=0, sample_weight=weight),
    )


@pytest.mark.parametrize("name", OURS)
@few
@given(data=decisions(classes=2))
def test_binary_scores_are_scikit_learns(name, data):
    y_true, y_pred, _ = data
    equal(OURS[name](y_true, y_pred), THEIRS[name](y_true, y_pred, zero_division=0))


@few
@given(labels())
def test_accuracy_of_labels_asks_for_all_of_them(data):
    y_true, y_pred, _ = data
    equal(metrics.accuracy(y_true, y_pred), reference.accuracy_score(y_true, y_pred))


def test_undefined_scores_are_zero():
    assert metrics.precision([0, 1], [0, 0]) == 0.0
    assert metrics.recall([0, 0], [0, 1]) == 0.0
    assert metrics.f1_score([0, 0], [0, 0]) == 0.0


# Ranks


@few
@given(ranked())
def test_curves_are_scikit_learns(data):
    y_true, scores, _ = data
    for ours, theirs in (
        (metrics.roc_curve(y_true, scores), reference.roc_curve(y_true, scores, drop_intermediate=False)),
        (metrics.precision_recall_curve(y_true, scores), reference.precision_recall_curve(y_true, scores)),
    ):
        for mine, other in zip(ours, theirs, strict=True):
            equal(mine, other)


@few
@given(data=ranked(), weighted=st.booleans())
def test_areas_are_scikit_learns(data, weighted):
    y_true, scores, weight = data
    weight = weight if weighted else None
    equal(
        metrics.roc_auc(y_true, scores, sample_weight=weight),
        reference.roc_auc_score(y_true, scores, sample_weight=weight),
    )
    equal(
        metrics.average_precision(y_true, scores, sample_weight=weight),
        reference.average_precision_score(y_true, scores, sample_weight=weight),
    )


@pytest.mark.parametrize("average", ["macro", "weighted", None])
@few
@given(data=ranked(columns=3))
def test_one_against_the_rest_is_scikit_learns(average, data):
    y_true, scores, weight = data
    assume(len(y_true) > 3)
    equal(
        metrics.roc_auc(y_true, scores, average, sample_weight=weight),
        reference.roc_auc_score(y_true, scores, multi_class="ovr", average=average, sample_weight=weight),
    )
    equal(
        metrics.average_precision(y_true, scores, average),
        reference.average_precision_score(np.eye(3, dtype=int)[y_true], scores, average=average),
    )


def test_area_of_labels_leaves_out_one_that_never_occurs():
    y_true = np.array([[0, 0], [1, 0], [1, 0], [0, 0]])
    scores = np.array([[0.2, 0.5], [0.1, 0.2], [0.9, 0.3], [0.3, 0.2]])
    equal(metrics.roc_auc(y_true, scores), reference.roc_auc_score(y_true[:, 0], scores[:, 0]))
    assert np.isnan(metrics.roc_auc(y_true, scores, None)[1])


def test_probabilities_of_two_classes_in_two_columns_are_those_of_class_1():
    y_true, p = np.array([0, 1, 1, 0]), np.array([0.2, 0.4, 0.9, 0.6])
    both = np.stack([1 - p, p], axis=1)
    for score in (metrics.roc_auc, metrics.average_precision, metrics.log_loss, metrics.brier_score):
        equal(score(y_true, both), score(y_true, p))
        equal(score(y_true, p[:, None]), score(y_true, p))


# Thresholds


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@few
@given(data=ranked())
def test_chosen_threshold_is_the_best_of_all(dtype, data):
    y_true, scores, _ = data
    scores = scores.astype(dtype)
    every = np.append(-1.0, np.unique(scores))
    for metric, function in (
        ("f1", metrics.f1_score),
        ("accuracy", metrics.accuracy),
        ("balanced_accuracy", reference.balanced_accuracy_score),
        (metrics.f1_score, metrics.f1_score),
    ):
        threshold, value = metrics.choose_threshold(y_true, scores, metric)
        equal(value, max(function(y_true, scores > t) for t in every))
        equal(function(y_true, scores > threshold), value)


@few
@given(data=ranked(), miss=st.integers(0, 10))
def test_chosen_threshold_costs_least(data, miss):
    y_true, scores, _ = data

    def cost(threshold):
        return np.sum((scores > threshold) & (y_true == 0)) + miss * np.sum(
            (scores <= threshold) & (y_true == 1)
        )

    costs = {"false_positive": 1, "false_negative": miss}
    threshold, value = metrics.choose_threshold(y_true, scores, costs)
    assert value == cost(threshold) == min(cost(t) for t in np.append(-1.0, scores))


def test_threshold_between_neighbouring_float32_scores_separates_them():
    low = np.float32(0.7)
    scores = np.array([low, np.nextafter(low, np.float32(1))])
    for first, second in (scores, scores[::-1]):
        pair = np.array([first, second])
        threshold, value = metrics.choose_threshold(pair > low, pair, "accuracy")
        np.testing.assert_array_equal(pair > threshold, pair > low)
        assert value == 1.0


# Probabilities


@few
@given(data=ranked(), weighted=st.booleans())
def test_scores_of_probabilities_are_scikit_learns(data, weighted):
    y_true, p, weight = data
    weight = weight if weighted else None
    equal(
        metrics.log_loss(y_true, p, sample_weight=weight),
        reference.log_loss(y_true, p, sample_weight=weight),
    )
    equal(
        metrics.brier_score(y_true, p, sample_weight=weight),
        reference.brier_score_loss(y_true, p, sample_weight=weight),
    )


@few
@given(data=ranked(columns=3))
def test_scores_of_several_classes_are_scikit_learns(data):
    y_true, p, weight = data
    equal(
        metrics.log_loss(y_true, p, sample_weight=weight),
        reference.log_loss(y_true, p, sample_weight=weight),
    )
    equal(metrics.brier_score(y_true, p), reference.brier_score_loss(y_true, p, labels=range(3)))


def test_log_loss_of_labels_is_keras():
    y_true, p = np.array([[0, 1], [1, 1]]), np.array([[0.2, 0.4], [0.7, 0.9]])
    keras_loss = float(keras.losses.BinaryCrossentropy()(y_true, p))
    np.testing.assert_allclose(metrics.log_loss(y_true, p), keras_loss, rtol=1e-6)


def test_certain_float32_mistake_costs_what_float32_can_tell():
    assert metrics.log_loss([1], np.array([0.0], np.float32)) == pytest.approx(
        -np.log(np.finfo(np.float32).eps)
    )


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@few
@given(data=ranked(), bins=st.integers(1, 12))
def test_calibration_curve_is_scikit_learns(strategy, data, bins):
    y_true, p, _ = data
    ours = metrics.calibration_curve(y_true, p, bins, strategy)
    theirs = sklearn.calibration.calibration_curve(y_true, p, n_bins=bins, strategy=strategy)
    equal(ours.prob_true, theirs[0])
    equal(ours.prob_pred, theirs[1])
    assert ours.count.sum() == len(y_true)


@few
@given(data=ranked(), bins=st.integers(1, 12))
def test_calibration_error_is_the_distance_of_the_curve_from_the_diagonal(data, bins):
    y_true, p, _ = data
    curve = metrics.calibration_curve(y_true, p, bins)
    expected = np.sum(curve.count * np.abs(curve.prob_true - curve.prob_pred)) / len(y_true)
    equal(metrics.expected_calibration_error(y_true, p, bins), expected)


def test_calibration_error_of_several_classes_is_of_the_decision():
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.9, 0.05]])
    expected = (0.3 + 0.2 + 0.9) / 3  # right with 0.7, right with 0.8, wrong with 0.9
    equal(metrics.expected_calibration_error([0, 1, 2], p), expected)


# Regression

numbers = st.floats(-100, 100)


@few
@given(
    st.integers(2, 20).flatmap(
        lambda n: st.tuples(
            hnp.arrays(float, (n, 2), elements=numbers),
            hnp.arrays(float, (n, 2), elements=numbers),
            hnp.arrays(float, n, elements=st.floats(0.1, 10)),
        )
    ),
    st.booleans(),
)
def test_regression_scores_are_scikit_learns(data, several):
    y_true, y_pred, weight = data
    assume(np.ptp(y_true, axis=0).min() > 1e-3)
    if not several:
        y_true, y_pred = y_true[:, 0], y_pred[:, 0]
    for ours, theirs in (
        (metrics.mean_absolute_error, reference.mean_absolute_error),
        (metrics.mean_squared_error, reference.mean_squared_error),
        (metrics.root_mean_squared_error, reference.root_mean_squared_error),
        (metrics.r2_score, reference.r2_score),
    ):
        mine, other = ours(y_true, y_pred), theirs(y_true, y_pred)
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(
            ours(y_true, y_pred, sample_weight=weight),
            theirs(y_true, y_pred, sample_weight=weight),
            rtol=1e-12,
            atol=1e-12,
        )


@pytest.mark.parametrize(("y_pred", "expected"), [([0.1, 0.1], 1.0), ([0.1, 0.3], 0.0)])
def test_r2_of_a_target_that_never_changes(y_pred, expected):
    assert metrics.r2_score([0.1, 0.1], y_pred) == reference.r2_score([0.1, 0.1], y_pred) == expected


def test_column_of_keras_outputs_fits_a_flat_target():
    assert metrics.mean_absolute_error([1.0, 2.0, 4.0], [[1.0], [2.0], [3.0]]) == pytest.approx(1 / 3)


# Bootstrap

RANDOM = np.random.default_rng(1)
Y, P = RANDOM.integers(0, 3, 60), RANDOM.dirichlet(np.ones(3), 60)
VECTORISED = {
    "accuracy": (metrics.accuracy, Y, P.argmax(1), {}),
    "confusion": (metrics.confusion_matrix, Y, P.argmax(1), {}),
    "precision": (metrics.precision, Y, P.argmax(1), {"average": "macro"}),
    "recall": (metrics.recall, Y, P.argmax(1), {"average": "weighted"}),
    "f1 by class": (metrics.f1_score, Y, P.argmax(1), {"average": None}),
    "f1 of labels": (metrics.f1_score, np.eye(3, dtype=int)[Y], (P > 0.3).astype(int), {"average": "micro"}),
    "binary f1": (metrics.f1_score, Y > 0, P[:, 0] < 0.3, {}),
    "log loss": (metrics.log_loss, Y, P, {}),
    "brier": (metrics.brier_score, Y, P, {}),
    "calibration": (metrics.expected_calibration_error, Y, P, {}),
    "auc": (metrics.roc_auc, Y, P, {}),
    "auc by class": (metrics.roc_auc, Y, P, {"average": None}),
    "average precision": (metrics.average_precision, Y, P, {"average": "weighted"}),
    "mae": (metrics.mean_absolute_error, P, P[::-1], {}),
    "mse": (metrics.mean_squared_error, P, P[::-1], {}),
    "rmse": (metrics.root_mean_squared_error, P, P[::-1], {}),
    "r2": (metrics.r2_score, P, P[::-1], {}),
}


@pytest.mark.parametrize("name", VECTORISED)
def test_many_weights_at_once_are_as_many_resamples_one_by_one(name):
    """A weight is how often a sample was drawn: the score of the weights is that of the drawn samples."""
    metric, y_true, y_pred, options = VECTORISED[name]
    draws = np.random.default_rng(0).integers(len(y_true), size=(20, len(y_true)))
    weight = np.stack([np.bincount(draw, minlength=len(y_true)) for draw in draws])
    at_once = metric(y_true, y_pred, sample_weight=weight, **options)
    equal(at_once, [metric(y_true[draw], y_pred[draw], **options) for draw in draws])


@pytest.mark.parametrize("name", VECTORISED)
def test_interval_is_that_of_a_plain_loop(name):
    metric, y_true, y_pred, options = VECTORISED[name]
    quick = metrics.bootstrap_interval(metric, y_true, y_pred, resamples=4000, **options)
    slow = metrics.bootstrap_interval(lambda *pair: metric(*pair, **options), y_true, y_pred, resamples=1000)
    assert np.shape(quick.low) == np.shape(slow.low)
    width = np.max(np.asarray(slow.high) - slow.low)
    np.testing.assert_allclose(quick.low, slow.low, atol=0.15 * width)
    np.testing.assert_allclose(quick.high, slow.high, atol=0.15 * width)


def test_interval_covers_the_true_accuracy_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        right = np.random.default_rng(seed).random(300) < 0.8
        low, high = metrics.bootstrap_interval(
            metrics.accuracy, np.ones(300, int), right, level=0.9, resamples=300
        )
        covered += low <= 0.8 <= high
    assert 0.83 < covered / 200 < 0.96


def test_interval_depends_on_the_seed_alone():
    def interval(seed):
        return metrics.bootstrap_interval(metrics.log_loss, Y, P, seed=seed)

    assert interval(3) == interval(3) != interval(4)


def test_interval_leaves_out_resamples_without_a_class():
    y_true, scores = np.array([1] + [0] * 11), np.linspace(1, 0, 12)
    low, high = metrics.bootstrap_interval(metrics.roc_auc, y_true, scores)
    assert low == high == 1.0


def test_interval_in_chunks_is_the_same_kind(monkeypatch):
    monkeypatch.setattr("dlcourse.metrics.bootstrap.MOST_WEIGHTS", 100)
    low, high = metrics.bootstrap_interval(metrics.log_loss, Y, P, resamples=50)
    assert low < metrics.log_loss(Y, P) < high


# Baseline and report


def test_baseline_is_the_best_constant():
    y = np.array([0, 1, 1, 2, 2, 2])
    best = metrics.log_loss(y, metrics.baseline(y, 6, "multiclass"))
    for other in np.random.default_rng(0).dirichlet(np.ones(3), 50):
        assert metrics.log_loss(y, np.tile(other, (6, 1))) >= best
    equal(metrics.baseline([1.0, 4.0], 3, "regression"), np.full((3, 1), 2.5))
    equal(metrics.baseline([[1, 0], [1, 1]], 1, "multilabel"), [[1.0, 0.5]])
    equal(metrics.baseline([0, 1, 1, 1], 1, "binary"), [[0.75]])
    assert metrics.baseline([0, 1], 1, "multiclass", 4).shape == (1, 4)


def network(units, activation, loss, features=4):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((features,)), keras.layers.Dense(units, activation)])
    model.compile(loss=loss)
    return model


X = np.random.default_rng(0).normal(size=(80, 4)).astype(np.float32)
MODELS = {
    "binary": (("sigmoid", "binary_crossentropy"), 1, (X[:, 0] > 0.3).astype(int)),
    "multiclass": (("softmax", "sparse_categorical_crossentropy"), 3, np.arange(80) % 3),
    "multilabel": (("sigmoid", "binary_crossentropy"), 2, (X[:, :2] > 0).astype(int)),
    "regression": ((None, "mse"), 1, X.sum(axis=1)),
}


@pytest.mark.parametrize("task", MODELS)
def test_report_holds_scikit_learns_scores_of_model_and_baseline(task):
    (activation, loss), units, y = MODELS[task]
    model = network(units, activation, loss)
    found = metrics.report(model, (X, y), resamples=200)
    constant = metrics.baseline(y, len(y), task)
    for column, p in (("model", predict(model)), ("baseline", constant)):
        expected = expected_scores(task, y, p)
        np.testing.assert_allclose(
            found.scores.loc[list(expected), column], list(expected.values()), rtol=1e-5
        )
    assert (found.scores["low"] <= found.scores["high"]).all()
    assert found.scores.notna().all(axis=None)
    if task in ("binary", "multiclass"):
        matrix = reference.confusion_matrix(y, decided(task, predict(model)))
        np.testing.assert_array_equal(found.confusion, matrix)
    else:
        assert found.confusion is None


def predict(model):
    return model.predict(X, verbose=0).astype(np.float64)


def decided(task, p):
    return {"binary": p[:, 0] > 0.5, "multiclass": p.argmax(axis=1), "multilabel": p > 0.5}[task].astype(int)


def expected_scores(task, y, p):
    """By scikit-learn, of numbers or probabilities `p`, `(n, units)`."""
    if task == "regression":
        return {
            "mean absolute error": reference.mean_absolute_error(y, p),
            "root mean squared error": reference.root_mean_squared_error(y, p),
            "R²": reference.r2_score(y, p),
        }
    average, before = ("binary", "") if task == "binary" else ("macro", "macro ")
    p = p[:, 0] if task == "binary" else p
    classes = decided(task, p.reshape(len(p), -1))
    scores = {
        "accuracy": reference.accuracy_score(y, classes),
        f"{before}precision": reference.precision_score(y, classes, average=average, zero_division=0),
        f"{before}recall": reference.recall_score(y, classes, average=average),
        f"{before}F1": reference.f1_score(y, classes, average=average),
    }
    if task == "multiclass":
        p = p / p.sum(axis=1, keepdims=True)  # as exact as float64
    if task == "multilabel":
        scores["micro F1"] = reference.f1_score(y, classes, average="micro")
    else:
        scores["log loss"] = reference.log_loss(y, p)
        scores["Brier score"] = reference.brier_score_loss(y, p)
    return {**scores, "ROC AUC": reference.roc_auc_score(y, p, multi_class="ovr")}


def test_table_by_class_is_scikit_learns():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    found = metrics.report(model, (X, y), names=["red", "green", "blue"], resamples=200)
    table = reference.precision_recall_fscore_support(
        y, decided("multiclass", predict(model)), zero_division=0
    )
    np.testing.assert_allclose(found.classes[["precision", "recall", "F1", "samples"]].T, table)
    assert list(found.classes.index) == list(found.confusion.columns) == ["red", "green", "blue"]
    assert (
        (found.classes["low"] <= found.classes["F1"]) & (found.classes["F1"] <= found.classes["high"])
    ).all()


def test_classes_that_do_not_occur_keep_their_rows():
    model = network(5, "softmax", "sparse_categorical_crossentropy")
    model.layers[-1].set_weights([np.zeros((4, 5)), np.array([1.0, 0, 0, 0, 0])])
    found = metrics.report(model, (X, np.zeros(80, int)), resamples=20)
    assert found.classes["samples"].tolist() == [80, 0, 0, 0, 0]
    assert found.classes["high"].tolist() == [1.0, 0, 0, 0, 0]
    assert found.confusion.shape == (5, 5)
    assert np.isnan(found.scores.loc["ROC AUC", "model"])
    assert found.scores.loc["accuracy", "model"] == 1.0


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_logits_are_reported_as_their_probabilities(task):
    (activation, loss), units, y = MODELS[task]
    from_logits = {
        "binary_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }
    probabilities, logits = network(units, activation, loss), network(units, None, from_logits[loss])
    logits.set_weights(probabilities.get_weights())
    one, other = (metrics.report(model, (X, y), resamples=50).scores for model in (probabilities, logits))
    pd.testing.assert_frame_equal(one, other, rtol=1e-5)


def test_report_says_where_its_baseline_comes_from():
    (activation, loss), units, y = MODELS["binary"]
    model = network(units, activation, loss)
    own = metrics.report(model, (X, y), resamples=20)
    fitted = metrics.report(model, (X, y), training_data=(X[:4], [1, 1, 1, 0]), resamples=20)
    assert "from the targets of these data" in own.baseline
    assert "from training data" in fitted.baseline
    assert fitted.scores.loc["accuracy", "baseline"] == y.mean() != own.scores.loc["accuracy", "baseline"]


def test_threshold_moves_the_decisions_and_not_the_areas():
    (activation, loss), units, y = MODELS["binary"]
    model = network(units, activation, loss)
    all_positive = metrics.report(model, (X, y), threshold=0.0, resamples=20).scores["model"]
    usual = metrics.report(model, (X, y), resamples=20).scores["model"]
    assert all_positive["recall"] == 1.0
    assert all_positive["precision"] == pytest.approx(y.mean())
    assert all_positive["ROC AUC"] == usual["ROC AUC"]


def test_report_takes_every_form_of_data():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    pair = metrics.report(model, (X, y), resamples=20)
    batches = tf.data.Dataset.from_tensor_slices((X, y)).batch(32)
    dataset = Dataset("made", X, y, ("a", "b", "c", "d"), ("x", "y", "z"), "multiclass", "")
    one_hot = (X, np.eye(3)[y])
    for data in (batches, dataset, one_hot):
        other = metrics.report(model, data, resamples=20)
        pd.testing.assert_frame_equal(other.scores, pair.scores)
    assert list(metrics.report(model, dataset, resamples=20).classes.index) == ["x", "y", "z"]


def test_report_takes_texts():
    vectorise = keras.layers.TextVectorization(output_mode="multi_hot")
    vectorise.adapt(tf.constant(["a b", "c"]))
    text = keras.Input((), dtype="string")
    model = keras.Model(text, keras.layers.Dense(1, "sigmoid")(vectorise(text)))
    model.compile(loss="binary_crossentropy")
    found = metrics.report(model, (np.array(["a", "b", "c"]), [0, 1, 1]), resamples=20)
    assert found.samples == 3
    length = keras.Input((1,), name="length")
    text = keras.Input((), dtype="string", name="text")
    both = keras.layers.Concatenate()([vectorise(text), length])
    model = keras.Model({"length": length, "text": text}, keras.layers.Dense(1, "sigmoid")(both))
    model.compile(loss="binary_crossentropy")
    x = {"length": np.ones((3, 1)), "text": np.array(["a", "b", "c"])}
    assert metrics.report(model, (x, [0, 1, 1]), resamples=20).samples == 3


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("task", MODELS)
def test_report_takes_models_of_16_bits(task, dtype):
    (activation, loss), units, y = MODELS[task]
    exact = network(units, activation, loss)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation, dtype=dtype)])
    model.compile(loss=loss)
    model.set_weights(exact.get_weights())
    ours, theirs = (metrics.report(each, (X, y), resamples=20).scores["model"] for each in (model, exact))
    np.testing.assert_allclose(ours, theirs, rtol=0.05, atol=0.02)


def test_scores_take_bfloat16():
    p = tf.constant([0.25, 0.75], tf.bfloat16).numpy()
    assert metrics.brier_score([0, 1], p) == 0.0625


def test_float32_probabilities_may_be_cast_to_float64():
    y_true = np.arange(300) % 3
    p = np.random.default_rng(0).dirichlet(np.ones(3), 300).astype(np.float32)
    assert np.abs(p.astype(np.float64).sum(axis=1) - 1).max() > np.sqrt(np.finfo(np.float64).eps)
    np.testing.assert_allclose(metrics.log_loss(y_true, p.astype(np.float64)), metrics.log_loss(y_true, p))


def test_report_takes_a_dict_of_inputs():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    left, right = keras.Input((1,), name="left"), keras.Input((3,), name="right")
    two = keras.Model(
        {"left": left, "right": right}, model.layers[-1](keras.layers.Concatenate()([left, right]))
    )
    two.compile(loss=loss)
    found = metrics.report(two, ({"left": X[:, :1], "right": X[:, 1:]}, y), resamples=20)
    pd.testing.assert_frame_equal(found.scores, metrics.report(model, (X, y), resamples=20).scores)


def test_report_prints_as_text_and_as_html():
    (activation, loss), units, y = MODELS["binary"]
    found = metrics.report(network(units, activation, loss), (X, y), names=["no", "<yes>"], resamples=20)
    text, html = str(found), found._repr_html_()
    assert repr(found) == text
    for words in ("Task: binary, 80 samples", "accuracy", "baseline", "95% bootstrap interval", "predicted"):
        assert words in text
        assert words in html
    assert "<yes>" in text
    assert "&lt;yes&gt;" in html
    assert "<yes>" not in html
    assert f"{found.scores.loc['accuracy', 'model']:.3f}" in text


# Bad input

REFUSED = {
    "probabilities": (lambda: metrics.accuracy([0, 1], [0.2, 0.9]), "0.2, which is no class: decide"),
    "lengths": (
        lambda: metrics.accuracy([0, 1], [0]),
        r"shape \(2,\) do not fit predictions of shape \(1,\)",
    ),
    "negative class": (lambda: metrics.recall([0, -1], [0, 1]), "-1, which is no class"),
    "text": (lambda: metrics.accuracy(["a"], ["b"]), "must be numbers in y_true, not <U1"),
    "empty": (lambda: metrics.accuracy([], []), "shape of y_true"),
    "three classes": (lambda: metrics.precision([0, 2], [1, 1]), "average='binary' is for classes 0 and 1"),
    "several labels": (lambda: metrics.f1_score(np.eye(2), np.eye(2)), "several labels: use 'macro'"),
    "two as a label": (lambda: metrics.accuracy([[0, 2]], [[0, 1]]), "of 0 and 1, and there is 2"),
    "too few classes": (
        lambda: metrics.confusion_matrix([0, 3], [0, 1], 3),
        "num_classes=3, and there is a class 3",
    ),
    "matrix of labels": (lambda: metrics.confusion_matrix(np.eye(2), np.eye(2)), "one column at a time"),
    "weights": (lambda: metrics.accuracy([0, 1], [0, 1], sample_weight=[1]), "2 samples, and the weights"),
    "no weight": (lambda: metrics.accuracy([0, 1], [0, 1], sample_weight=[0, 0]), "not all of them 0"),
    "missing": (lambda: metrics.roc_auc([0, 1], [0.1, np.nan]), "missing or infinite in row 1 of the scores"),
    "one class": (lambda: metrics.roc_curve([1, 1], [0.1, 0.2]), "All targets are 1: the rates need both"),
    "no positive": (lambda: metrics.precision_recall_curve([0, 0], [0.1, 0.2]), "No target is 1"),
    "no area": (lambda: metrics.roc_auc([0, 0], [0.1, 0.2]), "needs samples of both kinds"),
    "no column": (
        lambda: metrics.log_loss([0, 2], [[0.5, 0.5], [0.5, 0.5]]),
        "2 columns, and there is a class 2",
    ),
    "one column": (lambda: metrics.roc_auc([0, 2], [0.1, 0.3]), "more than two classes need a column"),
    "curve of three": (lambda: metrics.roc_curve([0, 1, 2], np.eye(3)), "take a column at a time"),
    "logits": (lambda: metrics.log_loss([0, 1], [-2.0, 3.0]), "A probability is -2: if these are logits"),
    "sum": (
        lambda: metrics.log_loss([0, 1], [[0.5, 0.4], [0.5, 0.5]]),
        "row 0 sum to 0.9000, and not to 1 within 0.0003",
    ),
    "nearly 1": (
        lambda: metrics.log_loss([0, 1], [[0.5, 0.5004], [0.5, 0.5]]),
        "row 0 sum to 1.0004, and not to 1 within 0.0003",
    ),
    "ragged": (lambda: metrics.accuracy([[0, 1], [1]], [0, 1]), "rows of y_true differ in length"),
    "ragged scores": (lambda: metrics.log_loss([0, 1], [[0.5, 0.5], [1]]), "rows of the scores differ"),
    "ragged resamples": (
        lambda: metrics.bootstrap_interval(metrics.accuracy, [0, 1], [[0, 1], [1]]),
        "rows of y_pred differ",
    ),
    "texts": (lambda: metrics.log_loss([0, 1], ["0.5", "0.5"]), "must be numbers in the scores, not <U3"),
    "missing probability": (lambda: metrics.log_loss([0, 1], [0.5, np.nan]), "missing or infinite in row 1"),
    "weights of text": (
        lambda: metrics.accuracy([0, 1], [0, 1], sample_weight=["a", "b"]),
        "must be numbers in the weights",
    ),
    "infinite weight": (
        lambda: metrics.accuracy([0, 1], [0, 1], sample_weight=[1, np.inf]),
        "infinite in row 1 of the weights",
    ),
    "bins": (lambda: metrics.calibration_curve([0, 1], [0.1, 0.9], 0), "one bin or more, not 0"),
    "cost": (lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], {"false_positive": 1}), "Give the cost"),
    "level": (lambda: metrics.bootstrap_interval(metrics.accuracy, [0], [0], level=95), "between 0 and 1"),
    "bootstrap": (lambda: metrics.bootstrap_interval(metrics.accuracy, [0, 1], [0]), "need one row a sample"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_a_sentence(name):
    call, words = REFUSED[name]
    with pytest.raises(DataError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: metrics.f1_score([0], [0], "makro"), "no average 'makro'. Did you mean 'macro'"),
        (lambda: metrics.roc_auc([0, 1], [0, 1], "micro"), "no average 'micro'"),
        (lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], "f2"), "no metric 'f2'. Did you mean 'f1'"),
        (lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], {"false_positives": 1}), "no cost 'false_pos"),
        (lambda: metrics.calibration_curve([0, 1], [0.1, 0.9], 3, "even"), "no strategy 'even'"),
    ],
    ids=["average", "area", "metric", "cost", "strategy"],
)
def test_unknown_names_are_answered_with_the_nearest(call, words):
    with pytest.raises(UnknownNameError, match=words):
        call()


def test_report_refuses_models_and_data_that_do_not_fit():
    linear = network(1, None, "binary_crossentropy")
    linear.layers[-1].set_weights([np.ones((4, 1)), np.zeros(1)])
    with pytest.raises(ModelError, match="sigmoid or softmax, or the loss from_logits=True"):
        metrics.report(linear, (X, MODELS["binary"][2]))
    softmax = network(3, "softmax", "sparse_categorical_crossentropy")
    with pytest.raises(DataError, match="from 0 to 2, and the target has 3"):
        metrics.report(softmax, (X, np.arange(80) % 4))
    with pytest.raises(DataError, match="2 names, and the model has 3 outputs"):
        metrics.report(softmax, (X, np.arange(80) % 3), names=["a", "b"])
    with pytest.raises(DataError, match="regression predicts 1 a sample, and the target has 3"):
        metrics.report(network(1, None, "mse"), (X, X[:, :3]))
    broken = network(1, None, "mse")
    broken.layers[-1].set_weights([np.full((4, 1), np.nan), np.zeros(1)])
    with pytest.raises(ModelError, match="its training has failed"):
        metrics.report(broken, (X, X[:, 0]))


def test_report_refuses_inputs_that_do_not_fit_the_model():
    y = MODELS["binary"][2]
    model = network(1, "sigmoid", "binary_crossentropy")
    with pytest.raises(ModelError, match=r"samples of shape \(4,\), and the data have \(3,\)"):
        metrics.report(model, (X[:, :3], y))
    with pytest.raises(ModelError, match="takes numbers, and the data are texts"):
        metrics.report(model, (X.astype(str), y))
    with pytest.raises(DataError, match="too large for float32"):
        metrics.report(model, (X * np.float64(1e300), y))


@pytest.mark.parametrize("kind", ["unbuilt", "subclassed", "no model"])
def test_report_refuses_models_whose_task_cannot_be_read(kind):
    unbuilt = keras.Sequential([keras.layers.Dense(1, "sigmoid")])
    model = {"unbuilt": unbuilt, "subclassed": Subclassed(unbuilt), "no model": "x"}[kind]
    if kind != "no model":
        model.compile(loss="binary_crossentropy")
    with pytest.raises(ModelError):
        metrics.report(model, (X, MODELS["binary"][2]))


class Subclassed(keras.Model):
    def __init__(self, inside):
        super().__init__()
        self.inside = inside

    def call(self, x):
        return self.inside(x)


def test_the_task_of_a_loss_function_of_ones_own_is_given():
    def own_loss(y_true, y_pred):
        return keras.losses.binary_crossentropy(y_true, y_pred)

    y = MODELS["binary"][2]
    usual, own = network(1, "sigmoid", "binary_crossentropy"), network(1, "sigmoid", own_loss)
    expected = metrics.report(usual, (X, y), resamples=20)
    assert metrics.report(own, (X, y), resamples=20).task == "regression"
    for model in (own, Subclassed(usual)):
        model.compile(loss=own_loss)
        found = metrics.report(model, (X, y), task="binary", resamples=20)
        assert found.task == "binary"
        pd.testing.assert_frame_equal(found.scores, expected.scores)
    with pytest.raises(UnknownNameError, match="Did you mean 'binary'"):
        metrics.report(own, (X, y), task="binery")
    with pytest.raises(ModelError, match="needs an output of 1 unit, and this has 2"):
        metrics.report(network(2, "sigmoid", own_loss), (X, y), task="binary")


def test_importing_metrics_loads_no_framework():
    code = (
        "import sys, dlcourse.metrics; "
        "print({'tensorflow', 'keras', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
