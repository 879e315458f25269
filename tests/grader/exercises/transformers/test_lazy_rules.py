"""Lesson 7d: habits and designs that hold for some cases, and for too few."""

import numpy as np
import pytest
from asking import verdict

from grader.exercises.transformers.previous_token_head import turned
from grader.judging.bank import PUBLIC_SEED

SEEDS = (PUBLIC_SEED, "one", "two")
SAME_FOR_ALL = {
    "all": lambda f, x: np.ones((len(x), len(x)), bool),
    "none": lambda f, x: np.zeros((len(x), len(x)), bool),
    "itself": lambda f, x: np.eye(len(x), dtype=bool),
    "up to itself": lambda f, x: np.tri(len(x), dtype=bool),
    "up to the next": lambda f, x: np.tri(len(x), k=1, dtype=bool),
    "neighbours": lambda f, x: np.abs(np.subtract.outer(np.arange(len(x)), np.arange(len(x)))) < 2,
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("guess", SAME_FOR_ALL)
def test_one_pattern_for_all_boxes_earns_little(guess, seed):
    assert verdict("influence", SAME_FOR_ALL[guess], seed).credit < 0.4


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scale", [3.0, 20.0])
def test_a_head_that_is_too_soft_for_some_depth_is_refused(scale, seed):
    found = verdict("previous_token_head", turned(scale), seed)
    assert found.status == "failed" and "0.9 is asked for" in found.message


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scale", [50.0, 1000.0])
def test_a_sharp_head_passes(scale, seed):
    found = verdict("previous_token_head", turned(scale), seed)
    assert found.status == "passed", found.message


def at_one_temperature(T):
    return lambda logits, bits: T


@pytest.mark.parametrize("T", [0.01, 0.1, 0.5, 1.0, 2.0, 10.0])
def test_one_temperature_for_all_earns_nothing_to_speak_of(T):
    assert verdict("temperature_for", at_one_temperature(T), SEEDS[1]).credit < 0.1


def in_proportion(logits, bits):
    """The deviation, times what share of the entropy is asked for."""
    return float(np.std(logits) * bits / np.log2(len(logits)) + 1e-6)


def test_a_rule_of_thumb_for_the_temperature_is_refused():
    assert verdict("temperature_for", in_proportion, SEEDS[1]).credit < 0.1


@pytest.mark.parametrize("answer", [["[UNK]"], []])
def test_one_answer_for_all_words_earns_less_than_half(answer):
    assert verdict("wordpiece", lambda word, vocabulary: answer, SEEDS[1]).credit < 0.5
