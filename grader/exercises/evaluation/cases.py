"""Lesson 6: what the cases of several exercises share."""

from collections.abc import Callable, Iterator

import numpy as np

Labels = tuple[np.ndarray, np.ndarray]
Counts = Callable[[float, float, float, float], float]


def binary_labels(rng: np.random.Generator) -> Iterator[Labels]:
    """True and predicted labels of 0 and 1: every way to have none of something, and longer ones."""
    for true, predicted in (
        ("", ""),
        ("1", "1"),
        ("0", "0"),
        ("0", "1"),
        ("1", "0"),
        ("00", "00"),
        ("01", "10"),
        ("0011", "0000"),
        ("0000", "0111"),
        ("1111", "0001"),
        ("0111", "1101"),
        ("10000", "11100"),
        ("11110", "10010"),
        ("1110000", "1001000"),
    ):
        yield labels_of(true), labels_of(predicted)
    for i in range(12):
        n, share, reliable = int(rng.integers(6, 60)), rng.choice([0.1, 0.3, 0.7]), rng.uniform(0.5, 0.9)
        y_true = (rng.random(n) < share).astype(int)
        y_pred = np.where(rng.random(n) < reliable, y_true, 1 - y_true)
        yield y_true, y_pred if i % 3 else y_pred.astype(np.int8)


def labels_of(digits: str) -> np.ndarray:
    return np.array([int(digit) for digit in digits], int)


def class_labels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """True and predicted classes: none left out, some only true or only predicted, some in neither."""
    for true, predicted, num_classes in (
        ("0", "0", 1),
        ("0", "1", 2),
        ("2", "2", 3),
        ("01", "01", 2),
        ("01", "10", 3),
        ("0001", "0111", 3),
        ("0012", "0011", 3),
        ("1100", "1111", 2),
        ("22100", "21010", 4),
        ("333312", "333021", 4),
    ):
        yield labels_of(true), labels_of(predicted), num_classes
    for i in range(14):
        n, num_classes = int(rng.integers(5, 70)), int(rng.integers(2, 8))
        shares = rng.dirichlet(np.full(num_classes, 0.7))
        y_true = rng.choice(num_classes, n, p=shares)
        y_pred = np.where(rng.random(n) < 0.6, y_true, rng.choice(num_classes, n))
        if i % 4 == 0:  # the last class has no row
            y_true, y_pred = (np.minimum(y, num_classes - 2) for y in (y_true, y_pred))
        yield y_true, y_pred, num_classes


def of_counts(figure: Counts, undefined: float = 0.0):
    """An answer made of a figure of true positives, false positives, misses and true negatives."""

    def answer(y_true, y_pred):
        counts = [np.sum((y_true == y) & (y_pred == p)) for y, p in ((1, 1), (0, 1), (1, 0), (0, 0))]
        with np.errstate(invalid="ignore", divide="ignore"):
            value = float(figure(*map(np.float64, counts)))
        return value if np.isfinite(value) else undefined

    return answer
