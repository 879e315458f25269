"""Lesson 7d: who guesses a mask, a head or a temperature passes nothing."""

import numpy as np
import pytest
from asking import cases_of, whole_cases_of

from grader.child import live
from grader.exercise import Given
from grader.exercises.verifying import transformers as verifying
from grader.references import transformers as reference

GUESSERS = 200


@pytest.mark.parametrize("seed", range(2))
def test_nobody_guesses_who_depends_on_whom(seed):
    rng = np.random.default_rng(0)
    for f, x in cases_of("influence", seed)[5:]:
        truth = reference.influence(live.instantiate(f), x)
        guessed = rng.random((GUESSERS, *truth.shape)) < truth.mean()
        assert not (guessed == truth).all(axis=(1, 2)).any() or truth.all()


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 100.0])
def test_no_weights_that_are_drawn_look_back(scale):
    rng = np.random.default_rng(0)
    for case in whole_cases_of("previous_token_head")[2:8]:
        depth = case.arguments[1]
        for _ in range(GUESSERS // 20):
            weights = rng.normal(0, scale, (2, depth, depth))
            assert not verifying.looks_back(Given(case.arguments, case.secret, ()), tuple(weights)).right


def test_hardly_any_temperature_that_is_drawn_is_right():
    rng = np.random.default_rng(0)
    right = [
        verifying.has_entropy(Given(case.arguments, None, ()), float(10 ** rng.uniform(-2, 3))).right
        for case in whole_cases_of("temperature_for")
        for _ in range(GUESSERS // 10)
    ]
    assert np.mean(right) < 0.02
