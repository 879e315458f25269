import os
import subprocess
import sys

import numpy as np
import pytest

from dlcourse import metrics
from dlcourse.errors import DataError, UnknownNameError

MISS, COSTS = "false_negative", {"false_positive": 1}
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
    "curve of one-hot": (
        lambda: metrics.roc_curve(np.eye(2)[[0, 1, 0]], [[0.1, 0.9], [0.4, 0.6], [0.7, 0.3]]),
        "of one column of scores, and there are 2",
    ),
    "metric of NaN": (
        lambda: metrics.choose_threshold([0, 1], [0, 1], lambda t, p: np.nan),
        "at every thresh",
    ),
    "baseline of no samples": (lambda: metrics.baseline([0, 1], -1, "binary"), "n must be a whole .* is -1"),
    "baseline of no units": (lambda: metrics.baseline([0], 1, "multiclass", -1), "units must be a whole"),
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
    "bins": (lambda: metrics.calibration_curve([0, 1], [0.1, 0.9], 0), "num_bins must be .* and is 0"),
    "parts of bins": (lambda: metrics.calibration_curve([0, 1], [0.1, 0.9], 2.5), "num_bins must be a whole"),
    "bins in words": (
        lambda: metrics.expected_calibration_error([0, 1], [0.1, 0.9], "ten"),
        "num_bins must be a whole number of 1 or more, and is 'ten'",
    ),
    "parts of classes": (
        lambda: metrics.confusion_matrix([0, 1], [0, 1], 2.5),
        "num_classes must be a whole",
    ),
    "huge matrix": (
        lambda: metrics.confusion_matrix([0, 70_000], [0, 70_000]),
        "would take 36.5 GiB: number",
    ),
    "huge classes": (lambda: metrics.f1_score([0, 10**12], [0, 10**12], None), "number those that occur"),
    "no class": (lambda: metrics.accuracy([0, 1e300], [0, 1]), r"y_true holds 1e\+300, too large"),
    "cost": (lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], {"false_positive": 1}), "Give the cost"),
    "cost NaN": (
        lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], COSTS | {MISS: np.nan}),
        "Give the cost",
    ),
    "cost in words": (
        lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], COSTS | {MISS: "a"}),
        "a number of 0",
    ),
    "endless cost": (
        lambda: metrics.choose_threshold([0, 1], [0.1, 0.9], COSTS | {MISS: np.inf}),
        "Give the",
    ),
    "level": (lambda: metrics.bootstrap_interval(metrics.accuracy, [0], [0], level=95), "between 0 and 1"),
    "level in words": (
        lambda: metrics.bootstrap_interval(metrics.accuracy, [0], [0], level="95%"),
        "is '95%'",
    ),
    "resamples": (
        lambda: metrics.bootstrap_interval(metrics.accuracy, [0], [0], resamples=2.5),
        "resamples must be a whole number",
    ),
    "seed": (lambda: metrics.bootstrap_interval(metrics.accuracy, [0], [0], seed=-1), "seed must be a whole"),
    "bootstrap": (lambda: metrics.bootstrap_interval(metrics.accuracy, [0, 1], [0]), "need one row a sample"),
}


@pytest.mark.parametrize("scale", [1e-308, 1e-200, 1e200, 1e308])
def test_the_scale_of_weights_does_not_matter(scale):
    y, p = np.array([0, 1, 0, 1, 1]), np.array([0.125, 0.75, 0.625, 0.375, 0.875])
    weight = np.array([1.0, 0.5, 0.25, 1.0, 0.125])
    for metric, predicted in [
        *((metric, p) for metric in (metrics.roc_auc, metrics.average_precision, metrics.log_loss)),
        *((metric, p) for metric in (metrics.brier_score, metrics.expected_calibration_error)),
        *((metric, p > 0.5) for metric in DECISIONS[:4]),
        *((metric, p) for metric in (metrics.mean_absolute_error, metrics.mean_squared_error)),
        *((metric, p) for metric in (metrics.root_mean_squared_error, metrics.r2_score)),
    ]:
        expected = metric(y, predicted, sample_weight=weight)
        assert metric(y, predicted, sample_weight=weight * scale) == pytest.approx(expected, rel=1e-12)
        several = metric(y, predicted, sample_weight=[weight, weight * scale])
        np.testing.assert_allclose(several, expected, rtol=1e-12)
    matrix = metrics.confusion_matrix([0, 1], [0, 1], sample_weight=[scale, scale / 2])
    np.testing.assert_array_equal(matrix, np.diag([scale, scale / 2]))


DECISIONS = (metrics.accuracy, metrics.precision, metrics.recall, metrics.f1_score, metrics.confusion_matrix)
ODD = {
    "text": (["a", "b"], "must be numbers"),
    "missing": ([0.0, np.nan], "missing or infinite in row 1"),
    "infinite": ([np.inf, 1.0], "missing or infinite in row 0"),
    "nothing": ([0, None], "must be numbers"),
    "ragged": ([[0, 1], [1]], "differ in length"),
    "parts": ([0.5, 1.0], "holds 0.5, which is no class"),
    "empty": ([], "shape of"),
}


@pytest.mark.parametrize("metric", DECISIONS, ids=lambda metric: metric.__name__)
@pytest.mark.parametrize("name", ODD)
def test_decisions_that_are_none_are_refused_by_every_score(metric, name):
    values, words = ODD[name]
    options = {"average": "macro"} if metric in DECISIONS[1:4] else {}
    for arguments in ((values, [0, 1]), ([0, 1], values)):
        with pytest.raises(DataError, match=words):
            metric(*arguments, **options)


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
