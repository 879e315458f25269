"""Lesson 4: wrong answers, and what their authors are told."""

import os
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
from asking import verdict

from grader.exercises.frameworks.cases import converted
from grader.references import frameworks as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def ten_classes_of_one_pixel(x, y):
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


WRONG = {
    "a copy, in order": ("make_dataset", lambda x, y, b, s: (x, y), "asked"),
    "endless": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), s).batch(b).repeat(),
        "leave `repeat` out",
    ),
    "a buffer of common size": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000, s).batch(b),
        "Look at the buffer's size",
    ),
    "backwards": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x[::-1], y[::-1])).batch(b),
        "nothing is shuffled",
    ),
    "labels first": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((y, x)).shuffle(len(x), s).batch(b),
        "the other way round",
    ),
    "a zip file of something else": (
        "save_and_restore",
        lambda model, path: (written_as(path, b"PK\x03\x04junk"), keras.models.clone_model(model))[1],
        "no model in the native format",
    ),
    "samples alone": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), s).batch(b),
        "pair",
    ),
    "another size of batches": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), s).batch(b + 1),
        "asked for",
    ),
    "the same row again and again": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x[[0] * len(x)], y)).batch(b),
        "twice",
    ),
    "a list": ("scale_images", lambda images: (images[..., None] / 255).tolist(), "float64"),
    "ragged": ("scale_images", lambda images: [[1.0], [1.0, 2.0]], "form"),
    "nan": ("scale_images", lambda images: np.full((*images.shape, 1), np.nan, np.float32), "At ["),
    "one number an image": ("build_and_train", ten_classes_of_one_pixel, "Ten numbers"),
    "no model": ("build_and_train", lambda x, y: (x, y), "Keras model"),
    "a folder": (
        "save_and_restore",
        lambda model, path: os.mkdir(path) or keras.models.clone_model(model),
        "folder",
    ),
    "of the old format, at the path": (
        "save_and_restore",
        lambda model, path: written_as_hdf5(path) or keras.models.clone_model(model),
        "HDF5",
    ),
    "a file of one's own": (
        "save_and_restore",
        lambda model, path: written_as(path + ".npy", b"\x93NUMPY") or keras.models.clone_model(model),
        "beside",
    ),
    "no model in it": (
        "save_and_restore",
        lambda model, path: written_as(path, b"weights") or keras.models.clone_model(model),
        "native format",
    ),
    "float in all but its weights": (
        "to_tflite",
        lambda model: converted(model, smaller=True),
        "int8",
    ),
    "the float file": (
        "to_tflite_int8",
        lambda model, samples: reference.to_tflite(model),
        "Nothing in the file",
    ),
    "one list for numbers and tensors": (
        "count_traces",
        lambda calls: len({call[1:] for call in calls if call[0] == "tensor"}),
        "Your answer is 1, where 2 is right",
    ),
    "what was traced, not how often": ("count_traces", lambda calls: sorted(set(calls)), "asked for"),
    "the symmetric grid of 256 levels": (
        "affine_quantisation",
        lambda values: (2 * np.abs(values).max() / 255 or 1.0, 0),
        "2.00 times as large as they need be",
    ),
    "no scale": ("affine_quantisation", lambda values: (0.0, 0), "above 0"),
    "the zero point alone": ("affine_quantisation", lambda values: 0, "Two numbers"),
    "all zeros forgotten": (
        "affine_quantisation",
        lambda values: (
            scale := np.ptp(np.append(values, 0)) / 255,
            round(-128 - min(0, values.min()) / (scale or 1)),
        ),
        "(1.0, 0) is asked for",
    ),
    "a zero point brought back into the range": (
        "affine_quantisation",
        lambda values: (
            (scale := float(np.ptp(values)) / 255 or 1.0),
            int(np.clip(-128 - round(values.min() / scale), -128, 127)) if values.any() else 0,
        ),
        "Your steps are",
    ),
    "the range turned round": (
        "clip_range",
        lambda values, bits: (values.max(), values.min()),
        "no width",
    ),
    "one end": ("clip_range", lambda values, bits: values.max(), "Two numbers"),
    "mean and deviations by the number of bits": (
        "clip_range",
        lambda values, bits: values.mean() + values.std() * np.array([-bits, bits]),
        "times that of the best range",
    ),
    "the path of a file": ("to_tflite", lambda model: "model.tflite", "bytes"),
}


def written_as(path, content):
    with open(path, "wb") as file:
        file.write(content)


def written_as_hdf5(path):
    written_as(path, b"\x89HDF\r\n\x1a\n" + bytes(100))


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case):
    name, answer, words = WRONG[case]
    found = verdict(name, answer)
    assert (found.status, found.score) == ("failed", 0.0), found.message
    assert words in found.message
