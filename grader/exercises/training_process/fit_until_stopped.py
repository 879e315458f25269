"""Lesson 5c: how `fit_until_stopped` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Fault, Mistake
from grader.references import training_process as reference


def trainings(rng: np.random.Generator) -> Iterator[tuple]:
    """Trainings of a few weights up to thirty epochs long; some stop, and some come to their end before."""

    def training(theta, losses, patience, max_epochs, by=None):
        theta = np.array(theta, float)
        by = np.ones_like(theta) if by is None else by
        step = Live("function", ["advance", {"by": by}])
        evaluate = Live("function", ["loss_after", {"start": theta, "by": by, "losses": np.array(losses)}])
        return step, evaluate, theta.copy(), patience, max_epochs

    yield training([0.0], [9, 0.5, 0.25, 0.75], 1, 3)
    yield training([1.0], [9, 0.5, 0.75, 0.625, 0.25], 2, 4)
    yield training([0.0], [9, 0.5, 0.75, 0.25, 0.5, 0.125, 0.25], 2, 6)
    yield training([2.0], [9, 0.25, 0.75, 0.5, 0.375, 0.25], 3, 5)
    yield training([0.0, 1.0], [9, 0.75, 0.5, 0.25], 2, 3)
    yield training([0.0, 1.0], [9, 0.5, 0.5, 0.5], 2, 3)
    yield training([5.0], [9, 0.5], 1, 1)
    yield training([1.0], [0.125, 0.75, 0.5, 0.625], 2, 3)  # the start isn't an epoch
    for i in range(16):
        epochs = int(rng.integers(5, 10) if i < 6 else rng.integers(10, 31))
        valley = np.abs(np.arange(1, epochs + 1) - rng.integers(2, epochs)) / epochs
        losses = [9, *(3 * valley + rng.exponential(0.5, epochs)).round(3)]
        shape = ((1,), (2,), (2, 2), (3,))[i % 4]
        by = rng.choice((-0.5, 0.25, 0.5, 1.0), shape)
        yield training(rng.normal(0, 2, shape).round(2), losses, int(rng.integers(2, 5)), epochs, by=by)


def argument_changed(step, evaluate, theta, patience, max_epochs):
    best, epochs = reference.fit_until_stopped(step, evaluate, theta, patience, max_epochs)
    for _ in range(epochs):
        step(theta)
    return best, epochs


def best_epoch(step, evaluate, theta, patience, max_epochs):
    best, _ = reference.fit_until_stopped(step, evaluate, theta, patience, max_epochs)
    theta, losses = theta.copy(), []
    for _ in range(max_epochs):
        step(theta)
        losses.append(evaluate(theta))
    _, epoch = reference.early_stopping(losses, patience)
    return best, epoch + 1


def one_more(step, evaluate, theta, patience, max_epochs):
    return reference.fit_until_stopped(step, evaluate, theta, patience + 1, max_epochs)


EXERCISE = Exercise(
    reference=reference.fit_until_stopped,
    task="repair",
    cases=trainings,
    returns=("theta", "epochs"),
    faults=(
        Fault(
            "no_copy",
            "best = theta.copy()",
            "best = theta",
            "It stops where it should, and returns the last weights: were the best ones kept, and as a copy? "
            "Another name for an array that goes on changing keeps nothing.",
        ),
        Fault(
            "never_reset",
            "            waited = 0\n",
            "",
            "It counts all epochs that were not better, and not those in a row since the best.",
        ),
        Fault(
            "against_the_last",
            "lowest = min(lowest, loss)",
            "lowest = loss",
            "Better than the epoch before isn't better than all before it.",
        ),
    ),
    mistakes=(
        Mistake(
            "argument_changed",
            argument_changed,
            "Weights and epochs are right, and the array that came in was changed: train on a copy.",
        ),
        Mistake(
            "best_epoch",
            best_epoch,
            "You return the number of the best epoch. Asked for is how many were run.",
        ),
        Mistake(
            "one_more",
            one_more,
            "It waits for one epoch too many: the `patience`-th without a better one is the last.",
        ),
    ),
    hints=(
        "There are three faults. Make up a `step` that adds 1 and an `evaluate` that reads losses from a "
        "list, and print theta, lowest and waited after each epoch.",
        "What does `best` hold after the next step? When does the count start anew? And with which loss is "
        "an epoch compared?",
        "Keep a copy of theta, since `step` changes it in place. A better epoch sets the count to 0. "
        "`lowest` may only ever fall.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
