"""The edges that the cases of `custom_step` reach, and what its faults do to a training."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
from asking import BY_NAME, cases_of

from grader.child import live

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",  # Keras's own
    "ignore:Gradients do not exist:UserWarning",
)


@pytest.mark.parametrize("seed", range(3))
def test_each_step_moves_statistics_and_all_trainable_weights(seed):
    for model, optimizer, x, y in cases_of("custom_step", seed):
        network = live.instantiate(model)
        assert {type(layer).__name__ for layer in network.layers} >= {"BatchNormalization", "Dropout"}
        assert optimizer.value["class_name"] == "SGD"
        with tf.GradientTape() as tape:
            p = network(x, training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
        assert p.numpy().min() > 1e-6
        gradients = tape.gradient(loss, network.trainable_variables)
        assert np.abs(gradients[-2].numpy()).max() > 1e-3


def test_no_fault_raises_an_error():
    """Else a learner would be led to it, and the others be hidden behind it."""
    exercise = BY_NAME["custom_step"]
    for faults in (exercise.faults, *([fault] for fault in exercise.faults)):
        model, optimizer, x, y = map(live.instantiate, cases_of("custom_step")[-1])
        loss = exercise.with_faults(faults)(model, optimizer, x, y)
        assert np.isfinite(loss)
