"""Goals: a figure to reach on data that the learner's code never saw, judged with the margin of chance.

A figure from n samples is known to within an interval only. Whoever may have reached the goal has reached it:
an unlucky draw of a training or of the data costs no points, and the message says how sure the verdict is.
The margin must not reward what is plainly bad, though: it is only used on enough samples, where the interval
is narrow, and excuses only what is close to the goal.
"""

import math

import numpy as np

from grader.exercise import Finding

Z = 1.96  # of a 95 % interval of the normal distribution
MIN_PREDICTIONS = 200
MIN_ERRORS = 50
EXCUSED_SHARE = 0.03  # how far below its goal a share may lie and still count
ROUNDING = 1e-4  # of float32 figures that are much larger than their errors
EXCUSED_LOSS = 0.02  # how much worse than the baseline errors may be and still count, as a share of it


def accuracy(
    labels: np.ndarray, predicted: np.ndarray, target: float, excused: float = EXCUSED_SHARE
) -> Finding:
    """Judge the share of right predictions by its Wilson score interval.

    `(p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)`

    A share below the goal counts where the goal lies within the interval, and the share at most
    `excused` below it.

    Args:
        labels: the true classes, (n,).
        predicted: the predicted ones, (n,).
        target: the share that is asked for.
        excused: less than usual, where what is plainly wrong comes near the goal.

    Raises:
        ValueError: the shapes differ, or there are fewer than `MIN_PREDICTIONS`.

    Source: Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> print(accuracy(np.ones(200), np.ones(200), 0.95).message)
    Accuracy on 200 unseen samples: 1.000 (95 % interval 0.981 to 1.000), at least 0.95 asked: surely reached.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    _require_pairs(labels, predicted, MIN_PREDICTIONS)
    n, share = len(labels), float(np.mean(labels == predicted))
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    low, high = centre - half, centre + half
    # 174 of 200 are 0.87, but 0.9 - 0.03 may be a last bit more.
    counts = high >= target and share >= target - excused - 1e-9
    interval = f"{share:.3f} (95 % interval {low:.3f} to {high:.3f})"
    figure = f"Accuracy on {n} unseen samples: {interval}, at least {target:g}"
    return _finding(figure, low >= target, share >= target, counts)


def unreadable(outputs: np.ndarray, images: int) -> str | None:
    """Say why a network's outputs don't tell the digit on each of so many images; `None` if they do.

    >>> print(unreadable(np.full((3, 10), np.nan), 3))
    Your model's outputs are not all numbers: its training ran out of all bounds.
    """
    if outputs.shape != (images, 10):
        return (
            f"Ten numbers for each image are asked for, and your model gives shape {outputs.shape} for "
            f"{images} images: look at its last layer."
        )
    if not np.isfinite(outputs).all():
        return "Your model's outputs are not all numbers: its training ran out of all bounds."
    return None


def lower_error(errors: np.ndarray, baseline_errors: np.ndarray, name: str) -> Finding:
    """Judge whether errors are smaller than a baseline's on the same samples, by their mean difference.

    `d̄ ± z s_d (n − 1) / ((n − 3) √n)`, with d the differences of the absolute errors, the largest
    and the smallest of them replaced by the next: so no single sample buys or costs the goal, however far
    out it lies. Differences within rounding, `ROUNDING` of the baseline's mean, are none.

    A mean difference that is not positive counts where the interval reaches beyond 0, and the errors are
    larger than the baseline's by `EXCUSED_LOSS` of it at most. The baseline itself does not count.

    Args:
        errors: a model's errors, (n,).
        baseline_errors: the baseline's, (n,).
        name: what to call the baseline.

    Raises:
        ValueError: the shapes differ, there are fewer than `MIN_ERRORS`, or the baseline's are not finite.

    Source: Dixon and Tukey (1968), "Approximate Behavior of the Distribution of Winsorized t".
    """
    errors, baseline_errors = np.abs(np.asarray(errors, float)), np.abs(np.asarray(baseline_errors, float))
    _require_pairs(baseline_errors, errors, MIN_ERRORS)
    if not np.isfinite(baseline_errors).all():
        raise ValueError("the baseline's errors are not finite")
    n = len(errors)
    if unknown := n - int(np.isfinite(errors).sum()):
        return Finding(False, f"{unknown} of {n} errors are not finite numbers: not reached.")
    with np.errstate(over="ignore", invalid="ignore"):  # errors near the largest number give NaN: not reached
        usual = float(np.mean(_winsorised(baseline_errors)))
        gain = baseline_errors - errors
        gain = _winsorised(np.where(np.abs(gain) <= ROUNDING * usual, 0.0, gain))
        mean, deviation = float(np.mean(gain)), float(np.std(gain, ddof=1))
        half = Z * deviation * (n - 1) / ((n - 3) * math.sqrt(n))
        low, high = mean - half, mean + half
        figure = (
            f"Mean absolute error {np.mean(errors):.4g}, {name} {np.mean(baseline_errors):.4g}; "
            f"lower by {mean:.4g} without outliers (95 % interval {low:.4g} to {high:.4g}), more than 0"
        )
        excused = high > 0 and mean >= -EXCUSED_LOSS * usual
    return _finding(figure, low > 0, mean > 0, excused)


def _require_pairs(expected: np.ndarray, given: np.ndarray, fewest: int) -> None:
    if given.shape != expected.shape or given.ndim != 1:
        raise ValueError(f"figures of shape {given.shape} beside {expected.shape}")
    if len(given) < fewest:
        raise ValueError(f"{len(given)} samples tell too little: a goal needs {fewest}")


def _winsorised(values: np.ndarray) -> np.ndarray:
    """Return the values, the smallest and the largest replaced by the next."""
    ordered = np.sort(values)
    return np.clip(values, ordered[1], ordered[-2])


def _finding(figure: str, surely: bool, reached: bool, excused: bool) -> Finding:
    if surely:
        verdict = "surely reached"
    elif reached:
        verdict = "reached"
    elif excused:
        verdict = "within the margin of chance, so it counts"
    else:
        verdict = "not reached, and chance does not excuse it"
    return Finding(surely or reached or excused, f"{figure} asked: {verdict}.")
