"""Lesson 5a: how `one_hot` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import preprocessing as reference

WORDS = ("attic", "cellar", "floor", "garden", "Loft", "patio", "yard")


def two_columns(rng: np.random.Generator) -> Iterator[tuple[list[str], list[str]]]:
    """One to thirty words of one to seven kinds, in any order; words that only one part has."""
    yield ["a"], ["a"]
    yield ["b", "a"], ["a"]
    yield ["a", "b"], ["b", "c"]
    yield ["b", "b"], ["a"]
    yield ["a", "c"], ["b"]
    yield ["b", "a", "c"], ["c", "c"]
    yield ["oil", "gas", "oil"], ["gas", "wood", "oil"]
    yield ["10", "9", "x y"], ["9", "x"]
    yield ["gas", "oil"], ["gasoline", "Gas", "oil ", "oil"]
    for _ in range(16):
        known = rng.choice(WORDS, int(rng.integers(1, 7)), replace=False)
        train, test = rng.choice(known, int(rng.integers(2, 30))), rng.choice(WORDS, int(rng.integers(1, 12)))
        yield train.tolist(), test.tolist()


def encoded(words):
    """One-hot rows of both parts, for words that are found out from them."""

    def answer(train, test):
        known = words(train, test)
        rows = ([[float(word == w) for w in known] for word in part] for part in (train, test))
        return tuple(map(np.array, rows))

    return answer


right = encoded(lambda train, test: sorted(set(train)))


def unseen_as_first(train, test):
    known = sorted(set(train))
    return right(train, [word if word in known else known[0] for word in test])


def codes(train, test):
    known = sorted(set(train))
    return tuple(np.array([known.index(w) if w in known else -1 for w in part]) for part in (train, test))


def one_more(train, test):
    return tuple(np.c_[part, 1 - part.sum(axis=1)] for part in right(train, test))


EXERCISE = Exercise(
    reference=reference.one_hot,
    cases=two_columns,
    returns=("train", "test"),
    mistakes=(
        Mistake(
            "both_parts",
            encoded(lambda train, test: sorted({*train, *test})),
            "A word that only the test rows have got a column. In training nobody knew of it.",
        ),
        Mistake(
            "each_alone",
            lambda train, test: (right(train, train)[0], right(test, test)[0]),
            "Each part got columns for its own words, so one column may mean two words.",
        ),
        Mistake(
            "in_order_met",
            encoded(lambda train, test: list(dict.fromkeys(train))),
            "The columns stand in the order in which the words come first; sorted order is asked for.",
        ),
        Mistake(
            "unseen_as_first",
            unseen_as_first,
            "A word that training doesn't know came out as another word. It is none of those that are known.",
        ),
        Mistake(
            "one_more",
            one_more,
            "There is a column more than training has words: an unknown word is 0 in all of them.",
        ),
        Mistake("codes", codes, "Each word became one number. A column for each word is asked for."),
        Mistake(
            "first_dropped",
            lambda train, test: tuple(part[:, 1:] for part in right(train, test)),
            "The first word has no column. Each word of the training rows is to have one.",
        ),
    ),
    hints=(
        "Which words get a column, and in which order? Find them out first, from one of the parts.",
        "Compare every row's word with every column's word: the answer is a table of True and False.",
        "An array of shape (n, 1) compared with one of shape (c,) gives one of shape (n, c). A word that "
        "equals none of them is 0 everywhere by itself.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
