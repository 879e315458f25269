import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.datasets import split
from dlcourse.datasets.splitting import numbered_groups
from dlcourse.errors import DataError, UnknownNameError


def distinct(samples: int) -> np.ndarray:
    return np.arange(samples, dtype=float)


@settings(deadline=None, max_examples=60)
@given(
    groups=st.lists(st.integers(0, 30), min_size=60, max_size=200),
    seed=st.integers(0, 1000),
    data=st.data(),
)
def test_groups_are_never_divided(groups, seed, data):
    y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(groups), max_size=len(groups))))
    x = distinct(len(y))
    try:
        parts = split(x, y, validation=0.25, test=0.25, seed=seed, task="multiclass", groups=groups)
    except DataError:
        assert len(set(groups)) < 6
        return
    found = [{groups[int(row)] for row in part.x} for part in parts]
    assert not found[0] & found[1] | found[0] & found[2] | found[1] & found[2]
    assert sorted(np.concatenate([part.x for part in parts])) == list(range(len(y)))
    for part in parts:
        np.testing.assert_array_equal(part.y, y[part.x.astype(int)])


def test_groups_give_every_class_its_share():
    draw = np.random.default_rng(0)
    groups = np.repeat(np.arange(100), 5)
    y = (draw.random(500) < 0.2).astype(int)
    for seed in range(5):
        parts = split(distinct(500), y, validation=0.2, test=0.2, seed=seed, groups=groups)
        for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
            assert len(part.y) == pytest.approx(500 * share, abs=5)
            assert part.y.sum() == pytest.approx(y.sum() * share, abs=3)


def test_no_part_that_was_not_asked_for():
    groups = np.arange(60) // 3
    for seed in range(20):
        assert split(distinct(60), [0, 1] * 30, test=0.3, seed=seed, groups=groups).validation is None


@pytest.mark.parametrize("kind", ["array", "frame", "texts", "dict"])
def test_copies_stay_together(kind):
    rows = np.random.default_rng(1).integers(0, 40, 200)
    y = rows % 3
    table = np.column_stack([rows, -0.0 * rows + (rows % 2)])
    frame = pd.DataFrame({"a": np.where(rows == 7, np.nan, rows), "b": [f"t{row}" for row in rows]})
    x = {
        "array": table,
        "frame": frame,
        "texts": [f"text {row}" for row in rows],
        "dict": {"left": table, "right": rows},
    }[kind]
    parts = split(x, y, validation=0.2, test=0.2)
    sets = []
    for part in parts:
        inputs = part.x["right"] if kind == "dict" else part.x
        inputs = inputs["b"] if kind == "frame" else inputs
        sets.append({str(row) for row in inputs})
    assert not sets[0] & sets[1] | sets[0] & sets[2] | sets[1] & sets[2]
    apart = split(x, y, test=0.2, groups=range(200))
    assert len(apart.test.y) == pytest.approx(40, abs=2)


def test_positive_and_negative_zero_are_equal():
    parts = split([[0.0], [-0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1, 0], test=0.4)
    assert sum(0.0 in part.x for part in (parts.train, parts.test)) == 1


def test_inputs_come_back_as_they_were():
    frame = pd.DataFrame({"a": np.arange(10.0), "b": list("abcdefghij")}, index=range(100, 110))
    train, _, test = split(frame, ["no", "yes"] * 5)
    assert list(train.x.index) != list(frame.index[:8])
    assert train.x.equals(frame.loc[train.x.index])
    assert sorted([*train.y, *test.y]) == ["no"] * 5 + ["yes"] * 5
    assert split(["a", "b", "c", "d", "e"], range(5)).train.x.dtype == object
    assert split({"a": list(range(10))}, [0, 1] * 5).test.x["a"].shape == (2,)


def test_series_keeps_its_order():
    train, validation, test = split(distinct(10), distinct(10), validation=0.2, test=0.2, task="forecasting")
    assert [*train.x, *validation.x, *test.x] == list(range(10))
    # Equal values of a series are no copies of each other.
    train, _, test = split(np.zeros((10, 1)), distinct(10), task="forecasting")
    assert len(test.y) == 2


def test_one_hot_targets_are_stratified():
    y = np.eye(2)[[0] * 40 + [1] * 10]
    assert split(distinct(50), y, task="multiclass").test.y.sum(axis=0).tolist() == [8, 2]


def test_float_labels_of_0_and_1_are_stratified_and_other_floats_are_not():
    y = np.repeat(np.float32([0, 1]), [90, 10])
    for seed in range(5):
        assert split(distinct(100), y, test=0.2, seed=seed).test.y.sum() == 2
    sums = {split(distinct(100), y * 2 + 3, test=0.2, seed=seed).test.y.sum() for seed in range(5)}
    assert len(sums) > 1


def test_a_series_of_texts_is_split_like_a_list():
    texts = [f"text {i}" for i in range(10)]
    train, _, test = split(pd.Series(texts, index=range(5, 15)), [0, 1] * 5)
    assert sorted([*train.x, *test.x]) == texts
    np.testing.assert_array_equal(test.x, split(texts, [0, 1] * 5).test.x)


@pytest.mark.parametrize(
    ("x", "y", "options", "words"),
    [
        ([1, 2, 3], [0, 1], {}, "3 samples and 2 targets"),
        ([], [], {}, "no samples"),
        (pd.DataFrame({"a": []}), [], {}, "no samples"),
        (pd.DataFrame(index=range(3)), [0, 1, 0], {}, "no samples"),
        ({"a": [1, 2], "b": [1]}, [0, 1], {}, r"differ in length: \[1, 2\]"),
        ([[1], [1, 2]], [0, 1], {}, "differ in shape"),
        ([1, 2, 3], [0, 1, float("nan")], {}, "missing or infinite in row 2"),
        ([1, 2, 3], ["a", None, "b"], {}, "missing in row 1"),
        ([1, 2, 3], pd.Series(["a", "b", pd.NA], dtype="string"), {}, "missing in row 2"),
        ([1, 2, 3], [1, 1, 1], {}, "All 3 targets are 1"),
        ([1, 2, 3], ["a", "a", "a"], {}, "one class leaves nothing to learn"),
        ([1, 2, 3], ["a", "b", "a"], {"task": "regression"}, "needs numbers"),
        ([1, 2, 3], [0, 1, 2], {"task": "binary"}, "targets of 0 and 1, and there is 2"),
        ([1, 2, 3], [0, 1, 0], {"test": 0.9}, "leave samples to train on"),
        ([1, 2, 3], [0, 1, 0], {"test": "0.2"}, "test='0.2' must be fractions"),
        ([1, 2, 3], [0, 1, 0], {"validation": None}, "validation=None and"),
        (None, None, {}, "not one NoneType"),
        ({"a": 1}, [1], {}, "not one int"),
        ([1, 2, 3], None, {}, "3 samples and 1 targets"),
        ([1, 2], [[1], [1, 2]], {}, "The targets differ in shape"),
        ([1, 2, 3], [0, 1, 0], {"groups": [[1], [1, 2], [3]]}, "The groups differ in shape"),
        ([1, 2, 3], [0, 1, 0], {"groups": [1, 2]}, "groups must be 3 labels"),
        ([1, 2, 3], [0, 1, 0], {"groups": [1, 2, None]}, "has no group"),
        ([1, 2, 3, 4], [0, 1, 0, 1], {"groups": [1] * 4, "test": 0.5}, "Too few groups for the parts, 1"),
        ([1, 2, 3], [0, 1, 2], {"task": "forecasting", "groups": [1, 2, 3]}, "order of time"),
    ],
)
def test_bad_input(x, y, options, words):
    with pytest.raises(DataError, match=words):
        split(x, y, **options)


@pytest.mark.parametrize("make", [list, lambda groups: np.array(groups, dtype=object), pd.Series])
def test_groups_that_are_equal_stay_together(make):
    groups = [1, 1.0, np.int64(1), True, 2.5, np.float32(2.5), "a", "1"] * 5
    expected = [0, 0, 0, 0, 1, 1, 2, 0] * 5
    np.testing.assert_array_equal(numbered_groups(make(groups), 40), expected)
    with pytest.raises(DataError, match="must be a number or a text: unhashable"):
        numbered_groups(make([*groups[:39], {}]), 40)


def test_unknown_task():
    with pytest.raises(UnknownNameError, match="Did you mean 'regression'"):
        split([1, 2, 3], [0, 1, 0], task="regresion")
