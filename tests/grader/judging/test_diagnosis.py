import numpy as np
import pytest
from asking import verdict

from grader.judging.discretion import _discreet


@pytest.mark.parametrize(
    ("name", "answer", "kind", "words"),
    [
        ("relu", lambda x: np.where(x > 0, x, 0.01 * x), "mistake", ""),
        ("mse", lambda y, y_hat: 3 * np.mean((y - y_hat) ** 2), "relation", "it is 3 × what is right"),
        (
            "mse",
            lambda y, y_hat: np.mean((y + y_hat) ** 2),
            "variant",
            "On every case it is what a right answer",
        ),
        (
            "momentum_step",
            lambda theta, g, v, lr, m: (theta + (m * v - lr * g), v),
            "relation",
            "`velocity` is the argument `velocity`, as it was given",
        ),
        ("cosine_decay", lambda step, total, initial: 0.5, "relation", "it is 0.5, whatever is given"),
        (
            "attention",
            lambda q, k, v, mask=None: q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]),
            "step",
            "it is what a right answer computes on its way",
        ),
        ("relu", lambda x: np.where(x > 3, x / 2, np.maximum(x, 0)), "", ""),
    ],
)
def test_each_kind_is_said_in_its_words(name, answer, kind, words):
    found = verdict(name, answer)
    assert found.status == "failed"
    assert found.diagnosis == kind
    assert words in found.message
    assert bool(found.mistake) == (kind in ("mistake", "where it fails", "two mistakes"))


def test_what_a_report_publishes_of_it():
    right = verdict("relu", lambda x: np.maximum(x, 0))
    wrong = verdict("mse", lambda y, y_hat: 3 * np.mean((y - y_hat) ** 2))
    assert "diagnosis" not in right.published()
    assert wrong.published()["diagnosis"] == "relation"


def test_nothing_of_it_is_told_where_one_may_hand_in_again():
    """It would say what the secret cases gave."""
    found = verdict("mse", lambda y, y_hat: 3 * np.mean((y - y_hat) ** 2))
    assert "what is right" not in _discreet(found).message
