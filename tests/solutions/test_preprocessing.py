"""The reference answers of lesson 5a against scikit-learn, pandas and the laws they must obey."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from dlcourse import datasets
from dlcourse.preprocessing import drop_duplicates, drop_outliers
from grader.references import preprocessing as reference

SEEDS = range(5)
RENTS = datasets.load("rents").features
TEXTS = ["district", "condition", "heating"]
NUMBERS = [name for name in RENTS if name not in TEXTS]


def parts(seed, rows=300):
    order = np.random.default_rng(seed).permutation(len(RENTS))[:rows]
    return RENTS.iloc[order[:200]], RENTS.iloc[order[200:]]


@pytest.mark.parametrize("z", [1.5, 2.0, 3.0])
def test_drop_duplicates_and_outliers_is_what_the_library_does(z):
    theirs = drop_outliers(drop_duplicates(RENTS), z).reset_index(drop=True)
    ours = reference.drop_duplicates_and_outliers(RENTS, z)
    pd.testing.assert_frame_equal(ours, theirs)
    assert len(ours) < len(drop_duplicates(RENTS)) < len(RENTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_honest_split_keeps_groups_copies_and_times_apart(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(200, 2)), rng.integers(0, 2, 200)
    X[100:] = X[rng.integers(0, 100, 100)]
    group, time = rng.integers(0, 40, 200), rng.permutation(200)
    train, test = reference.honest_split(X, y, group, None, seed)
    assert not set(group[train]) & set(group[test])
    train, test = reference.honest_split(X, y, None, time, seed)
    assert time[train].max() < time[test].min()
    train, test = reference.honest_split(X, y, None, None, seed)
    assert NearestNeighbors(n_neighbors=1).fit(X[train]).kneighbors(X[test])[0].min() > 0
    assert sorted([*train, *test]) == list(range(200))


@pytest.mark.parametrize("seed", SEEDS)
def test_stratified_split_gives_each_class_its_share(seed):
    y = np.random.default_rng(seed).choice(3, 80, p=[0.7, 0.2, 0.1])
    train, test = reference.stratified_split(y, 0.25, seed)
    assert sorted([*train, *test]) == list(range(80))
    assert np.abs(np.bincount(y[test], minlength=3) - 0.25 * np.bincount(y)).max() <= 0.5
    assert not np.array_equal(np.sort(test), np.sort(reference.stratified_split(y, 0.25, seed + 1)[1]))


@pytest.mark.parametrize("seed", SEEDS)
def test_fill_missing_is_scikit_learns(seed):
    train, test = parts(seed)
    texts = SimpleImputer(strategy="most_frequent", missing_values=np.nan).fit(train[TEXTS].astype(object))
    numbers = SimpleImputer().fit(train[NUMBERS])
    for ours, part in zip(reference.fill_missing(train, test), (train, test), strict=True):
        np.testing.assert_allclose(ours[NUMBERS], numbers.transform(part[NUMBERS]))
        assert ours[TEXTS].to_numpy().tolist() == texts.transform(part[TEXTS].astype(object)).tolist()
    assert train.isna().to_numpy().any()


def test_encode_with_missing_keeps_gaps_apart_from_words():
    train, test = reference.encode_with_missing(["b", None, "a", None], [None, "c", "a"])
    assert np.linalg.matrix_rank(train) == 3
    assert (test[0] == train[1]).all()
    assert not test[1].any()


def test_standardise_is_scikit_learns():
    rng = np.random.default_rng(1)
    train, test = rng.normal(5, 3, (30, 4)), rng.normal(5, 3, (9, 4))
    scaler = StandardScaler().fit(train)
    for ours, part in zip(reference.standardise(train, test), (train, test), strict=True):
        np.testing.assert_allclose(ours, scaler.transform(part))
    train[:, 2] = 0.1
    assert not any(part[:, 2].any() for part in reference.standardise(train, test))


def test_one_hot_is_scikit_learns():
    rng = np.random.default_rng(2)
    train, test = (rng.choice(words, 20).tolist() for words in (["b", "a", "c"], ["d", "a", "c"]))
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(np.array(train)[:, None])
    for ours, part in zip(reference.one_hot(train, test), (train, test), strict=True):
        assert np.array_equal(ours, encoder.transform(np.array(part)[:, None]))


def test_out_of_fold_encoding_with_a_fold_a_row_leaves_one_out():
    rng = np.random.default_rng(3)
    category, y = rng.integers(0, 8, 40), rng.normal(size=40)
    codes, new = reference.out_of_fold_encoding(category, y, np.array([0, 99]), 40, seed=0)
    frame = pd.DataFrame({"category": category, "y": y})
    sums = frame.groupby("category")["y"].transform("sum") - y
    np.testing.assert_allclose(codes, sums / (frame.groupby("category")["y"].transform("size") - 1))
    np.testing.assert_allclose(new, [y[category == 0].mean(), y.mean()])


def test_columns_to_keep_drops_what_has_changed():
    rng = np.random.default_rng(4)
    train, served = rng.normal(size=(200, 5)), rng.normal(size=(200, 5))
    y = train @ [1.0, 1, 0, 1, 1]
    served[:, 1] *= 10
    served[:, 3] = 0.0
    served[:, 4] += 5
    assert reference.columns_to_keep(train, served, y) == [0, 2]
    everything = LinearRegression().fit(train, y).predict(served)
    assert np.std(everything - served @ [1.0, 1, 0, 1, 1]) < 1e-9  # it fits what was served, and not what was


@pytest.mark.parametrize("seed", SEEDS)
def test_clean_table_is_a_pipeline_of_scikit_learn(seed):
    train, test = parts(seed)
    train = pd.concat([train, train.iloc[:20]], ignore_index=True)
    cleaned = reference.clean_table(train, test)
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    pipeline = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=np.nan), words), TEXTS),
    ).fit(train.drop_duplicates().astype(dict.fromkeys(TEXTS, object)))
    assert len(cleaned[0]) < len(train)
    assert len(cleaned[1]) == len(test)
    for ours, part in zip(cleaned, (train.drop_duplicates(), test), strict=True):
        theirs = pipeline.transform(part.astype(dict.fromkeys(TEXTS, object)))
        np.testing.assert_allclose(ours.to_numpy(), theirs, atol=1e-12)
        assert ours.index.equals(part.index)


@pytest.mark.parametrize("seed", SEEDS)
def test_preprocess_puts_the_parts_together(seed):
    frame = parts(seed)[0].assign(let=np.arange(200) % 3)
    X_train, X_test, y_train, y_test = reference.preprocess(frame, "let", 0.25, seed)
    rows = reference.stratified_split(frame["let"].to_numpy(), 0.25, seed)
    cleaned = reference.clean_table(*(frame.drop(columns="let").iloc[part] for part in rows))
    for ours, theirs in zip((X_train, X_test), cleaned, strict=True):
        np.testing.assert_allclose(ours, theirs.to_numpy(), atol=1e-6)
        assert ours.dtype == np.float32
    assert np.bincount(y_train).tolist() == np.bincount(frame["let"].to_numpy()[rows[0]]).tolist()
    assert len(y_test) == len(X_test)
