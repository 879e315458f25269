"""Lesson 6: how `diagnose_fit` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import evaluation as reference


def scores(rng: np.random.Generator) -> Iterator[tuple[float, float, float, float]]:
    """Scores in eighths, so that sums are exact: at the limits, on either side; a validation score above."""
    yield from (
        (0.5, 0.5, 0.75, 0.125),
        (0.75, 0.75, 0.75, 0.125),  # just reached
        (1.0, 0.5, 0.75, 0.125),
        (1.0, 0.875, 0.75, 0.125),  # just the gap
        (0.5, 0.125, 0.75, 0.125),  # both
        (0.625, 0.875, 0.75, 0.125),  # only the validation score reaches the target
        (0.875, 0.625, 0.75, 0.25),  # only the training score does
        (0.75, 1.0, 0.75, 0.125),  # far above
        (1.0, 1.0, 1.0, 0.0),
        (0.875, 0.75, 0.875, 0.0),
        (0.75, 0.5, 0.75, 0.125),
        (0.625, 0.5, 0.75, 0.25),
    )
    drawn: set[tuple[float, float, float, float]] = set()
    while len(drawn) < 16:
        train, val, target = (rng.integers(2, 65, 3) / 64).tolist()
        drawn.add((train, val, target, float(rng.integers(0, 20)) / 64))
    yield from sorted(drawn)


def rules(under, over, over_first=False):
    def answer(train_score, val_score, target, gap):
        given = train_score, val_score, target, gap
        found = [("underfitting", under(*given)), ("overfitting", over(*given))]
        found = found[::-1] if over_first else found
        return next((name for name, holds in found if holds), "good fit")

    return answer


def below_target(train, val, target, gap):
    return train < target


def far_apart(train, val, target, gap):
    return train - val > gap


EXERCISE = Exercise(
    reference=reference.diagnose_fit,
    cases=scores,
    mistakes=(
        Mistake(
            "gap_first",
            rules(below_target, far_apart, over_first=True),
            "Where both hold, you say overfitting. A training score below the target comes first.",
        ),
        Mistake(
            "by_validation",
            rules(lambda train, val, target, gap: val < target, far_apart),
            "You ask whether the validation score is below the target. Underfitting shows in training.",
        ),
        Mistake(
            "target_not_enough",
            rules(lambda train, val, target, gap: train <= target, far_apart),
            "A training score that just reaches the target is no underfitting.",
        ),
        Mistake(
            "gap_too_much",
            rules(below_target, lambda train, val, target, gap: train - val >= gap),
            "Scores that are just the gap apart are no overfitting: it takes more than that.",
        ),
        Mistake(
            "either_side",
            rules(below_target, lambda train, val, target, gap: abs(train - val) > gap),
            "A validation score far above the training score is no overfitting.",
        ),
        Mistake(
            "only_over",
            rules(lambda *given: False, far_apart),
            "You never say underfitting: a training score below the target is that.",
        ),
        Mistake(
            "names_swapped",
            lambda *given: {"underfitting": "overfitting", "overfitting": "underfitting"}.get(
                reference.diagnose_fit(*given), "good fit"
            ),
            "The two names changed places: a model that doesn't even fit its training rows is underfitting.",
        ),
    ),
    hints=(
        "Three answers, asked for one after the other: which question comes first?",
        "First look at the training score alone. Only if that is good enough, compare it with the other one.",
        "if train_score < target …, elif train_score − val_score > gap …, else ….",
    ),
    difficulty=1,
    importance=4,
    minutes=3,
)
