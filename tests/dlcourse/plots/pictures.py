"""A call of each picture, and what they draw."""

from types import SimpleNamespace

import keras
import numpy as np
from keras import layers

from dlcourse import plots

X, Y = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -1.0]]), np.array([0, 1, 1])
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((6, 8, 8, 1)).astype(np.float32)
SCORES, BINARY = RANDOM.random(60), RANDOM.integers(0, 2, 60)
FOUND = SimpleNamespace(learning_rates=[1e-4, 1e-3, 1e-2], losses=[2.0, 1.0, 9.0], suggestion=1e-3)
BY_SIZE = SimpleNamespace(
    sizes=[10, 20, 40],
    train_scores=RANDOM.random((3, 5)),
    validation_scores=RANDOM.random((3, 5)),
)


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(5, 3, activation="relu", name="convolution"),
            layers.Flatten(),
            layers.Dense(1, name="output"),
        ]
    )
    model.compile(loss="mse")
    return model


MODEL = network()
DRAW = {
    "activation": lambda **ax: plots.activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2, name="tanh", **ax),
    "decision_regions": lambda **ax: plots.decision_regions(lambda grid: grid[:, 0] > 0, X, Y, **ax),
    "gradient_norms": lambda **ax: plots.gradient_norms({"a": [1e-3, 1.0], "b": [1.0, 2.0]}, **ax),
    "images": lambda **ax: plots.images(np.eye(8)[None].repeat(3, axis=0), titles=[1, 2, 3], **ax),
    "network": lambda **ax: plots.network([2, 3, 1], names=["in", "hidden", "out"], **ax),
    "learning_rate_finder": lambda **ax: plots.learning_rate_finder(FOUND, **ax),
    "learning_curve": lambda **ax: plots.learning_curve(BY_SIZE, **ax),
    "confusion_matrix": lambda **ax: plots.confusion_matrix([[3, 1], [0, 4]], **ax),
    "large confusion_matrix": lambda **ax: plots.confusion_matrix(np.eye(30), **ax),
    "roc_curve": lambda **ax: plots.roc_curve(BINARY, SCORES, **ax),
    "precision_recall_curve": lambda **ax: plots.precision_recall_curve(BINARY, SCORES, **ax),
    "calibration_curve": lambda **ax: plots.calibration_curve(BINARY, SCORES, **ax),
    "activations": lambda **ax: plots.activations(MODEL, IMAGES, **ax),
    "gradients": lambda **ax: plots.gradients(MODEL, IMAGES, np.arange(6.0), **ax),
    "weights": lambda **ax: plots.weights(MODEL, **ax),
    "filters": lambda **ax: plots.filters(MODEL, **ax),
    "feature_maps": lambda **ax: plots.feature_maps(MODEL, IMAGES[0], **ax),
    "architecture": lambda **ax: plots.architecture(MODEL, **ax),
}
