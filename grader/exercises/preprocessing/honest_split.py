"""Lesson 5a: how `honest_split` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.preprocessing import is_honest, nearest_label
from grader.references import preprocessing as reference

ROWS, NEW_ROWS = 600, 1000
Rows = tuple[np.ndarray, np.ndarray]


def tables(rng: np.random.Generator) -> Iterator[Case]:
    """Tables of four kinds, their rows shuffled; the secret is a nearest neighbour's score on new cases."""
    for kind, count in (("groups", 12), ("times", 10), ("copies", 8), ("plain", 6)):
        for _ in range(count):
            X, y, group, time, (new_X, new_y) = KINDS[kind](rng)
            order = rng.permutation(len(X))
            X, y = X[order].round(3), y[order]
            group, time = (None if part is None else part[order] for part in (group, time))
            score = float(np.mean(nearest_label(X, y, new_X) == new_y))
            yield Case((X, y, group, time, int(rng.integers(1000))), secret=score, group=kind)


def labelled(rng: np.random.Generator, rows: int, columns: int, noise: float) -> Rows:
    """Rows drawn apart from each other, whose first column says something of the label."""
    X = rng.normal(0, 1, (rows, columns))
    return X, (X[:, 0] + rng.normal(0, noise, rows) > 0).astype(int)


def twins(rng: np.random.Generator, size: int) -> tuple[Rows, Rows, np.ndarray]:
    """Bunches of rows that are nearly alike and have one label: a table, new bunches, the table's bunches."""
    centres, labels = labelled(rng, (ROWS + NEW_ROWS) // size, 6, 1.2)
    bunch = np.repeat(np.arange(len(labels)), size)
    X, y = centres[bunch] + rng.normal(0, 0.3, (len(bunch), 6)), labels[bunch]
    cut = ROWS // size * size
    return (X[:cut], y[:cut]), (X[cut:], y[cut:]), bunch[:cut]


def with_groups(rng):
    rows, new, bunch = twins(rng, int(rng.integers(4, 7)))
    return *rows, 100 + rng.permutation(bunch.max() + 1)[bunch], None, new


def with_times(rng):
    rows, new, bunch = twins(rng, int(rng.integers(4, 7)))
    return *rows, None, np.cumsum(0.01 + rng.exponential(1, len(bunch))).round(3), new


def with_copies(rng):
    X, y = labelled(rng, ROWS // 2, 6, 1.2)
    rows = np.concatenate([np.arange(len(X)), rng.integers(0, len(X), ROWS - len(X))])
    return X[rows], y[rows], None, None, labelled(rng, NEW_ROWS, 6, 1.2)


def plain(rng):
    return *labelled(rng, ROWS, 6, 0.7), None, None, labelled(rng, NEW_ROWS, 6, 0.7)


KINDS: dict[str, Callable] = {
    "groups": with_groups,
    "times": with_times,
    "copies": with_copies,
    "plain": plain,
}


def quarter(order: np.ndarray) -> Rows:
    """The last quarter to the test part."""
    cut = len(order) - len(order) // 4
    return order[:cut], order[cut:]


def at_random(X, y, group, time, seed):
    return quarter(np.random.default_rng(seed).permutation(len(X)))


def copies_apart(X, y, group, time, seed):
    if group is None and time is None:
        return at_random(X, y, group, time, seed)
    return reference.honest_split(X, y, group, time, seed)


def border_in_a_group(X, y, group, time, seed):
    if group is None:
        return reference.honest_split(X, y, group, time, seed)
    return quarter(np.argsort(group, kind="stable")[3:])


def middle_of_time(X, y, group, time, seed):
    if time is None:
        return reference.honest_split(X, y, group, time, seed)
    order, size = np.argsort(time), len(X) // 4
    return quarter(np.roll(order, size))


EXERCISE = Exercise(
    reference=reference.honest_split,
    kind="property",
    task="decide",
    verify=is_honest,
    cases=tables,
    mistakes=(
        Mistake("random", at_random, "Drawn row by row, nearly each test row has a near twin in training."),
        Mistake(
            "tail",
            lambda X, y, group, time, seed: quarter(np.arange(len(X))),
            "The rows came shuffled: the last of them are as random as any.",
        ),
        Mistake(
            "copies_split",
            copies_apart,
            "Some test rows stand in training, word for word.",
        ),
        Mistake(
            "groups_cut",
            border_in_a_group,
            "A group lies in both parts: the border runs through it.",
        ),
        Mistake(
            "future_in_training",
            middle_of_time,
            "Training knows times that lie after the test's. New cases come after all that you know.",
        ),
    ),
    hints=(
        "Ask of each test row: could training hold something that a new case's training could not? There are "
        "three such things here.",
        "What must not be parted has to be drawn together. Which rows are that with `group`, and which with "
        "neither `group` nor `time`? And with `time`, is there anything to draw?",
        "Give each row the number of its group; where none is given, equal rows are one. Draw a quarter of "
        "these numbers. With `time`, the latest quarter of the rows is the test.",
    ),
    difficulty=3,
    importance=5,
    minutes=20,
    seconds=10,
)
