"""Lesson 6: how `kfold` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import evaluation as reference


def rows_and_folds(rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """As many folds as rows, two folds, folds that divide the rows and that don't."""
    yield from (
        (2, 2),
        (3, 2),
        (3, 3),
        (4, 2),
        (5, 2),
        (5, 3),
        (5, 5),
        (7, 3),
        (7, 4),
        (8, 3),
        (9, 3),
        (10, 10),
    )
    drawn: set[tuple[int, int]] = set()
    while len(drawn) < 14:
        k = int(rng.integers(2, 12))
        drawn.add((int(rng.integers(max(k, 11), 70)), k))
    yield from sorted(drawn)


def of_tests(tests: Callable[[int, int], list]):
    """Folds whose test parts are these, and whose training parts are all other rows."""

    def answer(n, k):
        return [(np.setdiff1d(np.arange(n), test), np.asarray(test)) for test in tests(n, k)]

    return answer


def rest_to_the_last(n, k):
    size = n // k
    return [np.arange(i * size, (i + 1) * size if i < k - 1 else n) for i in range(k)]


def longer_ones_last(n, k):
    return [n - 1 - fold[::-1] for fold in np.array_split(np.arange(n), k)][::-1]


def cut_by_shares(n, k):
    return [np.arange(i * n // k, (i + 1) * n // k) for i in range(k)]


def past_only(n, k):
    """Training is what comes before the test part; the first fold has nothing."""
    return [(np.arange(test[0]), test) for _, test in reference.kfold(n, k)]


EXERCISE = Exercise(
    reference=reference.kfold,
    cases=rows_and_folds,
    mistakes=(
        Mistake(
            "parts_swapped",
            lambda n, k: [(test, train) for train, test in reference.kfold(n, k)],
            "The two parts of a pair came back the other way round: training first, then test.",
        ),
        Mistake(
            "rest_to_the_last",
            of_tests(rest_to_the_last),
            "Where k doesn't divide n, the last fold got all that was left. The first n % k folds get one "
            "row more each.",
        ),
        Mistake(
            "rounded_up",
            of_tests(
                lambda n, k: [
                    np.arange(min(i * -(-n // k), n), min((i + 1) * -(-n // k), n)) for i in range(k)
                ]
            ),
            "Every fold got n / k rows, rounded up, so that the last one is short, or empty. The first n % k "
            "folds get one row more than the others.",
        ),
        Mistake(
            "longer_ones_last",
            of_tests(longer_ones_last),
            "The longer folds stand last. They come first.",
        ),
        Mistake(
            "cut_by_shares",
            of_tests(cut_by_shares),
            "Your folds end at the i-th part of n, rounded down: so the longer ones stand somewhere among "
            "the others. They come first.",
        ),
        Mistake(
            "rest_left_out",
            of_tests(lambda n, k: [np.arange(i * (n // k), (i + 1) * (n // k)) for i in range(k)]),
            "Where k doesn't divide n, the last rows are in no test part.",
        ),
        Mistake(
            "dealt_out",
            of_tests(lambda n, k: [np.arange(i, n, k) for i in range(k)]),
            "Rows were dealt out in turn, each k-th to a fold. The folds are to be contiguous.",
        ),
        Mistake(
            "trained_on_all",
            lambda n, k: [(np.arange(n), test) for _, test in reference.kfold(n, k)],
            "Training holds the rows of the test part, too.",
        ),
        Mistake(
            "past_only",
            past_only,
            "Training holds only the rows before the test part. Those behind it belong to it, too.",
        ),
        Mistake(
            "not_in_order",
            lambda n, k: [(train[::-1], test) for train, test in reference.kfold(n, k)],
            "The indices of training don't rise: each part is to be in order.",
        ),
        Mistake(
            "first_only",
            lambda n, k: reference.kfold(n, k)[:1],
            "This is the first fold alone. A pair for each of the k folds is asked for.",
        ),
    ),
    hints=(
        "How long is each fold? n // k rows, and some have one more: which?",
        "Walk along the rows with a start that moves on by the length of each fold. The test part reaches "
        "from it to the next start.",
        "NumPy's array_split cuts in this very way. Training is what is not in the test part: setdiff1d "
        "finds it, or join the rows before the test part with those behind it.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
