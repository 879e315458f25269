"""Lesson 5a: right answers written in other ways, in this process and in the sandbox."""

import inspect
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from asking import BY_NAME, each_of, verdict
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GroupShuffleSplit, KFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder

from grader.judging.bank import PUBLIC_SEED

SEEDS = (PUBLIC_SEED, "another")


def row_by_row(df, z):
    df = df[~df.duplicated()]
    keep = []
    for row in range(len(df)):
        far = False
        for name in df:
            if df[name].dtype.kind in "if":
                values = df[name].to_numpy()
                far |= bool(abs(values[row] - np.nanmean(values)) > z * np.nanstd(values))
        keep.append(not far)
    return df.loc[keep].reset_index(drop=True)


def by_scores(df, z):
    df = df.drop_duplicates(ignore_index=True)
    numbers = df.select_dtypes(include="number")
    scores = (numbers - numbers.mean()) / numbers.std(ddof=0)
    return df.drop(index=df.index[(scores.abs() > z).any(axis=1)]).reset_index(drop=True)


def in_loops(train, test):
    train, test = train.copy(), test.copy()
    for name in train.columns:
        if pd.api.types.is_numeric_dtype(train[name]):
            value = np.nanmean(train[name])
        else:
            value = train[name].value_counts().sort_index().idxmax()
        for part in (train, test):
            part[name] = part[name].fillna(value)
    return train, test


def by_where(train, test):
    means, modes = train.mean(numeric_only=True), train.mode().iloc[0]
    values = modes.where(~modes.index.isin(means.index), means.reindex(modes.index))
    return [part.where(part.notna(), values, axis=1).infer_objects() for part in (train, test)]


def column_by_column(train, test):
    scaled = [np.zeros(train.shape), np.zeros(test.shape)]
    for j, column in enumerate(train.T):
        if len(set(column)) > 1:
            for part, array in zip(scaled, (train, test), strict=True):
                part[:, j] = (array[:, j] - np.mean(column)) / np.std(column)
    return scaled


def where_it_varies(train, test):
    std = train.std(0)
    std[std == 0] = np.inf
    return (train - train.mean(0)) / std, (test - train.mean(0)) / std


def in_lists(train, test):
    words = sorted(set(train))
    return [[[int(word == w) for w in words] for word in part] for part in (train, test)]


def by_identity(train, test):
    words = {word: place for place, word in enumerate(sorted(set(train)))}
    rows = np.vstack([np.eye(len(words)), np.zeros(len(words))])
    return tuple(rows[[words.get(word, -1) for word in part]] for part in (train, test))


def by_scikit_learn(X, y, group, time, seed):
    if time is not None:
        latest = np.sort(time)[int(0.8 * len(time))]
        return np.flatnonzero(time < latest), np.flatnonzero(time >= latest)
    if group is None:
        group = pd.DataFrame(X).groupby(list(range(X.shape[1]))).ngroup()
    return next(GroupShuffleSplit(1, test_size=0.25, random_state=seed).split(X, y, group))


def without_copies(X, y, group, time, seed):
    rows = np.sort(np.unique(X, axis=0, return_index=True)[1])
    names = time > np.quantile(time, 0.75) if time is not None else rows if group is None else group % 4 == 1
    if time is None and group is None:
        rows = np.random.default_rng(seed).permutation(rows)
        return rows[len(rows) // 4 :].tolist(), rows[: len(rows) // 4].tolist()
    return np.flatnonzero(~names), np.flatnonzero(names)


def by_train_test_split(y, test_fraction, seed):
    rows = np.arange(len(y))
    return train_test_split(rows, test_size=test_fraction, stratify=y, random_state=seed)


def by_sorting(y, test_fraction, seed):
    """A shuffled order, sorted by class; in each class the first rows up to its share."""
    order = np.random.default_rng(seed).permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    place = np.concatenate([np.arange(n) / n for n in np.unique(y, return_counts=True)[1]])
    chosen = place < test_fraction - 1e-9
    return order[~chosen].tolist(), order[chosen].tolist()


def by_dummies(train, test):
    columns = pd.get_dummies(pd.Series(train, dtype=object), dummy_na=True)
    others = pd.get_dummies(pd.Series(test, dtype=object), dummy_na=True)
    return columns.to_numpy(float), others.reindex(columns=columns.columns, fill_value=0).to_numpy(float)


def with_an_indicator(train, test):
    words = sorted({word for word in train if word})
    return tuple(
        np.array([[word is None, *(word == w for w in words[1:])] for word in part], float)
        for part in (train, test)
    )


def rows_of_zeros(train, test):
    words = sorted({word for word in train if word})
    return tuple(np.array([[float(word == w) for w in words] for word in part]) for part in (train, test))


def leaving_one_out(train, y, test, folds, seed):
    frame = pd.DataFrame({"category": train, "y": y})
    by_category = frame.groupby("category")["y"]
    sums, counts = by_category.transform("sum") - y, by_category.transform("size") - 1
    codes = (sums / counts.where(counts > 0)).fillna((y.sum() - pd.Series(y)) / (len(y) - 1))
    return codes.to_numpy(), pd.Series(test).map(by_category.mean()).fillna(y.mean()).to_numpy()


def by_groupby(train, y, test, folds, seed):
    train, test, y = pd.Series(train), pd.Series(test), pd.Series(y)
    codes = pd.Series(0.0, index=train.index)
    for others, fold in KFold(folds, shuffle=True, random_state=seed).split(train):
        means = y.iloc[others].groupby(train.iloc[others]).mean()
        codes.iloc[fold] = train.iloc[fold].map(means).fillna(y.mean())
    return codes.tolist(), test.map(y.groupby(train).mean()).fillna(y.mean()).tolist()


def by_quantiles(train, served, y):
    keep = []
    for j in range(train.shape[1]):
        low, high = np.quantile(train[:, j], [0.02, 0.98])
        inside = np.mean((served[:, j] >= low) & (served[:, j] <= high))
        widths = [np.subtract(*np.quantile(part[:, j], [0.75, 0.25])) for part in (train, served)]
        if inside > 0.7 and 0.6 < widths[1] / widths[0] < 1.7:
            keep.append(j)
    return keep


def by_histograms(train, served, y):
    overlap = []
    for one, other in zip(train.T, served.T, strict=True):
        edges = np.linspace(min(one.min(), other.min()), max(one.max(), other.max()), 12)
        shares = [np.histogram(part, edges)[0] / len(part) for part in (one, other)]
        overlap.append(np.minimum(*shares).sum())
    return np.flatnonzero(np.array(overlap) > 0.6)


def cleaned_by_hand(train, test):
    train = train[~train.duplicated()]
    columns = {0: {}, 1: {}}
    for name in train:
        if train[name].dtype.kind in "if":
            filled = train[name].fillna(train[name].mean())
            spread = filled.std(ddof=0)
            for i, part in enumerate((train, test)):
                values = part[name].astype(float).fillna(train[name].mean()) - filled.mean()
                columns[i][name] = values / (spread if spread > 0 else 1)
        else:
            mode = train[name].mode().iloc[0]
            for word in sorted(train[name].dropna().unique()):
                for i, part in enumerate((train, test)):
                    columns[i][f"{name}_{word}"] = (part[name].fillna(mode) == word).astype(int)
    return pd.DataFrame(columns[0]), pd.DataFrame(columns[1])


def a_pipeline(df, target, test_fraction, seed):
    X, y = df.drop(columns=[target]), df[target]
    train, test, y_train, y_test = train_test_split(
        X, y, test_size=test_fraction, stratify=y, random_state=seed
    )
    texts = make_column_selector(dtype_exclude="number")
    numbers = make_column_selector(dtype_include="number")
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    transformer = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler()), numbers),
        (make_pipeline(SimpleImputer(strategy="constant", fill_value="none"), words), texts),
    )
    objects = dict.fromkeys(texts(X), object)
    X_train = transformer.fit_transform(train.astype(objects))
    return np.float32(X_train), np.float32(transformer.transform(test.astype(objects))), y_train, y_test


def with_pandas(df, target, test_fraction, seed):
    test = df.groupby(target).sample(frac=test_fraction, random_state=seed)
    train = df.drop(index=test.index)
    y_train, y_test = train.pop(target).to_numpy(), test.pop(target).to_numpy()
    X_train = pd.get_dummies(train)
    X_test = pd.get_dummies(test).reindex(columns=X_train.columns, fill_value=False)
    means = X_train.mean()
    return (
        X_train.fillna(means).to_numpy("float32"),
        X_test.fillna(means).to_numpy("float32"),
        y_train.tolist(),
        y_test.tolist(),
    )


ALSO_RIGHT = {
    "drop_duplicates_and_outliers": [row_by_row, by_scores],
    "honest_split": [by_scikit_learn, without_copies],
    "stratified_split": [by_train_test_split, by_sorting],
    "fill_missing": [in_loops, by_where],
    "encode_with_missing": [by_dummies, with_an_indicator, rows_of_zeros],
    "standardise": [column_by_column, where_it_varies],
    "one_hot": [in_lists, by_identity],
    "out_of_fold_encoding": [leaving_one_out, by_groupby],
    "columns_to_keep": [by_quantiles, by_histograms],
    "clean_table": [cleaned_by_hand],
    "preprocess": [a_pipeline, with_pandas],
}
each_answer = each_of(ALSO_RIGHT)
SOURCE = inspect.getsource(inspect.getmodule(row_by_row))
IMPORTS = "".join(re.findall(r"^from sklearn.*\n", SOURCE, re.MULTILINE))


@each_answer
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = verdict(name, answer, seed)
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@each_answer
def test_another_right_answer_is_accepted_in_the_sandbox(name, answer, graded_answer):
    source = re.sub(r"^def \w+", f"def {name}", inspect.getsource(answer))
    imports = IMPORTS if BY_NAME[name].kind == "property" else ""
    found = graded_answer(name, f"import pandas as pd\n{imports}\n\n{source}")
    assert (found.status, found.credit) == ("passed", 1.0), found.message
