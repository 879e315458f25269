"""The edges that the cases of `dense_parameter_count` reach."""

from asking import cases_of


def test_edges_of_dense_parameter_count():
    networks = [sizes for (sizes,) in cases_of("dense_parameter_count")]
    assert {1, 2, 3, 5} <= {len(sizes) for sizes in networks}
    assert [784, 128, 10] in networks
    assert any(len(sizes) > 1 and sizes[0] < sizes[1] for sizes in networks)
    assert all(type(size) is int and size > 0 for sizes in networks for size in sizes)
