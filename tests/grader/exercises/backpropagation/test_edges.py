"""Lesson 3a: the edges that the cases of several exercises reach."""

import numpy as np
import pytest
from asking import first_two


@pytest.mark.parametrize("name", ["mse", "mse_gradient"])
def test_edges_of_the_squared_error(name):
    pairs = first_two(name)
    assert {y.ndim for y, _ in pairs} == {1, 2, 3}
    assert any(np.array_equal(y, y_hat) for y, y_hat in pairs)
    assert any(np.sum(y - y_hat) == 0 and np.any(y != y_hat) for y, y_hat in pairs)
    assert any(y.ndim == 2 and y.shape[1] == 1 < len(y) for y, _ in pairs)
    assert any(y.ndim == 2 and y.shape[1] > 1 for y, _ in pairs)


@pytest.mark.parametrize("name", ["sparse_cross_entropy_from_logits", "softmax_cross_entropy_gradient"])
def test_edges_of_the_losses_from_logits(name):
    pairs = first_two(name)
    assert all(labels.dtype.kind == "i" and labels.ndim == 1 and z.ndim == 2 for labels, z in pairs)
    assert max(np.abs(z).max() for _, z in pairs) == 1e4
    assert any(np.ptp(z.max(axis=1)) > 1000 for _, z in pairs if len(z) > 1)
    assert any(len(z) == 1 for _, z in pairs)
    assert any(z.shape[0] == z.shape[1] for _, z in pairs)
    assert any(len(set(labels)) < len(labels) for labels, _ in pairs)
    wrong = [z[np.arange(len(z)), labels] - z.max(axis=1) for labels, z in pairs]
    assert min(w.min() for w in wrong) <= -1e4


def test_edges_of_sgd_step():
    pairs = first_two("sgd_step")
    assert {theta.ndim for theta, _ in pairs} == {0, 1, 2, 3}
    assert any(not grad.any() for _, grad in pairs)
    assert any(np.any(grad > 0) and np.any(grad < 0) for _, grad in pairs)
