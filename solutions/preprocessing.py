"""Lesson 5a, preprocessing: from a table as it comes to numbers that a network can be trained on.

    drop_duplicates_and_outliers → honest_split · stratified_split → fill_missing · encode_with_missing
    → standardise · one_hot · out_of_fold_encoding → columns_to_keep → clean_table → preprocess

What a table is prepared with (a mean, a spread, a list of words) is learnt from the training rows alone, and
used on both parts. Shapes in comments: n training rows, m test rows, c categories. Pandas is imported where
it is used: without it, the rest of this module starts sooner.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def drop_duplicates_and_outliers(df: "pd.DataFrame", z: float) -> "pd.DataFrame":
    """Drop rows that stand in the table twice, then rows with a number that lies far out.

    First, of rows that are equal in every column the first is kept. Of the rows that are left, each column of
    numbers has a mean and a standard deviation (that of NumPy, which divides by n). Then a row goes if any of
    its numbers is more than `z` standard deviations from its column's mean, above or below:
    `|x − mean| > z · std`. A missing number is no outlier, and columns of text have none.

    Args:
        df: a table of numbers and texts, some of them missing. It stays as it was.
        z: how far is too far, in standard deviations, at least 1.

    Returns:
        A DataFrame with the rows that are left, in their order, and an index that counts from 0.

    >>> import pandas as pd
    >>> rooms, heating = [2.0, 3.0, 3.0, 2.0, 40.0], ["gas", "oil", "oil", None, "gas"]
    >>> table = pd.DataFrame({"rooms": rooms, "heating": heating})
    >>> drop_duplicates_and_outliers(table, z=1.5)
       rooms heating
    0    2.0     gas
    1    3.0     oil
    2    2.0     NaN
    """
    df = df.drop_duplicates()
    numbers = df.select_dtypes("number")
    far = (numbers - numbers.mean()).abs() > z * numbers.std(ddof=0)  # False where a number is missing
    return df[~far.any(axis=1)].reset_index(drop=True)


def honest_split(
    X: np.ndarray, y: np.ndarray, group: np.ndarray | None, time: np.ndarray | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Part the rows so that the score on your test rows is the score that new cases will get.

    What is new depends on the data. With `group`, new cases come from groups that are not in the table. With
    `time`, they come later than all rows of the table. With neither they come as these rows came. Some tables
    hold exact copies of rows, and a new case is never a copy. The rows stand in no order.

    A nearest-neighbour model learns from your training rows and is scored on your test rows; another learns
    from all rows and is scored on new cases, which you don't see. Over several tables of a kind, the two
    scores may differ by at most 0.12 in the mean.

    Args:
        X: numbers, shape (n, columns), several hundred rows.
        y: labels, shape (n,).
        group: the group of each row, shape (n,), or `None`. At most one of group and time is given.
        time: when each row was written down, shape (n,), no time twice; or `None`.
        seed: for what is drawn.

    Returns:
        The indices of the training rows and those of the test rows, without a common one; 15 to 35 % of them
        are test rows. Rows may be left out, but at least a third of the table is to be used.

    Source: Kaufman, Rosset & Perlich (2011), "Leakage in Data Mining: Formulation, Detection, and Avoidance".

    >>> X, y = np.array([[1.0], [5.0], [2.0], [4.0]]), np.array([0, 1, 0, 1])
    >>> honest_split(X, y, None, np.array([30, 10, 40, 20]), seed=0)
    (array([1, 3, 0]), array([2]))
    """
    if time is not None:
        order, held_out = np.argsort(time), len(X) // 4
        return order[:-held_out], order[-held_out:]
    if group is None:  # copies of a row are a group
        group = np.unique(X, axis=0, return_inverse=True)[1].reshape(-1)
    names = np.random.default_rng(seed).permutation(np.unique(group))
    in_test = np.isin(group, names[: len(names) // 4])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def stratified_split(y: np.ndarray, test_fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Part rows at random into training and test, so that each class has its share in both.

    Of a class with k rows, `test_fraction · k` go to the test part, up to one row more or less.

    Args:
        y: labels, shape (n,). Every class has two rows or more. It stays as it was.
        test_fraction: the share of the test part, between 0 and 1.
        seed: decides which rows they are: the same seed gives the same parts, another seed others.

    Returns:
        The indices of the training rows and those of the test rows, each row in one of them, in any order.

    >>> train, test = stratified_split(np.array([0, 0, 0, 0, 1, 1]), 0.5, seed=0)
    >>> len(train), len(test), np.union1d(train, test)
    (3, 3, array([0, 1, 2, 3, 4, 5]))
    """
    rng = np.random.default_rng(seed)
    train, test = [], []
    for label in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == label))
        held_out = round(test_fraction * len(rows))
        test.append(rows[:held_out])
        train.append(rows[held_out:])
    return np.concatenate(train), np.concatenate(test)


def fill_missing(train: "pd.DataFrame", test: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Fill what is missing in both parts of a table with what is usual in the training part.

    In a column of numbers that is the mean of the training rows; in any other column their most frequent
    value, on a tie the one that sorts first.

    Args:
        train, test: tables with the same columns, of numbers or texts. Each column has a value in a training
            row. Both stay as they were.

    Returns:
        The two tables `(train, test)` with every gap filled, and all else as it was.

    >>> import pandas as pd
    >>> train = pd.DataFrame({"area": [50.0, None, 70.0], "heating": ["oil", "gas", "oil"]})
    >>> test = pd.DataFrame({"area": [None], "heating": [None]})
    >>> fill_missing(train, test)[1]
       area heating
    0  60.0     oil
    """
    numbers = train.select_dtypes("number")
    usual = {name: train[name].mean() if name in numbers else train[name].mode()[0] for name in train}
    return train.fillna(usual), test.fillna(usual)


def encode_with_missing(train: list[str | None], test: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """Turn a column of words, some of them missing, into numbers for a linear model.

    A linear model learns from the numbers of your training rows (and their targets, which you don't see) and
    predicts those of the test rows. Its error may be at most 1.05 times that of the best encoding known to
    us, in the mean over several tables. That a word is missing may say something. A word may occur in test
    that no training row has, and what you make of the training rows must not depend on the test rows.

    Args:
        train: n words, `None` where one is missing.
        test: m words, likewise.

    Returns:
        Two arrays of finite numbers, shapes (n, k) and (m, k), a row for each row; k is yours to choose.

    Source: Rubin (1976), "Inference and missing data".

    >>> train, test = encode_with_missing(["good", None, "worn"], ["worn", "new"])
    >>> train.shape[0], test.shape[0], train.shape[1] == test.shape[1]
    (3, 2, True)
    """
    known = [None, *sorted({word for word in train if word is not None})]
    rows_of = ([[float(word == category) for category in known] for word in part] for part in (train, test))
    train_rows, test_rows = rows_of
    return np.array(train_rows), np.array(test_rows)


def standardise(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each training column mean 0 and standard deviation 1, and the test rows the same change.

    `(x − mean) / std`, column by column, where both are those of the training rows and std divides by n. A
    column that is constant in the training rows becomes 0 in both parts: it has taught nothing.

    Args:
        train: numbers, shape (n, columns). It stays as it was.
        test: numbers, shape (m, columns). It stays as it was.

    Returns:
        The two arrays `(train, test)`, in their shapes.

    >>> standardise(np.array([[1.0, 7.0], [5.0, 7.0]]), np.array([[7.0, 8.0]]))
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([[2., 0.]]))
    """
    mean, std = train.mean(axis=0), train.std(axis=0)  # (columns,)
    varies = np.ptp(train, axis=0) > 0
    std = np.where(varies, std, 1.0)
    return (train - mean) / std * varies, (test - mean) / std * varies


def one_hot(train: list[str], test: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """One-hot encode a column of words: a column for each word of the training rows.

    The words stand in sorted order. A row is 1 in its word's column and 0 in all others; a word that no
    training row has is 0 in all of them.

    Args:
        train: n words.
        test: m words.

    Returns:
        The two arrays `(train, test)` of 0 and 1, shapes (n, c) and (m, c).

    >>> one_hot(["oil", "gas", "oil"], ["gas", "wood"])
    (array([[0., 1.],
           [1., 0.],
           [0., 1.]]), array([[1., 0.],
           [0., 0.]]))
    """
    words = np.unique(train)  # (c,), sorted
    return (
        (np.array(train)[:, np.newaxis] == words).astype(float),  # (n, 1) with (c,) → (n, c)
        (np.array(test)[:, np.newaxis] == words).astype(float),
    )


def out_of_fold_encoding(
    train: np.ndarray, y: np.ndarray, test: np.ndarray, folds: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Encode categories by the mean target of their rows, without a row ever seeing its own.

    The training rows are parted into folds by chance. A row's code is the mean target of its category in the
    other folds. A test row's code is the mean target of its category in all training rows. Where there is no
    such row, the code is the mean of all targets that may be seen.

    A linear model will learn from your codes and a second column. Its error on test rows may be at most 1.05
    times that of our own encoding, in the mean over several tables.

    Args:
        train: the category of each training row, whole numbers, shape (n,). They may stand in any order.
        y: their targets, shape (n,).
        test: the category of each test row, shape (m,).
        folds: how many, from 2 to n.
        seed: decides the folds: the same seed gives the same ones.

    Returns:
        The codes of the training rows and of the test rows, shapes (n,) and (m,).

    Source: Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes".

    >>> train, y = np.array([7, 7, 8, 8]), np.array([1.0, 3.0, 10.0, 20.0])
    >>> out_of_fold_encoding(train, y, np.array([8, 9]), folds=4, seed=0)
    (array([ 3.,  1., 20., 10.]), array([15. ,  8.5]))
    """

    def code(category, seen, targets):
        same = targets[seen == category]
        return same.mean() if len(same) else targets.mean()

    codes = np.empty(len(train))
    for fold in np.array_split(np.random.default_rng(seed).permutation(len(train)), folds):
        others = np.setdiff1d(np.arange(len(train)), fold)
        codes[fold] = [code(category, train[others], y[others]) for category in train[fold]]
    return codes, np.array([code(category, train, y) for category in test])


def columns_to_keep(train: np.ndarray, served: np.ndarray, y: np.ndarray) -> list[int]:
    """Choose the columns that a model may rely on, by how they look in training and how they arrive later.

    Tables that were put together for training hold columns that no longer tell the same once the model is in
    use. You have the training rows with their targets, and rows as they arrive in use, without targets. A
    ridge regression learns from the columns that you keep and predicts the targets of the rows that arrive.
    Its error may be at most 1.1 times that of the best choice, in the mean over several tables.

    Args:
        train: numbers, shape (n, columns).
        served: the same columns of other rows, as they arrive, shape (m, columns).
        y: the targets of the training rows, shape (n,).

    Returns:
        The numbers of the columns to keep, from 0 on, in any order.

    Source: Sculley et al. (2015), "Hidden Technical Debt in Machine Learning Systems".

    >>> train = np.array([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]])
    >>> served = np.array([[2.0, 0.2], [1.0, 0.1], [3.0, 0.3]])
    >>> columns_to_keep(train, served, y=np.array([1.0, 2.0, 3.0]))
    [0]
    """
    spread = train.std(axis=0)
    moved = np.abs(served.mean(axis=0) - train.mean(axis=0)) / spread
    widened = served.std(axis=0) / spread
    return np.flatnonzero((moved < 1) & (widened > 0.5) & (widened < 2)).tolist()


def clean_table(train: "pd.DataFrame", test: "pd.DataFrame") -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Clean the two parts of a table: no gaps, numbers standardised, texts one-hot.

    Rows that stand in train twice are dropped from it, all but the first. Then gaps are filled: in columns of
    numbers with their mean, in columns of text with their most frequent text, on a tie the one that sorts
    first. Numbers become `(x − mean) / std`, where std divides by n, and 0 in a column that is constant. Each
    text of a column becomes a column `column_text` of 0 and 1. All this is learnt from train, and done to
    both.

    Args:
        train, test: tables with the same columns, of numbers or texts, each with a value in a row of train.
            The numbers of a constant column are the same in test. Both tables stay as they were.

    Returns:
        The two tables `(train, test)` with equal columns. The rows that are left keep their index.

    >>> import pandas as pd
    >>> train = pd.DataFrame({"area": [40.0, 60.0, 60.0], "heating": ["gas", "oil", "oil"]})
    >>> clean_table(train, pd.DataFrame({"area": [50.0], "heating": ["oil"]}))[1]
       area  heating_gas  heating_oil
    0   0.0          0.0          1.0
    """
    import pandas as pd

    train = train.drop_duplicates()
    numbers = list(train.select_dtypes("number"))
    texts = [name for name in train if name not in numbers]
    learnt = train
    usual = learnt[numbers].mean().to_dict() | {name: learnt[name].mode()[0] for name in texts}
    learnt, train, test = learnt.fillna(usual), train.fillna(usual), test.fillna(usual)
    mean, std = learnt[numbers].mean(), learnt[numbers].std(ddof=0)
    std = std.where(learnt[numbers].nunique() > 1, 1.0)
    train = train.assign(**(train[numbers] - mean) / std)
    test = test.assign(**(test[numbers] - mean) / std)
    train = pd.get_dummies(train, columns=texts, dtype=float)
    test = pd.get_dummies(test, columns=texts, dtype=float)
    return train, test.reindex(columns=train.columns, fill_value=0.0)


def preprocess(
    df: "pd.DataFrame", target: str, test_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """From a table with gaps and texts to four arrays that a network can be trained and tested with.

    Part the rows by chance, with each class's share in both parts up to one row. Then fill what is missing,
    one-hot encode the columns of text, and bring numbers to one scale if you like. All that is learnt for
    this comes from the training rows: no value of a test row may change `X_train`, nor another row of
    `X_test`.

    Args:
        df: a table of numbers and texts, some of them missing, with several rows of each class. It stays as
            it was.
        target: the name of the column with the classes, whole numbers, none missing.
        test_fraction: the share of rows that are kept for the test.
        seed: decides which rows they are: the same seed gives the same parts, another seed others.

    Returns:
        `(X_train, X_test, y_train, y_test)`: the first two float32 of shapes (n, columns) and (m, columns),
        without NaN; the others their classes, row by row. No row of the table is lost.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"area": [40.0, None, 60.0, 80.0], "heating": ["gas"] * 4, "let": [0, 0, 1, 1]})
    >>> X_train, X_test, y_train, y_test = preprocess(table, "let", 0.5, seed=0)
    >>> X_train.shape, X_train.dtype, sorted(y_test.tolist())
    ((2, 2), dtype('float32'), [0, 1])
    """
    labels, features = df[target].to_numpy(), df.drop(columns=target)
    train, test = stratified_split(labels, test_fraction, seed)
    filled = fill_missing(features.iloc[train], features.iloc[test])
    numbers = list(features.select_dtypes("number"))
    blocks = [standardise(*(part[numbers].to_numpy(float) for part in filled))]
    blocks += [one_hot(*(part[name].tolist() for part in filled)) for name in features if name not in numbers]
    X_train, X_test = (np.hstack(parts).astype(np.float32) for parts in zip(*blocks, strict=True))
    return X_train, X_test, labels[train], labels[test]
