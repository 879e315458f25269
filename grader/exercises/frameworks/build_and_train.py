"""Lesson 4: how `build_and_train` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.frameworks.cases import digits
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def unseen_digits(rng: np.random.Generator) -> Iterator[Case]:
    x, y = digits(rng)
    yield Case((x[:1300], y[:1300]), inputs=x[1300:], secret=y[1300:])


def trained(optimizer: str, epochs: int):
    """A network that is built well and trained too little, or not at all."""

    def answer(x, y):
        import keras

        layers = [keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(128, "relu")]
        model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
        model.compile(optimizer, "sparse_categorical_crossentropy")
        if epochs:
            model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
        return model

    return answer


def flat_rows(x, y):
    import keras

    layers = [keras.Input((64,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x.reshape(-1, 64), y, epochs=30, batch_size=32, verbose=0)
    return model


EXERCISE = Exercise(
    reference=reference.build_and_train,
    cases=unseen_digits,
    kind="goal",
    verify=verifying.classifies_digits,
    artefact="model",
    mistakes=(
        Mistake("untrained", trained("adam", 0), "The model was built and compiled, and never trained."),
        Mistake(
            "one_epoch",
            trained("adam", 1),
            "One pass over 1,300 images is 41 steps. Give it more.",
        ),
        Mistake(
            "plain_sgd",
            trained("sgd", 3),
            "At its default rate of 0.01, plain gradient descent is slow. Take longer, or larger steps, or "
            "Adam.",
        ),
        Mistake(
            "flat_rows",
            flat_rows,
            "Your model takes rows of 64 numbers, and is asked about images of shape (8, 8): flatten inside "
            "it.",
        ),
    ),
    hints=(
        "The whole way: `keras.Input((8, 8))`, a layer that flattens (or convolutions), a hidden layer, ten "
        "outputs; compile, fit, return.",
        "Set a part of the images aside, and watch the accuracy on it for more and more epochs. The sheet's "
        "five epochs were meant for 60,000 images, and these are 1,300.",
        "A hidden layer of 128 ReLU units and a softmax, Adam, batches of 32 and some 30 epochs are enough. "
        "Labels that are whole numbers want the sparse cross-entropy.",
    ),
    difficulty=2,
    importance=5,
    minutes=12,
    seconds=60,
    megabytes=2048,
)
