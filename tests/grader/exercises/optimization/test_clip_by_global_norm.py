"""The edges that the cases of `clip_by_global_norm` reach."""

import math

import numpy as np
from asking import cases_of


def test_edges_of_clip_by_global_norm():
    cases = cases_of("clip_by_global_norm")
    norms = [(math.sqrt(sum(np.sum(g**2) for g in grads)), limit) for grads, limit in cases]
    assert any(norm == 0 for norm, _ in norms)
    assert any(0 < norm < limit for norm, limit in norms)
    assert any(norm == limit for norm, limit in norms)
    assert any(norm > limit for norm, limit in norms)
    assert {1, 5} <= {len(grads) for grads, _ in cases}
    assert {0, 1, 2} <= {g.ndim for grads, _ in cases for g in grads}
