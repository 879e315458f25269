"""Lesson 6: rules that look at the size of the data, or at nothing, and were once enough."""

import numpy as np
import pytest
from asking import verdict

from grader.exercises.evaluation.nested_estimate import search_score

SEED = "one"


def around(half_width):
    """An interval round the accuracy, as wide as a function of rows and groups says."""

    def answer(right, groups):
        share = float(np.mean(right))
        half = half_width(share, len(right), len(np.unique(groups)))
        return share - half, share + half

    return answer


def ahead_by(margin):
    """The higher accuracy wins, if it is ahead by what a function of the two and of the rows says."""

    def answer(right_a, right_b):
        a, b = np.mean(right_a), np.mean(right_b)
        return "same" if abs(a - b) <= margin(a, b, len(right_a)) else "a" if a > b else "b"

    return answer


def of_spread(scale):
    def answer(logits, labels, new_logits):
        powers = np.exp(scale * new_logits / logits.std())
        return powers / powers.sum(axis=1, keepdims=True)

    return answer


def less(points):
    return lambda f, settings, X, y, seed: search_score(f, settings, X, y, seed) - points


def two_errors_less(f, settings, X, y, seed):
    share = search_score(f, settings, X, y, seed)
    return float(share - 2 * np.sqrt(share * (1 - share) / len(X)))


def half_if_low(f, settings, X, y, seed):
    share = search_score(f, settings, X, y, seed)
    return 0.5 if share < 0.68 else share - 0.03


LAZY = {
    **{f"width {w}": ("accuracy_interval", around(lambda p, n, g, w=w: w)) for w in (0.035, 0.045, 0.06)},
    **{
        f"binomial times {k}": (
            "accuracy_interval",
            around(lambda p, n, g, k=k: 1.96 * k * np.sqrt(p * (1 - p) / n)),
        )
        for k in (1.2, 1.5, 1.7, 2.0)
    },
    **{
        f"{c} by the root of the groups": ("accuracy_interval", around(lambda p, n, g, c=c: c / np.sqrt(g)))
        for c in (0.4, 0.5, 0.6, 0.7)
    },
    **{
        f"{c} by the root of the rows": ("better_or_luck", ahead_by(lambda a, b, n, c=c: c / np.sqrt(n)))
        for c in (0.4, 0.6, 0.72, 0.9, 1.2)
    },
    **{
        f"unpaired at {z}": (
            "better_or_luck",
            ahead_by(lambda a, b, n, z=z: z * np.sqrt((a * (1 - a) + b * (1 - b)) / n)),
        )
        for z in (0.8, 1.0, 1.28, 1.5)
    },
    **{f"spread {scale}": ("recalibrate", of_spread(scale)) for scale in (1.2, 1.7, 2.5)},
    "the search's score less 9 points": ("nested_estimate", less(0.09)),
    "the search's score less two errors": ("nested_estimate", two_errors_less),
    "a half if the score is low": ("nested_estimate", half_if_low),
}


@pytest.mark.parametrize("rule", LAZY)
def test_no_lazy_rule_will_do(rule):
    name, answer = LAZY[rule]
    assert verdict(name, answer, SEED).status == "failed"


def test_a_text_is_asked_for_and_no_array():
    found = verdict("better_or_luck", lambda right_a, right_b: np.array([1, 2]))
    assert "One of the three texts" in found.message
