"""Goals: a figure to reach on data that the learner's code never saw, judged with the margin of chance.

A figure from n samples is known to within an interval only. Whoever may have reached the goal has reached it:
an unlucky draw of a training or of the data costs no points, and the message says how sure the verdict is.
"""

import math

import numpy as np

from grader.exercise import Finding

Z = 1.96  # of a 95 % interval of the normal distribution


def accuracy(labels: np.ndarray, predicted: np.ndarray, target: float) -> Finding:
    """Judge the share of right predictions by its Wilson score interval.

    `(p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)`

    Args:
        labels: the true classes, (n,).
        predicted: the predicted ones, (n,).
        target: the share that is asked for.

    Raises:
        ValueError: the shapes differ.

    Source: Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference".

    >>> print(accuracy(np.ones(100), np.ones(100), 0.95).message)
    Accuracy on 100 unseen samples: 1.000 (95 % interval 0.963 to 1.000), at least 0.95 asked: surely reached.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.shape != predicted.shape or labels.ndim != 1:
        raise ValueError(f"{predicted.shape} predictions for {labels.shape} labels")
    n, share = len(labels), float(np.mean(labels == predicted))
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    figure = f"Accuracy on {n} unseen samples: {share:.3f}"
    return _finding(figure, share, (centre - half, centre + half), target)


def lower_error(errors: np.ndarray, baseline_errors: np.ndarray, name: str) -> Finding:
    """Judge whether errors are smaller than a baseline's on the same samples, by their mean difference.

    `d̄ ± z s_d / √n`, with d the differences of the absolute errors.

    Args:
        errors: a model's errors, (n,).
        baseline_errors: the baseline's, (n,).
        name: what to call the baseline.

    Raises:
        ValueError: the shapes differ.
    """
    errors, baseline_errors = np.abs(errors), np.abs(baseline_errors)
    if errors.shape != baseline_errors.shape or errors.ndim != 1:
        raise ValueError(f"{errors.shape} errors beside {baseline_errors.shape} of the baseline")
    gain = baseline_errors - errors
    mean, half = float(np.mean(gain)), Z * float(np.std(gain, ddof=1)) / math.sqrt(len(gain))
    figure = f"Mean absolute error {np.mean(errors):.4g}, {name} {np.mean(baseline_errors):.4g}"
    return _finding(f"{figure}; lower by {mean:.4g}", mean, (mean - half, mean + half), 0.0)


def _finding(figure: str, value: float, interval: tuple[float, float], target: float) -> Finding:
    low, high = interval
    if not math.isfinite(value) or high < target:
        verdict = "not reached, beyond what chance explains"
    elif low >= target:
        verdict = "surely reached"
    elif value >= target:
        verdict = "reached"
    else:
        verdict = "within the margin of chance, so it counts"
    text = f"{figure} (95 % interval {low:.3f} to {high:.3f}), at least {target:g} asked: {verdict}."
    return Finding(math.isfinite(value) and high >= target, text)
