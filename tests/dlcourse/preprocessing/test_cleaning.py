import numpy as np
import pandas as pd
import pytest

from dlcourse.datasets import load
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.preprocessing import drop_duplicates, drop_outliers, missing, split


def test_missing():
    frame = pd.DataFrame({"a": [1.0, np.nan, np.nan, 4.0], "b": ["x", "", None, "y"], "c": [1, 2, 3, 4]})
    table = missing(frame)
    assert table["count"].to_dict() == {"a": 2, "b": 2, "c": 0}
    assert table["share"].to_dict() == {"a": 0.5, "b": 0.5, "c": 0.0}
    nullable = pd.DataFrame(
        {"a": pd.array([1, None], dtype="Int64"), "b": pd.to_datetime(["2020-01-01", None])}
    )
    assert missing(nullable)["count"].tolist() == [1, 1]


def test_duplicates_of_rents():
    data = load("rents")
    frame = data.features.assign(rent=data.target)
    assert len(frame) - len(drop_duplicates(frame)) == 12


def test_outliers_are_those_beyond_z():
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=300), "b": draw.normal(size=300), "c": ["x"] * 300, "d": 1.0})
    frame.loc[::7, "b"] = np.nan
    values = frame[["a", "b"]].to_numpy()
    scores = np.abs(values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    expected = ~(scores > 2).any(axis=1)
    assert 0 < expected.sum() < 300
    pd.testing.assert_frame_equal(drop_outliers(frame, z=2), frame[expected])
    only = drop_outliers(frame, z=2, columns=["a"])
    assert len(only) == (scores[:, 0] <= 2).sum()
    assert len(drop_outliers(frame.astype({"a": "Float64"}), z=2)) == expected.sum()


def test_few_rows_have_no_outliers():
    assert len(drop_outliers(pd.DataFrame({"a": [0.0] * 9 + [1e6]}))) == 10
    assert len(drop_outliers(pd.DataFrame({"a": [0.0] * 10 + [1e6]}))) == 10


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e200, 1e307])
def test_outliers_are_the_same_at_any_scale(scale):
    values = np.append(np.random.default_rng(0).normal(size=40), 9.0)
    frame = pd.DataFrame({"a": values * scale, "b": 0.0, "c": np.nan, "d": ["x"] * 41})
    assert drop_outliers(frame).index.tolist() == list(range(40))
    assert len(drop_outliers(frame[["c", "d"]])) == len(drop_outliers(frame[["d"]])) == 41


def test_outliers_leave_the_training_part_only(rents):
    cleaned = drop_outliers(rents, columns=["area"])
    assert 3 <= len(rents.train.y) - len(cleaned.train.y) <= 12
    assert cleaned.train.x["area"].max() < 190
    assert len(cleaned.train.x) == len(cleaned.train.y)
    pd.testing.assert_frame_equal(cleaned.train.x, rents.train.x.loc[cleaned.train.x.index])
    assert cleaned.test is rents.test


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: drop_outliers(pd.DataFrame({"a": [1.0]}), z=0), DataError, "above 0"),
        (lambda: drop_outliers(pd.DataFrame({"a": [1.0]}), z="3"), DataError, "above 0, and not '3'"),
        (lambda: drop_outliers(pd.DataFrame({"ab": [1.0]}), columns="ab"), DataError, r"write \['ab'\]"),
        (lambda: drop_outliers(pd.DataFrame({"a": ["x"]}), columns=["a"]), DataError, "not numeric"),
        (lambda: drop_outliers(pd.DataFrame({"area": [1.0]}), columns=["are"]), UnknownNameError, "'area'"),
        (lambda: drop_outliers(pd.DataFrame({"b": [1.0, -np.inf]})), DataError, "'b' is infinite in row 1"),
        (lambda: drop_outliers(np.zeros((3, 2))), DataError, "needs a DataFrame, and got .* ndarray"),
        (lambda: drop_outliers(load("wine").split()), DataError, "needs a DataFrame"),
        (lambda: drop_duplicates([1, 1]), DataError, "needs a DataFrame, and got .* list"),
        (lambda: missing(None), DataError, "needs a DataFrame"),
        (lambda: split(pd.DataFrame({"a": [1, 2]}), [0]), DataError, "2 samples and 1 targets"),
    ],
)
def test_cleaning_refuses(call, error, words):
    with pytest.raises(error, match=words):
        call()
