"""Lesson 8: choices of a model by what they cost and are worth, projects and files by what they deliver."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises import goals
from grader.exercises.verifying.forms import Odd, told

FALL_SHORT, DEAR = 0.05, 1.6  # the share of choices below the target; their cost beside the least possible
MOST_OFF, PROMISED = 92.0, 0.25  # euros; how far a promise may be off, beside what was delivered
TARGET, EXCUSED, MOST_BYTES = 0.92, 0.01, 13_000  # of a file that reads digits
GUESSED, LEARNT = 0.25, 0.97  # of the digits that it was trained on: fewer are guessed, more are known


@told
def is_safe_and_cheap(given: Given, answer: Any) -> Finding:
    """Judge choices by the true accuracies, which are the secret, and by the least that had to be paid."""
    costs, _, n, target = given.arguments
    place = np.asarray(answer)
    if place.shape or place.dtype.kind not in "iu" or not 0 <= place < len(costs):
        raise Odd(f"The place of a model is asked for, a whole number from 0 to {len(costs) - 1}.")
    if not given.group:
        return Finding(True)
    places = [int(case.answer) for case in given.group]
    pairs = list(zip(given.group, places, strict=True))
    short = float(np.mean([case.secret["truth"][chosen] < target for case, chosen in pairs]))
    dear = float(np.mean([case.arguments[0][chosen] / case.secret["least"] for case, chosen in pairs]))
    return Finding(
        short <= FALL_SHORT and dear <= DEAR,
        f"With {n:,} test rows and a target of {target:g}, {short:.0%} of your {len(places)} choices fall "
        f"short of it, and in the mean they cost {dear:.2f} times what had to be paid. At most 5 % and "
        f"{DEAR:g} times are asked for.",
    )


@told
def delivers(given: Given, answer: Any) -> Finding:
    """Judge predictions by the rents, which are the secret, and the error that was promised by theirs."""
    rents = np.asarray(given.secret)
    predictions, promise = _prediction(answer, len(rents))
    off = float(np.sqrt(np.mean((predictions - rents) ** 2)))
    figures = (
        f"On {len(rents):,} new flats the root mean squared error of your predictions is {off:.4g} euros, at "
        f"most {MOST_OFF:g} asked; the one that you promise is {promise:.4g}, and it may differ from that by "
        "a quarter."
    )
    if off > MOST_OFF:
        return Finding(False, f"{figures} {_why(predictions, rents)}")
    if abs(promise / off - 1) <= PROMISED:
        return Finding(True, figures)
    why = (
        "You promise too much. Had the model never seen the rows that you measured it on, nor copies of them?"
        if promise < off
        else "You promise too little. Are the rows that you measured it on like those that are served?"
    )
    return Finding(False, f"{figures} {why}")


def _prediction(answer: Any, rows: int) -> tuple[np.ndarray, float]:
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("Two things are asked for: the predictions, and the error to expect of them.")
    try:
        predictions, promise = (np.asarray(part) for part in answer)
    except ValueError:  # rows of unequal length
        raise Odd("Your predictions are no array of numbers.") from None
    if predictions.dtype.kind not in "iuf":
        raise Odd("Your predictions are no array of numbers.")
    if predictions.shape != (rows,):
        raise Odd(f"Your predictions have shape {predictions.shape}; a rent for each row is {(rows,)}.")
    if not np.isfinite(predictions).all():
        raise Odd("Some of your predictions are not finite numbers: is there a gap that was not filled?")
    if promise.shape or promise.dtype.kind not in "iuf" or not np.isfinite(promise) or promise <= 0:
        raise Odd("The error to expect is to be a single number above 0.")
    return predictions.astype(float), float(promise)


def reads_in_few_bytes(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a file by its size, and by digits it never saw, whose labels are the secret; then its own."""
    outputs, labels, known = np.asarray(found["predictions"]), given.secret, given.arguments[1]
    if flaw := goals.unreadable(outputs, len(labels) + len(known)):
        return Finding(False, flaw)
    answers = outputs.argmax(axis=1)
    judged = goals.accuracy(labels, answers[: len(labels)], TARGET, EXCUSED)
    size = f"The file has {found['bytes']:,} bytes"
    if found["bytes"] > MOST_BYTES:
        floats = found["tensors"].get("float32", 0) > found["tensors"].get("int8", 0)
        why = "Most of its numbers are float32, of four bytes each." if floats else "Its numbers are many."
        return Finding(False, f"{judged.message} {size}, and at most {MOST_BYTES:,} are asked for. {why}")
    if judged.right:
        return Finding(True, f"{judged.message} {size}.")
    share = float(np.mean(answers[len(labels) :] == known))
    told = f"{size}. Of the digits that it learnt from it knows {share:.0%}"
    if share < GUESSED:
        why = (
            "it guesses. Was the network trained, on images each with its own label, and were the samples "
            "that the converter saw like the images?"
        )
    elif share < LEARNT:
        why = "it could learn them better. Is it large enough, and does it train for long enough?"
    else:
        why = "and new ones less well: which layers don't mind where a stroke lies?"
    return Finding(False, f"{judged.message} {told}{': ' if share < LEARNT else ', '}{why}")


def _why(predictions: np.ndarray, rents: np.ndarray) -> str:
    """Say what the predictions look like that are too far off."""
    low, high = predictions.min(), predictions.max()
    if np.abs(predictions).mean() < 0.1 * rents.mean():
        return f"You predict {low:.2g} to {high:.2g} euros a month: is that the unit of a rent?"
    if np.ptp(predictions) == 0 or np.corrcoef(predictions, rents)[0, 1] < 0.5:
        return (
            "Your predictions hardly go with the rents. Does the model find in each column what it found "
            "there when it learnt?"
        )
    below = float(np.mean(rents < low))
    if below > 0.2:
        return f"No prediction lies below {low:.0f} euros, and {below:.0%} of the rents do."
    return (
        "They go with the rents, and not closely. What is there among the rows that it learnt from which no "
        "flat can be?"
    )
