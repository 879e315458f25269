"""Lesson 1, introduction: baselines, a first network, what it is made of, whom to trust, what it costs.

    first_fit → majority_baseline · nearest_centroid_predict → dense_parameter_count → linear_collapse
    → first_model → holdout_accuracy → pick_model → zone_features → multiplication_count

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


def first_fit(x: np.ndarray, y: np.ndarray):
    """Train your first network: it learns from images of digits, and then reads new ones.

    Nothing here needs to be understood yet, only to be called. Four steps:

    1. **Build** a model of layers: `keras.Sequential([...])`, and in the list, in this order,
       `keras.Input((8, 8))`, which says what one image looks like; `keras.layers.Flatten()`, which puts its
       rows behind each other; `keras.layers.Dense(100, activation="relu")`, a hundred units that learn; and
       `keras.layers.Dense(10, activation="softmax")`, ten outputs, one for each digit.
    2. **Compile** it, which says how it shall learn: its method `compile` takes `optimizer="adam"`,
       `loss="sparse_categorical_crossentropy"` and `metrics=["accuracy"]`.
    3. **Fit** it to the images and their labels: its method `fit` takes x, y and `epochs`, which is how often
       it goes through all images. Once is too little: try 2, 5, 20, and see what it prints.
    4. Return the model.

    The pixels go up to 16. Leave them as they are: the model must take images as you got them.

    Args:
        x: grey images with pixels from 0 to 16, shape (n, 8, 8).
        y: their labels, the digits 0 to 9, shape (n,).

    Returns:
        A trained `keras.Model` that takes images (m, 8, 8) and gives ten numbers for each, the largest in the
        place of the digit that it reads. It is right for at least 93 % of images that it has never seen.

    Source: `keras.Sequential`, `keras.Model.compile`, `keras.Model.fit`.

    >>> x, y = np.zeros((20, 8, 8)), np.arange(20) % 10
    >>> model = first_fit(x, y)
    >>> model.input_shape, model.output_shape
    ((None, 8, 8), (None, 10))
    """
    import keras  # here, not above: the rest of this module starts seconds sooner without it

    reader = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Flatten(),  # (n, 8, 8) → (n, 64)
            keras.layers.Dense(100, activation="relu"),  # (n, 64) → (n, 100)
            keras.layers.Dense(10, activation="softmax"),  # (n, 100) → (n, 10)
        ]
    )
    reader.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    reader.fit(x, y, epochs=15, verbose=0)
    return reader


def holdout_accuracy(model, X: np.ndarray, y: np.ndarray, seed: int) -> float:
    """How often a model is right for rows that it hasn't seen: a part of them is held out.

    `accuracy = number of held-out rows whose label it finds / number of held-out rows`

    With `n` rows, the rows in the first `n // 4` places of `np.random.default_rng(seed).permutation(n)` are
    held out, and the model learns from the others, in the order of that permutation.

    Args:
        model: a function `model(X_train, y_train, X)`: it learns from the rows X_train and their labels, and
            returns a label for each row of X.
        X: rows, shape (n, features), at least 4. No array is changed in place.
        y: their labels, shape (n,).
        seed: decides which rows are held out.

    Returns:
        A number from 0 to 1.

    >>> def always_1(X_train, y_train, X):
    ...     return np.ones(len(X))
    >>> holdout_accuracy(always_1, np.arange(8.0)[:, None], np.array([0, 0, 0, 1, 1, 1, 1, 1]), 1)
    0.5
    """
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4])
    X_train, y_train = X[rest], y[rest]
    answers = model(X_train, y_train, X[held_out])
    return float(np.mean(answers == y[held_out]))


def pick_model(models: list, X: np.ndarray, y: np.ndarray) -> int:
    """Choose the model to trust: the one that will be right most often for new rows like these.

    `choice = argmax over models of the accuracy on rows that are not here yet`

    You are judged by what your choice does. Over 24 sets of data, each model learns from all of X and y and
    is asked about 1,000 new rows. Your model may be right for 4 rows in 100 fewer than the best one there,
    and in one of the 24 sets for fewer still.

    Args:
        models: functions `model(X_train, y_train, X)`, two to five: each learns from rows and their labels,
            and returns a label for each row of X. They stand in no particular order.
        X: rows, shape (n, features), perhaps sorted by their labels. No array is changed in place.
        y: their labels, shape (n,).

    Returns:
        The place of the chosen model in the list, from 0.

    >>> X = np.arange(40.0)[:, None]
    >>> y = (X[:, 0] >= 20).astype(int)
    >>> models = [lambda X_train, y_train, X: X[:, 0] < 20, lambda X_train, y_train, X: X[:, 0] >= 20]
    >>> pick_model(models, X, y)
    1
    """
    order = np.random.default_rng(0).permutation(len(X))
    right = np.zeros(len(models))
    for fold in np.array_split(order, 5):
        rest = np.setdiff1d(order, fold)  # the other four fifths
        for i, model in enumerate(models):
            right[i] += np.sum(model(X[rest], y[rest], X[fold]) == y[fold])
    return int(right.argmax())


def multiplication_count(layers: list[tuple]) -> int:
    """Count the multiplications that a network needs for one input.

    A dense layer multiplies each number that comes in with a weight of each unit. A convolution lays each of
    its filters on every place of the image where the whole filter fits, one pixel further each time. There
    it multiplies all numbers that the filter covers, in all channels, with the filter's weights. Biases and
    activations multiply nothing.

    Args:
        layers: one tuple a layer: `("dense", inputs, units)`, or
            `("convolution", height, width, channels, kernel, filters)` for an image (height, width, channels)
            and filters of kernel × kernel pixels. The list is not changed in place.

    Returns:
        A whole number; 0 if there is no layer.

    >>> multiplication_count([("dense", 3, 2)])
    6
    >>> multiplication_count([("convolution", 16, 16, 1, 3, 16), ("dense", 64, 10)])
    28864
    """
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            inputs, units = sizes
            total += inputs * units
        else:
            height, width, channels, kernel, filters = sizes
            places = (height - kernel + 1) * (width - kernel + 1)
            total += places * kernel**2 * channels * filters
    return total
