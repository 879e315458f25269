import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given
from hypothesis import strategies as st
from metric_cases import decisions, equal, few, labels

from dlcourse import metrics

OURS = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1_score}
THEIRS = {
    "precision": reference.precision_score,
    "recall": reference.recall_score,
    "f1": reference.f1_score,
}


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


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", OURS)
def test_a_class_whose_weights_are_zero_occurs_all_the_same(name, average):
    pair, weight = ([0, 1, 2, 2], [0, 1, 2, 3]), [1, 1, 0, 0]
    ours = OURS[name](*pair, average, sample_weight=weight)
    equal(ours, THEIRS[name](*pair, average=average, sample_weight=weight, zero_division=0))
    assert name != "f1" or average != "macro" or ours == 0.5


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", OURS)
def test_the_numbers_of_classes_may_be_large(name, average):
    y_true, y_pred = [3, 10**12, 10**12, 7], [3, 10**12, 7, 3]
    small = [0, 2, 2, 1], [0, 2, 1, 0]
    weight = np.arange(1.0, 9.0).reshape(2, 4)
    equal(
        OURS[name](y_true, y_pred, average, sample_weight=weight),
        OURS[name](*small, average, sample_weight=weight),
    )


def test_undefined_scores_are_zero():
    assert metrics.precision([0, 1], [0, 0]) == 0.0
    assert metrics.recall([0, 0], [0, 1]) == 0.0
    assert metrics.f1_score([0, 0], [0, 0]) == 0.0
