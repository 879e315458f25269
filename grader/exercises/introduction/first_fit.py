"""Lesson 1: how `first_fit` is checked."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.introduction import reads_digits
from grader.references import introduction as reference

TRAINING_DIGITS = 1300
BRIGHTEST = 16


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The digits as they lie on the disk, with a frame of one empty pixel, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.pad(np.asarray(data.features, np.float64), ((0, 0), (1, 1), (1, 1))), np.asarray(data.target)


def shifted_digits(rng: np.random.Generator) -> Iterator[Case]:
    """Digits all shifted by a pixel, dimmed, with a little noise: nobody finds them on the disk.

    The model is run on the hidden ones, and then on those that it learnt.
    """
    framed, y = all_digits()
    top, left = rng.integers(0, 3, 2)
    x = framed[:, top : top + 8, left : left + 8] * rng.uniform(0.8, 1)
    x = np.clip(x + rng.normal(0, 0.3, x.shape), 0, BRIGHTEST).astype(np.float32)
    order = rng.permutation(len(x))
    known, hidden = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    yield Case((x[known], y[known]), inputs=x[np.append(hidden, known)], secret=y[hidden])


def trained(epochs: int, labels=lambda y: y, shape=(8, 8)):
    """A network like the reference's, trained so often, on other labels perhaps; or one for flat rows."""

    def answer(x, y):
        import keras

        layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(100, activation="relu")]
        model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        if epochs:
            model.fit(x.reshape(-1, *shape), labels(y), epochs=epochs, verbose=0)
        return model

    return answer


EXERCISE = Exercise(
    reference=reference.first_fit,
    cases=shifted_digits,
    kind="goal",
    verify=reads_digits,
    artefact="model",
    mistakes=(
        Mistake("not_fitted", trained(0), "It guesses: it was compiled, and never trained."),
        Mistake(
            "one_epoch",
            trained(1),
            "It is still learning: its training accuracy was rising when you stopped.",
        ),
        Mistake(
            "apart",
            trained(15, labels=lambda y: np.random.default_rng(0).permutation(y)),
            "Images and labels were shuffled apart.",
        ),
        Mistake(
            "flat_rows",
            trained(15, shape=(64,)),
            "Your model takes rows of 64 numbers, and it is given images: let a layer flatten them.",
        ),
    ),
    hints=(
        "Four steps, in this order: build, compile, fit, return. Write one, run the cell, then the next.",
        "The four layers go into one list, with commas between them. compile and fit are methods: a dot and "
        "their name behind the model's. fit gets x, y and a number of epochs.",
        "If it is right too seldom, look at the accuracy that fit prints: as long as it rises from epoch to "
        "epoch, more epochs help. Fifteen or twenty are enough.",
    ),
    difficulty=1,
    importance=5,
    minutes=8,
    seconds=60,
    megabytes=2048,
)
