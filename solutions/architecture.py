"""Lesson 5b, architecture: how the problem decides a network, and what its layers do.

    output_head → head_for · convolution_output_size → fair_width · he_normal → dropout · l2_penalty
    → batch_norm → batch_norm_layer → fold_batch_norm · build_mlp · build_cnn → frugal_network

Shapes in comments: n samples, k classes. Keras is imported where it is used: without it, the rest of this
module starts seconds sooner.
"""

import numpy as np


def output_head(task: str, num_classes: int | None = None) -> tuple[int, str, str]:
    """The end of a network that fits a task: its last layer's units and activation, and the loss.

    `"binary"`: one question, yes or no. `"multiclass"`: one of k classes, labels are whole numbers.
    `"multilabel"`: k questions, each yes or no. `"regression"`: one real number.

    Args:
        task: one of the four words above.
        num_classes: k; nobody looks at it in a binary task and in a regression.

    Returns:
        `(units, activation, loss)`, the last two as Keras writes them in full. Activations to choose from:
        `"linear"`, `"relu"`, `"sigmoid"`, `"softmax"`. Losses: `"binary_crossentropy"`,
        `"categorical_crossentropy"`, `"sparse_categorical_crossentropy"`, `"mean_squared_error"`.

    Raises:
        ValueError: the task is any other word.

    Source: `keras.activations`, `keras.losses`.

    >>> output_head("multiclass", 7)
    (7, 'softmax', 'sparse_categorical_crossentropy')
    """
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError(f"no such task: {task!r}")


def head_for(y: np.ndarray) -> tuple[int, str, str]:
    """The end of a network that fits targets as they are, when nobody says what they mean.

    `y ↦ (units of the last layer, its activation, the loss)`

    There are six kinds of targets. One column, shape (n,) or (n, 1): 0 and 1; class numbers, whole and from
    0 on; real numbers. Several columns, shape (n, columns): rows that have a single 1, for one of several
    classes; rows of 0 and 1 with any number of ones; real numbers. Whole numbers may come as floats. If a
    class is missing in these rows, it may still come later.

    Args:
        y: the targets of all n samples. They are used as they are, and not encoded anew.

    Returns:
        `(units, activation, loss)`, the last two by Keras's names.

    Source: `keras.activations`, `keras.losses`.

    >>> head_for(np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]))
    (3, 'softmax', 'categorical_crossentropy')
    """
    rows = np.asarray(y).reshape(len(y), -1)  # (n, columns)
    columns = rows.shape[1]
    if np.isin(rows, (0, 1)).all():
        if columns > 1 and (rows.sum(axis=1) == 1).all():
            return columns, "softmax", "categorical_crossentropy"
        return columns, "sigmoid", "binary_crossentropy"
    if columns == 1 and (rows >= 0).all() and (rows % 1 == 0).all():
        return int(rows.max()) + 1, "softmax", "sparse_categorical_crossentropy"
    return columns, "linear", "mean_squared_error"


def convolution_output_size(size: int, kernel: int, stride: int, padding: str) -> int:
    """At how many places along one side of an image a convolution is laid.

    `"valid"`: only where the whole kernel lies on the image.
    `"same"`: with a rim of zeros around the image, just wide enough that with stride 1 there are as many
    places as pixels.

    Args:
        size: pixels along this side.
        kernel: the kernel's pixels along it, at most `size` where padding is `"valid"`.
        stride: how many pixels further the kernel is laid each time, at least 1.
        padding: `"valid"` or `"same"`.

    Returns:
        A whole number: the size of what comes out, along this side.

    Source: `keras.layers.Conv2D`.

    >>> convolution_output_size(10, 3, 2, "valid"), convolution_output_size(10, 3, 2, "same")
    (4, 5)
    """
    if padding == "valid":
        return (size - kernel) // stride + 1
    return -(-size // stride)  # rounded up


def fair_width(inputs: int, depth: int, classes: int, budget: int) -> int:
    """The widest hidden layers that a dense network can afford.

    `depth` hidden layers follow each other, all of the same number of units, and then the output layer with
    a unit for each class. Each layer has its weights and a bias for each unit, and all of them together may
    be `budget` at most. So two networks of different depth can be compared at the same cost.

    Args:
        inputs: how many numbers come in.
        depth: the number of hidden layers, at least 1.
        classes: units of the output layer.
        budget: the most parameters that all layers together may have.

    Returns:
        The largest number of units in a hidden layer; 0 where even one unit is too many.

    >>> fair_width(2, depth=1, classes=2, budget=18), fair_width(2, depth=2, classes=2, budget=18)
    (3, 2)
    """

    def cost(width: int) -> int:
        between = (depth - 1) * (width + 1) * width
        return (inputs + 1) * width + between + (width + 1) * classes

    width = 0
    while cost(width + 1) <= budget:
        width += 1
    return width


def he_normal(fan_in: int, fan_out: int, seed: int) -> np.ndarray:
    """Draw a dense layer's starting weights, so that ReLU units keep the size of their signals.

    `w ~ N(0, 2 / fan_in)`: normal, with mean 0 and *variance* 2 / fan_in

    Args:
        fan_in: how many numbers come into each unit.
        fan_out: the layer's units.
        seed: the same seed gives the same weights, and another one others.

    Returns:
        Floats, shape (fan_in, fan_out), each drawn for itself. Keras cuts the normal distribution off at two
        standard deviations and widens it for that; yours may do so or not.

    Source: He, Zhang, Ren & Sun (2015), "Delving Deep into Rectifiers".

    >>> W = he_normal(200, 100, seed=1)
    >>> W.shape, bool(0.0095 < W.var() < 0.0105)
    ((200, 100), True)
    """
    return np.random.default_rng(seed).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))


def dropout(x: np.ndarray, rate: float, mask: np.ndarray) -> np.ndarray:
    """Drop a part of a layer's outputs while it trains, and make the others larger for it.

    Which are dropped is drawn by lot beforehand. Over all draws the mean of each output is as it would be
    without dropout, so at inference nothing has to be done.

    Args:
        x: outputs of a layer, any shape. No array is changed in place.
        rate: the probability with which each is dropped, from 0 to below 1.
        mask: 1 where an output is kept and 0 where it is dropped, in the shape of x.

    Returns:
        Floats in the shape of x.

    Source: Srivastava et al. (2014), "Dropout", in the inverted form of `keras.layers.Dropout`.

    >>> dropout(np.array([1.0, 2.0, 3.0, 4.0]), 0.5, np.array([1, 0, 0, 1]))
    array([2., 0., 0., 8.])
    """
    return x * mask / (1 - rate)


def l2_penalty(weights: list[np.ndarray], strength: float) -> float:
    """What L2 regularisation adds to the loss.

    `strength · Σ w²`, over all entries of all arrays. Other books have ½ of it; Keras hasn't.

    Args:
        weights: arrays of any shapes. The list may be empty, and nothing is changed in place.
        strength: how much the squares count, 0 or more.

    Returns:
        A number, 0 or more.

    Source: `keras.regularizers.L2`.

    >>> l2_penalty([np.array([[1.0, 2.0]]), np.array([3.0])], 0.5)
    7.0
    """
    return float(strength * sum(np.sum(w**2) for w in weights))


def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 1e-3) -> np.ndarray:
    """Batch normalisation while a network trains: each column of a batch gets one centre and one spread.

    `γ (x − μ) / √(σ² + ε) + β`

    μ and σ² are a column's mean and variance over the rows of this batch, the variance with n below.

    Args:
        x: a batch, shape (n, features). No array is changed in place.
        gamma, beta: γ and β, learnt spread and centre, shape (features,).
        epsilon: ε, which keeps a column without spread from a division by 0.

    Returns:
        Floats, shape (n, features).

    Source: Ioffe & Szegedy (2015), "Batch Normalization"; `keras.layers.BatchNormalization`.

    >>> batch_norm(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([5.0]), epsilon=0.0)
    array([[3.],
           [7.]])
    """
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + epsilon) + beta


def batch_norm_layer(x: np.ndarray, state: dict[str, np.ndarray], training: bool) -> tuple[np.ndarray, dict]:
    """A whole layer of batch normalisation: what it does in training and at inference, and what it remembers.

    `y = γ (x − μ) / √(σ² + ε) + β`

    In training, μ and σ² are mean and variance of this batch, the variance with n below, and the layer
    remembers them: `moving ← m · moving + (1 − m) · new`, for each of the two. At inference μ and σ² are
    what it remembers, however many rows there are, and nothing changes. m = 0.99, ε = 0.001, as in Keras.

    Args:
        x: a batch, shape (n, features).
        state: `"gamma"`, `"beta"`, `"moving_mean"` and `"moving_variance"`, shape (features,) each. Neither
            this dict nor any array is changed in place.
        training: whether the network trains, or is in use.

    Returns:
        `(y, state)`: the normalised batch, shape (n, features), and the state after it, with the same keys.

    Source: `keras.layers.BatchNormalization`.

    >>> one, zero = np.array([1.0]), np.array([0.0])
    >>> state = {"gamma": one, "beta": zero, "moving_mean": zero, "moving_variance": one}
    >>> y, state = batch_norm_layer(np.array([[100.0], [300.0]]), state, training=True)
    >>> y.round(3).tolist(), state["moving_mean"].round(3)
    ([[-1.0], [1.0]], array([2.]))
    """
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


def fold_batch_norm(
    kernel: np.ndarray,
    bias: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray]:
    """One dense layer in the place of two: a dense layer and, right behind it, a batch normalisation in use.

    At inference the normalisation's mean and variance stand still, so it need not cost anything: find the
    kernel and the bias of a single dense layer that gives the same answers for every input.

    Args:
        kernel, bias: of the dense layer, shapes (inputs, units) and (units,). No array is changed in place.
        gamma, beta: of the normalisation, shape (units,).
        mean, variance: what it remembers (`moving_mean`, `moving_variance`), shape (units,).
        epsilon: the small number that it adds to the variance.

    Returns:
        `(kernel, bias)` of the one layer, in the shapes of the first.

    Source: Jacob et al. (2018), "Quantization and Training of Neural Networks", section 3.2.

    >>> two, three = np.array([2.0]), np.array([3.0])
    >>> new = fold_batch_norm(np.array([[6.0]]), three, two, three, np.array([1.0]), np.array([4.0]), 0.0)
    >>> new[0].tolist(), new[1].tolist()
    ([[6.0]], [5.0])
    """
    scale = gamma / np.sqrt(variance + epsilon)  # (units,)
    return kernel * scale, (bias - mean) * scale + beta


def build_mlp(input_dim: int, hidden: list[int], num_classes: int, dropout_rate: float, l2: float):
    """Build a dense network for one of several classes, with dropout and an L2 penalty.

    For each entry of `hidden` a dense layer with ReLU and a dropout behind it, then a dense layer with
    softmax, behind which nothing is dropped.

    Args:
        input_dim: how many numbers a sample has.
        hidden: the units of each hidden layer, in their order; perhaps none.
        num_classes: the units of the last layer.
        dropout_rate: of every dropout.
        l2: the strength of the penalty on the hidden layers' kernels. Their biases have none.

    Returns:
        A Keras model: (n, input_dim) → (n, num_classes). It need not be compiled.

    Source: `keras.layers.Dense`, `keras.layers.Dropout`, `keras.regularizers.L2`.

    >>> model = build_mlp(20, [32, 16], 5, dropout_rate=0.3, l2=1e-4)
    >>> model.output_shape, model.count_params()
    ((None, 5), 1285)
    """
    import keras

    layers = [keras.Input((input_dim,))]
    for units in hidden:
        layers.append(keras.layers.Dense(units, "relu", kernel_regularizer=keras.regularizers.L2(l2)))
        layers.append(keras.layers.Dropout(dropout_rate))
    return keras.Sequential([*layers, keras.layers.Dense(num_classes, "softmax")])


def build_cnn(height: int, width: int, channels: int, num_classes: int):
    """Build the cheat sheet's convolutional network, for images of any size from 22 × 22 on.

    Three convolutions of 32, 64 and 128 filters, 3 × 3 each, with ReLU and without a rim of zeros, each
    with a max pooling of 2 × 2 behind it. What is left is flattened and goes through a dense layer of 128
    units with ReLU and a dropout of 0.5, then through a dense layer with softmax.

    Args:
        height, width: of the images, in pixels.
        channels: numbers of each pixel: 1 for grey, 3 for colours.
        num_classes: the units of the last layer.

    Returns:
        A Keras model: (n, height, width, channels) → (n, num_classes). It need not be compiled.

    Source: *Deep Learning Basics*, section 5; `keras.layers.Conv2D`, `keras.layers.MaxPooling2D`.

    >>> build_cnn(28, 28, 1, num_classes=10).count_params()
    110474
    """
    import keras

    layers = [keras.Input((height, width, channels))]
    for filters in (32, 64, 128):
        layers.append(keras.layers.Conv2D(filters, 3, activation="relu"))
        layers.append(keras.layers.MaxPooling2D(2))
    layers += [keras.layers.Flatten(), keras.layers.Dense(128, "relu"), keras.layers.Dropout(0.5)]
    return keras.Sequential([*layers, keras.layers.Dense(num_classes, "softmax")])


def frugal_network(x: np.ndarray, y: np.ndarray):
    """Design and train a small network that finds digits wherever they lie.

    Each image is a digit of 8 × 8 pixels at a random place of a canvas of 12 × 12. Asked for are at least
    88 % right answers on digits that you don't get, from at most 4,000 weights and 60,000 multiplications
    for each image.

    All weights count, biases and remembered statistics too. Of multiplications a dense layer has one for
    each weight, a convolution one for each weight at each place, a batch normalisation one for each
    number; biases, activations and poolings have none.

    Args:
        x: images, shape (1000, 12, 12), from 0 to 1.
        y: their labels, 0 to 9, shape (1000,).

    Returns:
        A trained Keras model: (n, 12, 12) → (n, 10), whose largest output is its answer. It is made of
        dense and convolutional layers, batch normalisation, poolings and what has no weights.

    >>> x, y = np.zeros((20, 12, 12), "float32"), np.arange(20) % 10
    >>> frugal_network(x, y).output_shape
    (None, 10)
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((12, 12)),
            keras.layers.Reshape((12, 12, 1)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),  # 144 · 72 multiplications
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),  # 36 · 1,152
            keras.layers.GlobalMaxPooling2D(),  # where it lies no longer matters
            keras.layers.Dense(10, "softmax"),  # 160
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=30, batch_size=32, verbose=0)
    return model
