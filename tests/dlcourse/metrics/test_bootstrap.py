import inspect

import numpy as np
import pytest
from metric_cases import equal

from dlcourse import metrics
from dlcourse.metrics import bootstrap

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


def test_every_score_that_takes_weights_is_tried_with_many_sets_of_them():
    scores = {function for name in metrics.__all__ if inspect.isfunction(function := getattr(metrics, name))}
    weighted = {score for score in scores if "sample_weight" in inspect.signature(score).parameters}
    assert weighted == {metric for metric, *_ in VECTORISED.values()}


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
    monkeypatch.setattr("dlcourse.metrics.bootstrap.MAX_WEIGHTS", 100)
    low, high = metrics.bootstrap_interval(metrics.log_loss, Y, P, resamples=50)
    assert low < metrics.log_loss(Y, P) < high


@pytest.mark.parametrize("metric", [*bootstrap.SORTED, *bootstrap.TERMS], ids=lambda metric: metric.__name__)
@pytest.mark.parametrize("column", [False, True])
def test_many_samples_are_resampled_in_bins_with_the_same_interval(metric, column, monkeypatch):
    random = np.random.default_rng(0)
    p = random.beta(0.4, 0.6, 6000)
    y = (random.uniform(size=6000) < 0.1 + 0.8 * p).astype(int)
    p = p[:, None] if column else p
    exact = metrics.bootstrap_interval(metric, y, p, resamples=1500)
    monkeypatch.setattr(bootstrap, "LARGE", 1000)
    binned = metrics.bootstrap_interval(metric, y, p, resamples=1500)
    assert binned != exact, "it was in bins"
    width = exact.high - exact.low
    np.testing.assert_allclose(binned, exact, atol=0.12 * width)
    assert binned.low < metric(y, p) < binned.high


RARE = np.random.default_rng(2)
MANY = 30_000
HALVES = RARE.integers(0, 2, MANY)
SURE = np.where(
    (HALVES == 1) & (RARE.random(MANY) < 0.002), 1e-15, 0.5 + 0.4 * (2 * HALVES - 1) * RARE.random(MANY)
)
ODD = HALVES + RARE.standard_t(2.5, MANY)


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "terms"),
    [
        (metrics.log_loss, HALVES, SURE, -np.log(np.where(HALVES, SURE, 1 - SURE))),
        (metrics.log_loss, HALVES, np.stack([1 - SURE, SURE], 1), -np.log(np.where(HALVES, SURE, 1 - SURE))),
        (metrics.brier_score, HALVES, SURE, (HALVES - SURE) ** 2),
        (metrics.mean_squared_error, HALVES * 1.0, ODD, (HALVES - ODD) ** 2),
        (metrics.mean_squared_error, ODD, ODD[::-1], (ODD - ODD[::-1]) ** 2),
        (metrics.mean_absolute_error, HALVES * 1.0, ODD, np.abs(HALVES - ODD)),
        (metrics.mean_absolute_error, ODD, ODD + 0.5, np.full(MANY, 0.5)),
    ],
)
def test_rare_large_terms_of_many_samples_are_in_the_interval(metric, y_true, y_pred, terms):
    low, high = metrics.bootstrap_interval(metric, y_true, y_pred)
    random = np.random.default_rng(3)
    exact = [terms[random.integers(MANY, size=MANY)].mean() for _ in range(1000)]
    ends = np.quantile(exact, [0.025, 0.975])
    np.testing.assert_allclose([low, high], ends, atol=0.15 * np.ptp(ends) + 1e-12)


def test_bins_of_terms_keep_their_mean_and_nearly_all_of_their_variance():
    for terms in (
        np.append(np.zeros(99_999), 1e300),
        ODD**6,
        np.append(RARE.normal(size=50_000), [1e9, -3e4]),
    ):
        means, count = bootstrap._binned_terms(terms)
        scale = np.abs(terms).max()
        assert len(count) <= bootstrap.BINS
        assert count.sum() == len(terms)
        assert (means / scale) @ count / len(terms) == pytest.approx(np.mean(terms / scale), rel=1e-9)
        variance = np.average((means / scale) ** 2, weights=count) - np.mean(terms / scale) ** 2
        assert variance == pytest.approx(np.var(terms / scale), rel=1e-3)


def test_the_root_of_many_squares_has_the_root_s_interval():
    squares = metrics.bootstrap_interval(metrics.mean_squared_error, ODD, ODD[::-1])
    roots = metrics.bootstrap_interval(metrics.root_mean_squared_error, ODD, ODD[::-1])
    np.testing.assert_allclose(roots, np.sqrt(squares), rtol=1e-3)


def test_decisions_written_as_floats_are_no_scores_to_be_sorted(monkeypatch):
    monkeypatch.setattr(bootstrap, "LARGE", 10)
    low, high = metrics.bootstrap_interval(metrics.f1_score, np.array([0.0, 1.0] * 20), np.array([1.0] * 40))
    assert low < 2 / 3 < high
