"""Lesson 5c: how `fit_with_early_stopping` is checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.models import packed, with_random_weights
from grader.exercises.verifying.training_process_models import stopped_early
from grader.references import training_process as reference

FEATURES, ROWS, VALIDATION_ROWS = 6, 64, 150
LIFT = 6.0  # what the targets of some validation rows are higher by


@cache
def regression() -> Any:
    """A network for a regression, compiled, its weights still to be set."""
    import keras

    hidden, output = keras.layers.Dense(24, "relu", name="hidden"), keras.layers.Dense(1, name="output")
    model = keras.Sequential([keras.Input((FEATURES,), name="features"), hidden, output], name="network")
    adam = keras.optimizers.Adam(0.05, name="adam")  # Keras would number it, and a case holds its name
    model.compile(adam, "mean_squared_error")
    return model


def noisy_rows(rng: np.random.Generator) -> Iterator[Case]:
    """Few training rows with much noise, so that the validation loss soon rises; two patiences.

    The last validation rows have other targets than training: no loss is low on them that didn't see them.
    """
    for patience, lift in ((2, 0.0), (4, 0.0), (2, LIFT)):
        model = with_random_weights(regression(), rng)
        x = rng.normal(0, 1, (ROWS + VALIDATION_ROWS, FEATURES)).round(3).astype(np.float32)
        y = (x[:, :1] - x[:, 1:2] + rng.normal(0, 1, (len(x), 1))).round(3).astype(np.float32)
        y[ROWS:] += lift
        arguments = (packed(model), x[:ROWS], y[:ROWS], x[ROWS:], y[ROWS:], patience)
        yield Case(arguments, secret={"weights": model.get_weights(), "least": 0.4 * lift**2})


def fitted(monitor="val_loss", restore=True, epochs=1000, patience=None, on_test=True, after=None):
    """A training with one of its parts otherwise; `after` makes the answer of the model and its history."""

    def answer(model, x, y, x_val, y_val, given):
        import keras

        stopper = keras.callbacks.EarlyStopping(
            monitor, patience=patience or given, restore_best_weights=restore
        )
        data = {"validation_data": (x_val, y_val)} if on_test else {"validation_split": 0.3}
        found = model.fit(x, y, epochs=epochs, callbacks=[stopper], verbose=0, **data)
        return after(found) if after else found.history

    return answer


def no_stopping(model, x, y, x_val, y_val, patience):
    return model.fit(x, y, epochs=40, validation_data=(x_val, y_val), verbose=0).history


def nothing_learnt(model, x, y, x_val, y_val, patience):
    before = model.get_weights()
    history = reference.fit_with_early_stopping(model, x, y, x_val, y_val, patience)
    model.set_weights(before)
    return history


EXERCISE = Exercise(
    reference=reference.fit_with_early_stopping,
    kind="goal",
    verify=stopped_early,
    objects=True,
    cases=noisy_rows,
    mistakes=(
        Mistake(
            "not_restored",
            fitted(restore=False),
            "Training stopped when it should, and the weights are those of the last epoch.",
        ),
        Mistake("no_stopping", no_stopping, "Nothing stopped the training when it got no better."),
        Mistake(
            "training_loss",
            fitted(monitor="loss", epochs=40),
            "It is the training loss that was watched, and that goes on falling.",
        ),
        Mistake(
            "few_epochs",
            fitted(epochs=3),
            "A small number of epochs ended the training before early stopping could.",
        ),
        Mistake(
            "own_patience",
            fitted(patience=3),
            "The patience is another one than was handed in.",
        ),
        Mistake(
            "other_rows",
            fitted(on_test=False),
            "The validation loss was measured on a part of the training rows.",
        ),
        Mistake(
            "history_object",
            fitted(after=lambda found: found),
            "`fit` returns an object, in which the dict of lists is `history`.",
        ),
        Mistake("nothing_learnt", nothing_learnt, "The model has the weights that it had before."),
    ),
    hints=(
        "`fit` takes validation data and a list of callbacks, and one of Keras's callbacks stops a training. "
        "Look at its parameters: not all of their defaults are what is asked for here.",
        "EarlyStopping watches val_loss by default and waits for `patience` epochs. By default it leaves the "
        "last weights. And fit's own number of epochs must not come first.",
        "Hand EarlyStopping the patience, and set restore_best_weights. Give fit a thousand epochs, the "
        "pair of x_val and y_val as its validation_data, and the callback in a list. What it returns has an "
        "attribute `history`.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=60,
    megabytes=2048,
)
