"""Lesson 4: how `to_tflite_int8` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.frameworks.cases import converted, digits, network
from grader.exercises.models import packed
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def quantisable_model(rng: np.random.Generator) -> Iterator[Case]:
    """A classifier of digits with clear answers: random ReLU features and least squares, no training.

    `V = (HᵀH + I)⁻¹ HᵀY`, with H the hidden activations and a column of ones, and Y the labels one-hot.
    """
    x, y = digits(rng)
    x = x.reshape(-1, 64)[:, rng.permutation(64)]  # (n, 64)
    W, b = rng.normal(0, 0.25, (64, 96)), rng.normal(0, 0.3, 96)
    H = np.column_stack([np.maximum(x @ W + b, 0), np.ones(len(x))])  # (n, 97)
    V = 12 * np.linalg.solve(H.T @ H + np.eye(97), H.T @ np.eye(10)[y])  # (97, 10), with a margin for softmax
    model = network((64, 96, 10))
    model.set_weights([W, b, V[:-1], V[-1]])
    samples, hidden = x[:150], x[-400:]
    secret = {
        "classes": np.asarray(model(hidden)).argmax(axis=1),
        "float_bytes": len(converted(model, smaller=False)),
    }
    yield Case((packed(model), samples), inputs=hidden, secret=secret)


EXERCISE = Exercise(
    reference=reference.to_tflite_int8,
    cases=quantisable_model,
    kind="bytes",
    verify=verifying.is_int8_file,
    artefact="tflite",
    mistakes=(
        Mistake(
            "dynamic_range",
            lambda model, samples: converted(model),
            "Only the weights are int8. For the activations the converter needs their ranges: give it the "
            "samples.",
        ),
        Mistake(
            "float_input_and_output",
            lambda model, samples: converted(model, samples, types=("float32", "float32")),
            "Inside all is int8, but input and output are floats still. The converter has a setting for "
            "each of the two.",
        ),
        Mistake(
            "float_output",
            lambda model, samples: converted(model, samples, types=("int8", "float32")),
            "The output is still float32. It has a setting of its own, as the input has.",
        ),
        Mistake(
            "float16",
            lambda model, samples: converted(model, float16=True),
            "This is float16, half the size. A quarter is possible, with whole numbers of 8 bits.",
        ),
        Mistake(
            "samples_scaled_twice",
            lambda model, samples: converted(model, samples / 255),
            "All is int8, and many answers are not the model's: were the ranges measured on samples that are "
            "not like the inputs, divided once more perhaps? And is it this model, with its weights?",
        ),
    ),
    hints=(
        "Begin as for the float file. Then the converter wants to know four things: that it should "
        "optimize, what typical inputs look like, which operations it may use, and the types of input and "
        "output.",
        "The attributes are `optimizations`, `representative_dataset`, `target_spec.supported_ops`, "
        "`inference_input_type` and `inference_output_type`.",
        "`representative_dataset` is a function without arguments that yields lists: one array for each "
        "input of the model, with a batch axis, (1, …). The operations are `TFLITE_BUILTINS_INT8`.",
    ),
    difficulty=4,
    importance=4,
    minutes=15,
    objects=True,
    seconds=90,
    megabytes=2048,
)
