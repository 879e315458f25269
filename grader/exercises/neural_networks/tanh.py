"""Lesson 2: how `tanh` is checked."""

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import exponential_ratio, signed_arrays
from grader.references import neural_networks as reference


def even_tanh(x):
    e = np.exp(-2 * np.abs(x))
    return (1 - e) / (1 + e)


def two_branch_tanh(x):
    return np.where(
        x >= 0, (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
    )


ONE_MISSING = (
    "This is the cheat sheet's formula, which lacks its '− 1': the range is (0, 2) instead of (−1, 1). "
    "tanh(0) should be 0."
)


EXERCISE = Exercise(
    reference=reference.tanh,
    cases=signed_arrays,
    mistakes=(
        Mistake("cheat_sheet", lambda x: 2 / (1 + np.exp(-2 * x)), ONE_MISSING),
        Mistake("cheat_sheet_stable", lambda x: 2 * reference.sigmoid(2 * x), ONE_MISSING),
        Mistake(
            "overflow_ratio",
            exponential_ratio,
            "For large x, positive or negative, the exponentials overflow and give inf / inf = nan. "
            "Find an equal form whose exponent is never positive.",
        ),
        Mistake(
            "overflow",
            lambda x: 2 / (1 + np.exp(-2 * x)) - 1,
            "The formula is right, but for very negative x the exponential overflows. "
            "Your stable sigmoid already solves this.",
        ),
        Mistake(
            "overflow_for_positive",
            lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
            "For large positive x the exponential overflows and gives inf / inf = nan. "
            "This form suits negative x only.",
        ),
        Mistake(
            "both_branches",
            two_branch_tanh,
            "Both forms are right, but each is computed for every element, as with np.where, so each one "
            "overflows where it isn't used. Keep the exponent from being positive before you choose.",
        ),
        Mistake(
            "two_missing_in_exponent",
            lambda x: 2 * reference.sigmoid(x) - 1,
            "Your curve is twice too wide: this is tanh(x / 2). Look at the exponent.",
        ),
        Mistake(
            "sign_lost",
            even_tanh,
            "Negative x gave positive values. After working with |x|, the sign of x has to come back.",
        ),
    ),
    hints=(
        "tanh is a stretched sigmoid: twice as fast, twice as tall, and moved down to go through 0.",
        "Compare 2 / (1 + e^(−2x)) − 1 with the sigmoid's formula: there is a sigmoid in it. Of what?",
        "Call your stable `sigmoid` with x doubled, double the result, then move it down by 1.",
    ),
    difficulty=3,
    importance=3,
    minutes=8,
    stable=True,
    forbidden=("tanh",),
)
