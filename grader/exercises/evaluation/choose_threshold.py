"""Lesson 6: how `choose_threshold` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.evaluation import costs_little
from grader.references import evaluation as reference

ROWS, NEW_ROWS, SETS = 800, 5000, 20
COSTS = ((1, 8), (1, 4), (3, 1), (5, 1), (2, 7))  # of a false alarm, and of a miss


def scored_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Sets with honest probabilities, and with scores that are none; the secret is fresh rows with theirs."""
    for kind, makings in KINDS.items():
        for i in range(SETS):
            centre, spread = float(rng.uniform(-2.8, 0.8)), rng.uniform(1.2, 3)
            log_odds = centre + spread * rng.normal(size=ROWS + NEW_ROWS)
            labels = (rng.random(len(log_odds)) < sigmoid(log_odds)).astype(np.int8)
            scores = makings[i % len(makings)](log_odds, rng).round(4)
            costs = tuple(float(cost) for cost in COSTS[i % len(COSTS)])
            given, fresh = ((scores[part], labels[part]) for part in (slice(ROWS), slice(ROWS, None)))
            secret = {
                "scores": fresh[0],
                "labels": fresh[1],
                "kind": kind,
                "least": least_cost(*fresh, *costs),
            }
            yield Case((given[0], given[1].astype(int), *costs), secret=secret, group=kind)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


KINDS: dict[str, tuple[Callable, ...]] = {
    "with probabilities": (lambda z, rng: sigmoid(z),),
    "with other scores": (
        lambda z, rng: sigmoid(4 * z),  # too sure
        lambda z, rng: sigmoid(z + rng.choice([-2.5, 2.5])),  # trained where positives were rarer, or not
        lambda z, rng: z,
        lambda z, rng: 500 + 60 * z,
    ),
}


def least_cost(scores, labels, cost_false_positive, cost_false_negative) -> float:
    """The cost of the threshold that is best for these rows."""
    order = np.argsort(scores)
    scores, labels = scores[order], labels[order]
    misses = np.concatenate([[0], np.cumsum(labels == 1)])  # where so many of the lowest are called negative
    false_alarms = np.sum(labels == 0) - np.concatenate([[0], np.cumsum(labels == 0)])
    border = np.concatenate([[True], np.diff(scores) > 0, [True]])  # equal scores can't be parted
    return float(np.min((cost_false_positive * false_alarms + cost_false_negative * misses)[border]))


def best_by(figure: Callable[..., np.ndarray]):
    """The threshold among the scores at which a figure of the four counts is highest."""

    def answer(scores, labels, cost_false_positive, cost_false_negative):
        candidates = np.concatenate([[-np.inf], np.sort(scores)])
        positive = scores > candidates[:, None]  # (thresholds, rows)
        counts = [(positive == p) @ (labels == y).astype(float) for p, y in ((1, 1), (1, 0), (0, 1), (0, 0))]
        return float(candidates[np.argmax(figure(*counts, cost_false_positive, cost_false_negative))])

    return answer


EXERCISE = Exercise(
    reference=reference.choose_threshold,
    kind="property",
    task="decide",
    verify=costs_little,
    cases=scored_rows,
    mistakes=(
        Mistake(
            "half",
            lambda scores, labels, cost_false_positive, cost_false_negative: 0.5,
            "0.5 is right where scores are honest probabilities and both errors cost the same.",
        ),
        Mistake(
            "cost_formula",
            lambda scores, labels, cost_false_positive, cost_false_negative: (
                cost_false_positive / (cost_false_positive + cost_false_negative)
            ),
            "A threshold made of the costs alone is right for honest probabilities. Are these?",
        ),
        Mistake(
            "accuracy",
            best_by(lambda tp, fp, fn, tn, *costs: tp + tn),
            "The threshold with the best accuracy counts both errors alike.",
        ),
        Mistake(
            "youden",
            best_by(lambda tp, fp, fn, tn, *costs: tp / (tp + fn) - fp / (fp + tn)),
            "The threshold at which recall most exceeds the rate of false alarms doesn't know what a miss "
            "costs, nor how rare positives are.",
        ),
        Mistake(
            "rates",
            best_by(lambda tp, fp, fn, tn, alarm, miss: -alarm * fp / (fp + tn) - miss * fn / (tp + fn)),
            "You add up error rates, each of its own class, as if both were equally frequent. A cost falls "
            "due for each row.",
        ),
        Mistake(
            "f1",
            best_by(lambda tp, fp, fn, tn, *costs: 2 * tp / (2 * tp + fp + fn)),
            "The threshold with the best F1 doesn't know what a miss costs.",
        ),
        Mistake(
            "of_positives",
            lambda scores, labels, cost_false_positive, cost_false_negative: float(
                np.quantile(
                    scores[labels == 1], cost_false_positive / (cost_false_positive + cost_false_negative)
                )
            ),
            "You look at the scores of the positive rows alone. What false alarms cost depends on the "
            "negative ones.",
        ),
        Mistake(
            "swapped",
            lambda scores, labels, cost_false_positive, cost_false_negative: reference.choose_threshold(
                scores, labels, cost_false_negative, cost_false_positive
            ),
            "You avoid the cheap error: the two costs changed places.",
        ),
    ),
    hints=(
        "You have rows with labels. For a given threshold, can you say what it would have cost on them?",
        "A threshold changes nothing until it passes a score, so there are only as many to try as there are "
        "scores, and one below them all.",
        "For each candidate: how many rows of label 0 lie above it, how many of label 1 don't? Multiply each "
        "count by its cost, add, and keep the candidate with the least sum.",
    ),
    difficulty=3,
    importance=5,
    minutes=15,
    packages=("numpy",),
    seconds=30,
)
