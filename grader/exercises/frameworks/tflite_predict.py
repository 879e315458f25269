"""Lesson 4: how `tflite_predict` is checked."""

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import FLOAT32, Exercise, Mistake
from grader.exercises.frameworks.tflite_files import Grid, Layer, written
from grader.references import frameworks as reference


def files_and_samples(rng: np.random.Generator) -> Iterator[tuple[bytes, np.ndarray]]:
    """Float and int8 files of one dense layer; samples inside the range of an int8 input and beyond it."""

    def rows(*values: Any) -> np.ndarray:
        return np.array(values, np.float32)

    double = Layer(np.array([[2.0]]), np.array([1.0]))
    yield written(double), rows([3.0])
    yield written(double), rows([3.0], [-1.5])
    halves = Layer(np.array([[50]]), np.array([0]), False, 0.02, Grid(0.5, 3), Grid(0.25, -20))  # x → x
    for values in ([[1.0]], [[0.7]], [[-20.2]], [[500.0]], [[-500.0]], [[2.0], [-3.2], [4.7]]):
        yield written(halves), rows(*values)
    for features, units, n in ((1, 1, 2), (2, 1, 1), (2, 2, 2), (3, 2, 3), (4, 3, 2)):
        kernel, bias = rng.normal(0, 1, (features, units)).round(2), rng.normal(0, 1, units).round(2)
        yield (
            written(Layer(kernel, bias, relu=units == 3)),
            rng.normal(0, 2, (n, features)).round(2).astype("f4"),
        )
    sizes = (
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 1),
        (2, 2, 2),
        (2, 3, 1),
        (3, 1, 2),
        (3, 2, 2),
        (3, 3, 3),
        (4, 2, 3),
    )
    for features, units, n in (*sizes, (4, 4, 4), (6, 3, 2)):
        layer, x = quantised_layer(rng, features, units, n)
        yield written(layer), x


def quantised_layer(rng: np.random.Generator, features: int, units: int, n: int) -> tuple[Layer, np.ndarray]:
    """A random layer in int8, and samples that everybody rounds alike, one of them beyond the range."""
    while True:
        into = Grid(round(rng.uniform(0.01, 0.09), 4), int(rng.integers(5, 90) * rng.choice((-1, 1))))
        places = rng.integers(-127, 127, (n, features)) + rng.uniform(-0.42, 0.42, (n, features))
        places[-1, 0] = rng.integers(140, 250) * rng.choice((-1, 1))
        x = (into.scale * (places - into.zero_point)).round(3).astype(np.float32)
        kernel, bias = rng.integers(-127, 128, (features, units)), rng.integers(-3000, 3000, units)
        layer = Layer(kernel, bias, bool(rng.random() < 0.3), round(rng.uniform(0.005, 0.02), 4), into)
        z = layer.before_rounding(x)
        scale = round(float(np.ptp(z)) / 180 + 0.01, 4)
        middle = round((z.max() + z.min()) / 2 / scale)
        out = Grid(scale, int(np.clip(-middle, -120, 120)))
        if into.are_clear(x) and out.are_clear(z) and out.zero_point and out.scale != into.scale:
            return layer._replace(out=out), x


def running(
    quantise: str = "whole",
    dequantise: bool = True,
    rows: str = "each",
    zero_points: bool = True,
    own: bool = True,
):
    """A run of a file with one of its parts otherwise."""

    def to_numbers(x, scale, zero_point):
        zero_point = zero_point if zero_points else 0
        if quantise == "not":
            return x
        if quantise == "cast":
            return np.clip(x, -128, 127).astype(np.int8)
        q = x / scale + zero_point
        if quantise == "truncated":
            return np.clip(q, -128, 127).astype(np.int8)
        if quantise == "wrapped":
            return np.round(q).astype(np.int64).astype(np.int8)
        return np.clip(np.round(q), -128, 127).astype(np.int8)

    def answer(flatbuffer, x):
        lite = importlib.import_module("ai_edge_litert.interpreter").Interpreter(model_content=flatbuffer)
        lite.allocate_tensors()
        source, target = lite.get_input_details()[0], lite.get_output_details()[0]
        step, zero = source["quantization"]
        if step:
            x = to_numbers(x, step, zero)
        answers = []
        for batch in {"each": x[:, np.newaxis], "first": x[np.newaxis, :1], "together": x[np.newaxis]}[rows]:
            lite.set_tensor(source["index"], batch)
            lite.invoke()
            answers.append(lite.get_tensor(target["index"]).astype(np.float32))
        answers = np.concatenate(answers)
        step, zero = target["quantization"] if own else source["quantization"]
        if not step or not dequantise:
            return answers
        return step * (answers - (zero if zero_points else 0))

    return answer


EXERCISE = Exercise(
    reference=reference.tflite_predict,
    cases=files_and_samples,
    objects=True,
    tolerance=FLOAT32,
    mistakes=(
        Mistake(
            "floats_into_int8",
            running(quantise="not"),
            "An int8 file takes no floats: quantise x first. The input's details tell the type, scale and "
            "zero point.",
        ),
        Mistake(
            "cast_only",
            running(quantise="cast"),
            "The floats were cut to whole numbers as they are. An int8 input counts in steps of its scale, "
            "from its zero point.",
        ),
        Mistake(
            "not_dequantised",
            running(dequantise=False),
            "These are the whole numbers of an int8 output. What does each of them stand for?",
        ),
        Mistake(
            "no_zero_points",
            running(zero_points=False),
            "The scales are in use and the zero points are not: a float 0 is not the whole number 0.",
        ),
        Mistake(
            "one_grid_for_both",
            running(own=False),
            "The output was dequantised by the scale and zero point of the input. It has its own.",
        ),
        Mistake(
            "truncated",
            running(quantise="truncated"),
            "A cast to int8 cuts the fraction off: round before it.",
        ),
        Mistake(
            "wrapped_around",
            running(quantise="wrapped"),
            "Numbers beyond 127 came round at −128: limit them to the range of int8 before the cast.",
        ),
        Mistake(
            "first_row_only",
            running(rows="first"),
            "Only the first sample was predicted. The file takes one at a time: go through all of them.",
        ),
        Mistake(
            "all_rows_at_once",
            running(rows="together"),
            "The file's input holds one row, and all came at once: feed one after the other, or resize the "
            "input first.",
        ),
    ),
    hints=(
        "The steps: make an `Interpreter`, allocate its tensors; then, for each row: set the input, invoke, "
        "get the output.",
        "`get_input_details()` and `get_output_details()` are lists of dicts: `index`, `dtype`, and "
        "`quantization`, a pair of scale and zero point. Floats have the scale 0: leave them as they are.",
        "In: divide by the input's scale, round, add its zero point, clip to int8's range, cast. Out: to "
        "floats, subtract the output's zero point, times its scale.",
    ),
    difficulty=4,
    importance=3,
    minutes=20,
    packages=("numpy", "tensorflow", "keras", "ai_edge_litert"),
    seconds=20,
    megabytes=2048,
)
