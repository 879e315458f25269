"""The edges that the cases of `make_dataset` reach."""

import numpy as np
import pytest
from asking import cases_of


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_make_dataset(seed):
    cases = cases_of("make_dataset", seed)
    assert any(len(x) % batch_size for x, _, batch_size, _ in cases)
    assert any(batch_size > len(x) for x, _, batch_size, _ in cases)
    assert any(x.ndim == 3 for x, *_ in cases)
    assert any(s == 0 for *_, s in cases)
    assert all(len(np.unique(y)) == len(y) for _, y, *_ in cases)
    many = [case for case in cases if len(case[0]) == 120]
    seeds = [case[3] for case in many]
    assert seeds[0] == seeds[1] != seeds[2]
    assert all(np.array_equal(case[0], many[0][0]) for case in many)
