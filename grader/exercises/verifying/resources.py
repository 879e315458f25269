"""Lesson 8: choices of a model by what they cost and are worth, projects and files by what they deliver."""

from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Finding, Given
from grader.exercises import goals
from grader.exercises.verifying.forms import Odd, told

FALL_SHORT, DEAR = 0.05, 1.6  # the share of choices below the target; their cost beside the least possible
MOST_OFF, PROMISED = 75.0, 0.25  # euros beside luck; how far a promise may be off what was delivered
TARGET, EXCUSED, MOST_BYTES = 0.92, 0.01, 13_000  # of a file that reads digits
BEYOND = 1e9  # euros, no rent lies, nor an error that is worth its digits
FAR_OFF = 10  # times what was delivered, a promise is in another unit
HARDLY = 0.6  # the correlation of predictions with rents that have nothing else in common
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
    rents, luck = np.asarray(given.secret["rents"]), given.secret["luck"]
    predictions, promise = _prediction(answer, len(rents))
    off, most = float(np.sqrt(np.mean((predictions - rents) ** 2))), float(np.hypot(luck, MOST_OFF))
    figures = (
        f"On {len(rents):,} new flats the root mean squared error of your predictions is {_euros(off)}, at "
        f"most {_euros(most)} asked, where luck alone makes {_euros(luck)}. You promise {_euros(promise)}, "
        "and may be off that error by a quarter."
    )
    if off > most:
        return Finding(False, f"{figures} {_why_off(predictions, rents, most, given.arguments[1].value)}")
    if abs(promise / off - 1) <= PROMISED:
        return Finding(True, figures)
    if not 1 / FAR_OFF < promise / off < FAR_OFF:
        why = "In which unit was your promise measured? It is to be in euros, not scaled and not squared."
    elif promise < off:
        why = (
            "You promise too much. Had the model never seen the rows that you measured it on, nor copies of "
            "them?"
        )
    else:
        why = (
            "You promise too little. Are the rows that you measured it on like those that are served, and is "
            "it the error of this model?"
        )
    return Finding(False, f"{figures} {why}")


def _prediction(answer: Any, rows: int) -> tuple[np.ndarray, float]:
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("Two things are asked for: the predictions, and the error to expect of them.")
    given, promise = answer
    if isinstance(given, Live) and given.kind == "series":
        (given,) = given.value["columns"].values()
    try:
        predictions, promise = np.asarray(given), np.asarray(promise)
    except ValueError:  # rows of unequal length
        raise Odd("Your predictions are no array of numbers: some are several.") from None
    if predictions.dtype.kind not in "iuf":
        raise Odd(
            "Your predictions are no array of numbers. If each of them is a number, "
            "`np.asarray(predictions, dtype=float)` makes them one."
        )
    if predictions.shape != (rows,):
        raise Odd(f"Your predictions have shape {predictions.shape}; a rent for each row is {(rows,)}.")
    if not np.isfinite(predictions).all():
        raise Odd("Some of your predictions are not finite numbers: is there a gap that was not filled?")
    if (largest := np.abs(predictions).max()) > BEYOND:
        raise Odd(f"Your predictions reach {largest:.0e} euros: did the training run out of all bounds?")
    if promise.shape or promise.dtype.kind not in "iuf" or not np.isfinite(promise) or promise <= 0:
        raise Odd("The error to expect is to be a single finite number above 0.")
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
        why = (
            "Most of its numbers are float32, of four bytes each."
            if floats
            else "Its numbers are many, or something else in it is large."
        )
        return Finding(False, f"{judged.message} {size}, and at most {MOST_BYTES:,} are asked for. {why}")
    if judged.right:
        return Finding(True, f"{judged.message} {size}.")
    share = float(np.mean(answers[len(labels) :] == known))
    told = f"{size}. Of the digits that it learnt from it knows {np.floor(1000 * share) / 1000:.1%}"
    if share < GUESSED:
        why = (
            ": it guesses. Was the network trained, on images each with its own label, and were the samples "
            "that the converter saw like the images?"
        )
    elif silent := sorted(set(known.tolist()).difference(answers.tolist())):
        why = f", and it never answers {', '.join(map(str, silent))}. Did it learn from images of all digits?"
    elif share < LEARNT:
        why = (
            ": it could learn them better. Is it large enough, and does it train for long enough, on all the "
            "images? Were they, and the samples that the converter saw, like those that it is asked about?"
        )
    else:
        why = ", and new ones less well: which layers don't mind where a stroke lies?"
    return Finding(False, f"{judged.message} {told}{why}")


def _why_off(predictions: np.ndarray, rents: np.ndarray, most: float, served: dict[str, Any]) -> str:
    """Say what predictions look like that are too far off.

    Args:
        predictions, rents: of each flat, (m,).
        most: the root mean squared error that is allowed.
        served: the table of the flats, as a description (see `live`).
    """
    if np.ptp(predictions) == 0:
        return "All your predictions are the same rent: what does your model make of the columns?"
    low, high = predictions.min(), predictions.max()
    if np.abs(predictions).mean() < 0.1 * rents.mean():
        return f"You predict {_number(low)} to {_euros(high)} a month: is that the unit of a rent?"
    goes_with = np.corrcoef(predictions, rents)[0, 1]
    if goes_with < HARDLY:
        return (
            "Your predictions hardly go with the rents. Does the model find in each column what it found "
            "there when it learnt?"
        )
    lower, spread = float(np.mean(rents - predictions)), float(np.std(predictions) / np.std(rents))
    is_line = np.std(rents) * np.sqrt(1 - goes_with**2) < 1.1 * most  # near, but for what a line would mend
    told = f"In the mean your predictions are {_euros(abs(lower))} {'lower' if lower > 0 else 'higher'} than"
    if is_line and abs(lower) > most / 2:
        if abs(spread - 1) < 0.25:
            return f"{told} the rents. Is what was taken off the target added again, and nothing else?"
        return (
            f"{told} the rents, and they vary {spread:.1f} times as much. Is all undone that was done to the "
            "target, and nothing else?"
        )
    below, above = float(np.mean(rents < low)), float(np.mean(rents > high))
    if below > 0.2 and above < 0.05:
        return f"No prediction lies below {_euros(low)}, and {below:.0%} of the rents do."
    if below + above > 0.2:
        return (
            f"Your predictions lie between {_number(low)} and {_euros(high)}, and {below + above:.0%} of the "
            "rents don't: can the network answer with any number?"
        )
    missed = {name: _share_by(column, rents - predictions) for name, column in served["columns"].items()}
    name = max(missed, key=lambda name: missed[name])
    if missed[name] < 0.1:
        return "They go with the rents, and not closely. Are the rows clean, and is the training long enough?"
    why = (
        "Is it in one unit in all rows, does it reach the network, and does that train for long enough?"
        if name == "area"
        else "Does it reach the network as what it is, and what becomes of a gap?"
    )
    return f"They go with the rents, and not closely: what they miss hangs on the column {name}. {why}"


def _share_by(column: Any, errors: np.ndarray) -> float:
    """Return the share of the variance of errors that a column explains, numbers by ten ranges of them."""
    if isinstance(column, np.ndarray):
        edges = np.nanquantile(column, np.arange(0.1, 1, 0.1))
        kinds = np.where(np.isnan(column), -1, np.digitize(column, edges))
    else:
        kinds = np.array([str(word) for word in column])
    means = np.zeros(len(errors))
    for kind in np.unique(kinds):
        means[kinds == kind] = errors[kinds == kind].mean()
    return float(np.var(means) / np.var(errors))


def _euros(amount: float) -> str:
    return f"{_number(amount)} euros"


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if 10 <= abs(amount) < BEYOND else f"{amount:.2g}"
