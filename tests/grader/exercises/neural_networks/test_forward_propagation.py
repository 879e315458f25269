"""The edges that the cases of `forward_propagation` reach."""

from asking import cases_of


def test_edges_of_forward_propagation():
    cases = cases_of("forward_propagation")
    assert all((X.ndim, W.ndim, b.ndim) == (2, 2, 1) for X, W, b in cases)
    assert any(len(X) == 1 for X, *_ in cases)
    assert any(W.shape[0] == W.shape[1] > 1 for _, W, _ in cases)
    assert any(W.shape[0] != W.shape[1] for _, W, _ in cases)
