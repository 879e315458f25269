"""The edges that the cases of `weighted_sum` reach."""

from asking import cases_of


def test_edges_of_weighted_sum():
    cases = cases_of("weighted_sum")
    assert {1, 64} <= {len(x) for x, _, _ in cases}
    assert any(b == 0 for *_, b in cases)
    assert any(b < 0 for *_, b in cases)
    assert any(b > 0 for *_, b in cases)
    assert any(x @ w + b < 0 for x, w, b in cases)
