"""Lesson 4: how `save_and_restore` is checked."""

import logging
from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Case, Exercise, Mistake
from grader.exercises.frameworks.cases import convolutional_network, network
from grader.exercises.models import packed, with_random_weights
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def saved_models(rng: np.random.Generator) -> Iterator[Case]:
    """A network with batch normalisation and one for images, and a fresh path for each."""
    for model in (network((2, 3, 3), normalised=True), convolutional_network()):
        with_random_weights(model, rng)
        inputs = rng.normal(0, 1, (12, *model.input_shape[1:])).round(2).astype(np.float32)
        path = Live("path", f"model_{rng.integers(100)}.keras")
        yield Case((packed(model), path), inputs=inputs, secret=np.asarray(model(inputs)))


def not_saved(model, path):
    import keras

    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def original_returned(model, path):
    model.save(path)
    return model


def architecture_only(model, path):
    import keras

    model.save(path)
    return keras.models.clone_model(model)


def legacy_format(model, path):
    import keras

    old = path.replace(".keras", ".h5")
    logging.disable(logging.WARNING)  # Keras says that the format is old
    try:
        model.save(old)
        return keras.saving.load_model(old)
    finally:
        logging.disable(logging.NOTSET)


def weights_only(model, path):
    model.save_weights(path.replace(".keras", ".weights.h5"))
    twin = not_saved(model, path)
    twin.load_weights(path.replace(".keras", ".weights.h5"))
    return twin


def path_returned(model, path):
    model.save(path)
    return str(path)


EXERCISE = Exercise(
    reference=reference.save_and_restore,
    cases=saved_models,
    kind="model",
    verify=verifying.is_restored,
    artefact="model",
    mistakes=(
        Mistake(
            "original_returned",
            original_returned,
            "The file is there, but you return the model that came in. Whether the file is any good, only "
            "loading it can show.",
        ),
        Mistake(
            "legacy_format",
            legacy_format,
            "You saved to a name of your own that ends in .h5, the format of old. Save to the path as it is.",
        ),
        Mistake(
            "weights_only",
            weights_only,
            "You saved the weights alone, and beside the path. Who opens the file needs the architecture, "
            "too.",
        ),
        Mistake(
            "not_saved",
            not_saved,
            "Nothing lies at the path, so the model is gone when Python ends: a copy in memory is no file.",
        ),
        Mistake(
            "architecture_only",
            architecture_only,
            "Your second model has the layers of the first and weights of its own. Get it from the file, "
            "where both are.",
        ),
        Mistake(
            "path_returned",
            path_returned,
            "You return the path. The model that the file holds is asked for.",
        ),
    ),
    hints=(
        "Two lines: the model knows how to save itself, and Keras knows how to load.",
        "Look at `model.save`, and at the functions of `keras.saving`. The ending of the path chooses the "
        "format.",
        "Save to the path as it was given, then call `keras.saving.load_model` with the same path and "
        "return what comes.",
    ),
    difficulty=1,
    importance=5,
    minutes=4,
    seconds=30,
    megabytes=2048,
)
