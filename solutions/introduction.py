"""Lesson 1, introduction: what a network is made of, two baselines, features by hand, the first Keras model.

    dense_parameter_count → zone_features → majority_baseline · nearest_centroid_predict → linear_collapse
    → first_model

Shapes in comments: n samples, m new samples, k classes.
"""

from itertools import pairwise

import numpy as np


def dense_parameter_count(layer_sizes: list[int]) -> int:
    """Count the parameters of a dense network: its weights and its biases.

    `Σ (inputs · units + units)`, summed over all layers but the first entry, which is the input.

    Every unit has a weight for each number that comes in, and one bias. The input has neither.

    Args:
        layer_sizes: how many numbers come in, then the units of each layer; at least one entry.
            The list is not changed in place.

    Returns:
        A whole number; 0 if there is an input and no layer.

    Source: `keras.Model.count_params`.

    >>> dense_parameter_count([3, 4, 2])
    26
    >>> dense_parameter_count([784, 128, 10])
    101770
    """
    total = 0
    for inputs, units in pairwise(layer_sizes):
        total += inputs * units + units  # weights + biases
    return total


def zone_features(images: np.ndarray) -> np.ndarray:
    """Features made by hand: how much ink there is in each of sixteen zones of an image.

    `feature = mean of the 4 pixels of a 2×2 zone`

    The zones don't overlap. Their means stand in a row, zone by zone as one reads: the zones of the
    top two pixel rows from left to right, then those of the next two, and so on.

    Args:
        images: grey images, shape (n, 8, 8). They are not changed in place.

    Returns:
        Floats, shape (n, 16).

    >>> image = np.zeros((8, 8))
    >>> image[0, 2] = 4.0
    >>> image[7, 7] = 8.0
    >>> zone_features(image[None]).reshape(4, 4)
    array([[0., 1., 0., 0.],
           [0., 0., 0., 0.],
           [0., 0., 0., 0.],
           [0., 0., 0., 2.]])
    """
    zones = images.reshape(-1, 4, 2, 4, 2)  # (n, zone's row, row in it, zone's column, column in it)
    return zones.mean(axis=(2, 4)).reshape(-1, 16)  # (n, 4, 4) → (n, 16)


def majority_baseline(train_y: np.ndarray, n: int) -> np.ndarray:
    """The simplest classifier: the label that is most frequent in training, whatever the sample.

    `argmax over labels of the number of training samples that have it`

    Args:
        train_y: labels of the training set, whole numbers from 0 up, shape (samples,), at least one.
            They are not changed in place.
        n: for how many new samples an answer is wanted, at least one.

    Returns:
        The same label n times, shape (n,). On a tie it is the smallest of the most frequent ones.

    Source: `sklearn.dummy.DummyClassifier(strategy="most_frequent")`.

    >>> majority_baseline(np.array([7, 2, 7, 2, 9]), 3)
    array([2, 2, 2])
    """
    labels, counts = np.unique(train_y, return_counts=True)  # labels sorted: (k,), (k,)
    return np.full(n, labels[counts.argmax()])  # argmax: the first of the largest


def nearest_centroid_predict(train_x: np.ndarray, train_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A classifier without any training loop: the class whose mean sample is nearest.

    `centroid of a class = mean of its training samples`,
    `answer = argmin over classes of ‖x − centroid‖`, with the Euclidean distance.

    Args:
        train_x: training samples, shape (n, features). No array is changed in place.
        train_y: their labels, whole numbers from 0 up, not all of them there; shape (n,).
        x: new samples, shape (m, features).

    Returns:
        A label of the training set for each new sample, shape (m,). On a tie it is the smallest label.

    Source: `sklearn.neighbors.NearestCentroid`.

    >>> train_x = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0]])
    >>> nearest_centroid_predict(train_x, np.array([5, 5, 3]), np.array([[4.0, 1.0], [9.0, 0.0]]))
    array([5, 3])
    """
    labels = np.unique(train_y)  # (k,), sorted
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])  # (k, features)
    distances = np.linalg.norm(x[:, None] - centroids, axis=2)  # (m, k)
    return labels[distances.argmin(axis=1)]  # argmin: the first of the smallest


def linear_collapse(
    W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two dense layers with nothing between them, written as one.

    `(XW₁ + b₁)W₂ + b₂ = XW + b` for every X: find W and b.

    Args:
        W1: weights of the first layer, shape (inputs, hidden). No array is changed in place.
        b1: its biases, shape (hidden,).
        W2: weights of the second layer, shape (hidden, units).
        b2: its biases, shape (units,).

    Returns:
        `(W, b)` of the one layer, shapes (inputs, units) and (units,).

    >>> W1, b1 = np.array([[1.0, 2.0]]), np.array([0.0, 1.0])
    >>> W2, b2 = np.array([[3.0], [1.0]]), np.array([5.0])
    >>> linear_collapse(W1, b1, W2, b2)
    (array([[5.]]), array([6.]))
    """
    return W1 @ W2, b1 @ W2 + b2  # (inputs, hidden) @ (hidden, units); (hidden,) @ (hidden, units) + (units,)


def first_model():
    """Build and compile the model of the comprehensive guide, section 1, as one writes it today.

    `784 numbers → 128 units, ReLU → 10 units, softmax`

    The input has the shape `(784,)`. Compile with the optimizer Adam (at its own learning rate, or another
    up to 0.1), the loss for labels that are whole numbers (sparse categorical cross-entropy, of the
    probabilities that softmax gives), and accuracy as the metric. Nothing else belongs to the model: no
    other layer, regularizer or constraint. Nothing is trained here.

    Returns:
        A compiled `keras.Model` with 101,770 parameters.

    Source: `keras.Sequential`, `keras.Model.compile`.

    >>> model = first_model()
    >>> model.input_shape, model.output_shape, model.count_params()
    ((None, 784), (None, 10), 101770)
    """
    import keras  # here, not above: the rest of this module starts seconds sooner without it

    classifier = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, activation="relu"),  # (n, 784) → (n, 128)
            keras.layers.Dense(10, activation="softmax"),  # (n, 128) → (n, 10)
        ]
    )
    classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return classifier
