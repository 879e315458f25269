"""Lesson 6: the edges that the cases reach."""

import numpy as np
import pytest
from asking import cases_of, first_two, whole_cases_of

from grader.references import evaluation as reference

SEEDS = range(3)


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1_score"])
@pytest.mark.parametrize("seed", SEEDS)
def test_binary_labels_have_every_kind_of_nothing(name, seed):
    cases = first_two(name, seed)
    assert any(len(y_true) == 0 for y_true, _ in cases)
    some = [(y_true, y_pred) for y_true, y_pred in cases if len(y_true) > 3]
    assert any(y_pred.any() and not y_true.any() for y_true, y_pred in some)
    assert any(y_true.any() and not y_pred.any() for y_true, y_pred in some)
    assert any(y_true.all() for y_true, _ in some)
    assert any(y_true.any() and y_pred.any() and not (y_true & y_pred).any() for y_true, y_pred in cases)


@pytest.mark.parametrize("name", ["confusion_matrix", "macro_f1"])
@pytest.mark.parametrize("seed", SEEDS)
def test_some_classes_are_missing(name, seed):
    cases = cases_of(name, seed)
    missing = [np.setdiff1d(range(k), np.union1d(y_true, y_pred)).size for y_true, y_pred, k in cases]
    assert any(missing) and not all(missing)
    assert any(np.setdiff1d(y_true, y_pred).size for y_true, y_pred, _ in cases)
    assert any(np.setdiff1d(y_pred, y_true).size for y_true, y_pred, _ in cases)
    assert any(k == 1 for *_, k in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_roc_auc(seed):
    cases = first_two("roc_auc", seed)
    assert all(0 < y.sum() < len(y) for y, _ in cases)
    assert any(len(np.unique(scores)) == 1 for _, scores in cases)
    assert any(len(np.unique(scores)) == len(scores) > 20 for _, scores in cases)
    assert any((scores < 0).any() for _, scores in cases) and any((scores > 1).any() for _, scores in cases)
    assert any(np.intersect1d(scores[y == 1], scores[y == 0]).size for y, scores in cases)
    assert any(reference.roc_auc(y, scores) < 0.5 for y, scores in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_kfold(seed):
    cases = cases_of("kfold", seed)
    assert any(n == k for n, k in cases) and any(n % k == 0 and n > k > 2 for n, k in cases)
    assert any(n % k > 1 for n, k in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_stratified_kfold(seed):
    cases = cases_of("stratified_kfold", seed)
    rarest = [(np.unique(y, return_counts=True)[1], k) for y, k in cases]
    assert any(counts.min() < k for counts, k in rarest)
    assert all(counts.max() >= k for counts, k in rarest)
    assert any((np.diff(y) >= 0).all() for y, _ in cases) and any((np.diff(y) < 0).any() for y, _ in cases)
    assert len({k for _, k in cases}) > 3


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_cross_validate(seed):
    cases = cases_of("cross_validate", seed)
    assert any(len(X) == k for _, X, _, k in cases) and any(len(X) % k for _, X, _, k in cases)
    assert any((np.diff(y) >= 0).all() for _, _, y, _ in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_diagnose_fit(seed):
    cases = cases_of("diagnose_fit", seed)
    assert any(train == target and train - val <= gap for train, val, target, gap in cases)
    assert any(train - val == gap and train >= target for train, val, target, gap in cases)
    assert any(train - val > gap and train < target for train, val, target, gap in cases)
    assert any(val - train > gap and train >= target for train, val, target, gap in cases)
    answers = [reference.diagnose_fit(*case) for case in cases]
    assert min(map(answers.count, set(answers))) >= 3 and len(set(answers)) == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_choose_threshold(seed):
    cases = cases_of("choose_threshold", seed)
    scores = [case[0] for case in cases]
    assert any(part.min() >= 0 and part.max() <= 1 for part in scores)
    assert any(part.min() < 0 for part in scores) and any(part.max() > 100 for part in scores)
    assert any(cheap < dear for *_, cheap, dear in cases) and any(cheap > dear for *_, cheap, dear in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_recalibrate(seed):
    assert len({logits.shape[1] for logits, *_ in cases_of("recalibrate", seed)}) > 1
    spreads = [logits.std() for logits, *_ in cases_of("recalibrate", seed)]
    assert min(spreads) < 1 < 4 < max(spreads)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_accuracy_interval(seed):
    for right, groups in cases_of("accuracy_interval", seed):
        assert right.dtype == bool
        assert len(np.unique(groups)) >= 100
        assert (np.diff(groups) < 0).any()
    sizes = [np.unique(groups, return_counts=True)[1] for _, groups in cases_of("accuracy_interval", seed)]
    assert min(map(min, sizes)) == 1 and max(map(max, sizes)) == 16


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_better_or_luck(seed):
    cases = whole_cases_of("better_or_luck", seed)
    assert {(len(case.arguments[0]), case.secret == "same") for case in cases} == {
        (n, equal) for n in (200, 1000, 5000) for equal in (True, False)
    }
    assert {case.secret for case in cases} == {"a", "b", "same"}


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_nested_estimate(seed):
    cases = whole_cases_of("nested_estimate", seed)
    assert {case.secret["kind"] for case in cases[:25]} == {"noise", "alike", "signal"}  # in no order
    for case in cases:
        _, settings, X, y, _ = case.arguments
        alike = case.secret["kind"] == "alike"
        assert (np.diff(y) >= 0).all() and max(map(max, settings)) < X.shape[1]
        assert (len(settings), len(set(map(tuple, settings))) == 1) == ((20, True) if alike else (60, False))
    assert all(case.secret["came"] > 0.65 for case in cases if case.secret["kind"] == "signal")
    assert all(0.55 < case.secret["came"] < 0.75 for case in cases if case.secret["kind"] == "alike")
