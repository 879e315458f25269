"""Lesson 6: thresholds, estimates and verdicts found in other ways, in this process and in the sandbox."""

import inspect
import math
import re

import numpy as np
import pytest
from asking import BY_NAME, each_of, verdict
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from grader.judging.bank import PUBLIC_SEED


def threshold_by_sums(scores, labels, cost_false_positive, cost_false_negative):
    """Between two scores, by cumulated sums."""
    order = np.argsort(scores)
    s, y = scores[order], labels[order]
    cost = np.cumsum(np.where(y == 1, cost_false_negative, -cost_false_positive))
    best = int(np.argmin(cost))
    return (s[best] + s[min(best + 1, len(s) - 1)]) / 2 if cost[best] < 0 else -np.inf


def threshold_in_loops(scores, labels, cost_false_positive, cost_false_negative):
    best, least = None, math.inf
    pairs = list(zip(scores.tolist(), labels.tolist(), strict=True))
    for threshold, _ in pairs:
        cost = 0
        for score, label in pairs:
            if score > threshold and label == 0:
                cost += cost_false_positive
            elif score <= threshold and label == 1:
                cost += cost_false_negative
        if cost < least:
            best, least = threshold, cost
    return best


def threshold_among_quantiles(scores, labels, cost_false_positive, cost_false_negative):
    candidates = np.quantile(scores, np.linspace(0, 1, 100))
    called = scores > candidates[:, None]
    costs = called @ (cost_false_positive * (labels == 0)) + ~called @ (cost_false_negative * (labels == 1))
    return candidates[costs.argmin()]


def temperature_by_scipy(logits, labels, new_logits):
    rows = np.arange(len(labels))
    best = minimize_scalar(
        lambda log_t: -log_softmax(logits / np.exp(log_t), axis=1)[rows, labels].mean(), bounds=(-3, 3)
    )
    return softmax(new_logits / np.exp(best.x), axis=1)


def by_logistic_regression(logits, labels, new_logits):
    model = LogisticRegression(C=100, max_iter=2000).fit(logits, labels)
    return model.predict_proba(new_logits).astype("float32")


def by_mean_confidence(logits, labels, new_logits):
    def softmax(z):
        powers = np.exp(z - z.max(axis=1)[:, None])
        return powers / powers.sum(axis=1)[:, None]

    right = np.mean(logits.argmax(axis=1) == labels)
    low, high = 0.01, 100.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        if softmax(middle * logits).max(axis=1).mean() > right:
            high = middle
        else:
            low = middle
    return softmax(low * new_logits).tolist()


def by_gradient_descent(logits, labels, new_logits):
    scale = 1.0
    for _ in range(150):
        p = np.exp(scale * (logits - logits.max(axis=1, keepdims=True)))
        p /= p.sum(axis=1, keepdims=True)
        gradient = (p * logits).sum(axis=1).mean() - logits[np.arange(len(labels)), labels].mean()
        scale *= np.exp(-0.3 * np.clip(scale * gradient, -1, 1))
    p = np.exp(scale * (new_logits - new_logits.max(axis=1, keepdims=True)))
    return p / p.sum(axis=1, keepdims=True)


def nested_with_scikit_learn(f, settings, X, y, seed):
    scores = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y):
        inner = list(StratifiedKFold(3, shuffle=True, random_state=seed).split(X[train], y[train]))
        best, best_score = None, -1.0
        for setting in settings:
            score = 0.0
            for a, b in inner:
                score += np.mean(f(setting, X[train][a], y[train][a], X[train][b]) == y[train][b])
            if score > best_score:
                best, best_score = setting, score
        scores.append(np.mean(f(best, X[train], y[train], X[test]) == y[test]))
    return np.mean(scores)


def one_hold_out_of_each(f, settings, X, y, seed):
    """Dealt out in turn, as the rows are sorted; the inner search holds out a third once."""
    rows, right = np.arange(len(X)), 0
    for i in range(4):
        test, seen = rows[i::4], rows[rows % 4 != i]
        inner_test, inner_train = seen[::3], np.setdiff1d(seen, seen[::3])
        scores = [
            (f(s, X[inner_train], y[inner_train], X[inner_test]) == y[inner_test]).sum() for s in settings
        ]
        right += (f(settings[np.argmax(scores)], X[seen], y[seen], X[test]) == y[test]).sum()
    return right / len(X)


def a_test_part_kept_back(f, settings, X, y, seed):
    """Ten times a third of the rows, searched in folds on the others."""
    rng, scores = np.random.default_rng(seed), []
    for _ in range(5):
        test, *folds = np.array_split(rng.permutation(len(X)), 4)
        seen = np.concatenate(folds)

        def score(setting, folds=folds, seen=seen):
            learnt = [np.setdiff1d(seen, fold) for fold in folds]
            return np.mean(
                [np.mean(f(setting, X[a], y[a], X[b]) == y[b]) for a, b in zip(learnt, folds, strict=True)]
            )

        best = max(settings, key=score)
        scores.append(np.mean(f(best, X[seen], y[seen], X[test]) == y[test]))
    return float(np.mean(scores))


def error_of_clusters(right, groups):
    names = np.unique(groups)
    off = np.array([np.sum(right[groups == name] - right.mean()) for name in names])
    error = np.sqrt(len(names) / (len(names) - 1) * np.sum(off**2)) / len(right)
    return right.mean() - 1.98 * error, right.mean() + 1.98 * error


def jackknife(right, groups):
    names = np.unique(groups)
    without = np.array([right[groups != name].mean() for name in names])
    error = math.sqrt((len(names) - 1) * without.var())
    return [right.mean() - 2 * error, right.mean() + 2 * error]


def mean_of_groups(right, groups):
    shares = np.array([right[groups == name].mean() for name in set(groups.tolist())])
    error = shares.std(ddof=1) / np.sqrt(len(shares))
    return shares.mean() - 1.96 * error, shares.mean() + 1.96 * error


def design_effect(right, groups):
    """The binomial interval of so many rows as the groups are worth."""
    share, sizes = right.mean(), np.bincount(groups)
    products = np.bincount(groups, weights=right - share) ** 2
    own = np.bincount(groups, weights=(right - share) ** 2)
    likeness = (products - own).sum() / (sizes * (sizes - 1)).sum() / (share * (1 - share))
    effect = 1 + likeness * ((sizes**2).sum() / sizes.sum() - 1)
    error = math.sqrt(share * (1 - share) / len(right) * effect)
    return share - 1.96 * error, share + 1.96 * error


def bootstrap_in_a_loop(right, groups):
    rng = np.random.default_rng()
    rows = [right[groups == name].tolist() for name in np.unique(groups)]
    counts = [(sum(part), len(part)) for part in rows]
    shares = []
    for _ in range(300):
        drawn = [counts[i] for i in rng.integers(0, len(counts), len(counts))]
        shares.append(sum(hits for hits, _ in drawn) / sum(size for _, size in drawn))
    shares.sort()
    return shares[7], shares[-8]


def exact_test(right_a, right_b):
    a, b = int(np.sum(right_a & ~right_b)), int(np.sum(~right_a & right_b))
    if a + b == 0 or binomtest(a, a + b).pvalue >= 0.05:
        return "same"
    return "a" if a > b else "b"


def exact_by_hand(right_a, right_b):
    a = sum(1 for x, y in zip(right_a, right_b, strict=True) if x and not y)
    b = sum(1 for x, y in zip(right_a, right_b, strict=True) if y and not x)
    n, few = a + b, min(a, b)
    p = 2 * sum(math.comb(n, i) for i in range(few + 1)) / 2**n
    return "same" if p > 0.05 else "a" if a > b else "b"


def mcnemar_with_continuity(right_a, right_b):
    a, b = np.sum(right_a > right_b), np.sum(right_b > right_a)
    if a == b or (abs(a - b) - 1) ** 2 / (a + b) < 3.84:
        return "same"
    return "ab"[int(b > a)]


def paired_bootstrap(right_a, right_b):
    differences = right_a.astype(int) - right_b.astype(int)
    shares = [np.mean(differences == value) for value in (-1, 0, 1)]
    drawn = np.random.default_rng(3).multinomial(len(differences), shares, 400)  # as often as each is drawn
    means = drawn @ [-1, 0, 1] / len(differences)
    low, high = np.quantile(means, [0.025, 0.975])
    return "a" if low > 0 else "b" if high < 0 else "same"


def paired_t(right_a, right_b):
    d = right_a.astype(float) - right_b
    error = d.std(ddof=1) / np.sqrt(len(d))
    return "same" if error == 0 or abs(d.mean() / error) < 1.96 else "a" if d.mean() > 0 else "b"


def signs_turned(right_a, right_b):
    d = right_a.astype(int) - right_b.astype(int)
    d, rng = d[d != 0], np.random.default_rng(0)
    by_chance = (rng.choice([-1, 1], (1000, len(d)))).sum(axis=1)
    if np.mean(np.abs(by_chance) >= abs(d.sum())) >= 0.05:
        return "same"
    return "a" if d.sum() > 0 else "b"


ALSO_RIGHT = {
    "choose_threshold": [threshold_by_sums, threshold_in_loops, threshold_among_quantiles],
    "recalibrate": [temperature_by_scipy, by_logistic_regression, by_mean_confidence, by_gradient_descent],
    "nested_estimate": [nested_with_scikit_learn, one_hold_out_of_each, a_test_part_kept_back],
    "accuracy_interval": [error_of_clusters, jackknife, mean_of_groups, design_effect, bootstrap_in_a_loop],
    "better_or_luck": [
        *(exact_test, exact_by_hand, mcnemar_with_continuity, paired_bootstrap, paired_t, signs_turned),
    ],
}
each_answer = each_of(ALSO_RIGHT)
SOURCE = inspect.getsource(inspect.getmodule(threshold_by_sums))
PACKAGES = "".join(re.findall(r"^from (?:scipy|sklearn).*\n", SOURCE, re.MULTILINE))


@each_answer
def test_another_way_is_accepted(name, answer):
    found = verdict(name, answer, PUBLIC_SEED)
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@each_answer
def test_another_way_is_accepted_in_the_sandbox(name, answer, graded_answer):
    source = re.sub(r"^def \w+", f"def {name}", inspect.getsource(answer))
    imports = "import math\n" + ("" if BY_NAME[name].packages == ("numpy",) else PACKAGES)
    found = graded_answer(name, f"{imports}\n\n{source}")
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize("name", ALSO_RIGHT)
def test_the_reference_is_accepted_in_the_sandbox(name, graded_answer):
    found = graded_answer(name, inspect.getsource(inspect.getmodule(BY_NAME[name].reference)))
    assert (found.status, found.credit) == ("passed", 1.0), found.message
