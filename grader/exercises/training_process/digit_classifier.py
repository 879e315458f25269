"""Lesson 5c: how `digit_classifier` is checked."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.training_process_models import reads_digits
from grader.references import training_process as reference

TRAINING_DIGITS = 1200


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The digits as they lie on the disk, from 0 to 1, in a frame of one empty pixel, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    x = np.asarray(data.features, np.float64).reshape(-1, 8, 8) / 16
    return np.pad(x, ((0, 0), (1, 1), (1, 1))), np.asarray(data.target)


def unseen_digits(rng: np.random.Generator) -> Iterator[Case]:
    """Digits all shifted alike by a pixel or none, turned or mirrored, with a little noise and in new order.

    So nobody finds them on the disk. The model is run on the hidden ones, and then on those that it learnt.
    """
    framed, y = all_digits()
    top, left = rng.integers(0, 3, 2)
    x = np.rot90(framed[:, top : top + 8, left : left + 8], int(rng.integers(4)), axes=(1, 2))
    x = x[:, :, ::-1] if rng.integers(2) else x
    x = np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1).astype(np.float32)
    order = rng.permutation(len(x))
    known, hidden = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    y = rng.permutation(10)[y]
    yield Case((x[known], y[known]), inputs=x[np.append(hidden, known)], secret=y[hidden])


def trained(epochs: int, labels=lambda y: y, units=64, rate=0.001):
    """A dense network, trained so often, on other labels perhaps."""

    def answer(x, y):
        import keras

        layers = [keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(units, "relu")]
        model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        if epochs:
            model.fit(x, labels(y), epochs=epochs, verbose=0)
        return model

    return answer


EXERCISE = Exercise(
    reference=reference.digit_classifier,
    cases=unseen_digits,
    kind="goal",
    task="design",
    verify=reads_digits,
    artefact="model",
    mistakes=(
        Mistake("untrained", trained(0), "It guesses: it was built, and never trained."),
        Mistake("few_epochs", trained(5), "It is still learning."),
        Mistake("too_fast", trained(20, rate=0.3), "The steps are so long that nothing is learnt."),
        Mistake(
            "apart",
            trained(20, labels=lambda y: np.random.default_rng(0).permutation(y)),
            "Images and labels were shuffled apart.",
        ),
        Mistake("too_large", trained(1, units=2000), "It has more weights than it may have."),
    ),
    hints=(
        "Keep a part of the images for validation, and watch the accuracy on it while you try things out: "
        "a wider layer, other layers, more epochs. Each choice is made there, and none on hidden images.",
        "Convolutions know that neighbouring pixels belong together. Two of them with a pooling between cost "
        "less than a wide dense layer.",
        '32 filters of 3 × 3 with padding "same", a pooling, 64 more, flattened, dropout, softmax. Adam at '
        "0.003, and early stopping with a patience of 6 and the best weights.",
    ),
    difficulty=3,
    importance=5,
    minutes=20,
    seconds=120,
    megabytes=2048,
)
