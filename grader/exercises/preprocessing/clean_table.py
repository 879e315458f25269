"""Lesson 5a: how `clean_table` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Fault
from grader.exercises.preprocessing.cases import NAN, flats, numbers, rows_of, table
from grader.references import preprocessing as reference


def two_parts(rng: np.random.Generator) -> Iterator[tuple[Live, Live]]:
    """Copies in both parts, gaps, constant columns, words that one part lacks; numbers or texts alone."""
    yield table({"a": numbers(1, 3)}), table({"a": numbers(4)})
    yield table({"a": numbers(2, 2), "b": ["x", "y"]}), table({"a": numbers(2), "b": ["x"]})
    yield table({"a": ["x", "y"]}), table({"a": ["x", "z"]})
    yield table({"a": numbers(1, 3), "b": ["x", "x"]}), table({"a": numbers(3, 3), "b": ["x", "x"]})
    yield table({"a": numbers(1, 1, 3, NAN)}), table({"a": numbers(NAN, 2)})
    yield table({"a": ["x", "y", "y", None]}), table({"a": [None, "x"]})
    yield table({"a": np.array([1, 2, 6])}, [5, 3, 4]), table({"a": np.array([6, 2, 2])}, [9, 8, 7])
    for i in range(13):
        train, test = flats(rng, int(rng.integers(6, 30))), flats(rng, int(rng.integers(4, 12)), missing=0.3)
        test["heating"][0] = "solar"
        train = rows_of(train, [*range(len(train["area"])), 0, 1])
        test = rows_of(test, [*range(len(test["area"])), 0, 2])
        if i % 3 == 0:
            train["floor"], test["floor"] = (np.full(len(part["area"]), i / 4) for part in (train, test))
        yield table(train, rng.permutation(len(train["area"])).tolist()), table(test)


EXERCISE = Exercise(
    reference=reference.clean_table,
    task="repair",
    cases=two_parts,
    returns=("train", "test"),
    faults=(
        Fault(
            "both_parts",
            "learnt = train\n",
            "learnt = pd.concat([train, test])\n",
            "A changed test value changes your training table.",
        ),
        Fault(
            "columns_differ",
            "test.reindex(columns=train.columns, fill_value=0.0)",
            "test",
            "A word that only one part has made a column there, and none in the other.",
        ),
        Fault(
            "test_rows_lost",
            "train = train.drop_duplicates()",
            "train, test = train.drop_duplicates(), test.drop_duplicates()",
            "Rows of the test table are gone. In use each row wants an answer, a copy as well.",
        ),
        Fault(
            "constant_column",
            "    std = std.where(learnt[numbers].nunique() > 1, 1.0)\n",
            "",
            "A column whose numbers are all equal came out without numbers: something was divided by 0.",
        ),
    ),
    mistakes=(),
    hints=(
        "There are four faults. Make yourself a training table of three rows and a test table of two, and "
        "change one cell at a time: what may change in the answer, and what does?",
        "Which rows may be dropped from which part? From which rows is learnt what fills gaps and scales "
        "numbers? Do both answers have the same columns?",
        "Ask of every line which of the two tables it looks at, and what it does to a column that is "
        "constant, and to a word that only one of the tables has.",
    ),
    difficulty=3,
    importance=5,
    minutes=15,
    packages=("numpy", "pandas"),
    objects=True,
    seconds=10,
)
