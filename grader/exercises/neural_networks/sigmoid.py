"""Lesson 2: how `sigmoid` is checked."""

import math

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import naive_sigmoid, signed_arrays, two_branch_sigmoid
from grader.references import neural_networks as reference

FALLING = (
    "Your curve falls where it should rise: a negative x belongs below 0.5. Look at the exponent's sign."
)


EXERCISE = Exercise(
    reference=reference.sigmoid,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "overflow",
            naive_sigmoid,
            "The formula is right, but for very negative x the exponential overflows. "
            "Find an equal form whose exponent is never positive.",
        ),
        Mistake(
            "both_branches",
            two_branch_sigmoid,
            "Both forms are right, but each is computed for every element, as with np.where, so each one "
            "overflows where it isn't used. Keep the exponent from being positive before you choose.",
        ),
        Mistake(
            "overflow_for_positive",
            lambda x: np.exp(x) / (1 + np.exp(x)),
            "For large positive x the exponential overflows and gives inf / inf = nan. "
            "This form suits negative x only.",
        ),
        Mistake("missing_minus", lambda x: 1 / (1 + np.exp(x)), FALLING),
        Mistake("missing_minus_stable", lambda x: reference.sigmoid(-x), FALLING),
        Mistake(
            "missing_brackets",
            lambda x: 1 / 1 + np.exp(-x),
            "Division comes before addition: the whole denominator wants brackets.",
        ),
        Mistake(
            "math_exp",
            lambda x: 1 / (1 + math.exp(-x)),
            "math.exp takes one number, and x may be an array: NumPy has an exp for arrays. "
            "Mind very negative x, too, where either of them overflows.",
        ),
        Mistake(
            "math_exp_overflow",
            lambda x: np.vectorize(lambda v: 1 / (1 + math.exp(-v)))(x),
            "math.exp raises OverflowError above 709, which happens for very negative x. "
            "Find an equal form whose exponent is never positive.",
        ),
    ),
    hints=(
        "e^(−x) overflows where x is very negative. Multiply numerator and denominator by e^x: the same "
        "value, and there e^x is small.",
        "So: 1 / (1 + e^(−x)) where x ≥ 0, and e^x / (1 + e^x) where x < 0. In both, the exponent is −|x|. "
        "np.where computes both its branches everywhere, so give it nothing that can overflow.",
        "Let e be the exponential of −|x|. The denominator is 1 + e everywhere; the numerator is e for "
        "negative x and 1 otherwise, and np.where can pick it.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
    stable=True,
)
