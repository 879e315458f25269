"""The edges that the cases of `forward_propagation` reach."""

import numpy as np
from asking import cases_of, verdict


def test_edges_of_forward_propagation():
    cases = cases_of("forward_propagation")
    assert all((X.ndim, W.ndim, b.ndim) == (2, 2, 1) for X, W, b in cases)
    assert any(len(X) == 1 for X, *_ in cases)
    assert any(W.shape[0] == W.shape[1] > 1 for _, W, _ in cases)
    assert any(W.shape[0] != W.shape[1] for _, W, _ in cases)


def by_numpy(X, W, b):
    return np.maximum(np.asarray(X) @ np.asarray(W) + np.asarray(b), 0)


def test_an_answer_in_numpy_is_none_in_tensorflow():
    found = verdict("forward_propagation", by_numpy)
    assert found.status == "failed"
    assert found.message == (
        "Your answer is a NumPy array; a tensor is asked for, as TensorFlow's functions give."
    )
