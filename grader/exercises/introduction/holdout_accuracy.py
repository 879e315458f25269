"""Lesson 1: how `holdout_accuracy` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Fault, Mistake
from grader.references import introduction as reference

PROBES = (
    Live("function", ["remembers", {}]),
    Live("function", ["checks_pairs", {}]),
    Live("function", ["votes", {"neighbours": 1000}]),  # of all rows: the most frequent label
    Live("function", ["counts_rows", {}]),
    Live("function", ["last_label", {}]),
)


def probed_rows(rng: np.random.Generator) -> Iterator[tuple]:
    """Rows sorted by their labels, which stand in the last column, too; each set with every probe."""
    for n in (4, 6, 9, 13, 20, 30):
        y = np.sort(rng.integers(0, 3, n))
        X = np.column_stack([rng.permutation(n) / 2, y])
        seed = int(rng.integers(1000))
        for probe in PROBES:
            yield probe, X, y, seed


def asked_about(part: str, share: float = 0.25):
    """An accuracy on either part, of a model that learns from the other one, or from the same."""

    def answer(model, X, y, seed):
        order = np.random.default_rng(seed).permutation(len(X))
        held_out, rest = np.split(order, [int(share * len(X))])
        learnt, asked = {
            "held out": (rest, held_out),
            "rest": (held_out, rest),
            "learnt": (rest, rest),
        }[part]
        return np.mean(model(X[learnt], y[learnt], X[asked]) == y[asked])

    return answer


EXERCISE = Exercise(
    reference=reference.holdout_accuracy,
    task="repair",
    cases=probed_rows,
    faults=(
        Fault(
            "on_training_rows",
            "X_train, y_train = X[rest], y[rest]",
            "X_train, y_train = X, y",
            "A model that remembers its rows gets 1.0 from you: it was asked about rows that it had seen.",
        ),
        Fault(
            "last_quarter",
            "held_out, rest = np.split(order, [n // 4])",
            "rest, held_out = np.split(np.arange(n), [n - n // 4])",
            "The held-out rows are the last: where rows are sorted by class, they are all of one kind.",
        ),
        Fault(
            "y_not_indexed",
            "answers == y[held_out]",
            "answers == y[: len(held_out)]",
            "Rows were drawn, labels weren't: each row is compared with another row's label.",
        ),
    ),
    mistakes=(
        Mistake(
            "half",
            asked_about("held out", share=0.5),
            "More than a quarter was held out.",
        ),
        Mistake(
            "the_other_way_round",
            asked_about("rest"),
            "The model learnt from the quarter and was asked about all others. It is meant the other way "
            "round.",
        ),
        Mistake(
            "asked_what_it_learnt",
            asked_about("learnt"),
            "The model was asked about the very rows that it had learnt from, and the others weren't used.",
        ),
    ),
    hints=(
        "There are three faults. Make yourself a model that only remembers its rows, and one that checks "
        "whether each row still has its own label, and see what it is given.",
        "Which rows may the model see before it is asked? Which rows does the statement hold out, and is "
        "what was drawn for that used at all?",
        "Follow one row through the function: which label is its answer compared with in the last line?",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
