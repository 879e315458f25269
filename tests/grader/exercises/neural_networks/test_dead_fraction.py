"""The edges that the cases of `dead_fraction` reach."""

import numpy as np
from asking import arrays_of

from grader.references import neural_networks as reference


def test_edges_of_dead_fraction():
    cases = arrays_of("dead_fraction")
    shares = {reference.dead_fraction(Z) for Z in cases}
    assert {0.0, 1.0} < shares
    assert any(len(Z) == 1 and Z.size > 1 for Z in cases)
    assert any(Z.shape[1] == 1 for Z in cases)
    assert any(np.all(Z == 0) for Z in cases)
    assert any(reference.dead_fraction(Z) > 0 and not np.any(np.all(Z <= 0, axis=1)) for Z in cases)
