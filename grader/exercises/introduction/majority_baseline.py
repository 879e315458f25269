"""Lesson 1: how `majority_baseline` is checked."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference


def label_lists(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int]]:
    """Labels and a number of answers: one label, ties in either order, gaps between labels."""
    yield np.array([4]), 1
    yield np.array([0, 1, 1]), 2
    yield np.array([3, 3, 9]), 1
    yield np.array([1, 0]), 3
    yield np.array([1, 4]), 2
    yield np.array([9, 2, 2, 9, 5]), 4
    yield np.array([5, 5, 2, 2, 8]), 2
    yield np.array([7, 7, 0, 0, 0, 3]), 3
    yield np.array([8, 1, 8, 1, 8, 1]), 2
    yield np.array([6, 2, 2, 6, 6]), 8
    for size in (5, 7, 8, 10, 12, 15, 20, 30, 40, 60, 100, 200):
        yield rng.integers(0, 10, size), int(rng.integers(1, 12))


def counted(train_y):
    return np.unique(train_y, return_counts=True)


EXERCISE = Exercise(
    reference=reference.majority_baseline,
    cases=label_lists,
    mistakes=(
        Mistake(
            "count_for_label",
            lambda train_y, n: np.full(n, counted(train_y)[1].max()),
            "This is how often the most frequent label occurs. The label itself is asked for.",
        ),
        Mistake(
            "position_for_label",
            lambda train_y, n: np.full(n, counted(train_y)[1].argmax()),
            "argmax gives a position in the list of labels that occur. Look up which label stands there.",
        ),
        Mistake(
            "single_answer",
            lambda train_y, n: counted(train_y)[0][counted(train_y)[1].argmax()],
            "The label comes back once. An answer for each of the n samples is asked for.",
        ),
        Mistake(
            "first_on_tie",
            lambda train_y, n: np.full(n, Counter(train_y.tolist()).most_common(1)[0][0]),
            "Right, but on a tie the label came back that is met first. The smallest is asked for.",
        ),
        Mistake(
            "largest_on_tie",
            lambda train_y, n: np.full(
                n, max(counted(train_y.tolist())[0], key=lambda k: (sum(train_y == k), k))
            ),
            "Right, but on a tie the largest label came back. The smallest is asked for.",
        ),
        Mistake(
            "length_of_training_set",
            lambda train_y, n: np.full(len(train_y), counted(train_y)[0][counted(train_y)[1].argmax()]),
            "There are as many answers as training labels. n says how many are wanted.",
        ),
        Mistake(
            "median",
            lambda train_y, n: np.full(n, int(np.median(train_y))),
            "This is the label in the middle. Labels are names: count them, their size means nothing.",
        ),
        Mistake(
            "largest_label",
            lambda train_y, n: np.full(n, train_y.max()),
            "This is the largest label, not the one that occurs most often.",
        ),
    ),
    hints=(
        "Two steps: find the label that occurs most often, then repeat it n times.",
        "np.unique can count for you (return_counts=True), and sorts the labels. np.full repeats a number.",
        "The position of the largest count is the position of the label. argmax takes the first of equal "
        "counts, which in a sorted list belongs to the smallest label.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)
