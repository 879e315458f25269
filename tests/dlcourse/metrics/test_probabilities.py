import keras
import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics as reference
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from metric_cases import equal, few, ranked

from dlcourse import metrics


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


def test_scores_take_bfloat16():
    p = tf.constant([0.25, 0.75], tf.bfloat16).numpy()
    assert metrics.brier_score([0, 1], p) == 0.0625


def test_float32_probabilities_may_be_cast_to_float64():
    y_true = np.arange(300) % 3
    p = np.random.default_rng(0).dirichlet(np.ones(3), 300).astype(np.float32)
    assert np.abs(p.astype(np.float64).sum(axis=1) - 1).max() > np.sqrt(np.finfo(np.float64).eps)
    np.testing.assert_allclose(metrics.log_loss(y_true, p.astype(np.float64)), metrics.log_loss(y_true, p))
