"""Lesson 8: choices of a model by what they cost and how good they are."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.forms import Odd, told

FALL_SHORT, DEAR = 0.05, 1.6  # the share of choices below the target; their cost beside the least possible


@told
def is_safe_and_cheap(given: Given, answer: Any) -> Finding:
    """Judge choices by the true accuracies, which are the secret, and by the least that had to be paid."""
    costs, _, n, target = given.arguments
    place = np.asarray(answer)
    if place.shape or place.dtype.kind not in "iu" or not 0 <= place < len(costs):
        raise Odd(f"The place of a model is asked for, a whole number from 0 to {len(costs) - 1}.")
    if not given.group:
        return Finding(True)
    places = [int(case.answer) for case in given.group]
    pairs = list(zip(given.group, places, strict=True))
    short = float(np.mean([case.secret["truth"][chosen] < target for case, chosen in pairs]))
    dear = float(np.mean([case.arguments[0][chosen] / case.secret["least"] for case, chosen in pairs]))
    return Finding(
        short <= FALL_SHORT and dear <= DEAR,
        f"With {n:,} test rows and a target of {target:g}, {short:.0%} of your {len(places)} choices fall "
        f"short of it, and in the mean they cost {dear:.2f} times what had to be paid. At most 5 % and "
        f"{DEAR:g} times are asked for.",
    )
