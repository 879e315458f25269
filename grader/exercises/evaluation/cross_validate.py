"""Lesson 6: how `cross_validate` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.references import evaluation as reference

PROBES = (
    Live("function", ["remembers", {}]),
    Live("function", ["checks_pairs", {}]),
    Live("function", ["votes", {"neighbours": 1000}]),  # of all rows: the most frequent label
    Live("function", ["counts_rows", {}]),
    Live("function", ["votes", {"neighbours": 1}]),
)


def probed_rows(rng: np.random.Generator) -> Iterator[tuple]:
    """Rows whose labels stand in the last column, too, sorted and not; each set with every probe."""
    for i, (n, k) in enumerate(((3, 3), (4, 2), (5, 2), (10, 4), (17, 5), (32, 3))):
        y = rng.permutation(np.arange(n) % 3)
        y = np.sort(y) if i == 5 else y
        X = np.column_stack([rng.permutation(n) / 2, y])
        for probe in PROBES:
            yield probe, X, y, k


def asked_about(part: str, cut=np.array_split, summary=lambda accuracies: accuracies):
    """Accuracies on either part of each fold, of a model that learns from the other, or from all rows."""

    def answer(f, X, y, k):
        accuracies = []
        for fold in cut(np.arange(len(X)), k):
            rest = np.setdiff1d(np.arange(len(X)), fold)
            learnt, asked, compared = {
                "fold": (rest, fold, fold),
                "rest": (fold, rest, rest),
                "learnt": (rest, rest, rest),
                "all": (np.arange(len(X)), fold, fold),
                "torn": (rest, fold, np.arange(len(fold))),
            }[part]
            accuracies.append(np.mean(f(X[learnt], y[learnt], X[asked]) == y[compared]))
        return summary(np.array(accuracies))

    return answer


def dealt_out(rows, k):
    return [rows[i::k] for i in range(k)]


def drawn(rows, k):
    return np.array_split(np.random.default_rng(0).permutation(rows), k)


EXERCISE = Exercise(
    reference=reference.cross_validate,
    cases=probed_rows,
    mistakes=(
        Mistake(
            "trained_on_all",
            asked_about("all"),
            "A model that remembers its rows gets 1.0 from you: it was asked about rows that it had seen.",
        ),
        Mistake(
            "asked_what_it_learnt",
            asked_about("learnt"),
            "The model was asked about the rows that it had learnt from, and never about the fold.",
        ),
        Mistake(
            "the_other_way_round",
            asked_about("rest"),
            "The model learnt from one fold and was asked about all others. It is meant the other way round.",
        ),
        Mistake(
            "first_labels",
            asked_about("torn"),
            "The answers for each fold are compared with the first labels: each row is compared with another "
            "row's label.",
        ),
        Mistake(
            "mean_only",
            asked_about("fold", summary=np.mean),
            "This is the mean of the accuracies. All k of them are asked for.",
        ),
        Mistake(
            "dealt_out",
            asked_about("fold", dealt_out),
            "Your folds aren't contiguous: rows were dealt out in turn. Cut them as in kfold.",
        ),
        Mistake(
            "drawn",
            asked_about("fold", drawn),
            "Your folds aren't contiguous: an order was drawn first. Cut the rows as they stand.",
        ),
        Mistake(
            "errors",
            asked_about("fold", summary=lambda accuracies: 1 - accuracies),
            "These are the shares of wrong answers.",
        ),
    ),
    hints=(
        "Once for each fold: which rows may f learn from, and which is it asked about?",
        "kfold gives both for each fold, as indices. X and y are indexed with the same ones.",
        "For each pair: `f(X[train], y[train], X[test])` gives labels. Compare them with y[test], take the "
        "mean, and collect the k means.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
