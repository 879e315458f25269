"""Lesson 6: right figures and folds written in other ways, in this process and in the sandbox."""

import inspect
import re
import statistics
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from asking import BY_NAME, each_of, verdict

from grader.judging.bank import PUBLIC_SEED

SEEDS = (PUBLIC_SEED, "another")


def by_bincount(y_true, y_pred, num_classes):
    return np.bincount(num_classes * y_true + y_pred, minlength=num_classes**2).reshape(num_classes, -1)


def in_nested_lists(y_true, y_pred, num_classes):
    pairs = Counter(zip(y_true.tolist(), y_pred.tolist(), strict=True))
    return [[pairs[i, j] for j in range(num_classes)] for i in range(num_classes)]


def by_one_hot(y_true, y_pred, num_classes):
    return np.eye(num_classes)[y_true].T @ np.eye(num_classes)[y_pred]


def counted(y_true, y_pred):
    if len(y_true) == 0:
        return 0
    right = 0
    for i in range(len(y_true)):
        right += y_true[i] == y_pred[i]
    return right / len(y_true)


def without_errors(y_true, y_pred):
    return 1 - np.abs(y_true - y_pred).sum() / max(len(y_true), 1) if y_true.size else 0.0


def precise_in_a_loop(y_true, y_pred):
    tp = fp = 0
    for true, predicted in zip(y_true, y_pred, strict=True):
        tp += true == 1 and predicted == 1
        fp += true == 0 and predicted == 1
    return tp / (tp + fp) if tp + fp > 0 else 0.0


def precise_by_a_mean(y_true, y_pred):
    believed = y_true[y_pred == 1]
    return np.float32(believed.mean()) if believed.size else np.float32(0)


def recalled_as_a_list(y_true, y_pred):
    found = [int(predicted) for true, predicted in zip(y_true, y_pred, strict=True) if true]
    return sum(found) / (len(found) or 1)


def recalled_by_products(y_true, y_pred):
    return (y_true @ y_pred) / y_true.sum() if y_true.any() else 0.0


def f1_of_counts(y_true, y_pred):
    tp, wrong = np.sum(y_true * y_pred), np.sum(y_true != y_pred)
    return 0.0 if tp == 0 else 2 * tp / (2 * tp + wrong)


def f1_of_the_standard_library(y_true, y_pred):
    tp = int(np.sum((y_true == 1) & (y_pred == 1)))
    return statistics.harmonic_mean([tp / max(y_pred.sum(), 1), tp / max(y_true.sum(), 1)])


def macro_f1_of_a_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    np.add.at(matrix, (y_true, y_pred), 1)
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    return np.divide(2 * np.diag(matrix), both, out=np.zeros(num_classes), where=both > 0).mean()


def macro_f1_in_loops(y_true, y_pred, num_classes):
    total = 0
    for c in range(num_classes):
        tp = sum(1 for t, p in zip(y_true, y_pred, strict=True) if t == p == c)
        seen = sum(1 for t in y_true if t == c) + sum(1 for p in y_pred if p == c)
        if seen:
            total += 2 * tp / seen
    return total / num_classes


def auc_by_ranks(y_true, scores):
    order = np.sort(scores)
    ranks = (np.searchsorted(order, scores, "left") + np.searchsorted(order, scores, "right") + 1) / 2
    p = int(y_true.sum())
    return (ranks[y_true == 1].sum() - p * (p + 1) / 2) / (p * (len(y_true) - p))


def auc_in_loops(y_true, scores):
    won = []
    for s, y in zip(scores, y_true, strict=True):
        for other, label in zip(scores, y_true, strict=True):
            if y == 1 and label == 0:
                won.append(1 if s > other else 0.5 if s == other else 0)
    return sum(won) / len(won)


def auc_by_trapezoids(y_true, scores):
    points = [(0.0, 0.0)]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        called = scores >= threshold
        points.append((called[y_true == 0].mean(), called[y_true == 1].mean()))
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))


def folds_as_lists(n, k):
    folds, start = [], 0
    for i in range(k):
        stop = start + n // k + (i < n % k)
        folds.append(([j for j in range(n) if j < start or j >= stop], list(range(start, stop))))
        start = stop
    return folds


def folds_as_masks(n, k):
    of_row = np.repeat(np.arange(k), [n // k + (i < n % k) for i in range(k)])
    return tuple((np.flatnonzero(of_row != i), np.flatnonzero(of_row == i)) for i in range(k))


def cut_class_by_class(y, k):
    tests = [[] for _ in range(k)]
    for label in set(y.tolist()):
        for fold, rows in enumerate(np.array_split(np.flatnonzero(y == label), k)):
            tests[fold].extend(rows.tolist())
    return [([i for i in range(len(y)) if i not in test], test) for test in tests]


def dealt_by_counting(y, k):
    seen, fold_of = defaultdict(int), np.zeros(len(y), "int32")
    for i in np.random.default_rng(1).permutation(len(y)):
        fold_of[i] = seen[y[i]] % k
        seen[y[i]] += 1
    return [(np.where(fold_of != fold)[0], np.where(fold_of == fold)[0]) for fold in range(k)]


def validated_with_masks(f, X, y, k):
    n, scores, start = len(X), [], 0
    for i in range(k):
        size = n // k + int(i < n % k)
        held_out = np.zeros(n, bool)
        held_out[start : start + size] = True
        scores.append(float((f(X[~held_out], y[~held_out], X[held_out]) == y[held_out]).mean()))
        start += size
    return scores


def validated_in_pieces(f, X, y, k):
    Xs, ys = np.array_split(X, k), np.array_split(y, k)
    scores = np.zeros(k, "float32")
    for i in range(k):
        others = [j for j in range(k) if j != i]
        got = f(np.concatenate([Xs[j] for j in others]), np.concatenate([ys[j] for j in others]), Xs[i])
        scores[i] = sum(a == b for a, b in zip(got, ys[i], strict=True)) / len(ys[i])
    return scores


def diagnosed_the_other_way(train_score, val_score, target, gap):
    if train_score >= target and train_score - val_score <= gap:
        return "good fit"
    if train_score < target:
        return "underfitting"
    return "overfitting"


def diagnosed_by_index(train_score, val_score, target, gap):
    return ("good fit", "overfitting", "underfitting")[
        2 * (train_score < target) or int(val_score + gap < train_score)
    ]


ALSO_RIGHT = {
    "confusion_matrix": [by_bincount, in_nested_lists, by_one_hot],
    "accuracy": [counted, without_errors],
    "precision": [precise_in_a_loop, precise_by_a_mean],
    "recall": [recalled_as_a_list, recalled_by_products],
    "f1_score": [f1_of_counts, f1_of_the_standard_library],
    "macro_f1": [macro_f1_of_a_matrix, macro_f1_in_loops],
    "roc_auc": [auc_by_ranks, auc_in_loops, auc_by_trapezoids],
    "kfold": [folds_as_lists, folds_as_masks],
    "stratified_kfold": [cut_class_by_class, dealt_by_counting],
    "cross_validate": [validated_with_masks, validated_in_pieces],
    "diagnose_fit": [diagnosed_the_other_way, diagnosed_by_index],
}
each_answer = each_of(ALSO_RIGHT)
SOURCE = inspect.getsource(inspect.getmodule(by_bincount))
IMPORTS = "".join(re.findall(r"^(?:import stat|from (?:coll|iter)).*\n", SOURCE, re.MULTILINE))


@each_answer
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    found = verdict(name, answer, seed)
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@each_answer
def test_another_right_answer_is_accepted_in_the_sandbox(name, answer, graded_answer):
    source = re.sub(r"^def \w+", f"def {name}", inspect.getsource(answer))
    found = graded_answer(name, f"{IMPORTS}\n\n{source}")
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_the_reference_is_accepted_in_the_sandbox(name, graded_answer):
    found = graded_answer(name, inspect.getsource(inspect.getmodule(BY_NAME[name].reference)))
    assert (found.status, found.credit) == ("passed", 1.0), found.message
