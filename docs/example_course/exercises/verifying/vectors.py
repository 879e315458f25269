"""Lesson 1: a vector at a right angle, by what is asked of it. Learners get this file; no answer is in it."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given

ROUNDING = 1e-6


def is_orthogonal(given: Given, answer: Any) -> Finding:
    """Judge a vector by its shape, its length, and its product with the given one."""
    (v,) = given.arguments
    u = np.asarray(answer)
    if u.shape != v.shape or u.dtype.kind not in "iuf":
        return Finding(False, f"A vector of {len(v)} numbers is asked for.")
    length, product = float(np.sqrt(u @ u)), float(u @ v)
    if not abs(length - 1) < ROUNDING:  # of nan, too
        return Finding(False, f"Its length is {length:.4g}; a vector of length 1 is asked for.")
    if abs(product) > ROUNDING * float(np.sqrt(v @ v)):
        return Finding(False, f"Its product with v is {product:.4g}, and at a right angle that is 0.")
    return Finding(True)
