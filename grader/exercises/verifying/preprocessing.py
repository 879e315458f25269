"""Lesson 5a: splits, encodings and choices of columns, by what they lead to; and tables made ready."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.child import plaindata
from grader.child.plaindata import Live
from grader.exercise import Answered, Finding, Given
from grader.exercises.verifying.forms import Odd, told, two_parts

TEST_SHARE = (0.15, 0.35)  # of the rows that are used
LEAST_USED = 1 / 3  # of all rows
OFF = 0.12  # what a split may promise too much, or too little, in the mean
MOST_OF_BEST = 1.1  # errors on served rows, beside those of the best columns
MOST_OF_OURS = 1.05  # errors with an encoding, beside those with ours


@told
def is_honest(given: Given, answer: Any) -> Finding:
    """Judge splits by a nearest neighbour's score on their test rows; that on new cases is the secret."""
    X, _, group, time, _ = given.arguments
    train, test = two_parts(answer, len(X))
    used = len(train) + len(test)
    if used < LEAST_USED * len(X):
        return Finding(False, f"Only {used} of {len(X)} rows are in one of your parts.")
    share = len(test) / used
    if not TEST_SHARE[0] <= share <= TEST_SHARE[1]:
        return Finding(False, f"{share:.0%} of your rows are in the test part: 15 to 35 % are asked for.")
    if not given.group:
        return Finding(True)
    off = float(np.mean([promised(case) - case.secret for case in given.group]))
    known = float(np.mean([already_known(case) for case in given.group]))
    if group is not None:
        kind, how = "with groups", "have rows of their group in training"
    elif time is not None:
        kind, how = "with times", "are older than a training row"
    else:
        kind, how = "without either", "are copies of a training row"
    if abs(off) > OFF:
        return Finding(
            False,
            f"On {len(given.group)} tables {kind}, your test rows promise {abs(100 * off):.0f} points "
            f"{'more' if off > 0 else 'less'} than new cases bring, in the mean; {known:.0%} of them {how}.",
        )
    if known > 0:
        return Finding(False, f"On tables {kind}, {known:.1%} of your test rows {how}.")
    return Finding(True)


def promised(case: Answered) -> float:
    """Return the accuracy on the test rows of the training row that is nearest to each."""
    X, y, *_ = case.arguments
    train, test = (np.asarray(part, int) for part in case.answer)
    return float(np.mean(nearest_label(X[train], y[train], X[test]) == y[test]))


def nearest_label(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Return the label of the nearest training row for each row of X."""
    squares = (X_train**2).sum(axis=1) - 2 * X @ X_train.T  # (m, n), less what is the same for all of a row
    return y_train[squares.argmin(axis=1)]


def already_known(case: Answered) -> float:
    """Return the share of test rows of a group, a time or a kind that training has, or has passed."""
    X, _, group, time, _ = case.arguments
    train, test = (np.asarray(part, int) for part in case.answer)
    if time is not None:
        return float(np.mean(time[test] < time[train].max()))
    if group is not None:
        return float(np.mean(np.isin(group[test], group[train])))
    rows = {row.tobytes() for row in X[train]}
    return float(np.mean([row.tobytes() in rows for row in X[test]]))


@told
def is_stratified(given: Given, answer: Any) -> Finding:
    """Judge a split by its classes' shares, and by other splits of the same labels."""
    y, fraction, seed = given.arguments
    train, test = two_parts(answer, len(y))
    if len(train) + len(test) < len(y):
        return Finding(False, f"{len(y) - len(train) - len(test)} rows are in neither part.")
    require_shares(y, y[test], fraction)
    for (labels, other_fraction, other_seed), _, other in given.earlier:
        if other_fraction == fraction and np.array_equal(labels, y):
            alike = set(np.ravel(other[1]).tolist()) == set(test.tolist())
            if other_seed == seed and not alike:
                return Finding(False, "The same seed gave two different splits.")
            if other_seed != seed and alike:
                return Finding(False, "Another seed gave the same test rows: they are to be drawn by chance.")
    return Finding(True)


@told
def encodes(given: Given, answer: Any) -> Finding:
    """Judge encodings by a linear model's error on the test rows, whose targets are the secret."""
    train, test = given.arguments
    rows, _ = _matrices(answer, len(train), len(test))
    for (words, _), _, other in given.earlier:
        if words == train and not np.array_equal(np.asarray(other[0], float), rows):
            return Finding(
                False,
                "With other test rows, the same training rows were encoded otherwise: they may not matter.",
            )
    if not given.group:
        return Finding(True)
    shares = [encoding_error(case) / case.secret["best"] for case in given.group]
    share = float(np.mean(shares))
    return Finding(
        share <= MOST_OF_OURS,
        f"With your numbers the linear model's error on test rows is {share:.2f} times that of the best "
        f"encoding known to us, in the mean of {len(shares)} tables.",
    )


def encoding_error(case: Answered) -> float:
    """Return the error on test rows of what learnt from the encoded training rows."""
    train, test = _matrices(case.answer, *map(len, case.arguments))
    return linear_error(train, test, case.secret["y"], case.secret["new_y"])


def linear_error(train: np.ndarray, test: np.ndarray, y: np.ndarray, new_y: np.ndarray) -> float:
    """Return the root mean square error on test rows of a ridge regression, its columns standardised."""
    centre, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    A, B = (train - centre) / spread, (test - centre) / spread
    weights = np.linalg.solve(A.T @ A + np.eye(A.shape[1]), A.T @ (y - y.mean()))
    return float(np.sqrt(np.mean((new_y - y.mean() - B @ weights) ** 2)))


@told
def keeps_what_is_served(given: Given, answer: Any) -> Finding:
    """Judge columns by a ridge regression on rows that arrive, whose targets are the secret."""
    train = given.arguments[0]
    _columns(answer, train.shape[1])
    if not given.group:
        return Finding(True)
    shares = [kept_error(case) / case.secret["best"] for case in given.group]
    share = float(np.mean(shares))
    kept = float(np.mean([len(case.answer) for case in given.group]))
    return Finding(
        share <= MOST_OF_BEST,
        f"You keep {kept:.1f} columns in the mean. On rows that arrive in use, the error with them is "
        f"{share:.2f} times that of the best choice, in the mean of {len(shares)} tables.",
    )


def kept_error(case: Answered) -> float:
    """Return the error on the rows that arrive of what learnt from the chosen columns."""
    train, served, y = case.arguments
    columns = _columns(case.answer, train.shape[1])
    return linear_error(train[:, columns], served[:, columns], y, case.secret["new_y"])


@told
def is_out_of_fold(given: Given, answer: Any) -> Finding:
    """Judge codes: no row's own target is in its code, and what a line makes of them on test rows.

    The secret is empty for a plain case; names the row whose target alone differs from the case before; or
    has the second column, the new targets and the error of our codes.
    """
    train, _, test, *_ = given.arguments
    codes = _codes(answer, len(train), len(test))
    if not given.group:
        return _of_a_category(given, *codes)
    share = float(np.mean([line_error(case) / case.secret["best"] for case in given.group]))
    return Finding(
        share <= MOST_OF_OURS,
        f"With your codes the linear model's error on test rows is {share:.2f} times that with our own, in "
        f"the mean of {len(given.group)} tables.",
    )


def _of_a_category(given: Given, codes: np.ndarray, new_codes: np.ndarray) -> Finding:
    train, y, test, *_ = given.arguments
    if given.secret is None or "row" not in given.secret:
        again = given.earlier if given.secret is None else ()
        if any(not np.array_equal(np.asarray(earlier.answer[0], float), codes) for earlier in again):
            return Finding(False, "Called again with the same arguments and seed, it gave other codes.")
        unseen = ~np.isin(test, train)
        if np.abs(new_codes[unseen] - y.mean()).max(initial=0.0) > 0.2 * y.std():
            return Finding(False, "A category that training doesn't know is to get the mean of all targets.")
        return Finding(True)
    row, before = given.secret["row"], given.earlier[given.secret["base"]]
    moved = abs(codes[row] - np.asarray(before.answer[0], float)[row])
    step = abs(y[row] - before.arguments[1][row])
    if moved > 2 * step / len(y):  # one n-th is what the mean of all targets moves by
        return Finding(
            False,
            f"When the target of row {row} alone grew by {step:.4g}, that row's code changed by {moved:.2g}.",
        )
    return Finding(True)


def line_error(case: Answered) -> float:
    """Return the error on test rows of a line in the second column and the codes."""
    train, y, test, *_ = case.arguments
    codes, new_codes = _codes(case.answer, len(train), len(test))
    secret = case.secret
    return linear_error(np.c_[secret["x"], codes], np.c_[secret["new_x"], new_codes], y, secret["new_y"])


def require_shares(y: np.ndarray, in_test: np.ndarray, fraction: float) -> None:
    """Make sure that each class has its share among the labels of the test rows."""
    for label in np.unique(y):
        wanted, got = fraction * np.sum(y == label), int(np.sum(in_test == label))
        # One row, and its part of another: scikit-learn rounds up how many test rows there are.
        if abs(got - wanted) > 1 + np.mean(y == label):
            raise Odd(f"{got} rows of class {label} are in the test part, where {wanted:.4g} are its share.")


def _matrices(answer: Any, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both parts as finite numbers of shapes (n, k) and (m, k)."""
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("Two arrays are asked for: the training rows and the test rows.")
    train, test = (np.asarray(part, float) for part in answer)
    for part, rows, name in ((train, n, "training"), (test, m, "test")):
        if part.ndim != 2 or len(part) != rows:
            raise Odd(
                f"The {name} rows came back in shape {part.shape}: {rows} rows of k numbers are asked for."
            )
        if not np.isfinite(part).all():
            raise Odd(f"Among the numbers of the {name} rows is one that is not finite.")
    if train.shape[1] != test.shape[1]:
        raise Odd(f"Rows of {train.shape[1]} and of {test.shape[1]} numbers: one model reads both parts.")
    return train, test


def _codes(answer: Any, n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both parts as finite numbers of shapes (n,) and (m,)."""
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("Two arrays are asked for: the codes of the training rows and of the test rows.")
    train, test = (np.asarray(part, float) for part in answer)
    if train.shape != (n,) or test.shape != (m,):
        raise Odd(f"Codes of shapes ({n},) and ({m},) are asked for, not {train.shape} and {test.shape}.")
    if not (np.isfinite(train).all() and np.isfinite(test).all()):
        raise Odd("A code is not finite: what of a category that no row has which may be seen?")
    return train, test


def _columns(answer: Any, count: int) -> np.ndarray:
    """Return the numbers of columns."""
    columns = np.asarray(answer if len(answer) else np.zeros(0, int))
    fit = columns.ndim == 1 and columns.dtype.kind in "iu" and len(np.unique(columns)) == len(columns)
    if not fit or (len(columns) and not 0 <= columns.min() <= columns.max() < count):
        raise Odd(f"A list of different whole numbers from 0 to {count - 1} is asked for.")
    return columns


@told
def is_made_ready(given: Given, answer: Any) -> Finding:
    """Judge four arrays made of a table; of a group, also what one changed row at a time did to them.

    The secret says whether a column is ten times the class, how many texts there are beyond the first of each
    column, and whether this is a case of the group.
    """
    frame, target, fraction, _ = given.arguments
    X_train, X_test, y_train, y_test = _four(answer)
    labels = frame.value["columns"][target]
    if len(y_train) + len(y_test) != len(labels):
        lost = len(labels) - len(y_train) - len(y_test)
        return Finding(False, f"The table has {len(labels)} rows, and {abs(lost)} are lost or added.")
    require_shares(labels, y_test, fraction)
    if not np.array_equal(np.sort(np.concatenate([y_train, y_test])), np.sort(labels)):
        return Finding(False, "The classes that came back are not those of the table.")
    pairs = zip(X_train.T, X_test.T, strict=True)
    follows = any(_follows(column, y_train, new, y_test) for column, new in pairs)
    if follows != given.secret.get("follows", False):
        return Finding(
            False,
            "The class itself stands among the columns of your arrays."
            if follows
            else "A column of this table is ten times the class, and none of yours has one value for each "
            "class in training and test: rows and classes went apart, or the parts were changed differently.",
        )
    if sum(len(np.unique(column)) == 2 for column in X_train.T) < given.secret.get("texts", 0):
        return Finding(False, "Your arrays have too few columns of two values for texts that are one-hot.")
    if given.group:
        return _is_sealed(given.group)
    return Finding(True) if "changed" in given.secret else _is_seeded(given, X_test)


def _is_seeded(given: Given, X_test: np.ndarray) -> Finding:
    """Judge whether the seed decides, by the cases before with the same table."""
    table, seed = plaindata.encode(given.arguments[:3]), given.arguments[3]
    for arguments, _, other in given.earlier:
        if plaindata.encode(arguments[:3]) == table:
            alike = np.array_equal(np.asarray(other[1]), X_test)
            if alike != (arguments[3] == seed):
                return Finding(False, "The same seed is to give the same parts, and another seed others.")
    return Finding(True)


def _follows(column: np.ndarray, y: np.ndarray, new: np.ndarray, new_y: np.ndarray) -> bool:
    """Whether a column has one value for each class, the same in both parts, and another for each."""
    both, classes = np.concatenate([column, new]), np.concatenate([y, new_y])
    values = [both[classes == label] for label in np.unique(classes)]
    return bool(max(map(np.ptp, values)) < 1e-4 < np.ptp([v[0] for v in values]))


def _is_sealed(cases: Sequence[Answered]) -> Finding:
    """Judge what a changed row did: the first case is the table as it was, in each other a row is changed."""
    X_train, X_test, *_ = _four(cases[0].answer)
    others = [_four(case.answer) for case in cases[1:]]
    untouched = [other for other in others if np.array_equal(other[0], X_train)]
    if len(untouched) < len(X_test):
        return Finding(
            False,
            f"One row at a time was changed. That left X_train as it was for {len(untouched)} "
            f"rows, and {len(X_test)} rows are test rows: something was learnt from them.",
        )
    if any(len(other[1]) != len(X_test) or _rows_changed(other[1], X_test) > 1 for other in untouched):
        return Finding(
            False, "When one test row got another number and text, other rows of X_test changed, too."
        )
    return Finding(True)


def _rows_changed(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.any(one != other, axis=1).sum()) if one.shape == other.shape else len(one)


def _four(answer: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return X_train, X_test, y_train and y_test as arrays."""
    if not isinstance(answer, list | tuple) or len(answer) != 4:
        raise Odd("Four arrays are asked for, in this order: X_train, X_test, y_train, y_test.")
    X_train, X_test, *classes = answer
    y_train, y_test = (np.asarray(_values(part)) for part in classes)
    for name, X, y in (("train", X_train, y_train), ("test", X_test, y_test)):
        if not isinstance(X, np.ndarray) or X.dtype != np.float32:
            raise Odd(f"X_{name} is to be an array of float32, and is {_kind(X)}.")
        if X.ndim != 2 or y.shape != (len(X),):
            raise Odd(f"X_{name} has shape {X.shape} and y_{name} {y.shape}: each row has one class.")
        if not np.isfinite(X).all():
            raise Odd(f"X_{name} holds NaN or infinity: a gap was not filled, or something divided by 0.")
    if X_train.shape[1] != X_test.shape[1]:
        raise Odd(f"Rows of {X_train.shape[1]} and of {X_test.shape[1]} columns: one model takes both.")
    return X_train, X_test, y_train, y_test


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"one of {value.dtype}"
    return {"frame": "a DataFrame", "series": "a Series"}.get(getattr(value, "kind", ""), "something else")


def _values(part: Any) -> Any:
    """Return the numbers of a Series."""
    return next(iter(part.value["columns"].values())) if isinstance(part, Live) else part
