"""Lesson 2: how `classify` is checked."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from grader.exercise import Exercise, Fault, Mistake
from grader.references import neural_networks as reference

CLEAR = 0.05  # between the two highest scores: nobody's rounding decides


def networks(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, list[tuple]]]:
    """One layer and several, one row, as many rows as units, and scores that are all below 0."""
    identity, none = np.eye(2), np.zeros(2)
    yield np.array([[1.0, 2.0]]), [(identity, none)]
    yield np.array([[3.0, 1.0]]), [(identity, np.array([-9.0, -5.0]))]
    yield np.array([[1.0], [-1.0]]), [(np.array([[1.0, -1.0]]), np.array([0.5, -0.5])), (identity, none)]
    yield np.array([[2.0], [3.0]]), [(np.array([[1.0, 1.0]]), np.array([0.0, -2.5])), (identity, none)]
    for n, *sizes in (
        (1, 2, 3), (3, 2, 4), (1, 2, 3, 2), (3, 2, 3, 3), (2, 3, 4, 2), (4, 3, 4, 3), (4, 2, 4, 4, 3),
        (5, 3, 4, 3), (5, 3, 5, 5), (6, 3, 6, 4), (6, 4, 6, 6, 3), (8, 4, 5, 6, 4), (10, 5, 8, 10),
        (12, 6, 8, 4),
    ):  # fmt: skip
        yield _network(rng, n, sizes)


def _network(rng, n, sizes):
    """Its last biases are around −2.5; rows that are no close calls."""
    pairs = list(pairwise(sizes))
    layers = [(rng.normal(0, 1, pair).round(2), rng.normal(0, 1, pair[1]).round(2)) for pair in pairs]
    W, b = layers[-1]
    layers[-1] = W, (b - 2.5).round(2)
    rows: list[np.ndarray] = []
    while len(rows) < n:
        x = rng.normal(0, 1, sizes[0]).round(2)
        best, second = np.sort(scores_of(x, layers))[[-1, -2]]
        if best - second > CLEAR:
            rows.append(x)
    return np.array(rows), layers


def scores_of(x, layers):
    for i, (W, b) in enumerate(layers):
        x = (np.maximum(x, 0) if i else x) @ W + b
    return x


def linear_scores(X, layers):
    for W, b in layers:
        X = X @ W + b
    return X


EXERCISE = Exercise(
    reference=reference.classify,
    task="repair",
    cases=networks,
    faults=(
        Fault(
            "bias_as_column",
            "np.maximum(H @ W + b, 0)",
            "np.maximum(H @ W + b[:, None], 0)",
            "Each unit got another row's bias; it shows only where rows and units are equal in number. Else "
            "the shapes don't fit.",
        ),
        Fault(
            "relu_at_the_end",
            "scores = H @ W_out + b_out",
            "scores = np.maximum(H @ W_out + b_out, 0)",
            "Scores below 0 all became 0, and the first class wins the tie.",
        ),
        Fault(
            "over_rows",
            "argmax(axis=1)",
            "argmax(axis=0)",
            "The best class was looked for among rows.",
        ),
    ),
    mistakes=(
        Mistake(
            "no_relu",
            lambda X, layers: linear_scores(X, layers).argmax(axis=1),
            "There is no ReLU between the layers any more: they are worth a single one.",
        ),
        Mistake(
            "highest_score",
            lambda X, layers: scores_of(X, layers).max(axis=1),
            "These are the highest scores themselves. The class is the place where one stands.",
        ),
        Mistake(
            "lowest_score",
            lambda X, layers: scores_of(X, layers).argmin(axis=1),
            "This is the class with the lowest score.",
        ),
    ),
    hints=(
        "There are three faults. Take a network so small that you can work out its scores by hand, and more "
        "rows than it has units; then as many.",
        "Write the shape of everything behind each line. What has one number for each unit, and what one for "
        "each row?",
        "Which of the layers has an activation, by the statement? And of a table with a row a sample and a "
        "column a class, along which axis do the classes lie?",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
)
