"""Lesson 5c: how `early_stopping` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import training_process as reference

EIGHTHS = 8  # so that differences of losses are exact, and ties are ties in float32 too


def runs(rng: np.random.Generator) -> Iterator[tuple]:
    """Curves that fall, rise and pause, with and without a least difference; some never stop."""
    yield [0.5], 1
    yield [0.5, 0.75], 1
    yield [0.5, 0.25, 0.125], 2
    yield [0.5, 0.5, 0.5], 2
    yield [0.75, 0.5, 0.625, 0.5, 0.25], 2
    yield [1.0, 0.75, 0.875, 0.625, 0.75, 0.5, 0.25], 2
    yield [1.0, 1.5, 0.75, 1.25, 1.125, 1.0], 2
    yield [1.0, 0.875, 0.75, 0.625], 2, 0.25
    yield [1.0, 0.75, 0.5, 0.25], 2, 0.25
    yield [1.0, 0.25, 0.125, 0.5, 0.75], 3, 0.25
    yield [0.75, 0.25, float("nan"), 0.5, 0.125], 2
    yield [1.0, 0.875, 0.5, 0.625, 0.5, 0.375], 3, 0.25
    for i in range(18):
        epochs = int(rng.integers(4, 9) if i < 6 else rng.integers(10, 60))
        valley = np.abs(np.arange(epochs) - rng.integers(1, epochs)) / epochs
        losses = np.round(EIGHTHS * (3 * valley + rng.exponential(0.4, epochs) + 0.2)) / EIGHTHS
        patience = int(rng.integers(1, 4) if i % 2 else rng.integers(2, 9))
        if i % 3:
            yield losses.tolist(), patience
        else:
            yield losses.tolist(), patience, float(rng.choice((0.125, 0.25, 0.5)))


def walked(better=lambda loss, best, delta: loss < best - delta, in_a_row=True, extra=0, against_last=False):
    """The walk through the epochs with one of its parts otherwise."""

    def answer(val_losses, patience, min_delta=0.0):
        best, best_epoch, waited = np.inf, 0, 0
        for epoch, loss in enumerate(val_losses):
            if better(loss, best, min_delta):
                best, best_epoch = loss, epoch
                waited = 0 if in_a_row else waited
            else:
                waited += 1
                best = loss if against_last else best
                if waited == patience + extra:
                    return epoch, best_epoch
        return len(val_losses) - 1, best_epoch

    return answer


def lowest_of_all(val_losses, patience, min_delta=0.0):
    stop, _ = reference.early_stopping(val_losses, patience, min_delta)
    return stop, int(np.nanargmin(val_losses))


def lowest_so_far(val_losses, patience, min_delta=0.0):
    stop, _ = reference.early_stopping(val_losses, patience, min_delta)
    return stop, int(np.nanargmin(val_losses[: stop + 1]))


def counted_from_1(val_losses, patience, min_delta=0.0):
    stop, best = reference.early_stopping(val_losses, patience, min_delta)
    return stop + 1, best + 1


EXERCISE = Exercise(
    reference=reference.early_stopping,
    cases=runs,
    returns=("stop_epoch", "best_epoch"),
    mistakes=(
        Mistake(
            "not_in_a_row",
            walked(in_a_row=False),
            "All epochs that were not better are counted. It is those in a row that count: a better one "
            "starts the count anew.",
        ),
        Mistake(
            "one_more",
            walked(extra=1),
            "You wait for one epoch too many: the `patience`-th without a better one is the last.",
        ),
        Mistake(
            "one_less",
            walked(extra=-1),
            "You stop too early: as many as `patience` epochs in a row may pass without a better one.",
        ),
        Mistake(
            "against_the_last",
            walked(against_last=True),
            "Better than the epoch before isn't better than the best: a curve that swings would never stop.",
        ),
        Mistake(
            "no_min_delta",
            walked(better=lambda loss, best, delta: loss < best),
            "A loss must be lower by more than `min_delta` to count as better. Yours may be lower by "
            "anything.",
        ),
        Mistake(
            "at_least",
            walked(better=lambda loss, best, delta: loss <= best - delta),
            "A loss that is lower by exactly `min_delta` doesn't count, nor does one that is the same: by "
            "*more* is asked for.",
        ),
        Mistake(
            "lowest_of_all",
            lowest_of_all,
            "You looked at the lowest loss of the whole list. What comes after the stop is never run, and "
            "what is lower by `min_delta` or less isn't better.",
        ),
        Mistake(
            "lowest_so_far",
            lowest_so_far,
            "Your best epoch is the lowest there was. With `min_delta` an epoch that is lower by less isn't "
            "the best.",
        ),
        Mistake(
            "counted_from_1",
            counted_from_1,
            "You count epochs from 1. From 0 is asked for.",
        ),
        Mistake(
            "best_first",
            lambda *given: reference.early_stopping(*given)[::-1],
            "The two numbers are right, and have changed places: the stop comes first.",
        ),
    ),
    hints=(
        "Go through the losses one by one, as training does, and keep in mind what you need. Of the epochs "
        "so far, what is that?",
        "Keep the lowest loss that counted, its epoch, and how many epochs have passed since. At each epoch "
        "ask first whether it is better.",
        "`loss < best - min_delta` is better: keep loss and epoch, and start the count anew. Else count one "
        "more, and return both epochs as soon as the count is `patience`.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
