"""What the cases of `clip_range` are, and that its figures are stable."""

import numpy as np
import pytest
from asking import whole_cases_of

from grader.exercises.frameworks import clip_range
from grader.exercises.verifying.frameworks import rounding_error
from grader.references import frameworks as reference


def test_sixteen_cases_are_judged_together():
    cases = whole_cases_of("clip_range")
    assert len(cases) == 16
    assert {case.group for case in cases} == {clip_range.GROUP}
    assert [case.arguments[1] for case in cases] == 4 * [2, 3, 5, 6]
    for case in cases:
        assert not np.array_equal(np.sort(case.arguments[0]), np.sort(case.secret["fresh"]))


def test_rounding_error_is_that_of_the_nearest_level():
    values, levels = np.array([-3.0, -1.0, 0.2, 0.9, 2.4, 7.0]), np.linspace(-1, 2, 4)
    nearest = np.abs(values[:, None] - levels).min(axis=1)
    assert rounding_error(values, -1, 2, 2) == pytest.approx(np.mean(nearest**2))


@pytest.mark.parametrize("seed", range(3))
def test_no_range_is_much_better_than_the_best_that_is_known(seed):
    rng = np.random.default_rng(seed)
    for case in whole_cases_of("clip_range", seed):
        low, high = reference.clip_range(case.secret["fresh"].astype(float), case.arguments[1])
        tries = low + (high - low) * rng.normal([0, 1], 0.05, (200, 2))
        errors = [rounding_error(case.secret["fresh"], *ends, case.arguments[1]) for ends in tries]
        assert min(errors) > 0.97 * case.secret["best"]
