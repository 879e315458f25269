"""Lesson 5a: the edges that the cases reach."""

import numpy as np
import pytest
from asking import cases_of, whole_cases_of

SEEDS = range(3)


def columns_of(name, seed=0, part=0):
    """The columns of each table among a value's arguments."""
    return [case[part].value["columns"] for case in cases_of(name, seed)]


def gaps(column):
    return np.isnan(column) if isinstance(column, np.ndarray) else np.array([item is None for item in column])


@pytest.mark.parametrize("name", ["drop_duplicates_and_outliers", "fill_missing", "clean_table"])
def test_tables_have_gaps_texts_and_none(name):
    tables = columns_of(name)
    kinds = [{isinstance(column, np.ndarray) for column in table.values()} for table in tables]
    assert {True} in kinds and {False} in kinds and {True, False} in kinds
    assert any(gaps(column).any() for table in tables for column in table.values())
    assert any(not gaps(column).any() for table in tables for column in table.values())
    assert any(list(case[0].value["index"]) != sorted(case[0].value["index"]) for case in cases_of(name))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_training_column_has_a_value(seed):
    for name in ("fill_missing", "clean_table"):
        for table in columns_of(name, seed):
            assert not any(gaps(column).all() for column in table.values())
        assert any(
            gaps(column).all() for table in columns_of("fill_missing", seed, 1) for column in table.values()
        )


def test_edges_of_standardise():
    cases = cases_of("standardise")
    constant = [(np.ptp(train, axis=0) == 0, train, test) for train, test in cases]
    assert any(len(train) == 1 for train, _ in cases)
    assert any(flat.any() and not flat.all() for flat, *_ in constant)
    assert any((test[:, flat] != train[0, flat]).any() for flat, train, test in constant)
    assert all(train[:, flat].std(axis=0).sum() == 0 for flat, train, _ in constant)


def test_edges_of_one_hot():
    cases = cases_of("one_hot")
    assert any(set(test) - set(train) for train, test in cases)
    assert any(set(train) - set(test) for train, test in cases)
    assert any(list(dict.fromkeys(train)) != sorted(set(train)) for train, _ in cases)
    assert any(len(set(train)) == 1 for train, _ in cases)


def test_edges_of_honest_split():
    cases = cases_of("honest_split")
    assert {(group is None, time is None) for _, _, group, time, _ in cases} == {
        (False, True),
        (True, False),
        (True, True),
    }
    times = [time for *_, time, _ in cases if time is not None]
    assert all(len(np.unique(time)) == len(time) and (np.diff(time) < 0).any() for time in times)
    distinct = [len(np.unique(X, axis=0)) / len(X) for X, *_ in cases]
    assert 1.0 in distinct and min(distinct) < 0.6


def test_edges_of_stratified_split():
    cases = cases_of("stratified_split")
    assert any((np.diff(y) >= 0).all() for y, *_ in cases) and any((np.diff(y) < 0).any() for y, *_ in cases)
    assert any(np.unique(y, return_counts=True)[1].min() <= 4 < len(y) / 5 for y, *_ in cases)
    assert {2, 3} <= {len(np.unique(y)) for y, *_ in cases}


def test_edges_of_encode_with_missing():
    cases = cases_of("encode_with_missing")
    assert all(None in train and None in test for train, test in cases if len(train) > 20)
    assert any(set(test) - set(train) for train, test in cases)
    assert any(one[0] == other[0] and one[1] != other[1] for one in cases for other in cases)


def test_edges_of_out_of_fold_encoding():
    base, again, *probes = (case for case in whole_cases_of("out_of_fold_encoding") if not case.group)
    train, _, test, *_ = base.arguments
    assert 1 in np.unique(train, return_counts=True)[1]
    assert set(test.tolist()) - set(train.tolist())
    assert all(map(np.array_equal, base.arguments, again.arguments))
    for case in probes:
        assert np.flatnonzero(case.arguments[1] != base.arguments[1]).tolist() == [case.secret["row"]]
    assert all((np.diff(case[0]) != 0).sum() < 100 for case in cases_of("out_of_fold_encoding")[6:])  # sorted
