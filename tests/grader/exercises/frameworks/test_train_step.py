"""The edges that the cases of `train_step` reach."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
from asking import cases_of

from grader.child import live

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_train_step(seed):
    """No rounding decides a case, as it could in Adam's first step, where a gradient is nearly 0."""
    kinds = set()
    for model, optimizer, x, y in cases_of("train_step", seed):
        network = live.instantiate(model)
        kinds |= {type(layer).__name__ for layer in network.layers} | {optimizer.value["class_name"]}
        with tf.GradientTape() as tape:
            p = network(x, training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
        gradients = [g.numpy() for g in tape.gradient(loss, network.trainable_variables)]
        assert p.numpy().min() > 1e-4
        if optimizer.value["class_name"] == "Adam":
            assert all(np.all((g == 0) | (np.abs(g) > 1e-4)) for g in gradients)
        assert max(np.abs(g).max() for g in gradients) > 0.01
    assert kinds == {"Dense", "BatchNormalization", "SGD", "Adam"}
