"""Goals: who may have reached one has, and what is plainly bad never has."""

import math

import numpy as np
import pytest

from grader.exercises.goals import (
    EXCUSED_LOSS,
    EXCUSED_SHARE,
    MIN_ERRORS,
    MIN_PREDICTIONS,
    accuracy,
    lower_error,
)

SURELY = ": surely reached."
REACHED = ": reached."
CHANCE = ": within the margin of chance, so it counts."
NOT = ": not reached, and chance does not excuse it."


def of_share(right: int, n: int, target: float):
    """The finding on `right` right predictions of `n`."""
    return accuracy(np.zeros(n), np.arange(n) >= right, target)


def chance_to_count(share: float, n: int, target: float) -> float:
    """The probability that a model which is right in `share` of all cases counts: exact, not drawn."""
    return sum(
        math.exp(
            math.lgamma(n + 1)
            - math.lgamma(k + 1)
            - math.lgamma(n - k + 1)
            + k * math.log(share)
            + (n - k) * math.log1p(-share)
        )
        for k in range(n + 1)
        if of_share(k, n, target).right
    )


@pytest.mark.parametrize(
    ("right", "n", "verdict"),
    [
        (1000, 1000, SURELY),
        (920, 1000, SURELY),
        (919, 1000, SURELY),
        (910, 1000, REACHED),
        (900, 1000, REACHED),
        (899, 1000, CHANCE),
        (882, 1000, CHANCE),
        (881, 1000, NOT),  # beyond the interval
        (174, 200, CHANCE),
        (173, 200, NOT),  # within the interval, but too far below the goal
        (0, 1000, NOT),
    ],
)
def test_accuracy_says_how_sure_it_is(right, n, verdict):
    found = of_share(right, n, 0.9)
    assert found.message.endswith(f", at least 0.9 asked{verdict}")
    assert found.right == (verdict != NOT)
    assert found.message.startswith(f"Accuracy on {n} unseen samples: {right / n:.3f} (95 % interval ")


def test_accuracys_interval_is_wilsons():
    """Its ends are the goals at which the score test is on the edge."""
    message = of_share(870, 1000, 0.9).message
    low, high = (float(word) for word in message.split("interval ")[1].split(")")[0].split(" to "))
    for end in (low, high):
        assert abs(0.87 - end) / math.sqrt(end * (1 - end) / 1000) == pytest.approx(1.96, abs=0.06)
    assert low < 0.87 < high


@pytest.mark.parametrize("target", [0.1, 0.5, 0.9, 0.99, 1.0])
def test_more_right_predictions_never_count_less(target):
    found = [of_share(k, 400, target).right for k in range(401)]
    assert found == sorted(found)
    assert found[-1]
    assert not found[0]
    assert found.index(True) / 400 >= target - EXCUSED_SHARE - 1e-9


@pytest.mark.parametrize(
    ("target", "n"), [(0.9, 400), (0.85, 800), (0.8, 800), (0.95, 200), (0.95, 400), (0.9, 2000)]
)
def test_a_model_as_good_as_the_goal_rarely_fails(target, n):
    assert 0.965 < chance_to_count(target, n, target) < 0.985


@pytest.mark.parametrize(
    ("below", "n", "most"),
    [(0.05, 400, 0.12), (0.05, 800, 0.01), (0.05, 2000, 1e-5), (0.1, 200, 0.007), (0.1, 400, 1e-4)],
)
def test_a_model_plainly_below_the_goal_does_not_count(below, n, most):
    assert chance_to_count(0.9 - below, n, 0.9) < most


def test_a_model_ten_points_below_never_passes_in_two_thousand_draws():
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=400)
    for _ in range(2000):
        wrong = rng.random(400) < 0.2
        assert not accuracy(labels, (labels + wrong) % 10, 0.9).right


def test_predictions_that_are_no_numbers_are_wrong():
    assert not accuracy(np.arange(200) % 3, np.full(200, np.nan), 0.9).right
    assert not accuracy(np.arange(200) % 3, np.full(200, "0"), 0.9).right


@pytest.mark.parametrize("n", [0, 1, 30, MIN_PREDICTIONS - 1])
def test_a_share_of_few_samples_tells_nothing(n):
    with pytest.raises(ValueError, match=f"^{n} samples tell too little: a goal needs 200"):
        accuracy(np.zeros(n), np.zeros(n), 0.9)


@pytest.mark.parametrize("n", [0, 1, MIN_ERRORS - 1])
def test_errors_of_few_samples_tell_nothing(n):
    with pytest.raises(ValueError, match=f"^{n} samples tell too little: a goal needs 50"):
        lower_error(np.zeros(n), np.ones(n), "the mean")


@pytest.mark.parametrize("shape", [(200, 1), (1, 200), (201,), ()])
def test_shapes_must_agree(shape):
    for judge in (accuracy, lower_error):
        with pytest.raises(ValueError, match="beside"):
            judge(np.ones(200), np.ones(shape), 0.5)
    with pytest.raises(ValueError, match="beside"):
        accuracy(np.ones((200, 1)), np.ones((200, 1)), 0.5)


def gaining(mean: float, spread: float, n: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Errors that are smaller than the baseline's, 1 each, by `mean`, half of them more and half less."""
    return 1 - mean - spread * np.tile([1.0, -1.0], n // 2), np.ones(n)


@pytest.mark.parametrize(
    ("mean", "spread", "verdict"),
    [
        (0.5, 0.1, SURELY),
        (0.001, 0.0, SURELY),
        (1e-6, 0.0, NOT),  # rounding
        (0.01, 0.5, REACHED),
        (0.0, 0.5, CHANCE),
        (-0.019, 0.5, CHANCE),
        (-0.021, 0.5, NOT),  # within the interval, but too bad
        (-0.019, 0.05, NOT),  # beyond the interval
        (-0.3, 0.9, NOT),
        (0.0, 0.0, NOT),  # the baseline itself
    ],
)
def test_lower_error_says_how_sure_it_is(mean, spread, verdict):
    errors, baseline = gaining(mean, spread)
    for sign in (1, -1):  # the errors' signs do not count
        found = lower_error(sign * errors, baseline, "the mean")
        assert found.message.endswith(f", more than 0 asked{verdict}")
        assert found.right == (verdict != NOT)
    assert found.message.startswith(f"Mean absolute error {1 - mean:.4g}, the mean 1; lower by ")


def test_the_baseline_itself_and_one_better_sample_do_not_count():
    baseline = np.abs(np.random.default_rng(0).normal(size=200))
    assert not lower_error(baseline, baseline, "the mean").right
    assert not lower_error(baseline * (1 - 1e-15), baseline, "the mean").right
    true, mean = 100 + baseline, 100.1
    assert not lower_error(true.astype("float32") - np.float32(mean), true - mean, "the mean").right
    errors = baseline.copy()
    errors[baseline.argmax()] = 0
    assert not lower_error(errors, baseline, "the mean").right
    assert lower_error(0.999 * baseline, baseline, "the mean").right


@pytest.mark.parametrize("size", [10.0, 1e6, 1e300])
def test_one_outlier_neither_buys_nor_costs_a_goal(size):
    rng = np.random.default_rng(0)
    baseline = rng.normal(size=100)
    worse, better = 1.3 * baseline, 0.7 * baseline
    outlier = baseline.copy()
    outlier[7] = size
    assert not lower_error(worse, baseline, "the mean").right
    assert not lower_error(np.where(outlier == size, 0, worse), outlier, "the mean").right
    assert lower_error(better, baseline, "the mean").right
    assert lower_error(np.where(outlier == size, size, better), baseline, "the mean").right


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_errors_that_are_not_finite_do_not_count(value):
    errors = np.zeros(100)
    errors[3] = value
    found = lower_error(errors, np.ones(100), "the mean")
    assert found == (False, "1 of 100 errors are not finite numbers: not reached.")
    with pytest.raises(ValueError, match="baseline's errors are not finite"):
        lower_error(np.ones(100), errors, "the mean")


@pytest.mark.parametrize("size", [1e150, 1e200, 1.7e308])
def test_errors_too_large_to_add_up_do_not_count(size):
    assert not lower_error(np.full(100, size), np.ones(100), "the mean").right
    assert not lower_error(np.linspace(1, size, 100), np.ones(100), "the mean").right


def test_whole_numbers_without_a_sign_are_subtracted_as_numbers():
    errors, baseline = np.full(100, 3, np.uint8), np.full(100, 2, np.uint8)
    assert not lower_error(errors, baseline, "the mean").right
    assert lower_error(baseline, errors, "the mean").right


def counted(factor: float, n: int, draws: int = 400) -> float:
    """How often a model whose errors are `factor` times the baseline's size, and of its own, counts."""
    rng = np.random.default_rng(0)
    pairs = ((factor * rng.normal(size=n), rng.normal(size=n)) for _ in range(draws))
    return float(np.mean([lower_error(*pair, "the mean").right for pair in pairs]))


def test_a_better_model_counts_and_a_worse_one_does_not():
    assert counted(0.7, 50) > 0.97
    assert counted(0.8, 200) > 0.99
    assert counted(0.9, 400) > 0.97
    # What is as good as the baseline is on the edge: it counts about as often as not.
    assert 0.5 < counted(1.0, 50) < 0.62
    assert counted(1.3, 50) < 0.08
    assert counted(1.3, 200) < 0.01
    assert counted(1.3, 400) == counted(1.5, 200) == 0


def test_the_interval_holds_what_is_true_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(1000):
        gain = rng.normal(0.1, 1, 50)
        message = lower_error(10 - gain, np.full(50, 10.0), "the mean").message
        low, high = (float(word) for word in message.split("interval ")[1].split(")")[0].split(" to "))
        held.append(low <= 0.1 <= high)
    assert 0.925 < np.mean(held) < 0.97


def test_no_error_that_is_worse_by_more_than_the_share_counts():
    """Variance buys nothing: however wide the interval, the figure itself must be close."""
    rng = np.random.default_rng(0)
    baseline, shape = np.ones(60), np.abs(rng.standard_cauchy(60))
    shape = np.clip(shape, *np.sort(shape)[[1, -2]])  # what is judged: without the outliers
    shape /= shape.mean()
    for worse in (0.9, 1.0, 1.0 + EXCUSED_LOSS - 0.001, 1.0 + EXCUSED_LOSS + 0.001, 1.3, 1.5):
        assert lower_error(worse * shape, baseline, "the mean").right == (worse <= 1 + EXCUSED_LOSS)
