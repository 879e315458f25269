"""The edges that the cases of `dense` reach."""

import numpy as np
from asking import cases_of


def test_edges_of_dense():
    cases = cases_of("dense")
    assert any(len(case) == 3 for case in cases)
    full = [case for case in cases if len(case) == 4]
    for activation in (None, "relu", "sigmoid", "tanh", "softmax"):
        shapes = [W.shape for _, W, _, name in full if name == activation]
        assert any(rows == columns > 1 for rows, columns in shapes)
        assert any(rows != columns for rows, columns in shapes)
    assert sum(name == "swish" for *_, name in full) == 1
    assert any(len(X) == 1 for X, *_ in full)
    assert any(W.shape[1] == 1 for _, W, *_ in full)
    sums = {name: X @ W + b for X, W, b, name in full if np.abs(X @ W).max() > 500}
    assert sums["softmax"].max() > 710
    assert sums["sigmoid"].min() < -710
