"""Lesson 6: how `roc_auc` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.evaluation.cases import labels_of
from grader.references import evaluation as reference


def labels_and_scores(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scores with and without ties, all alike, the wrong way round; of several scales."""
    for labels, scores in (
        ("01", (0.2, 0.7)),
        ("01", (0.7, 0.2)),
        ("01", (0.5, 0.5)),
        ("101", (0.5, 0.5, 0.5)),
        ("0011", (0.1, 0.4, 0.4, 0.8)),
        ("1100", (0.1, 0.4, 0.4, 0.8)),
        ("1010", (3.0, 2.0, 1.0, 0.0)),
        ("00001", (1.0, 2.0, 3.0, 4.0, 3.0)),
        ("10111", (0.9, 0.8, 0.8, 0.8, 0.1)),
        ("0101", (-5.0, -3.0, -3.0, -1.0)),
    ):
        yield labels_of(labels), np.array(scores)
    for i in range(14):
        n = int(rng.integers(6, 60))
        y = rng.permutation((np.arange(n) < max(1, n * rng.choice([0.1, 0.4, 0.7]))).astype(int))
        scores = rng.normal(size=n) + rng.choice([-0.5, 1.0, 2.0]) * y
        yield (
            y,
            (scores.round(3), scores.round(0), (1 / (1 + np.exp(-scores))).round(1), 100 * scores.round(2))[
                i % 4
            ],
        )


def pairs(tie: float):
    """The share of pairs in the right order, in which a tie counts so much."""

    def answer(y_true, scores):
        differences = scores[y_true == 1][:, None] - scores[y_true == 0]
        return float(np.mean((differences > 0) + tie * (differences == 0)))

    return answer


def accuracy_at_half(y_true, scores):
    return float(np.mean((scores > 0.5) == y_true))


def row_by_row(y_true, scores):
    """The area below a curve with a step for each row, those of equal score as they stand."""
    labels = y_true[np.argsort(-scores, kind="stable")]
    found = np.cumsum(labels)  # positives so far, at each step
    return float(np.sum(found[labels == 0]) / (np.sum(labels) * np.sum(labels == 0)))


EXERCISE = Exercise(
    reference=reference.roc_auc,
    cases=labels_and_scores,
    mistakes=(
        Mistake(
            "ties_are_lost",
            pairs(0.0),
            "Pairs with equal scores count as wrong here. They count half.",
        ),
        Mistake(
            "ties_are_won",
            pairs(1.0),
            "Pairs with equal scores count as right here. They count half.",
        ),
        Mistake(
            "order_of_rows",
            row_by_row,
            "Rows with equal scores are counted in the order in which they stand. A curve passes them all in "
            "one step, which is a slope.",
        ),
        Mistake(
            "reversed",
            lambda y_true, scores: 1 - reference.roc_auc(y_true, scores),
            "It is the wrong way round: where all positives are above all negatives, the area is 1.",
        ),
        Mistake(
            "gini",
            lambda y_true, scores: 2 * reference.roc_auc(y_true, scores) - 1,
            "Right pairs less wrong ones: that runs from −1 to 1, and is 0 for scores by lot. The area is ½ "
            "there.",
        ),
        Mistake(
            "at_half",
            accuracy_at_half,
            "This is the accuracy at the threshold 0.5. No threshold is chosen here, only pairs are "
            "compared.",
        ),
    ),
    hints=(
        "Forget the curve: take each positive row together with each negative one. In how many of these "
        "pairs is the positive one ahead?",
        "Two loops do it, one over the scores of positives, one over those of negatives. A pair is worth 1, "
        "½ or 0.",
        "With arrays: give the positive scores a second axis of length 1, and subtract the negative ones: "
        "all pairs at once. Count where the difference is above 0, add half of the zeros, divide by the "
        "pairs.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
