"""The edges that the cases of `backpropagate` reach, and that no rounding decides one."""

import numpy as np
import pytest
from asking import cases_of


def test_edges_of_backpropagate():
    cases = cases_of("backpropagate")
    pre_activations = [X @ W1 + b1 for X, _, W1, b1, *_ in cases]
    assert any(np.any(Z == 0) for Z in pre_activations)
    assert any(np.all(Z <= 0) for Z in pre_activations)
    assert any(np.all(Z > 0) for Z in pre_activations)
    assert any(W1.shape[0] == W1.shape[1] > 1 for _, _, W1, *_ in cases)
    assert {1, 16} <= {len(X) for X, *_ in cases}


@pytest.mark.parametrize("seed", range(6))
def test_rounding_decides_nothing_in_backpropagate(seed):
    """A pre-activation is exactly 0 in whatever order it is summed, or well away from it."""
    for X, labels, W1, b1, W2, b2 in cases_of("backpropagate", seed):
        Z1 = X @ W1 + b1
        whole = all(np.all(2 * array % 1 == 0) for array in (X, W1, b1))
        assert whole or np.abs(Z1).min() > 1e-3
        logits = np.maximum(Z1, 0) @ W2 + b2
        assert (
            np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])[np.arange(len(X)), labels].min()
            > 1e-4
        )
