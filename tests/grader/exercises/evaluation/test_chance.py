"""Lesson 6: who always says the same, or guesses, passes nothing; right answers are far from limits."""

import numpy as np
import pytest
from asking import BY_NAME, whole_cases_of

from grader.exercise import Answered, Given
from grader.exercises.verifying import evaluation as verifying

SEEDS = range(3)
GUESSERS = 1000


def answered(name, group, seed, answer):
    """The cases of a group, answered by a function of the arguments."""
    cases = [case for case in whole_cases_of(name, seed) if case.group == group]
    return [Answered(case.arguments, case.secret, answer(*case.arguments)) for case in cases]


def groups_of(name, seed=0):
    return list(dict.fromkeys(case.group for case in whole_cases_of(name, seed)))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_threshold_and_no_guess_will_do(seed):
    rng = np.random.default_rng(seed)

    def share(group, answer):
        cases = answered("choose_threshold", group, seed, answer)
        return np.mean([verifying.cost_of(case, case.answer) / case.secret["least"] for case in cases])

    for group in groups_of("choose_threshold"):
        assert share(group, BY_NAME["choose_threshold"].reference) < 1.07
        for threshold in (-np.inf, np.inf, *np.linspace(0, 1, 40)):
            assert share(group, lambda *given, t=threshold: t) > 1.2
        for _ in range(50):
            assert share(group, lambda scores, *given: rng.choice(scores)) > 1.5


@pytest.mark.parametrize("seed", SEEDS)
def test_no_temperature_suits_all_models(seed):
    def softmax(z):
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def worst(answer):
        shares = []
        for group in groups_of("recalibrate"):
            cases = answered("recalibrate", group, seed, answer)
            shares.append(np.mean([verifying.log_loss_of(case) / case.secret["best"] for case in cases]))
        return max(shares)

    assert worst(BY_NAME["recalibrate"].reference) < 1.01
    for temperature in np.geomspace(0.1, 10, 21):
        assert worst(lambda logits, y, new, t=temperature: softmax(new / t)) > 1.1


def estimates_are_right(seed, answer):
    cases = answered("nested_estimate", "all sets", seed, answer)
    last = cases[-1]
    return verifying.is_expected(
        Given(last.arguments, last.secret, cases[:-1], group=cases), last.answer
    ).right


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_estimate_will_do_and_no_guess(seed):
    rng = np.random.default_rng(seed)
    for share in np.linspace(0.3, 1, 71):
        assert not estimates_are_right(seed, lambda *given, share=share: share)
    for _ in range(50):
        low = rng.uniform(0.3, 0.7)
        assert not estimates_are_right(seed, lambda *given, low=low: rng.uniform(low, 0.9))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_interval_will_do_and_no_fixed_width(seed):
    def judged(answer):
        shares, widths = [], []
        for group in groups_of("accuracy_interval"):
            cases = answered("accuracy_interval", group, seed, answer)
            shares.append(np.mean([c.answer[0] <= c.secret["truth"] <= c.answer[1] for c in cases]))
            ours = np.mean([c.secret["width"] for c in cases])
            widths.append(np.mean([c.answer[1] - c.answer[0] for c in cases]) / ours)
        return min(shares), max(widths)

    held, width = judged(BY_NAME["accuracy_interval"].reference)
    assert (held > 0.9, width) == (True, pytest.approx(1.0))
    for low in np.linspace(0.6, 0.8, 9):
        for high in np.linspace(0.65, 0.9, 9):
            held, width = judged(lambda *given, pair=(low, high): pair)
            assert held < 0.85 or width > 1.2


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_who_guesses_tells_better_from_luck(seed):
    rng = np.random.default_rng(seed)
    better = [
        np.array([c.secret for c in whole_cases_of("better_or_luck", seed) if c.group == group])
        for group in groups_of("better_or_luck", seed)
    ]
    for _ in range(GUESSERS):
        same = rng.random()
        chances = [(1 - same) / 2, (1 - same) / 2, same]
        guessed = [rng.choice(["a", "b", "same"], len(group), p=chances) for group in better]
        right = [np.mean(guess == group) for guess, group in zip(guessed, better, strict=True)]
        limits = [0.9 if group[0] == "same" else 0.8 for group in better]
        assert not all(share >= limit for share, limit in zip(right, limits, strict=True))
