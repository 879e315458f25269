"""Lesson 5c: how `treat_run` is checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.training_process.make_sick_runs import FILE, HISTORIES
from grader.exercises.verifying.training_process import CURES, helps
from grader.references import training_process as reference

OF_EACH = 4  # runs of a sickness, of those that there are


@cache
def sick_runs() -> list[tuple[list[float], dict[str, Any]]]:
    """Each run's test losses, without a cure and with each, and its record; a sickness after the other."""
    with np.load(FILE) as file:
        arrays = dict(file)
    outcomes, epochs = arrays.pop("outcomes"), arrays.pop("epochs")
    parts = {name: np.split(arrays.pop(name), np.cumsum(epochs)[:-1]) for name in HISTORIES}
    return [
        (
            outcomes[i].tolist(),
            {name: pieces[i].astype(float).round(4) for name, pieces in parts.items()}
            | {name: values[i].tolist() for name, values in arrays.items()},
        )
        for i in range(len(epochs))
    ]


def some_of_each(rng: np.random.Generator) -> Iterator[Case]:
    """Some runs of each sickness, in a drawn order."""
    runs = sick_runs()
    each = len(runs) // len(CURES)
    drawn = [kind * each + place for kind in range(len(CURES)) for place in rng.permutation(each)[:OF_EACH]]
    for place in rng.permutation(drawn):
        outcomes, record = runs[place]
        yield Case((record,), secret=outcomes)


def always(cure: str):
    return lambda record: cure


def rate_for_flat(record):
    return "lower rate" if record["losses"].min() > 1.8 else reference.treat_run(record)


def longer_for_high(record):
    return "more epochs" if record["losses"][-1] > 1 else reference.treat_run(record)


def regularise_the_gap(record):
    is_apart = record["val_losses"][-1] > 1.15 * record["losses"][-1]
    return "regularise" if is_apart else reference.treat_run(record)


EXERCISE = Exercise(
    reference=reference.treat_run,
    kind="property",
    task="decide",
    verify=helps,
    cases=some_of_each,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "rate_for_flat",
            rate_for_flat,
            "A loss that stays high has several causes: look at what the batches hold, how large the inputs "
            "are and how far the weights move.",
        ),
        Mistake(
            "regularise_the_gap",
            regularise_the_gap,
            "A validation loss far above the training loss has two causes: what is learnt by heart may be "
            "wrong labels, or there may be too few rows to learn anything else from.",
        ),
        Mistake(
            "longer_for_high",
            longer_for_high,
            "Most losses that are high at the end were no longer falling: more of the same changes nothing.",
        ),
        Mistake(
            "always_regularise",
            always("regularise"),
            "You regularise every run. Most of them don't even fit their training rows: there is nothing to "
            "hold back.",
        ),
        Mistake(
            "more_units_for_all",
            always("more units"),
            "You give every run more units. Most of them have enough, and some know their rows by heart.",
        ),
        Mistake(
            "longer_for_all",
            always("more epochs"),
            "You train every run for longer. Most of them had stopped getting better.",
        ),
        Mistake(
            "lower_for_all",
            always("lower rate"),
            "You lower every rate. Where the weights hardly move, that is the wrong way.",
        ),
    ),
    hints=(
        "Begin with what the histories don't tell: inputs, batches, units, rows. Which of the four is out of "
        "the ordinary? Healthy inputs have mean 0 and a deviation near 1.",
        "If none is: are there epochs enough, and was the validation loss lower once? If it never was, how "
        "far do the weights move at a step, at first and later?",
        "In this order: a deviation above 5, scale; under 5 classes in a batch, shuffle; under 5 units, "
        "more; under 100 rows, more; under 5 epochs, more; a last validation loss a tenth above its lowest, "
        "regularise. Else, did weights ever move by a tenth in a step? A lower rate. Hardly? A higher one.",
    ),
    difficulty=4,
    importance=5,
    minutes=25,
)
