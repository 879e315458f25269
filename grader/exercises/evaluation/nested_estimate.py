"""Lesson 6: how `nested_estimate` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child import live
from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.evaluation import is_expected
from grader.references import evaluation as reference

ROWS, NEW_ROWS, COLUMNS, TELLING = 120, 2000, 60, 20
SETTINGS = 60
SETS = {"noise": 20, "alike": 10, "signal": 8}
F = Live("function", ["nearest_mean_on", {}])


def searched_sets(rng: np.random.Generator) -> Iterator[Case]:
    """Sets of noise, sets whose settings are all the same, and others, sorted by label; the secret is what a
    search led to on new rows.
    """
    f = live.instantiate(F)
    for kind in rng.permutation(np.repeat(list(SETS), list(SETS.values()))):
        shift = np.zeros(COLUMNS)
        if kind == "signal":
            shift[rng.permutation(COLUMNS)[:TELLING]] = rng.uniform(1.2, 1.8, TELLING)
        if kind == "alike":
            shift[:] = rng.uniform(0.5, 0.7)
        y, new_y = np.repeat([0, 1], ROWS // 2), np.repeat([0, 1], NEW_ROWS // 2)
        X, new_X = (
            rng.normal(size=(len(part), COLUMNS)) + np.outer(part - 0.5, shift) for part in (y, new_y)
        )
        X = X.round(3)
        settings = [np.sort(rng.permutation(COLUMNS)[:2]).tolist() for _ in range(SETTINGS)]
        if kind == "alike":
            settings = [settings[0]] * (SETTINGS // 3)
        came = 0.5
        if kind != "noise":
            best = settings[int(np.argmax(in_folds(f, settings, X, y, rng)))]
            came = float(np.mean(f(best, X, y, new_X) == new_y))
        secret = {"came": came, "kind": str(kind)}
        yield Case((F, settings, X, y, int(rng.integers(1000))), secret=secret, group="all sets")


def accuracy_of(f, setting, X, y, train, test):
    return np.mean(f(setting, X[train], y[train], X[test]) == y[test])


def in_folds(f, settings, X, y, rng=None, k=3):
    """The mean accuracy of each setting in folds, drawn or in order."""
    order = np.arange(len(X)) if rng is None else rng.permutation(len(X))
    folds = [(np.setdiff1d(order, test), test) for test in np.array_split(order, k)]
    return [np.mean([accuracy_of(f, setting, X, y, *fold) for fold in folds]) for setting in settings]


def search_score(f, settings, X, y, seed):
    return float(max(in_folds(f, settings, X, y, np.random.default_rng(seed))))


def chosen_on_the_test_fold(f, settings, X, y, seed):
    rows = np.arange(len(X))
    tests = np.array_split(np.random.default_rng(seed).permutation(rows), 3)
    best = [
        max(accuracy_of(f, setting, X, y, np.setdiff1d(rows, test), test) for setting in settings)
        for test in tests
    ]
    return float(np.mean(best))


def one_setting(f, settings, X, y, seed):
    rng = np.random.default_rng(seed)
    best = settings[int(np.argmax(in_folds(f, settings, X, y, rng)))]
    return float(in_folds(f, [best], X, y, rng)[0])


def not_shuffled(f, settings, X, y, seed):
    rows, found = np.arange(len(X)), []
    for test in np.array_split(rows, 3):
        seen = np.setdiff1d(rows, test)
        best = settings[int(np.argmax(in_folds(f, settings, X[seen], y[seen], k=2)))]
        found.append(accuracy_of(f, best, X, y, seen, test))
    return float(np.mean(found))


def on_training_rows(f, settings, X, y, seed):
    rows = np.arange(len(X))
    return float(max(accuracy_of(f, setting, X, y, rows, rows) for setting in settings))


EXERCISE = Exercise(
    reference=reference.nested_estimate,
    kind="property",
    task="decide",
    verify=is_expected,
    cases=searched_sets,
    mistakes=(
        Mistake(
            "search_score",
            search_score,
            "You quote the best score of the search. The best of many scores is partly luck.",
        ),
        Mistake(
            "chosen_on_the_test_fold",
            chosen_on_the_test_fold,
            "The fold that judges also chose: each time, it took the setting that suits it best.",
        ),
        Mistake(
            "one_setting",
            one_setting,
            "The setting was chosen once, by all rows, those included that judge it afterwards.",
        ),
        Mistake(
            "not_shuffled",
            not_shuffled,
            "The rows are sorted by label: a fold of neighbours holds one class, of which training then saw "
            "too few.",
        ),
        Mistake(
            "on_training_rows",
            on_training_rows,
            "The settings were judged on the rows that the model had learnt from.",
        ),
    ),
    hints=(
        "What is to be judged isn't a setting but a way to get one: the whole search. On which rows may that "
        "search never have looked?",
        "Take a part of the rows away before you search. Search on the others, in folds of them. Only then "
        "is the part that was taken away asked, once.",
        "Two loops: five outer folds, of rows drawn by chance. In each, the rest is parted into folds again; "
        "they choose the setting; with it f learns from all of the rest and answers for the outer fold.",
    ),
    difficulty=4,
    importance=5,
    minutes=25,
    seconds=90,
)
