"""Lesson 5a: how `stratified_split` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.preprocessing import is_stratified
from grader.references import preprocessing as reference


def labels_and_seeds(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float, int]]:
    """Two to five classes, frequent and rare, sorted and not; larger ones also with two seeds."""
    yield np.array([0, 0, 1, 1]), 0.5, 0
    yield np.array([1, 0, 1, 0, 1, 0, 1, 0]), 0.25, 1
    yield np.array([3, 3, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7]), 0.25, 2
    yield np.array([0] * 20 + [1] * 4), 0.5, 3
    for i in range(6):
        counts = rng.integers(4, 15, int(rng.integers(1, 5)))
        y = np.repeat(rng.permutation(10)[: len(counts) + 1], [*counts, int(rng.integers(30, 80))])
        y = rng.permutation(y) if i % 2 else y
        fraction, seed = float(rng.choice((0.2, 0.25, 0.3, 0.4))), int(rng.integers(1000))
        for s in (seed, seed, seed + 1):
            yield y, fraction, s


def of_each_class(count=lambda fraction, rows: round(fraction * rows), order=np.random.default_rng):
    """So many rows of each class, in an order that comes of the seed."""

    def answer(y, test_fraction, seed):
        rng = order(seed)
        smallest = min(np.unique(y, return_counts=True)[1])
        test = []
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            rows = rows if rng is None else rng.permutation(rows)
            test += rows[: count(test_fraction, (len(rows), smallest))].tolist()
        return np.setdiff1d(np.arange(len(y)), test), np.array(test)

    return answer


def in_proportion(fraction, rows):
    return round(fraction * rows[0])


def not_stratified(y, test_fraction, seed):
    order = np.random.default_rng(seed).permutation(len(y))
    held_out = round(test_fraction * len(y))
    return order[held_out:], order[:held_out]


EXERCISE = Exercise(
    reference=reference.stratified_split,
    kind="property",
    verify=is_stratified,
    cases=labels_and_seeds,
    mistakes=(
        Mistake(
            "not_stratified",
            not_stratified,
            "You drew from all rows at once, so a rare class gets by chance more than its share, or nothing.",
        ),
        Mistake(
            "parts_swapped",
            lambda *arguments: reference.stratified_split(*arguments)[::-1],
            "The two parts came back the other way round: training first, then test.",
        ),
        Mistake(
            "first_of_each",
            of_each_class(in_proportion, order=lambda seed: None),
            "Each seed gives the same rows: they are to be drawn by chance.",
        ),
        Mistake(
            "unseeded",
            of_each_class(in_proportion, order=lambda seed: np.random.default_rng()),
            "The same seed gave other rows when it was called again: let the generator start from the seed.",
        ),
        Mistake(
            "as_many_of_each",
            of_each_class(lambda fraction, rows: round(fraction * rows[1])),
            "Each class gave as many test rows as the rarest. It is to give the same *share* of its rows.",
        ),
    ),
    hints=(
        "Within one class it is easy: draw an order, cut it. What is left is to do that for each class, and "
        "put the pieces together.",
        "np.flatnonzero gives the rows of a class, a generator made from the seed gives them an order.",
        "Make the generator once, before the loop over np.unique of the labels. Collect a piece for each "
        "part, and join the pieces at the end.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
)
