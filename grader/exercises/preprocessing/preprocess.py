"""Lesson 5a: how `preprocess` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.preprocessing.cases import NAN, WORDS, flats, table
from grader.exercises.verifying.preprocessing import is_made_ready
from grader.references import preprocessing as reference

TEXTS = sum(len(words) - 1 for words in WORDS.values())
SMALL = 16  # rows of the table whose rows are changed one by one


def tables(rng: np.random.Generator) -> Iterator[Case]:
    """Tables with two seeds, one with a column made of the class; then one changed row a case."""
    for i, counts in enumerate(((40, 23), (31, 18, 30), (90, 11))):
        y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        columns = flats(rng, len(y)) | {"let": y}
        if i == 1:
            columns["zone"] = 10.0 * y
        fraction, seed = (0.25, 0.3, 0.2)[i], int(rng.integers(1000))
        for s in (seed, seed, seed + 1):
            yield Case((table(columns), "let", fraction, s), secret={"follows": i == 1, "texts": TEXTS})
    columns, seed = small_table(rng), int(rng.integers(1000))
    for what, name in (("number", "area"), ("text", "heating")):
        changed = [columns, *(with_change(columns, name, row) for row in range(SMALL))]
        for each in changed:
            yield Case((table(each), "let", 0.25, seed), secret={"changed": what}, group=what)


def small_table(rng: np.random.Generator) -> dict[str, Any]:
    """Sixteen rows with gaps, two texts that are equally frequent, classes of unequal size."""
    area = rng.gamma(6, 12, SMALL).round(1)
    area[rng.choice(SMALL, 5, replace=False)] = NAN
    heating: list[str | None] = rng.permutation(["gas", "oil"] * 8).tolist()
    for place in rng.choice(SMALL, 3, replace=False):
        heating[place] = None
    y = rng.permutation(np.repeat([0, 1], [9, 7]))
    return {"area": area, "heating": heating, "let": y}


def with_change(columns: dict[str, Any], name: str, row: int) -> dict[str, Any]:
    column = columns[name].copy()
    if isinstance(column, np.ndarray):
        column[row] = 240.5 if np.isnan(column[row]) else column[row] + 150.5
    else:
        column[row] = "solar"
    return columns | {name: column}


def encoded(train, test, learn_from, learn_test_from=None):
    """Numbers and one-hot texts of two frames, filled and standardised by other frames."""

    def matrix(part, learnt):
        numbers = list(learnt.select_dtypes("number"))
        words = {name: sorted(learnt[name].dropna().unique()) for name in learnt if name not in numbers}
        usual = {name: learnt[name].mean() if name in numbers else learnt[name].mode()[0] for name in learnt}
        part = part.fillna(usual)
        filled = learnt[numbers].fillna(usual)
        scaled = (part[numbers] - filled.mean()) / filled.std(ddof=0).replace(0, 1)
        texts = [np.array([[word == w for w in words[name]] for word in part[name]]) for name in words]
        return np.hstack([scaled.to_numpy(float), *texts]).astype(np.float32)

    return matrix(train, learn_from), matrix(test, learn_from if learn_test_from is None else learn_test_from)


def ready(learn="train", split=reference.stratified_split, drop=True, prepare=lambda df: df):
    """What makes the arrays in one way or another."""

    def answer(df, target, test_fraction, seed):
        df = prepare(df)
        y = df[target].to_numpy()
        train, test = split(y, test_fraction, seed)
        X = df.drop(columns=target) if drop else df
        frames = X.iloc[train], X.iloc[test]
        sources = {"train": (frames[0],), "all": (X,), "each": frames}[learn]
        return *encoded(*frames, *sources), y[train], y[test]

    return answer


def at_random(y, test_fraction, seed):
    order = np.random.default_rng(seed).permutation(len(y))
    held_out = round(test_fraction * len(y))
    return order[held_out:], order[:held_out]


def wide(df, target, test_fraction, seed):
    X_train, X_test, y_train, y_test = reference.preprocess(df, target, test_fraction, seed)
    return X_train.astype(float), X_test.astype(float), y_train, y_test


EXERCISE = Exercise(
    reference=reference.preprocess,
    kind="property",
    verify=is_made_ready,
    cases=tables,
    mistakes=(
        Mistake(
            "prepared_before_split",
            ready(learn="all"),
            "Something was learnt from all rows: a mean, a deviation, or the list of texts. A changed "
            "test row changed your training array.",
        ),
        Mistake(
            "each_part_alone",
            ready(learn="each"),
            "The test part was prepared by what was learnt from itself, so a value there means "
            "something else than in training.",
        ),
        Mistake(
            "not_stratified",
            ready(split=at_random),
            "The rows were drawn from all at once: a rare class gets its share only by luck.",
        ),
        Mistake(
            "target_left_in",
            ready(drop=False),
            "The column to predict is among the features. Any model will look excellent, until it is used.",
        ),
        Mistake(
            "rows_dropped",
            ready(prepare=lambda df: df.dropna()),
            "Rows with gaps are gone. Fill the gaps instead: in use, such rows come, too.",
        ),
        Mistake(
            "float64",
            wide,
            "The arrays are of float64. Networks compute in float32.",
        ),
    ),
    hints=(
        "You have written all that is needed in this lesson. In which order do these functions come, and "
        "which of them may see the test rows?",
        "Split first, by the labels. Then fill gaps, then standardise numbers and encode each column of "
        "text, and put the columns side by side.",
        "df.iloc takes the indices that your split returns. np.hstack joins arrays with equally many rows; "
        "change their type last.",
    ),
    difficulty=3,
    importance=5,
    minutes=25,
    objects=True,
    seconds=30,
)
