import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.child.plaindata import Foreign, Live
from grader.exercise import FLOAT64, Tolerance
from grader.judging.comparison import compare

finite = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_side=4), elements=st.floats(-1e6, 1e6))


@given(finite)
def test_lists_tuples_scalars_and_widths_are_interchangeable(array):
    assert compare(array, array.tolist(), FLOAT64) is None
    assert compare(array.tolist() if array.ndim == 0 else array, array.astype(np.float32), FLOAT64) is None
    if array.ndim:
        assert compare(array, tuple(array.tolist()), FLOAT64) is None


@given(finite, st.floats(1e-3, 1e3))
def test_a_clear_difference_in_one_element_is_found_there(array, by):
    wrong = array.astype(np.float64, copy=True).reshape(array.shape)
    flat = wrong.reshape(-1)
    if not flat.size:
        return
    flat[-1] += by * (1 + abs(flat[-1]))
    difference = compare(array, wrong, FLOAT64)
    assert difference.kind == "value"
    if array.ndim:
        assert str([n - 1 for n in array.shape]) in difference.message


def test_tolerance_is_that_of_the_catalogue():
    assert FLOAT64 == (1e-5, 1e-7)
    assert compare(1.0, 1.0 + 0.9e-5, FLOAT64) is None
    assert compare(1.0, 1.0 + 1.2e-5, FLOAT64) is not None
    assert compare(0.0, 0.9e-7, FLOAT64) is None
    assert compare(0.0, 1.1e-7, FLOAT64) is not None
    assert compare(1.0, np.array(1.00008, np.float32), FLOAT64) is None
    assert compare(1.0, np.array(1.0002, np.float32), FLOAT64) is not None


@pytest.mark.parametrize(
    ("expected", "got", "kind", "words"),
    [
        (1.0, None, "none", "return"),
        (np.zeros(2), None, "none", "return"),
        (1.0, True, "type", "True and False"),
        (np.zeros(2), np.zeros(2, bool), "type", "True and False"),
        (np.zeros(2, bool), np.zeros(2), "type", "numbers where True"),
        (1.0, "1.0", "type", "a string"),
        (1.0, {"a": 1}, "type", "a dict"),
        (1.0, 1 + 0j, "type", "complex"),
        (1.0, Foreign("Liar"), "type", "a Liar"),
        (np.zeros(2), [0.0, Foreign("Liar")], "type", "holds a Liar"),
        (np.zeros(2), [0.0, None], "type", "holds None"),
        (1.0, np.ones(1), "shape", "single number"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape", "(2, 3) is asked for"),
        (np.zeros((2, 3)), np.zeros(3), "shape", "(3,)"),
        (np.zeros(2), 0.0, "shape", "is a single number"),
        (np.zeros((2, 2)), [[0, 0], [0]], "shape", "unequal"),
        (np.zeros((2, 2)), [[0, 0], [0, np.nan]], "nan", "nan at [1, 1]"),
        (1.0, np.inf, "nan", "inf"),
        ([1.0, "a"], [1.0, "b"], "value", "item 1"),
        ([1.0], [1.0, 2.0], "shape", "has 2 items"),
        ({"a": 1.0}, {"b": 1.0}, "shape", "key"),
        ({"a": 1.0}, {"a": 2.0}, "value", "under 'a', which is 2"),
        ([0, {"a": [1.0, "b"]}], [0, {"a": [1.0, "c"]}], "value", "at `[1]['a'][1]`, which is 'c'"),
        ("relu", "tanh", "value", "'tanh'"),
        ("relu", 3, "type", "a string is asked for"),
    ],
)
def test_each_fault_has_its_own_words(expected, got, kind, words):
    difference = compare(expected, got, FLOAT64)
    assert difference.kind == kind
    assert words in difference.message


def test_nan_and_infinity_are_right_where_they_are_expected():
    expected = np.array([np.nan, np.inf, -np.inf])
    assert compare(expected, expected.copy(), FLOAT64) is None
    assert compare(expected, -expected, FLOAT64) is not None


def test_integers_are_compared_exactly():
    assert compare(10**15, 10**15 + 1, Tolerance(1e-5, 1e-7)) is not None
    assert compare(3, 3.0, FLOAT64) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_for_whole_numbers_must_be_whole(dtype):
    expected = np.array([3, 100_000])
    assert compare(expected, expected.astype(dtype), FLOAT64) is None
    assert compare(expected, np.nextafter(expected.astype(dtype), dtype(0)), FLOAT64).kind == "value"


def test_numbers_of_an_array_are_numbers_one_by_one():
    assert compare((1.5, 2), np.array([1.5, 2], np.float32), FLOAT64) is None
    assert compare((1, 2), np.array([1, 2], np.int32), FLOAT64) is None
    difference = compare([np.array([0, 1])], np.array([0, 1]), FLOAT64)
    assert "2 items" in difference.message
    difference = compare([np.array([0, 1]), np.array([2])], np.array([0, 1]), FLOAT64)
    assert "which is a single number; shape (2,) is asked for" in difference.message


@given(finite)
def test_an_answer_that_only_broadcasts_is_refused(array):
    assert compare(array, array[None], FLOAT64).kind == "shape"


def table(column, rows):
    return Live("frame", {"columns": {"a": column}, "index": list(range(rows))})


def test_a_table_is_first_asked_how_many_rows_it_has():
    two, three = table(np.array([1.0, 2]), 2), table(np.array([1.0, 2, 3]), 3)
    assert compare(three, two, FLOAT64).message == "has 2 rows; 3 are asked for"
    assert "'a'" in compare(three, table(np.array([1.0, 2, 4]), 3), FLOAT64).message
    assert compare(three, Live("frame", "a forged one"), FLOAT64).kind == "type"


def test_a_gap_in_a_column_is_no_missing_return():
    found = compare((table(["x", "y"], 2),), (table(["x", None], 2),), FLOAT64)
    assert found.kind == "none" and "return" not in found.message and "'a'" in found.message
