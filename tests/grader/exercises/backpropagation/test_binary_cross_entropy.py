"""The edges that the cases of `binary_cross_entropy` reach."""

import numpy as np
from asking import first_two

SEEDS = (0, 1, 2)


def test_edges_of_binary_cross_entropy():
    pairs = [pair for seed in SEEDS for pair in first_two("binary_cross_entropy", seed)]
    for label, probability in ((0, 0), (1, 0), (1, 1)):
        assert any(np.any((y == label) & (p == probability)) for y, p in pairs)
    assert not any(np.any((y == 0) & (p == 1)) for y, p in pairs)  # float32 clips that elsewhere
    assert {y.ndim for y, _ in pairs} == {1, 2}
    assert {value for y, _ in pairs for value in np.unique(y)} == {0.0, 1.0}
