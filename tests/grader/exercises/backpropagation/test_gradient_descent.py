"""The edges that the cases of `gradient_descent` reach."""

from asking import cases_of

from grader.child.plaindata import Live


def test_edges_of_gradient_descent():
    cases = cases_of("gradient_descent")
    assert all(isinstance(f, Live) for f, *_ in cases)
    assert {f.value[0] for f, *_ in cases} == {
        "quadratic_gradient",
        "double_well_gradient",
        "banana_gradient",
    }
    assert {len(theta) for _, theta, *_ in cases} == {1, 2, 3, 4}
    assert {0, 1} <= {steps for *_, steps in cases}
