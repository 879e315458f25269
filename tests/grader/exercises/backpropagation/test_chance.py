"""Lesson 3a: who guesses finds no fault in a gradient, by a constant answer or at random."""

import numpy as np
import pytest
from asking import cases_of, outcomes_of

from grader.references import backpropagation as reference

NAME = "wrong_gradient_entries"


def right_and_lengths(seed):
    right = [outcome.value() for outcome in outcomes_of(NAME, reference.wrong_gradient_entries, seed)]
    return right, [len(theta) for _, _, theta in cases_of(NAME, seed)]


@pytest.mark.parametrize("seed", range(5))
def test_no_constant_finds_much(seed):
    right, lengths = right_and_lengths(seed)
    constants = [[], *([i] for i in range(6)), *([i, j] for i in range(6) for j in range(i + 1, 6))]
    assert max(np.mean([answer == constant for answer in right]) for constant in constants) <= 0.34
    everywhere = [list(range(d)) for d in lengths]
    assert np.mean([answer == all_of_it for answer, all_of_it in zip(right, everywhere, strict=True)]) <= 0.2


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_random_places_find_next_to_nothing(seed):
    rng = np.random.default_rng(seed)
    right, lengths = right_and_lengths(seed)
    shares = [
        np.mean(
            [
                answer == sorted(rng.choice(d, min(d, rng.integers(1, 3)), replace=False).tolist())
                for answer, d in zip(right, lengths, strict=True)
            ]
        )
        for _ in range(1000)
    ]
    assert np.mean(shares) < 0.15
    assert max(shares) < 0.5
