"""What answers of lesson 3a are judged by: the cost of a constant, and a rate beside the true one."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given

DEARER = 1.001  # than the least cost a constant may be
OFF = 0.03


def costs_least(given: Given, answer: Any) -> Finding:
    """Judge a constant by its mean cost, beside the least, which one of the values has."""
    y, cost_under, cost_over = given.arguments
    number = _number(answer)
    if number is None:
        return Finding(False, "One finite number is asked for.")
    least = mean_costs(y, y, cost_under, cost_over).min()
    (cost,) = mean_costs(y, np.array([number]), cost_under, cost_over)
    if cost <= DEARER * least + 1e-12:
        return Finding(True)
    if least == 0:
        return Finding(
            False, f"Your prediction costs {cost:.4g} in the mean, and one that costs nothing exists."
        )
    return Finding(False, f"Your prediction costs {cost / least:.3f} times the least that is possible.")


def mean_costs(y: np.ndarray, predictions: np.ndarray, cost_under: float, cost_over: float) -> np.ndarray:
    """Return what each prediction for all costs in the mean."""
    missing = y - predictions[:, None]  # (predictions, values)
    return np.mean(cost_under * np.maximum(missing, 0) + cost_over * np.maximum(-missing, 0), axis=1)


def is_limit_rate(given: Given, answer: Any) -> Finding:
    """Judge a learning rate beside the one at which descent begins to diverge, the secret."""
    rate = _number(answer)
    if rate is None or rate <= 0:
        return Finding(False, "One finite number above 0 is asked for.")
    share = rate / given.secret
    if abs(share - 1) <= OFF:
        return Finding(True)
    what = "diverges" if share > 1 else "still converges, and so it does with a larger one"
    return Finding(False, f"With your rate, {rate:.4g}, the descent {what}.")


def _number(answer: Any) -> float | None:
    array = np.asarray(answer)
    if array.shape or array.dtype.kind not in "fiu" or not np.isfinite(array):
        return None
    return float(array)
