"""The edges that the cases of `cosine_decay` reach."""

from asking import cases_of


def test_edges_of_cosine_decay():
    cases = cases_of("cosine_decay")
    assert any(step == 0 for step, *_ in cases)
    assert any(step == total for step, total, _ in cases)
    assert any(step > total for step, total, _ in cases)
    assert any(step == 2 * total for step, total, _ in cases)
    assert any(total == 1 for _, total, _ in cases)
