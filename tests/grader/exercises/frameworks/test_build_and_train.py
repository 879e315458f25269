"""Honest trainings for `build_and_train`."""

import warnings

import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
from asking import verdict

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def convolutional(x, y):
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Reshape((8, 8, 1)),
            keras.layers.Conv2D(32, 3, padding="same"),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss)
    model.fit(x, y, epochs=25, batch_size=32, verbose=0)
    return model


def functional(x, y):
    inputs = keras.Input((8, 8))
    hidden = keras.layers.Activation("relu")(keras.layers.Dense(64)(keras.layers.Flatten()(inputs)))
    model = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(10)(hidden)))
    model.compile(keras.optimizers.Adam(0.005), "categorical_crossentropy")
    model.fit(x, keras.utils.to_categorical(y, 10), epochs=30, batch_size=64, verbose=0)
    return model


@pytest.mark.parametrize("seed", ["one", "two"])
@pytest.mark.parametrize("answer", [convolutional, functional], ids=lambda answer: answer.__name__)
def test_honest_trainings_reach_the_goal(answer, seed):
    found = verdict("build_and_train", answer, seed)
    assert found.status == "passed", found.message
