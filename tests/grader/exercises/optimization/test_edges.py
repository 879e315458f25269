"""Lesson 3b: the edges that the cases of several exercises reach."""

import numpy as np
import pytest
from asking import cases_of, first_two


@pytest.mark.parametrize("name", ["momentum_step", "rmsprop_step", "adam_step"])
def test_edges_of_the_optimisers(name):
    pairs = first_two(name)
    assert {theta.ndim for theta, _ in pairs} == {0, 1, 2, 3}
    assert any(not grad.any() for _, grad in pairs)
    assert any(np.any(grad > 0) and np.any(grad < 0) for _, grad in pairs)
    if name in ("rmsprop_step", "adam_step"):
        assert min(np.abs(grad[grad != 0]).min() for _, grad in pairs if grad.any()) <= 1e-4
        assert {1e-7, 0.1} <= {case[-1] for case in cases_of(name)}
    if name == "adam_step":
        assert {1, 2, 1000} <= {case[4] for case in cases_of(name)}
    if name == "momentum_step":
        assert 0.0 in {case[-1] for case in cases_of(name)}
    assert any(not case[2].any() for case in cases_of(name))
