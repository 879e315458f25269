"""Lesson 5a: who chooses by chance, or always the same, passes nothing; and what honest answers come to."""

import numpy as np
import pytest
from asking import BY_NAME, whole_cases_of

from grader.exercise import Answered
from grader.exercises.verifying import preprocessing as verifying

SEEDS = range(3)
GUESSERS = 1000


def judged(name, group, seed):
    """The cases of a group, and what makes them answered by a function of the arguments."""
    cases = [case for case in whole_cases_of(name, seed) if case.group == group]

    def answered(answer):
        return [Answered(case.arguments, case.secret, answer(*case.arguments)) for case in cases]

    return answered


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_columns_and_no_guess_will_do(seed):
    answered, rng = judged("columns_to_keep", "tables", seed), np.random.default_rng(seed)

    def share(answer):
        return np.mean([verifying.kept_error(case) / case.secret["best"] for case in answered(answer)])

    subsets = [np.flatnonzero(np.array(list(f"{i:09b}")) == "1") for i in range(2**9)]
    assert min(share(lambda *tables, subset=subset: subset) for subset in subsets) > 1.3
    guesses = [share(lambda *tables: np.flatnonzero(rng.random(9) < 0.5)) for _ in range(GUESSERS)]
    assert min(guesses) > 1.3


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_and_no_random_numbers_encode_words(seed):
    answered, rng = judged("encode_with_missing", "tables", seed), np.random.default_rng(seed)

    def share(answer):
        cases = answered(answer)
        return np.mean([verifying.encoding_error(case) / case.secret["best"] for case in cases])

    assert share(lambda *parts: tuple(np.ones((len(part), 1)) for part in parts)) > 1.3
    for _ in range(GUESSERS // 10):
        numbers = dict(zip(["unheard", None, *"abcdefgh"], rng.random(10), strict=True))

        def guessed(*parts, numbers=numbers):
            return tuple(np.array([[numbers.get(w, hash(w) % 7)] for w in part]) for part in parts)

        assert share(guessed) > 1.1


@pytest.mark.parametrize("seed", SEEDS)
def test_no_random_rows_are_an_honest_split(seed):
    rng = np.random.default_rng(seed)

    def at_random(X, *rest):
        order = rng.permutation(len(X))
        return order[len(X) // 4 :], order[: len(X) // 4]

    for kind in ("groups", "times", "copies"):
        answered = judged("honest_split", kind, seed)
        for _ in range(20):
            cases = answered(at_random)
            assert np.mean([verifying.promised(case) - case.secret for case in cases]) > 0.2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("kind", "most"), [("groups", 0.1), ("times", 0.1), ("copies", 0.08), ("plain", 0.05)]
)
def test_an_honest_split_is_well_within_the_limit(kind, most, seed):
    cases = judged("honest_split", kind, seed)(BY_NAME["honest_split"].reference)
    assert abs(np.mean([verifying.promised(case) - case.secret for case in cases])) < most


@pytest.mark.parametrize("seed", SEEDS)
def test_no_random_codes_will_do(seed):
    answered, rng = judged("out_of_fold_encoding", "tables", seed), np.random.default_rng(seed)
    for _ in range(GUESSERS // 10):
        cases = answered(lambda train, y, test, *rest: (rng.random(len(train)), rng.random(len(test))))
        assert np.mean([verifying.line_error(case) / case.secret["best"] for case in cases]) > 1.2
