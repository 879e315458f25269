"""Lesson 6: folds by their properties; thresholds, probabilities, estimates and verdicts by how they do."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.exercise import Answered, Finding, Given
from grader.exercises.verifying.forms import Odd, told, two_parts

MOST_OF_LEAST_COST = 1.1  # on fresh rows, beside that of the best threshold there
MOST_LOG_LOSS = 1.03  # beside that of the best temperature
TOO_MUCH_ON_NOISE, OFF, OFF_ALIKE = 0.04, 0.07, 0.05  # what estimates may promise too much and be off by
COVERAGE, WIDTH = 0.85, 1.2  # of intervals: the share that holds the truth, and the width beside ours
FALSE_ALARMS, FOUND = 0.1, 0.8  # of pairs of models that are equal, and that are not
KINDS = ("noise", "alike", "signal")  # of sets on which a search is estimated
SMALLEST = 1e-12  # a probability in a log loss


@told
def is_stratified_folds(given: Given, answer: Any) -> Finding:
    """Judge folds by what is in each, and each class's rows in each test part."""
    y, k = given.arguments
    if not isinstance(answer, list | tuple) or len(answer) != k:
        raise Odd(f"A list of {k} pairs is asked for, one for each fold.")
    pairs = [two_parts(pair, len(y)) for pair in answer]
    if any(len(train) + len(test) < len(y) for train, test in pairs):
        raise Odd("In one of your folds, a row is neither in training nor in the test part.")
    tested = np.concatenate([test for _, test in pairs])
    if left_out := len(y) - len(np.unique(tested)):
        raise Odd(f"{left_out} of {len(y)} rows are in no fold's test part.")
    if len(tested) > len(y):
        raise Odd("A row is in the test part of two folds.")
    for label, rows in zip(*np.unique(y, return_counts=True), strict=True):
        for fold, (_, test) in enumerate(pairs):
            got = int(np.sum(y[test] == label))
            if abs(got - rows / k) > 1:
                return Finding(
                    False,
                    f"Fold {fold} has {got} of the {rows} rows of class {label} in its test part, where "
                    f"{rows / k:.4g} are its share.",
                )
    return Finding(True)


@told
def costs_little(given: Given, answer: Any) -> Finding:
    """Judge thresholds by what they cost on fresh rows, which are the secret, with the least cost there."""
    _number(answer, infinite=True)
    if not given.group:
        return Finding(True)
    shares = np.array([cost_of(case, float(case.answer)) / case.secret["least"] for case in given.group])
    return Finding(
        bool(shares.mean() <= MOST_OF_LEAST_COST),
        f"On fresh rows your thresholds cost {shares.mean():.3f} times what the best would, in the mean of "
        f"{len(shares)} sets of data {given.secret['kind']}; at most {MOST_OF_LEAST_COST:g} is asked for.",
    )


def cost_of(case: Answered, threshold: float) -> float:
    """Return what a threshold costs on the fresh rows of a case."""
    _, _, cost_false_positive, cost_false_negative = case.arguments
    positive, labels = case.secret["scores"] > threshold, case.secret["labels"]
    false_alarms, misses = np.sum(positive & (labels == 0)), np.sum(~positive & (labels == 1))
    return float(cost_false_positive * false_alarms + cost_false_negative * misses)


@told
def is_calibrated(given: Given, answer: Any) -> Finding:
    """Judge probabilities by their log loss; secret are labels and the best softmax's loss."""
    _probabilities(answer, given.arguments[2].shape)
    if not given.group:
        return Finding(True)
    share = float(np.mean([log_loss_of(case) / case.secret["best"] for case in given.group]))
    rows = [np.asarray(case.answer, float) for case in given.group]
    says = np.mean([np.mean(part.max(axis=1)) for part in rows])
    right = np.mean(
        [np.mean(p.argmax(axis=1) == c.secret["labels"]) for p, c in zip(rows, given.group, strict=True)]
    )
    return Finding(
        share <= MOST_LOG_LOSS,
        f"Of models {given.secret['kind']}, the log loss of your probabilities is {share:.3f} times that of "
        f"the best softmax, in the mean of {len(rows)}. Your likeliest class has probability {says:.2f} in "
        f"the mean, and is right in {right:.0%} of the new rows.",
    )


def log_loss_of(case: Answered) -> float:
    """Return the log loss of the probabilities that a case was answered with."""
    return log_loss(np.asarray(case.answer, float), case.secret["labels"])


def log_loss(rows: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of −log of each row's probability of its label, which counts as `SMALLEST` at least."""
    return float(-np.mean(np.log(np.maximum(rows[np.arange(len(labels)), labels], SMALLEST))))


@told
def is_expected(given: Given, answer: Any) -> Finding:
    """Judge estimates by the accuracy that came of the search, which is the secret, in the mean."""
    if not 0 <= _number(answer) <= 1:
        raise Odd("An accuracy is asked for, a number from 0 to 1.")
    if not given.group:
        return Finding(True)
    off = np.array([float(case.answer) - case.secret["came"] for case in given.group])
    kinds = np.array([case.secret["kind"] for case in given.group])
    on_noise, on_alike, on_others = (float(off[kinds == kind].mean()) for kind in KINDS)
    right = -OFF <= on_noise <= TOO_MUCH_ON_NOISE and abs(on_alike) <= OFF_ALIKE and abs(on_others) <= OFF
    return Finding(
        right,
        f"In the mean, you expect {_points(on_noise)} than new rows bring on sets of noise, "
        f"{_points(on_alike)} where all settings are the same, and {_points(on_others)} on other sets.",
    )


def _points(off: float) -> str:
    return f"{abs(100 * off):.2g} points {'more' if off > 0 else 'less'}"


@told
def holds_the_truth(given: Given, answer: Any) -> Finding:
    """Judge intervals by how many hold the truth and how wide they are; the secret is it, and our width."""
    _bounds(answer)
    if not given.group:
        return Finding(True)
    bounds = np.array([_bounds(case.answer) for case in given.group])
    truth = np.array([case.secret["truth"] for case in given.group])
    held = float(np.mean((bounds[:, 0] <= truth) & (truth <= bounds[:, 1])))
    ours = np.mean([case.secret["width"] for case in given.group])
    width = float(np.mean(bounds[:, 1] - bounds[:, 0]) / ours)
    return Finding(
        held >= COVERAGE and width <= WIDTH,
        f"With {given.secret['kind']}, {held:.0%} of {len(bounds)} intervals hold the true accuracy; they "
        f"are {width:.2f} times as wide as ours, in the mean.",
    )


@told
def tells_better_from_luck(given: Given, answer: Any) -> Finding:
    """Judge verdicts on pairs of models; the secret is the better one, or `"same"`."""
    if not isinstance(answer, str) or answer not in ("a", "b", "same"):
        raise Odd('One of the three texts "a", "b" and "same" is asked for.')
    if not given.group:
        return Finding(True)
    one_alone = np.mean([np.mean(case.arguments[0] != case.arguments[1]) for case in given.group])
    rows = f"{len(given.arguments[0]):,} test rows, of which one of the two alone gets {one_alone:.0%} right"
    pairs = len(given.group)
    if given.secret == "same":
        alarms = sum(case.answer != "same" for case in given.group)
        return Finding(
            alarms <= FALSE_ALARMS * pairs,
            f"With {rows}, you call one model better in {alarms / pairs:.0%} of {pairs} pairs of equal ones.",
        )
    found = sum(case.answer == case.secret for case in given.group)
    wrong = sum(case.answer not in (case.secret, "same") for case in given.group)
    return Finding(
        found >= FOUND * pairs,
        f"With {rows}, of {pairs} pairs in which one model is better, you name it in {found / pairs:.0%} and "
        f"the other one in {wrong / pairs:.0%}.",
    )


def _number(answer: Any, infinite: bool = False) -> float:
    number = np.asarray(answer)
    if number.shape or number.dtype.kind not in "iuf" or np.isnan(number):
        raise Odd("A single number is asked for.")
    if not infinite and np.isinf(number):
        raise Odd("A finite number is asked for.")
    return float(number)


def _bounds(answer: Any) -> Sequence[float]:
    bounds = np.asarray(answer)
    if bounds.shape != (2,) or bounds.dtype.kind not in "iuf" or not np.isfinite(bounds).all():
        raise Odd("Two numbers are asked for, the lower bound and the upper one.")
    if bounds[0] > bounds[1]:
        raise Odd("The lower bound comes first, and yours is above the upper one.")
    return bounds.astype(float).tolist()


def _probabilities(answer: Any, shape: tuple[int, int]) -> None:
    rows = np.asarray(answer)
    if rows.shape != shape or rows.dtype.kind not in "iuf":
        raise Odd(f"A probability of each class for each new row is asked for, shape {shape}.")
    if not np.isfinite(rows).all() or rows.min() < -1e-6 or rows.max() > 1 + 1e-6:
        raise Odd("Among your numbers is one that is no probability: below 0, above 1 or none at all.")
    if np.abs(rows.sum(axis=1) - 1).max() > 1e-3:
        raise Odd("Your probabilities of a row don't sum to 1.")
