"""The edges that the cases of `numerical_gradient` reach."""

import numpy as np
from asking import cases_of


def test_edges_of_numerical_gradient():
    cases = cases_of("numerical_gradient")
    assert {case[1].ndim for case in cases} == {0, 1, 2, 3}
    assert {len(case) for case in cases} == {2, 3}
    assert max(case[2] for case in cases if len(case) == 3) == 1.0
    assert all(case[1].dtype == np.float64 for case in cases)
