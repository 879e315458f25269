"""Lesson 5b: how `frugal_network` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.architecture.cases import placed_digits
from grader.exercises.verifying.architecture import is_frugal
from grader.references import architecture as reference

TRAINING_DIGITS = 1000


def unseen_digits(rng: np.random.Generator) -> Iterator[Case]:
    x, y = placed_digits(rng)
    known, hidden = slice(TRAINING_DIGITS), slice(TRAINING_DIGITS, None)
    yield Case((x[known], y[known]), inputs=x[hidden], secret=y[hidden])


def trained(epochs: int, inner):
    """A network with other layers inside."""

    def answer(x, y):
        import keras

        model = keras.Sequential([keras.Input((12, 12)), *inner(keras.layers)])
        model.add(keras.layers.Dense(10, "softmax"))
        model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
        if epochs:
            model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
        return model

    return answer


def dense(layers):
    return [layers.Flatten(), layers.Dense(20, "relu"), layers.Dense(20, "relu")]


def convolutions(filters=(8, 16), pooled=True):
    def inner(layers):
        yield layers.Reshape((12, 12, 1))
        for number in filters:
            yield layers.Conv2D(number, 3, padding="same", activation="relu")
            if pooled and number == filters[0]:
                yield layers.MaxPooling2D(2)
        yield layers.GlobalMaxPooling2D()

    return inner


EXERCISE = Exercise(
    reference=reference.frugal_network,
    cases=unseen_digits,
    kind="goal",
    task="design",
    verify=is_frugal,
    artefact="model",
    mistakes=(
        Mistake(
            "dense",
            trained(30, dense),
            "It knows each pixel's place: a digit one pixel on is new to it.",
        ),
        Mistake("over_budget", trained(1, convolutions((16, 32))), "It has more weights than it may have."),
        Mistake(
            "too_many_multiplications",
            trained(1, convolutions(pooled=False)),
            "Few weights, each used at every place.",
        ),
        Mistake("untrained", trained(0, convolutions()), "It guesses: it was built, and never trained."),
    ),
    hints=(
        "A digit may lie anywhere, so what is learnt at one place has to hold at all of them. Which layers "
        "do that? Flat rows don't.",
        "What a convolution costs is its kernel's weights times the places of what comes out. A pooling "
        "between two convolutions makes the second one four times cheaper.",
        "Two small convolutions with a pooling between them, and at the end the largest value of each map, "
        "wherever it is; then a softmax. Adam at 0.005, thirty epochs.",
    ),
    difficulty=3,
    importance=4,
    minutes=20,
    seconds=120,
    megabytes=2048,
)
