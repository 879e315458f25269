import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import assume, given
from hypothesis import strategies as st
from metric_cases import equal, few, ranked

from dlcourse import metrics


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


def test_a_threshold_at_which_the_metric_is_nan_is_not_chosen():
    y_true, scores = np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.4, 0.6])

    def precision(y_true, y_pred):
        return (y_true * y_pred).sum() / y_pred.sum() if y_pred.sum() else np.nan

    assert metrics.choose_threshold(y_true, scores, precision) == (0.5, 1.0)


def test_threshold_between_neighbouring_float32_scores_separates_them():
    low = np.float32(0.7)
    scores = np.array([low, np.nextafter(low, np.float32(1))])
    for first, second in (scores, scores[::-1]):
        pair = np.array([first, second])
        threshold, value = metrics.choose_threshold(pair > low, pair, "accuracy")
        np.testing.assert_array_equal(pair > threshold, pair > low)
        assert value == 1.0
