"""Lesson 4: how `to_tflite` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.frameworks.cases import converted, convolutional_network
from grader.exercises.models import packed, with_random_weights
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def models_to_convert(rng: np.random.Generator) -> Iterator[Case]:
    """A convolutional network, with more than 1,024 weights in a layer: fewer are never made smaller."""
    model = with_random_weights(convolutional_network(), rng)
    inputs = rng.normal(0, 1, (20, *model.input_shape[1:])).round(2).astype(np.float32)
    yield Case((packed(model),), inputs=inputs, secret=np.asarray(model(inputs)))


def untrained_twin(model):
    import keras

    return converted(keras.models.clone_model(model), smaller=False)


def bytes_written(model):
    return len(converted(model, smaller=False))


def keras_file(model):
    return packed(model).value


EXERCISE = Exercise(
    reference=reference.to_tflite,
    cases=models_to_convert,
    kind="bytes",
    verify=verifying.is_float_file,
    artefact="tflite",
    mistakes=(
        Mistake(
            "bytes_written",
            bytes_written,
            "You return a number, such as `write` gives back: how many bytes it wrote. The bytes "
            "themselves are asked for.",
        ),
        Mistake(
            "keras_file",
            keras_file,
            "These are the bytes of a .keras file, which a phone can't read: it has to be converted.",
        ),
        Mistake(
            "dynamic_range",
            converted,
            "With optimizations, the converter makes int8 of the weights. Here all numbers stay float32: "
            "leave that setting alone.",
        ),
        Mistake(
            "float16",
            lambda model: converted(model, float16=True),
            "The weights are float16, with three digits or so. Here all numbers stay float32.",
        ),
        Mistake(
            "untrained_twin",
            untrained_twin,
            "The file has the right layers and other predictions: are the model's weights in it? A clone has "
            "weights of its own.",
        ),
    ),
    hints=(
        "The sheet's snippet has it, but for its last line: nothing need be written.",
        "`tf.lite.TFLiteConverter.from_keras_model` makes a converter of a model. Look for the method that "
        "does the work: it returns bytes.",
        "A converter has many settings; the default is float32. Make one of the model, call its `convert`, "
        "and return what that gives.",
    ),
    difficulty=1,
    importance=4,
    minutes=5,
    objects=True,
    seconds=90,
    megabytes=2048,
)
