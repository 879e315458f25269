import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from metric_cases import few

from dlcourse import metrics

numbers = st.floats(-100, 100)


@few
@given(
    st.integers(2, 20).flatmap(
        lambda n: st.tuples(
            hnp.arrays(float, (n, 2), elements=numbers),
            hnp.arrays(float, (n, 2), elements=numbers),
            hnp.arrays(float, n, elements=st.floats(0.1, 10)),
        )
    ),
    st.booleans(),
)
def test_regression_scores_are_scikit_learns(data, several):
    y_true, y_pred, weight = data
    assume(np.ptp(y_true, axis=0).min() > 1e-3)
    if not several:
        y_true, y_pred = y_true[:, 0], y_pred[:, 0]
    for ours, theirs in (
        (metrics.mean_absolute_error, reference.mean_absolute_error),
        (metrics.mean_squared_error, reference.mean_squared_error),
        (metrics.root_mean_squared_error, reference.root_mean_squared_error),
        (metrics.r2_score, reference.r2_score),
    ):
        mine, other = ours(y_true, y_pred), theirs(y_true, y_pred)
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(
            ours(y_true, y_pred, sample_weight=weight),
            theirs(y_true, y_pred, sample_weight=weight),
            rtol=1e-12,
            atol=1e-12,
        )


@pytest.mark.parametrize(("y_pred", "expected"), [([0.1, 0.1], 1.0), ([0.1, 0.3], 0.0)])
def test_r2_of_a_target_that_never_changes(y_pred, expected):
    assert metrics.r2_score([0.1, 0.1], y_pred) == reference.r2_score([0.1, 0.1], y_pred) == expected


@pytest.mark.filterwarnings("ignore:R.2 score is not well-defined")
def test_one_sample_has_no_r2():
    for weight in (None, [2.0]):
        assert np.isnan(metrics.r2_score([1.0], [2.0], sample_weight=weight))
        assert np.isnan(reference.r2_score([1.0], [2.0], sample_weight=weight))
    assert np.isnan(metrics.r2_score([[1.0, 2.0]], [[1.0, 2.0]]))
    assert np.isnan(metrics.r2_score([1.0], [2.0], sample_weight=[[1.0], [2.0]])).tolist() == [True, True]


@pytest.mark.parametrize(
    "kinds", [(np.int64,) * 2, (np.uint64,) * 2, (np.int64, np.float64), (np.int64, np.int8)]
)
def test_integers_beyond_float64_are_subtracted_exactly(kinds):
    y_true, y_pred = [2**60 + 100, 2**60 + 4096, 5, 2**62 - 1], [2**60, 2**60 + 512, 7, 2**62 - 1024]
    if kinds[1] is np.int8:
        y_pred = [-100, 0, 7, 127]
    errors = [a - b for a, b in zip(y_true, y_pred, strict=True)]
    squares = [error**2 for error in errors]
    spread = [(4 * a - sum(y_true)) ** 2 / 16 for a in y_true]
    pair = np.array(y_true, kinds[0]), np.array(y_pred, kinds[1])
    for order in (pair, pair[::-1]):
        assert metrics.mean_absolute_error(*order) == pytest.approx(sum(map(abs, errors)) / 4, rel=1e-15)
        assert metrics.mean_squared_error(*order) == pytest.approx(sum(squares) / 4, rel=1e-15)
        assert metrics.root_mean_squared_error(*order) == pytest.approx((sum(squares) / 4) ** 0.5, rel=1e-15)
    assert metrics.r2_score(*pair) == pytest.approx(1 - sum(squares) / sum(spread), rel=1e-12)
    assert metrics.mean_absolute_error([-(2**63), 0], [-(2**63) + 3, 0]) == 1.5


def test_column_of_keras_outputs_fits_a_flat_target():
    assert metrics.mean_absolute_error([1.0, 2.0, 4.0], [[1.0], [2.0], [3.0]]) == pytest.approx(1 / 3)
