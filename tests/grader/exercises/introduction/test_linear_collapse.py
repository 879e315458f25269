"""The edges that the cases of `linear_collapse` reach."""

import numpy as np
from asking import cases_of


def test_edges_of_linear_collapse():
    cases = cases_of("linear_collapse")
    shapes = {(*W1.shape, W2.shape[1]) for W1, _, W2, _ in cases}
    assert {(1, 1, 1), (2, 2, 2)} <= shapes
    assert any(inputs != hidden != units != inputs for inputs, hidden, units in shapes)
    assert any(np.any(b1) and not np.any(b2) for _, b1, _, b2 in cases)
