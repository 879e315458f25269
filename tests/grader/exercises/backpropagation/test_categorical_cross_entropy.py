"""The edges that the cases of `categorical_cross_entropy` reach."""

import numpy as np
from asking import first_two


def test_edges_of_categorical_cross_entropy():
    pairs = first_two("categorical_cross_entropy")
    assert any(np.any((y == 1) & (p == 0)) for y, p in pairs)
    assert any(np.any((y == 1) & (p == 1)) for y, p in pairs)
    assert {2, 3, 10} <= {y.shape[1] for y, _ in pairs}
    assert any(len(y) == 1 for y, _ in pairs)
    assert any(len(y) == y.shape[1] for y, _ in pairs)
    for y, p in pairs:
        np.testing.assert_allclose(p.sum(axis=1), 1)
        np.testing.assert_array_equal(np.sort(y, axis=1)[:, -1], 1)
        np.testing.assert_array_equal(y.sum(axis=1), 1)
