"""The edges that the cases of `majority_baseline` reach."""

import numpy as np
from asking import cases_of


def test_edges_of_majority_baseline():
    cases = cases_of("majority_baseline")
    tied = [y for y, _ in cases if np.sum(np.bincount(y) == np.bincount(y).max()) > 1]
    smallest = [np.bincount(y).argmax() for y in tied]
    assert any(y[0] != label for y, label in zip(tied, smallest, strict=True))
    assert any(y[0] == label for y, label in zip(tied, smallest, strict=True))
    assert any(n > len(y) for y, n in cases)
    assert any(n < len(y) for y, n in cases)
    assert any(n == 1 for _, n in cases)
    assert any(len(np.unique(y)) == 1 for y, _ in cases)
    assert all(y.dtype.kind == "i" and y.min() >= 0 for y, _ in cases)
