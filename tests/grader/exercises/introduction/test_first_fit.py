"""Honest trainings for `first_fit`, and what is said to those that fall short."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
from asking import verdict, whole_cases_of
from sklearn.neighbors import NearestCentroid

from grader.exercise import Given
from grader.exercises.introduction.first_fit import all_digits
from grader.exercises.verifying.introduction import reads_digits

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def scaled_inside(x, y):
    layers = [keras.Input((8, 8)), keras.layers.Rescaling(1 / 16), keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.005), loss, metrics=["accuracy"])
    model.fit(x, y, epochs=25, verbose=0)
    return model


def convolutional(x, y):
    inputs = keras.Input((8, 8))
    hidden = keras.layers.Conv2D(16, 3, activation="relu")(keras.layers.Reshape((8, 8, 1))(inputs))
    outputs = keras.layers.Dense(10, "softmax")(keras.layers.Flatten()(hidden))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "categorical_crossentropy")
    model.fit(x, keras.utils.to_categorical(y, 10), epochs=20, batch_size=20, verbose=0)
    return model


def more_than_needed(x, y):
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten()])
    for units in (200, 100):
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=20, verbose=0)
    return model


@pytest.mark.parametrize("answer", [scaled_inside, convolutional, more_than_needed])
def test_honest_trainings_reach_the_goal(answer):
    found = verdict("first_fit", answer)
    assert found.status == "passed", found.message


def judged(seed, right_of_hidden, right_of_known, **changes):
    """What is found where so large a share of the answers is right."""
    (case,) = whole_cases_of("first_fit", seed)
    rng, labels = np.random.default_rng(seed), np.append(case.secret, case.arguments[1])
    share = np.where(np.arange(len(labels)) < len(case.secret), right_of_hidden, right_of_known)
    answers = np.where(rng.random(len(labels)) < share, labels, (labels + 1) % 10)
    return reads_digits(Given(case.arguments, case.secret, ()), {"outputs": np.eye(10)[answers]} | changes)


@pytest.mark.parametrize(
    ("hidden", "known", "words"),
    [(0.1, 0.1, "it guesses"), (0.6, 0.7, "still learning"), (0.8, 1.0, "learnt them by heart")],
)
def test_who_falls_short_is_told_what_can_be_seen(hidden, known, words):
    found = judged(0, hidden, known)
    assert not found.right
    assert words in found.message


def test_outputs_of_another_form_are_refused():
    assert "Ten numbers" in judged(0, 1, 1, outputs=np.zeros((1797, 1))).message
    assert "not all numbers" in judged(0, 1, 1, outputs=np.full((1797, 10), np.nan)).message
    assert judged(0, 1, 1).right


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_mean_image_is_not_enough_and_no_image_is_on_the_disk(seed):
    (case,) = whole_cases_of("first_fit", seed)
    x, y = case.arguments
    assert (x.shape, x.dtype) == ((1300, 8, 8), np.float32)
    assert x.min() == 0
    assert 8 < x.max() <= 16
    with warnings.catch_warnings():  # of pixels that are empty in every image
        warnings.simplefilter("ignore")
        nearest = NearestCentroid().fit(x.reshape(1300, -1), y)
    right = nearest.score(case.inputs[: len(case.secret)].reshape(-1, 64), case.secret)
    assert right < 0.92
    on_disk = {image.tobytes() for image in all_digits()[0].astype(np.float32)[:, 1:-1, 1:-1]}
    assert not on_disk & {image.tobytes() for image in case.inputs}
