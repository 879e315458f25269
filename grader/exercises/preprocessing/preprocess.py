"""Lesson 5a: how `preprocess` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.preprocessing.cases import NAN, WORDS, flats, table
from grader.exercises.verifying.preprocessing import is_made_ready
from grader.references import preprocessing as reference

TEXTS = sum(len(words) - 1 for words in WORDS.values())
SMALL = 12  # rows of the table whose rows are changed one by one


def tables(rng: np.random.Generator) -> Iterator[Case]:
    """Tables with two seeds, one with a column made of the class; then one changed row a case."""
    for i, counts in enumerate(((60, 43), (41, 38, 50, 36, 44), (120, 30))):
        y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        columns = flats(rng, len(y)) | {"let": y}
        if i == 1:
            columns["zone"] = 10.0 * y
        fraction, seed = (0.4, 0.5, 0.3)[i], int(rng.integers(1000))
        for s in (seed, seed, seed + 1):
            yield Case((table(columns), "let", fraction, s), secret={"follows": i == 1, "texts": TEXTS})
    columns, seed = small_table(rng), int(rng.integers(1000))
    for changed in (columns, *(with_change(columns, row) for row in range(SMALL))):
        yield Case((table(changed), "let", 0.25, seed), secret={"changed": True}, group="a row changed")


def small_table(rng: np.random.Generator) -> dict[str, Any]:
    """Twelve rows with gaps, two texts about equally frequent, classes of unequal size."""
    area = rng.gamma(6, 12, SMALL).round(1)
    area[rng.choice(SMALL, 4, replace=False)] = NAN
    heating: list[str | None] = rng.permutation(["gas", "oil"] * (SMALL // 2)).tolist()
    for place in rng.choice(SMALL, 2, replace=False):
        heating[place] = None
    y = rng.permutation(np.repeat([0, 1], [7, 5]))
    return {"area": area, "heating": heating, "let": y}


def with_change(columns: dict[str, Any], row: int) -> dict[str, Any]:
    """The table with another number and a text of its own in one row."""
    area, heating = columns["area"].copy(), columns["heating"].copy()
    area[row] = 240.5 if np.isnan(area[row]) else area[row] + 150.5
    heating[row] = "solar"
    return columns | {"area": area, "heating": heating}


def encoded(part, learnt):
    """Numbers and one-hot texts of a frame, filled and standardised by what is learnt from a frame."""
    columns = []
    for name in learnt:
        known = learnt[name].dropna()
        if known.dtype.kind in "iuf":
            filled, values = (frame[name].fillna(known.mean()).to_numpy() for frame in (learnt, part))
            columns.append((values - filled.mean()) / (filled.std() or 1))
        else:
            values = part[name].fillna(known.mode()[0]).to_numpy()
            columns += [values == word for word in sorted(known.unique())]
    return np.column_stack(columns).astype(np.float32)


def ready(learn="train", split=reference.stratified_split, drop=True, prepare=lambda df: df):
    """What makes the arrays in one way or another."""

    def answer(df, target, test_fraction, seed):
        df = prepare(df)
        y = df[target].to_numpy()
        train, test = split(y, test_fraction, seed)
        X = df.drop(columns=target) if drop else df
        frames = X.iloc[train], X.iloc[test]
        learnt = {"train": frames[:1] * 2, "all": (X, X), "each": frames}[learn]
        return *map(encoded, frames, learnt), y[train], y[test]

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
