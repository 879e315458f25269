"""Lesson 6: how `recalibrate` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.evaluation import is_calibrated, log_loss
from grader.references import evaluation as reference

ROWS, NEW_ROWS = 800, 1500
SPREADS = (0.8, 1.2, 1.7, 2.5, 3.5, 5.0)  # of honest logits: how easy the rows are, whatever the model
TEMPERATURES = {
    "that are too sure": (1.6, 2.0, 2.5, 3.0, 3.5, 4.0),
    "that are too modest": (0.25, 0.3, 0.35, 0.4, 0.5, 0.6),
}


def models(rng: np.random.Generator) -> Iterator[Case]:
    """Logits of models that are too sure and too modest; the secret is the new rows' labels and log loss."""
    for kind, temperatures in TEMPERATURES.items():
        spreads = list(rng.permutation(SPREADS))
        for temperature in rng.permutation(temperatures):
            classes = int(rng.integers(3, 7))
            true = rng.normal(0, spreads.pop(), (ROWS + NEW_ROWS, classes))  # of these, softmax is honest
            chances = softmax(true).cumsum(axis=1)
            labels = (rng.random((len(true), 1)) > chances[:, :-1]).sum(axis=1)
            logits = (temperature * true).round(3)
            new, new_labels = logits[ROWS:], labels[ROWS:]
            best = min(
                log_loss(softmax(new / t), new_labels) for t in temperature * np.linspace(0.8, 1.25, 91)
            )
            yield Case(
                (logits[:ROWS], labels[:ROWS], new),
                secret={"labels": new_labels, "best": best, "kind": kind},
                group=kind,
            )


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def best_temperature(logits, labels, candidates):
    return min(candidates, key=lambda t: log_loss(softmax(logits / t), labels))


EXERCISE = Exercise(
    reference=reference.recalibrate,
    kind="property",
    task="decide",
    verify=is_calibrated,
    cases=models,
    mistakes=(
        Mistake(
            "unchanged",
            lambda logits, labels, new_logits: softmax(new_logits),
            "This is softmax of the logits as they came. What do the rows with labels say about it?",
        ),
        Mistake(
            "always_softer",
            lambda logits, labels, new_logits: softmax(new_logits / 2),
            "Half of the logits, for each of the models: some were too modest before. Let the rows with "
            "labels say how much, and which way.",
        ),
        Mistake(
            "only_softer",
            lambda logits, labels, new_logits: softmax(
                new_logits / best_temperature(logits, labels, np.geomspace(1, 20, 150))
            ),
            "A model can also be too modest: then its logits have to grow.",
        ),
        Mistake(
            "standardised",
            lambda logits, labels, new_logits: softmax(2 * new_logits / logits.std()),
            "You go by how far the logits are spread. That doesn't tell how often they are right: the "
            "labels do.",
        ),
        Mistake(
            "argmax",
            lambda logits, labels, new_logits: np.eye(new_logits.shape[1])[new_logits.argmax(axis=1)],
            "You say 1 of one class and 0 of all others. Certain and wrong costs most.",
        ),
        Mistake(
            "inverse",
            lambda logits, labels, new_logits: softmax(
                new_logits * best_temperature(logits, labels, np.geomspace(0.05, 20, 200))
            ),
            "You made a model surer where it was too sure, and more modest where it was too modest.",
        ),
        Mistake(
            "uniform",
            lambda logits, labels, new_logits: np.full(new_logits.shape, 1 / new_logits.shape[1]),
            "Each class gets the same probability, so what the model knows is lost.",
        ),
    ),
    hints=(
        "The order of the classes may stay. What has to change is how far the logits of a row lie apart.",
        "Divide all logits by one number. Above 1 it makes softmax more modest, and below 1 surer: which one "
        "suits the rows with labels best?",
        "Try numbers from 0.05 to 20, each a few percent above the one before. For each, compute the log "
        "loss on the rows with labels. Divide the new logits by the best one, and take softmax.",
    ),
    difficulty=3,
    importance=4,
    minutes=15,
    seconds=30,
)
