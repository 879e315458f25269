"""The reference answers of lesson 6 against scikit-learn, SciPy and the laws they must obey."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from dlcourse.metrics import choose_threshold as librarys_threshold
from grader.child import functions
from grader.references import evaluation as reference

SEEDS = range(5)


def labels(seed, rows=40, classes=2):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(0, classes, rows)
    return y_true, np.where(rng.random(rows) < 0.6, y_true, rng.integers(0, classes, rows))


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_are_scikit_learns(seed):
    y_true, y_pred = labels(seed, classes=4)
    theirs = metrics.confusion_matrix(y_true, y_pred, labels=range(6))
    np.testing.assert_array_equal(reference.confusion_matrix(y_true, y_pred, 6), theirs)
    theirs = metrics.f1_score(y_true, y_pred, labels=range(6), average="macro", zero_division=0)
    assert reference.macro_f1(y_true, y_pred, 6) == pytest.approx(theirs)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (reference.accuracy, metrics.accuracy_score),
        (reference.precision, metrics.precision_score),
        (reference.recall, metrics.recall_score),
        (reference.f1_score, metrics.f1_score),
    ],
)
def test_figures_are_scikit_learns(ours, theirs, seed):
    assert ours(*labels(seed)) == pytest.approx(theirs(*labels(seed)))


@pytest.mark.parametrize("figure", [reference.precision, reference.recall, reference.f1_score])
def test_an_undefined_figure_is_0(figure):
    nothing = np.zeros(4, int)
    assert figure(nothing, nothing) == 0.0
    assert reference.accuracy(nothing[:0], nothing[:0]) == 0.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("decimals", [0, 1, 5])
def test_roc_auc_is_scikit_learns(seed, decimals):
    rng = np.random.default_rng(seed)
    y = np.arange(50) % 3 // 2
    scores = (rng.normal(size=50) + y).round(decimals)
    assert reference.roc_auc(y, scores) == pytest.approx(metrics.roc_auc_score(y, scores))


@pytest.mark.parametrize("seed", SEEDS)
def test_choose_threshold_costs_as_little_as_the_librarys(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 200)
    scores = rng.normal(size=200) + y

    def cost(threshold):
        return 2 * np.sum((scores > threshold) & (y == 0)) + 5 * np.sum((scores <= threshold) & (y == 1))

    theirs = librarys_threshold(y, scores, {"false_positive": 2, "false_negative": 5}).threshold
    assert cost(reference.choose_threshold(scores, y, 2.0, 5.0)) == cost(theirs)
    assert reference.choose_threshold(scores, np.ones(200, int), 1.0, 1.0) == -np.inf


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_recalibrate_finds_the_temperature_that_scipy_finds(temperature):
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, (2000, 4))
    y = (true + rng.gumbel(size=true.shape)).argmax(axis=1)  # drawn by the probabilities of softmax
    logits = temperature * true

    def log_loss(t):
        return -np.mean(scipy.special.log_softmax(logits / t, axis=1)[np.arange(len(y)), y])

    best = scipy.optimize.minimize_scalar(log_loss, bounds=(0.05, 20), method="bounded").x
    ours = reference.recalibrate(logits, y, logits[:50])
    np.testing.assert_allclose(ours, scipy.special.softmax(logits[:50] / best, axis=1), atol=0.01)


@pytest.mark.parametrize(("n", "k"), [(2, 2), (10, 3), (11, 4), (30, 30), (53, 7)])
def test_kfold_is_scikit_learns(n, k):
    for ours, theirs in zip(reference.kfold(n, k), KFold(k).split(np.zeros(n)), strict=True):
        for part, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(part, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_stratified_kfold_has_as_many_of_each_class_as_scikit_learns(seed):
    y = np.random.default_rng(seed).choice(3, 60, p=[0.6, 0.2, 0.2])
    counts = [
        np.sort([np.bincount(y[test], minlength=3) for _, test in folds], axis=0)
        for folds in (reference.stratified_kfold(y, 4), StratifiedKFold(4).split(y, y))
    ]
    np.testing.assert_array_equal(*counts)
    assert sorted(np.concatenate([test for _, test in reference.stratified_kfold(y, 4)])) == list(range(60))


@pytest.mark.parametrize("k", [2, 3, 7])
def test_cross_validate_is_scikit_learns(k):
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)

    def f(X_train, y_train, X_test):
        return KNeighborsClassifier(3).fit(X_train, y_train).predict(X_test)

    theirs = cross_val_score(KNeighborsClassifier(3), X, y, cv=KFold(k))
    np.testing.assert_allclose(reference.cross_validate(f, X, y, k), theirs)


def test_nested_estimate_expects_nothing_of_noise_where_a_search_does():
    f, ours, searched = functions.nearest_mean_on, [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(80, 20)), np.arange(80) % 2
        settings = [rng.permutation(20)[:2].tolist() for _ in range(30)]
        folds = list(KFold(4, shuffle=True, random_state=seed).split(X))
        scores = [
            np.mean([np.mean(f(setting, X[train], y[train], X[test]) == y[test]) for train, test in folds])
            for setting in settings
        ]
        searched.append(max(scores))
        ours.append(reference.nested_estimate(f, settings, X, y, seed))
    assert abs(np.mean(ours) - 0.5) < 0.04
    assert np.mean(searched) > 0.57


def test_diagnose_fit_at_its_limits():
    assert reference.diagnose_fit(0.75, 0.5, 0.75, 0.25) == "good fit"
    assert reference.diagnose_fit(0.75, 0.25, 0.75, 0.25) == "overfitting"
    assert reference.diagnose_fit(0.5, 0.125, 0.75, 0.25) == "underfitting"
    assert reference.diagnose_fit(0.75, 1.0, 0.75, 0.125) == "good fit"


@pytest.mark.parametrize("seed", SEEDS)
def test_accuracy_interval_is_as_wide_as_the_standard_error_of_clusters(seed):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(120), rng.integers(1, 9, 120))
    right = rng.random(len(groups)) < rng.beta(3, 1, 120)[groups]
    off = [np.sum(right[groups == name] - right.mean()) for name in range(120)]
    error = np.linalg.norm(off) / len(right)
    low, high = reference.accuracy_interval(right, groups)
    np.testing.assert_allclose([low, high], right.mean() + 1.96 * error * np.array([-1, 1]), atol=0.012)
    assert error > 1.1 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))


@pytest.mark.parametrize("seed", SEEDS)
def test_better_or_luck_agrees_with_an_exact_test(seed):
    rng = np.random.default_rng(seed)
    agreed = []
    for ahead in rng.integers(0, 60, 40):
        kinds = rng.permutation(np.repeat([0, 1, 2], [100 + ahead, 100, 300]))
        exact = scipy.stats.binomtest(int(100 + ahead), int(200 + ahead)).pvalue
        ours = reference.better_or_luck(kinds != 1, kinds != 0)
        agreed.append(ours == ("a" if exact < 0.05 else "same"))
        mirrored = reference.better_or_luck(kinds != 0, kinds != 1)
        assert mirrored == {"a": "b", "same": "same"}[ours]
    assert np.mean(agreed) > 0.9


def test_an_honest_model_is_left_as_it_is():
    """Temperature 1 and logistic regression's own probabilities are nearly the same, on its own rows."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(3000, 2))
    y = (X @ [1.0, -2.0] + rng.logistic(size=3000) > 0).astype(int)
    model = LogisticRegression().fit(X, y)
    logits = np.column_stack([np.zeros(len(X)), model.decision_function(X)])
    np.testing.assert_allclose(reference.recalibrate(logits, y, logits), model.predict_proba(X), atol=0.03)
