"""Lesson 5c: models by the loss and metric that they give, by what training left, by digits never seen."""

from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Finding, Given
from grader.exercises import goals

SMALL = 1e-7  # probabilities are kept from 0 by that much, as Keras does


def is_compiled_for(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a compiled model by its loss and metrics on labelled samples, however they are spelt."""
    (_, task), secret = given.arguments, given.secret
    outputs, y = np.asarray(secret["outputs"], np.float64), np.asarray(secret["labels"])
    got = np.asarray(found["outputs"])
    if got.shape != outputs.shape or not np.allclose(got, outputs, rtol=1e-4, atol=1e-5):
        return Finding(False, "Your model gives other numbers than the one that you were given.")
    if found["trainable_parameters"] != found["parameters"]:
        return Finding(False, "Some weights of your model are frozen, and none were when it came.")
    if found["compiled"] is None:
        return Finding(False, "Your model isn't compiled: it has no loss and no optimizer.")
    evaluated = found["evaluated"]
    if isinstance(evaluated, str):
        return Finding(
            False,
            f"For the task {task!r}, Keras can't compute your loss and metrics on its labels: {evaluated}",
        )
    if "loss" not in evaluated:
        return Finding(False, f"For the task {task!r} the model has no loss.")
    loss, metric, words = _wanted(task, outputs, y)
    if not np.isclose(evaluated["loss"], loss, rtol=1e-3, atol=1e-4):
        return Finding(
            False,
            f"For the task {task!r}, your loss on the samples is {evaluated['loss']:.4g}, and that of the "
            f"loss that fits is {loss:.4g}.",
        )
    metrics = {name: value for name, value in evaluated.items() if name != "loss"}
    if not metrics:
        return Finding(False, f"For the task {task!r} there is no metric.")
    if any(np.isclose(value, metric, rtol=1e-4, atol=1e-5) for value in metrics.values()):
        return Finding(True)
    told = ", ".join(f"{value:.4g}" for value in metrics.values())
    return Finding(False, f"For the task {task!r}, your metric is {told} where {words} is {metric:.4g}.")


def _wanted(task: str, outputs: np.ndarray, y: np.ndarray) -> tuple[float, float, str]:
    """Return loss and metric of outputs, and what the metric is."""
    if task == "regression":
        off = outputs - y
        return float(np.mean(off**2)), float(np.mean(np.abs(off))), "the mean distance from the target"
    p = np.clip(outputs, SMALL, 1 - SMALL)
    if task == "multiclass":
        loss = -np.log(p[np.arange(len(y)), y]).mean()
        return float(loss), float(np.mean(outputs.argmax(axis=1) == y)), "the share of right classes"
    loss = -np.where(y == 1, np.log(p), np.log(1 - p)).mean()
    words = "the share of right answers" if task == "binary" else "the share of right labels"
    return float(loss), float(np.mean((outputs > 0.5) == y)), words


NEAR = 1e-3  # of a validation loss, computed again
MOST_EPOCHS = 1000  # a limit of so many is none


def stopped_early(given: Given, answer: Any) -> Finding:
    """Judge a training by its history and by the weights that it left, whose loss is computed again."""
    *_, x_val, y_val, patience = given.arguments
    losses, flaw = _history(answer)
    if losses is None:
        return Finding(False, flaw)
    start, left = given.secret["weights"], _weights_after(given)
    if left is None or [np.shape(weight) for weight in left] != [np.shape(weight) for weight in start]:
        return Finding(False, "The model is not left as one that has its weights.")
    if all(np.array_equal(now, before) for now, before in zip(left, start, strict=True)):
        return Finding(False, "The model has the weights that it came with: it learnt nothing, or forgot it.")
    best = int(np.argmin(losses))
    since = len(losses) - 1 - best
    if since < patience and len(losses) < MOST_EPOCHS:
        return Finding(
            False,
            f"In your history the lowest validation loss is too near the end for a patience of {patience}: "
            "was it cut, or did something end the training sooner?",
        )
    if _stop(losses, patience) < len(losses) - 1:
        return Finding(
            False,
            f"With a patience of {patience}, training was to end at the {patience}{_ordinal(patience)} "
            "epoch in a row whose validation loss wasn't below the lowest so far. Yours went on.",
        )
    if min(losses) < given.secret["least"]:
        return Finding(
            False,
            "On validation rows that are unlike the training rows, its loss falls as if it had learnt from "
            "them. Learn from `x` and `y` alone.",
        )
    loss = _loss_of(left, x_val, y_val)
    if np.isclose(loss, losses[best], rtol=NEAR, atol=1e-5):
        return Finding(True)
    if np.isclose(loss, losses[-1], rtol=NEAR, atol=1e-5):
        return Finding(False, "The model has the weights of the last epoch, and not those of the best.")
    if any(np.isclose(loss, other, rtol=NEAR, atol=1e-5) for other in losses):
        return Finding(False, "The model has the weights of another epoch, and not those of the best.")
    return Finding(
        False,
        "The weights that are left have a loss on the validation rows that isn't in your history: is it "
        "measured on all of `x_val` and `y_val`, after each epoch, and is the last training in it?",
    )


def _history(answer: Any) -> tuple[list[float] | None, str]:
    """Return the validation losses of each epoch; or none, and what is wrong with the history."""
    if not isinstance(answer, dict):
        return None, "A dict of lists is asked for: the `history` of what `fit` returns is one."
    for name in ("loss", "val_loss"):
        if name not in answer:
            return None, f"{name!r} is missing in your history."
        try:
            numbers = np.asarray(answer[name], np.float64)
        except (TypeError, ValueError):
            return None, f"{name!r} is no list of numbers."
        if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
            return None, f"{name!r} is to be a list of numbers, one for each epoch."
    if len(answer["loss"]) != len(answer["val_loss"]):
        return None, "Your two lists are of different length: each epoch has a number in both."
    return [float(loss) for loss in np.asarray(answer["val_loss"])], ""


def _weights_after(given: Given) -> list[np.ndarray] | None:
    after = given.after if isinstance(given.after, list | tuple) else ()
    kept = (item.value for item in after if isinstance(item, Live) and item.kind == "weights")
    left = next(kept, None)
    return [np.asarray(weight, np.float64) for weight in left] if isinstance(left, list) else None


def _stop(losses: list[float], patience: int) -> int:
    """The epoch at whose end training stops; beyond the last if it doesn't."""
    lowest, since = np.inf, 0
    for epoch, loss in enumerate(losses):
        lowest, since = (loss, 0) if loss < lowest else (lowest, since + 1)
        if since == patience:
            return epoch
    return len(losses)


def _loss_of(weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> float:
    """The mean squared error of a network with a ReLU hidden layer."""
    W1, b1, W2, b2 = weights
    with np.errstate(all="ignore"):  # weights near the largest number
        return float(np.mean((np.maximum(x @ W1 + b1, 0) @ W2 + b2 - y) ** 2))


def _ordinal(number: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(number, "th")


TARGET, EXCUSED, MOST_WEIGHTS = 0.97, 0.005, 100_000  # of digits to read
GUESSED, LEARNT = 0.25, 0.985  # of the digits it was trained on: fewer are guessed, more are known


def reads_digits(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a trained network by digits it never saw, whose labels are the secret; then come its own."""
    outputs, labels, known = np.asarray(found["outputs"]), given.secret, given.arguments[1]
    if flaw := goals.unreadable(outputs, len(labels) + len(known)):
        return Finding(False, flaw)
    answers = outputs.argmax(axis=1)
    judged = goals.accuracy(labels, answers[: len(labels)], TARGET, EXCUSED)
    weights = f"It has {found['parameters']:,} weights"
    if found["parameters"] > MOST_WEIGHTS:
        return Finding(False, f"{weights}, and at most {MOST_WEIGHTS:,} are asked for.")
    if judged.right:
        return Finding(True, f"{judged.message} {weights}.")
    share = np.mean(answers[len(labels) :] == known)
    told = f"Of the digits that it was given to learn it knows {share:.0%}"
    if share < GUESSED:
        why = f"{told}: it guesses. Was it fitted, to images each with its own label, in steps not too long?"
    elif share < LEARNT:
        why = (
            f"{told}: it could still learn. Does it train for long enough, at a rate that fits, and on "
            "enough of the images?"
        )
    else:
        why = f"{told}, and new ones less well: which layers don't mind where a stroke lies?"
    return Finding(False, f"{judged.message} {why}")
