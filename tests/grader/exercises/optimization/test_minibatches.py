"""The edges that the cases of `minibatches` reach."""

from asking import cases_of


def test_edges_of_minibatches():
    cases = cases_of("minibatches")
    assert all(type(value) is int for case in cases for value in case)
    assert any(n % size == 0 for n, size, _ in cases)
    assert any(n % size for n, size, _ in cases if size < n)
    assert any(size > n for n, size, _ in cases)
    assert any(size == n for n, size, _ in cases)
    assert any(size == 1 for _, size, _ in cases)
