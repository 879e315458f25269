"""Lesson 8: how `capstone` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.frameworks.cases import converted
from grader.exercises.models import packed
from grader.exercises.training_process.digit_classifier import all_digits
from grader.exercises.verifying.resources import reads_in_few_bytes
from grader.references import resources as reference

TRAINING_DIGITS = 1000


def shifted_digits(rng: np.random.Generator) -> Iterator[Case]:
    """Digits each shifted by a pixel at most, all turned or mirrored alike, with noise and in new order.

    So no image is found as it lies on the disk, but whoever compares all digits with those of the data set
    can still tell which is which: it hinders looking up, and doesn't make it impossible. The file is run on
    the hidden ones, and then on those that it learnt.
    """
    framed, y = all_digits()
    places = np.lib.stride_tricks.sliding_window_view(framed, (8, 8), axis=(1, 2))  # (n, 3, 3, 8, 8)
    top, left = rng.integers(0, 3, (2, len(y)))
    x = np.rot90(places[np.arange(len(y)), top, left], int(rng.integers(4)), axes=(1, 2))
    x = x[:, :, ::-1] if rng.integers(2) else x
    x = np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1).astype(np.float32)[..., np.newaxis]
    order = rng.permutation(len(x))
    known, hidden = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    y = rng.permutation(10)[y]
    yield Case((x[known], y[known]), inputs=x[np.append(hidden, known)], secret=y[hidden])


def convolutional(layers, *filters: int):
    for number in filters:
        yield layers.Conv2D(number, 3, padding="same", activation="relu")
        yield layers.MaxPooling2D()
    yield layers.Flatten()


def dense(layers):
    hidden = layers.Dense(64, activation="relu")
    return [layers.Flatten(), hidden]


def usual(layers):
    return convolutional(layers, 16, 32)


def trained(x, y, inner=usual, epochs=30):
    """A network with other layers inside."""
    import keras

    layers = [keras.Input((8, 8, 1)), *inner(keras.layers), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy")
    if epochs:
        model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    return model


def in_int8(model, samples):
    return converted(model, samples[:100], types=("float32", "float32"))


def apart(x, y):
    return in_int8(trained(x, np.random.default_rng(0).permutation(y), epochs=10), x)


EXERCISE = Exercise(
    reference=reference.capstone,
    cases=shifted_digits,
    kind="goal",
    task="design",
    verify=reads_in_few_bytes,
    artefact="tflite",
    mistakes=(
        Mistake(
            "float_file",
            lambda x, y: converted(trained(x, y), smaller=False),
            "The network is right, and its file too large: each weight takes four bytes.",
        ),
        Mistake(
            "dense",
            lambda x, y: in_int8(trained(x, y, dense), x),
            "A dense layer learns each place by itself: what it saw of a stroke tells it nothing of the same "
            "stroke one pixel on.",
        ),
        Mistake(
            "too_small",
            lambda x, y: in_int8(trained(x, y, lambda layers: convolutional(layers, 4, 8)), x),
            "The file is smaller than it need be, and the network too small for the task.",
        ),
        Mistake(
            "few_epochs",
            lambda x, y: in_int8(trained(x, y, epochs=3), x),
            "It is still learning.",
        ),
        Mistake(
            "other_samples",
            lambda x, y: in_int8(trained(x, y), x / 255),
            "The converter was shown samples that are darker than the images: what is brighter is cut off.",
        ),
        Mistake(
            "untrained", lambda x, y: in_int8(trained(x, y, epochs=0), x), "It guesses: it never trained."
        ),
        Mistake("apart", apart, "Images and labels were shuffled apart."),
        Mistake(
            "keras_file",
            lambda x, y: packed(trained(x, y, epochs=0)).value,
            "These are the bytes of a .keras file: it has to be converted.",
        ),
    ),
    hints=(
        "Three things must hold together: a network that doesn't mind a shift, a training that is long "
        "enough, and a file with few bytes. Keep some images for validation, and look at both figures as you "
        "try.",
        "Two convolutions, each with a pooling behind it, and a single dense layer at the end: most of the "
        "weights of other designs lie in wide dense layers. In int8 a weight takes one byte.",
        "16 filters and then 32, 3 × 3 with padding. Some forty epochs of Adam whose rate falls in the end. "
        "Then the converter of lesson 4 with its optimizations, and images to measure ranges on.",
    ),
    difficulty=4,
    importance=5,
    minutes=30,
    seconds=180,
    megabytes=2048,
)
