"""Lesson 1: how `pick_model` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child import live
from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Mistake
from grader.exercises.introduction.makings import MAKINGS
from grader.exercises.verifying.introduction import chooses_well
from grader.references import introduction as reference

ROWS, NEW_ROWS, SETS_A_MAKING = 240, 1000, 4
MODELS = (
    Live("function", ["votes", {"neighbours": 1}]),
    Live("function", ["votes", {"neighbours": 15}]),
    Live("function", ["votes", {"neighbours": ROWS}]),  # of all: the most frequent label
    Live("function", ["least_squares", {}]),
)


def sorted_sets(rng: np.random.Generator) -> Iterator[Case]:
    """Data of six makings, sorted by label, with models in any order; secret is how each does on new rows."""
    for making in rng.permutation(np.repeat(np.arange(len(MAKINGS)), SETS_A_MAKING)):
        draw = MAKINGS[making](rng)
        X, y = draw(ROWS)
        new_X, new_y = draw(NEW_ROWS)
        order = np.argsort(y, kind="stable")
        X, y = X[order].round(3), y[order]
        models = [MODELS[i] for i in rng.permutation(len(MODELS))]
        right = [float(np.mean(live.instantiate(model)(X, y, new_X) == new_y)) for model in models]
        left_out = int(np.argsort(right)[rng.integers(len(MODELS) - 1)])  # not the best
        del models[left_out], right[left_out]
        yield Case((models, X, y), secret=right, group="all sets")


def accuracy(model, X, y, learnt, asked):
    return np.mean(model(X[learnt], y[learnt], X[asked]) == y[asked])


def on_training_rows(models, X, y):
    return np.argmax([np.mean(model(X, y, X) == y) for model in models])


def in_folds(models, X, y, order):
    """The mean accuracy of each model on five folds of rows in this order."""
    folds = np.array_split(order, 5)
    return [
        np.mean([accuracy(model, X, y, np.setdiff1d(order, fold), fold) for fold in folds])
        for model in models
    ]


def first_quarter(models, X, y):
    held_out, rest = np.split(np.arange(len(X)), [len(X) // 4])
    return np.argmax([accuracy(model, X, y, rest, held_out) for model in models])


EXERCISE = Exercise(
    reference=reference.pick_model,
    task="decide",
    kind="property",
    verify=chooses_well,
    cases=sorted_sets,
    mistakes=(
        Mistake(
            "training_accuracy",
            on_training_rows,
            "The one that learnt your rows by heart looks best on them. How does it do on rows "
            "it hasn't seen?",
        ),
        Mistake(
            "unshuffled",
            lambda models, X, y: np.argmax(in_folds(models, X, y, np.arange(len(X)))),
            "The rows are sorted by class: a fold of neighbours holds one class, and training saw little or "
            "nothing of it.",
        ),
        Mistake(
            "first_rows",
            first_quarter,
            "You judged on the first rows only: they are nearly all of one class.",
        ),
        Mistake(
            "worst",
            lambda models, X, y: np.argmin(
                in_folds(models, X, y, np.random.default_rng(0).permutation(len(X)))
            ),
            "You returned the place of the lowest score.",
        ),
    ),
    hints=(
        "You can't see new rows, but you can keep some of yours back, and let each model answer for these.",
        "Draw the rows to keep back: they may be sorted. And one draw of some fifty rows is luck, too: let "
        "each row be among those kept back once.",
        "Draw an order of the rows and cut it into five parts. Five times, a model learns from four parts "
        "and answers for the fifth; add up how many of its answers are right. The highest sum wins.",
    ),
    difficulty=3,
    importance=5,
    minutes=15,
    packages=("numpy",),
    seconds=20,
)
