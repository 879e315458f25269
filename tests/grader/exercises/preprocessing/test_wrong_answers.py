"""Lesson 5a: mistakes that are named however they are written, and wrong answers of other kinds."""

import numpy as np
import pandas as pd
import pytest
from asking import verdict

from grader.references import preprocessing as reference

SEEDS = ("public", "another")


def gone_one_by_one(df, z):
    df = df.drop_duplicates()
    for name in df.select_dtypes("number").columns:
        scores = np.abs(df[name] - df[name].mean()) / df[name].std(ddof=0)
        df = df.loc[~(scores > z)]
    return df.reset_index(drop=True)


def filled_each_by_itself(train, test):
    parts = []
    for part in (train, test):
        part = part.copy()
        for name in part:
            known = part[name].dropna()
            if len(known):
                number = known.dtype.kind in "if"
                part[name] = part[name].fillna(known.mean() if number else known.mode()[0])
        parts.append(part)
    return tuple(parts)


def scaled_together(train, test):
    both = np.vstack([train, test])
    std = both.std(axis=0)
    std[np.ptp(both, axis=0) == 0] = 1
    return (train - both.mean(axis=0)) / std, (test - both.mean(axis=0)) / std


def rows_kept_in_test(train, test):
    """The stub with all faults mended but one."""
    return reference.clean_table(train, test.drop_duplicates())


NAMED = {
    "a column after the other": ("drop_duplicates_and_outliers", gone_one_by_one, "column_by_column"),
    "each part by itself": ("fill_missing", filled_each_by_itself, "own_values"),
    "both parts at once": ("standardise", scaled_together, "all_rows"),
    "words of both": (
        "one_hot",
        lambda train, test: [
            [[int(word == w) for w in sorted(set(train) | set(test))] for word in part]
            for part in (train, test)
        ],
        "both_parts",
    ),
    "test rows dropped": ("clean_table", rows_kept_in_test, "test_rows_lost"),
    "the last rows": (
        "honest_split",
        lambda X, y, group, time, seed: (
            list(range(len(X) - len(X) // 4)),
            list(range(len(X) - len(X) // 4, len(X))),
        ),
        "tail",
    ),
    "filled with the mode": (
        "encode_with_missing",
        lambda train, test: tuple(
            pd.get_dummies(pd.Series(part, dtype=object).fillna(pd.Series(train).mode()[0]))
            .reindex(columns=sorted({word for word in train if word}), fill_value=0)
            .to_numpy(float)
            for part in (train, test)
        ),
        "mode",
    ),
    "every column": (
        "columns_to_keep",
        lambda train, served, y: np.arange(served.shape[1]),
        "all",
    ),
}


@pytest.mark.parametrize("case", NAMED)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_mistake_is_named_however_it_is_written(case, seed):
    name, answer, mistake = NAMED[case]
    found = verdict(name, answer, seed)
    assert found.mistake == mistake, found.message


def forgets_a_class(df, target, test_fraction, seed):
    X_train, X_test, y_train, y_test = reference.preprocess(df, target, test_fraction, seed)
    return X_train, X_test, np.roll(y_train, 1), np.roll(y_test, 1)


def changed_in_place(df, z):
    cleaned = reference.drop_duplicates_and_outliers(df, z)
    df.drop(index=df.index[1:], inplace=True)
    return cleaned


def target_changed_in_place(df, *rest):
    answer = reference.preprocess(df, *rest)
    df["area"] = df["area"].fillna(0)
    return answer


def by_place(train, y, test, folds, seed):
    return y, np.full(len(test), y.mean())


PLANTED = {
    "a frame emptied": ("drop_duplicates_and_outliers", changed_in_place, "changed its input"),
    "the same frame filled": ("preprocess", target_changed_in_place, "changed its input"),
    "one frame": ("fill_missing", lambda train, test: train.fillna(0), "DataFrame"),
    "arrays": ("clean_table", lambda *parts: tuple(p.to_numpy() for p in parts), "DataFrame"),
    "one row for the test": (
        "honest_split",
        lambda X, *rest: (np.arange(1, len(X)), np.array([0])),
        "15 to 35 %",
    ),
    "few rows": ("honest_split", lambda X, *rest: (np.arange(75), np.arange(75, 100)), "Only 100 of"),
    "masks": ("stratified_split", lambda y, *rest: (y == y[0], y != y[0]), "indices"),
    "all rows twice": ("stratified_split", lambda y, *rest: (np.arange(len(y)),) * 2, "in both parts"),
    "rows left out": ("stratified_split", lambda y, *rest: ([0], [len(y) - 1]), "in neither part"),
    "one empty": ("stratified_split", lambda y, *rest: (np.arange(len(y)), []), "empty"),
    "one column": (
        "encode_with_missing",
        lambda *parts: tuple(np.array([len(w or "") for w in part]) for part in parts),
        "rows of k numbers",
    ),
    "gaps left": (
        "encode_with_missing",
        lambda *parts: tuple(np.array([[np.nan if w is None else 1.0] for w in part]) for part in parts),
        "not finite",
    ),
    "the targets": ("out_of_fold_encoding", by_place, "that row's code changed"),
    "codes in a column": (
        "out_of_fold_encoding",
        lambda train, y, test, *rest: (train[:, None], test[:, None]),
        "shapes",
    ),
    "nothing kept": ("columns_to_keep", lambda *tables: [], "times that of the best"),
    "names": ("columns_to_keep", lambda *tables: ["x0"], "whole numbers"),
    "a mask": ("columns_to_keep", lambda train, *rest: np.ones(train.shape[1], bool), "whole numbers"),
    "one too far": ("columns_to_keep", lambda train, *rest: [train.shape[1]], "whole numbers"),
    "classes moved": ("preprocess", forgets_a_class, "went apart"),
    "three arrays": ("preprocess", lambda *given: reference.preprocess(*given)[:3], "Four arrays"),
    "frames": (
        "preprocess",
        lambda *given: tuple(map(pd.DataFrame, reference.preprocess(*given))),
        "float32",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_answer_is_refused(case):
    name, answer, words = PLANTED[case]
    found = verdict(name, answer)
    assert (found.status, found.score) == ("failed", 0.0)
    assert words in found.message
