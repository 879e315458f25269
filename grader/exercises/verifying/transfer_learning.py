"""Lesson 7c: a layer by what a classifier on it comes to, images by how far their labels reach."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.exercise import Answered, Finding, Given
from grader.exercises.verifying.forms import Odd, told

FURTHEST = 0.05  # below the best layer's accuracy, in the mean
GAIN = 0.09  # above images drawn by lot, in the mean


@told
def chooses_well(given: Given, answer: Any) -> Finding:
    """Judge places of layers by the accuracies that they lead to, which are the secret."""
    place, layers = np.asarray(answer), len(given.arguments[0])
    if place.shape or place.dtype.kind not in "iuf" or place not in range(layers):
        raise Odd(f"The place of a layer is asked for, a whole number from 0 to {layers - 1}.")
    if not given.group:
        return Finding(True)
    lost = float(np.mean([_lost(case) for case in given.group]))
    return Finding(
        lost <= FURTHEST,
        f"Where the best layer is {given.secret['kind']}, a classifier on yours is right "
        f"{100 * lost:.1f} points less often on unseen images than one on the best, in the mean of "
        f"{len(given.group)} backbones.",
    )


def _lost(case: Answered) -> float:
    accuracies = case.secret["accuracies"]
    return max(accuracies) - accuracies[int(case.answer)]


@told
def chooses_images(given: Given, answer: Any) -> Finding:
    """Judge images to label by the nearest one's label; the secret: all labels, and unseen images."""
    _chosen(answer, *given.arguments)
    if not given.group:
        return Finding(True)
    gains = [_gain(case) for case in given.group]
    gain = float(np.mean(gains))
    more = "more" if gain >= 0 else "less"
    return Finding(
        gain >= GAIN,
        f"Where images come {given.secret['order']}, unseen ones are right {100 * abs(gain):.2f} points "
        f"{more} often with your labels than with labels by lot, in the mean of {len(gains)} sets; "
        f"{100 * GAIN:.0f} points more are asked.",
    )


def _gain(case: Answered) -> float:
    chosen = _chosen(case.answer, *case.arguments)
    return share_right(case.arguments[0], chosen, case.secret) - case.secret["by_lot"]


def share_right(features: np.ndarray, chosen: np.ndarray, secret: Mapping[str, Any]) -> float:
    """Return how many unseen images are named rightly by the nearest one that has a label."""
    labelled = features[chosen]  # (n, d)
    # |u − l|² without |u|², which is the same for all: (unseen, n).
    away = (labelled**2).sum(axis=1) - 2 * secret["unseen"] @ labelled.T
    return float(np.mean(secret["labels"][chosen][away.argmin(axis=1)] == secret["truth"]))


def _chosen(answer: Any, features: np.ndarray, n: int) -> np.ndarray:
    chosen = np.asarray(answer)
    if chosen.shape != (n,) or chosen.dtype.kind not in "iuf" or (chosen != np.floor(chosen)).any():
        raise Odd(f"{n} places are asked for, whole numbers in an array of shape ({n},).")
    if chosen.min() < 0 or chosen.max() >= len(features):
        raise Odd(f"The images are numbered from 0 to {len(features) - 1}, and you name others.")
    if len(np.unique(chosen)) < n:
        raise Odd("An image is named twice: that wastes a label.")
    return chosen.astype(int)
