"""`he_normal`: how sure a right draw is to pass, and draws that are refused."""

import math

import numpy as np
import pytest
from asking import verdict

from grader.exercise import Given
from grader.exercises.verifying import architecture as verifying
from grader.references import architecture as reference


def test_a_right_draw_passes_however_often_it_is_drawn():
    for seed in range(300):
        for shape in ((50, 400), (30, 90)):
            given = Given((*shape, seed), None, ())
            assert verifying.is_he_normal(given, reference.he_normal(*shape, seed)).right


def test_limits_are_so_wide_that_a_right_draw_fails_once_in_millions():
    beyond = math.erfc(verifying.SURE / math.sqrt(2))
    assert 16 * 2 * beyond < 1e-6  # of all cases, the mean and the variance


def test_five_in_a_hundred_more_is_seen_where_there_are_many():
    given = Given((784, 32, 0), None, ())
    assert not verifying.is_he_normal(given, 1.05 * reference.he_normal(784, 32, 0)).right


class Counter:
    """Draws that go on where the last one ended, whatever the seed."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, fan_in, fan_out, seed):
        return self.rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def spread_evenly(fan_in, fan_out, seed):
    """Two values only, with the right mean and variance."""
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (fan_in, fan_out))
    return signs * np.sqrt(2 / fan_in)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Counter(), "The same seed"),
        (spread_evenly, "equal"),
        (lambda fan_in, fan_out, seed: "normal", "array"),
        (lambda fan_in, fan_out, seed: [[1.0], [1.0, 2.0]], "array"),
        (lambda fan_in, fan_out, seed: np.full((fan_in, fan_out), np.nan), "finite"),
        (lambda fan_in, fan_out, seed: np.zeros((fan_in, fan_out)), "same weights"),
        (lambda fan_in, fan_out, seed: np.random.default_rng(seed).normal(size=fan_out), "shape"),
    ],
)
def test_what_is_no_such_draw_is_refused(answer, words):
    found = verdict("he_normal", answer)
    assert found.status == "failed"
    assert words in found.message, found.message
