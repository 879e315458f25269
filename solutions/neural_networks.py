"""Lesson 2, neural networks: from one neuron to a forward pass, in NumPy, then once in TensorFlow.

    weighted_sum · smallest_flip → relu · sigmoid · tanh · softmax, with derivatives → dense → mlp_forward
    relu → piecewise_network · wake_units; mlp_forward → classify

Shapes in comments: n samples, inputs or units per layer, k classes.
"""

import numpy as np


def weighted_sum(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """One neuron before its activation: each input times its weight, summed, plus the bias.

    `z = w₁x₁ + w₂x₂ + … + b`

    Args:
        x: inputs, shape (inputs,), at least one.
        w: weights, shape (inputs,).
        b: bias, a number.

    Returns:
        z, one number.

    >>> weighted_sum(np.array([1.0, 2.0]), np.array([3.0, -1.0]), 0.5)
    1.5
    """
    return float(x @ w + b)


def smallest_flip(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """The nearest input for which a neuron decides otherwise: the smallest change that is enough.

    A neuron decides by the sign of its score, `z = w·x + b`. Of all points whose score has the other sign,
    or is 0, find the one at the smallest Euclidean distance `‖new − x‖` from x.

    Args:
        x: inputs, shape (inputs,), at least one. No array is changed in place.
        w: weights, shape (inputs,), not all of them 0.
        b: bias, a number.

    Returns:
        The new inputs, shape (inputs,). They may lie up to 0.1 % further from x than they must; rounding is
        forgiven, too. Where the score of x is exactly 0, x itself.

    >>> smallest_flip(np.array([3.0]), np.array([2.0]), 0.0)
    array([0.])
    >>> smallest_flip(np.array([1.0, 5.0]), np.array([1.0, 1.0]), -2.0)
    array([-1.,  3.])
    """
    z = x @ w + b
    return x - z / (w @ w) * w  # w / ‖w‖ is the direction, z / ‖w‖ the distance


def relu(x: np.ndarray) -> np.ndarray:
    """Rectified linear unit: positive values pass, all others become 0.

    `relu(x) = max(0, x)`, element by element.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Floats in the shape of x.

    Source: Nair & Hinton (2010), "Rectified Linear Units Improve Restricted Boltzmann Machines".

    >>> relu(np.array([-2.0, 0.0, 3.5]))
    array([0. , 0. , 3.5])
    """
    return np.maximum(x, 0)


def relu_derivative(x: np.ndarray) -> np.ndarray:
    """Slope of ReLU at x, the pre-activation.

    `relu'(x) = 1 if x > 0, else 0`, element by element. There is no slope at exactly 0:
    take 0 there, as TensorFlow does.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Numbers 0 and 1 in the shape of x.

    >>> relu_derivative(np.array([-2.0, 0.0, 3.5]))
    array([0., 0., 1.])
    """
    return np.where(x > 0, 1.0, 0.0)


def piecewise_network(
    knots: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A network, built by hand, that runs through given points and straight from each to the next.

    `f(x) = relu(x·W₁ + b₁)·W₂ + b₂`

    One number goes in and one comes out; between them is one hidden layer of ReLU units. Only what lies
    between the first and the last knot counts.

    Args:
        knots: where the points lie, rising, at least two; shape (points,). No array is changed in place.
        values: what f is to be there, shape (points,).

    Returns:
        `(W1, b1, W2, b2)`, shapes (1, units), (units,), (units, 1) and (1,), with at most as many units as
        there are points.

    >>> W1, b1, W2, b2 = piecewise_network(np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, 2.0]))
    >>> x = np.array([[0.0], [0.5], [1.0], [3.0]])
    >>> relu(x @ W1 + b1) @ W2 + b2
    array([[1.],
           [2.],
           [3.],
           [2.]])
    """
    slopes = np.diff(values) / np.diff(knots)  # (points − 1,)
    W1 = np.ones((1, len(slopes)))
    W2 = np.diff(slopes, prepend=0)[:, None]  # each unit bends the line: (points − 1, 1)
    return W1, -knots[:-1], W2, values[:1].astype(float)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Logistic function: squeezes any number into (0, 1).

    `σ(x) = 1 / (1 + e^(−x))`, element by element.

    Stable: right, and without an overflow warning, for x up to ±1e4.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Floats in the shape of x.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    """
    e = np.exp(-np.abs(x))  # the exponent is never positive, so e stays in (0, 1]
    return np.where(x < 0, e, 1.0) / (1.0 + e)  # x < 0: e^x / (1 + e^x), the same value


def sigmoid_derivative(x: np.ndarray) -> np.ndarray:
    """Slope of the sigmoid at x, the pre-activation (not at an already activated value).

    `σ'(x) = σ(x) (1 − σ(x))`, element by element: 0.25 at most, at x = 0.

    Stable: right, and without an overflow warning, for x up to ±1e4.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Floats in the shape of x.

    >>> sigmoid_derivative(np.array([-1e4, 0.0, 1e4]))
    array([0.  , 0.25, 0.  ])
    """
    s = sigmoid(x)
    return s * (1 - s)


def tanh(x: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent: squeezes any number into (−1, 1), with tanh(0) = 0.

    `tanh(x) = (e^x − e^(−x)) / (e^x + e^(−x)) = 2 / (1 + e^(−2x)) − 1`, element by element.
    The cheat sheet prints the second form without its "− 1".

    Build it from exponentials: `np.tanh` and `tf.tanh` are not allowed.
    Stable: right, and without an overflow warning, for x up to ±1e4.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Floats in the shape of x.

    >>> tanh(np.array([-1e4, 0.0, 1e4]))
    array([-1.,  0.,  1.])
    """
    return 2 * sigmoid(2 * x) - 1


def tanh_derivative(x: np.ndarray) -> np.ndarray:
    """Slope of tanh at x, the pre-activation (not at an already activated value).

    `tanh'(x) = 1 − tanh²(x)`, element by element: 1 at most, at x = 0.

    Build it from exponentials: `np.tanh` and `tf.tanh` are not allowed, your own `tanh` is.
    Stable: right, and without an overflow warning, for x up to ±1e4.

    Args:
        x: numbers of any shape, a single one (0-d) included. It is not changed in place.

    Returns:
        Floats in the shape of x.

    >>> tanh_derivative(np.array([-1e4, 0.0, 1e4]))
    array([0., 1., 0.])
    """
    return 1 - tanh(x) ** 2


def softmax(z: np.ndarray) -> np.ndarray:
    """Turn scores (logits) into probabilities that sum to 1 along the last axis.

    `softmax(z)ᵢ = e^(zᵢ) / Σⱼ e^(zⱼ)`

    Adding one number to all scores of a row changes nothing: `softmax(z + c) = softmax(z)`.
    Stable: right, and without an overflow warning, for scores up to ±1e4, also where the rows
    of one array lie far apart.

    Args:
        z: scores, shape (k,), (n, k) or (…, k): the last axis holds the k classes.
            It is not changed in place.

    Returns:
        Floats in the shape of z.

    Source: Bridle (1990), "Probabilistic Interpretation of Feedforward Classification Network Outputs".

    >>> softmax(np.array([[0.0, 0.0], [1e4, -1e4]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))  # (…, k), the largest is e⁰ = 1
    return e / np.sum(e, axis=-1, keepdims=True)  # (…, k) / (…, 1)


ACTIVATIONS = {None: lambda z: z, "relu": relu, "sigmoid": sigmoid, "tanh": tanh, "softmax": softmax}


def dense(X: np.ndarray, W: np.ndarray, b: np.ndarray, activation: str | None = None) -> np.ndarray:
    """A fully connected layer: every unit weighs every input, for all samples at once.

    `activation(XW + b)`

    Args:
        X: samples, shape (n, inputs).
        W: weights, shape (inputs, units), as Keras stores them: one column a unit.
        b: biases, shape (units,).
        activation: `None` (no activation), `"relu"`, `"sigmoid"`, `"tanh"` or `"softmax"`
            (each row by itself).

    Returns:
        Floats, shape (n, units); finite also where XW + b reaches ±1000.

    Raises:
        ValueError: for any other activation.

    Source: `keras.layers.Dense`.

    >>> X, W, b = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.0]]), np.array([1.0, 0.0])
    >>> dense(X, W, b)
    array([[ 3., -1.]])
    >>> dense(X, W, b, "relu")
    array([[3., 0.]])
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {activation!r}: take one of {list(ACTIVATIONS)}")
    return ACTIVATIONS[activation](X @ W + b)  # (n, inputs) @ (inputs, units) + (units,)


def mlp_forward(X: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray, str | None]]) -> np.ndarray:
    """Forward pass of a multilayer perceptron: each layer's output is the next one's input.

    `H₀ = X`, `Hᵢ = activationᵢ(Hᵢ₋₁Wᵢ + bᵢ)`, and the last H is the answer.

    Args:
        X: samples, shape (n, inputs).
        layers: one `(W, b, activation)` a layer, from input to output; each as for `dense`,
            at least one. Every layer has its own activation, the output layer too.

    Returns:
        The last layer's output, floats, shape (n, units of the last layer).

    >>> hidden = (np.array([[1.0, -1.0]]), np.array([0.0, 0.0]), "relu")
    >>> output = (np.array([[2.0], [3.0]]), np.array([-10.0]), None)
    >>> mlp_forward(np.array([[4.0], [-4.0]]), [hidden, output])
    array([[-2.],
           [ 2.]])
    """
    H = X  # (n, inputs)
    for W, b, activation in layers:
        H = dense(H, W, b, activation)  # (n, units of this layer)
    return H


def classify(X: np.ndarray, layers: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Which class a network answers for each sample.

    `H₀ = X`, `Hᵢ = relu(Hᵢ₋₁Wᵢ + bᵢ)` for each hidden layer; the last layer's `Hᵢ₋₁Wᵢ + bᵢ` are the scores,
    and the class of the highest score is the answer.

    Args:
        X: samples, shape (n, inputs), at least one. No array is changed in place.
        layers: one `(W, b)` a layer, from input to output, at least one; W has the shape (inputs, units), b
            the shape (units,). The units of the last are the classes.

    Returns:
        A class for each sample, whole numbers, shape (n,).

    >>> hidden = np.array([[1.0, -1.0]]), np.array([0.0, 0.0])
    >>> output = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([-5.0, -4.0])
    >>> classify(np.array([[3.0], [0.5], [-2.0]]), [hidden, output])
    array([0, 1, 1])
    """
    H = X  # (n, inputs)
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)  # (n, units of this layer)
    scores = H @ W_out + b_out  # (n, classes)
    return scores.argmax(axis=1)


def dead_fraction(Z: np.ndarray) -> float:
    """Share of a ReLU layer's units that are dead: no sample gets them above 0.

    `number of units j with Zᵢⱼ ≤ 0 for every sample i, divided by the number of units`

    A unit that ReLU sets to 0 for every sample has gradient 0 for every sample, so it can't learn.
    A pre-activation of exactly 0 counts as dead, because ReLU's slope is 0 there.

    Args:
        Z: pre-activations, shape (n, units): one row a sample, one column a unit.

    Returns:
        One number from 0 (every unit alive) to 1 (all dead).

    Source: Lu et al. (2019), "Dying ReLU and Initialization: Theory and Numerical Examples".

    >>> dead_fraction(np.array([[1.0, -2.0, 0.0, -1.0], [-3.0, -1.0, 0.0, 5.0]]))
    0.5
    """
    dead = np.all(Z <= 0, axis=0)  # (units,)
    return float(np.mean(dead))


def wake_units(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Biases with which every unit of a ReLU layer has something to decide.

    A unit is on for a sample if `xW + b > 0`, else off. One that is off for all samples learns nothing, and
    one that is on for all bends nothing. With the new biases every unit is on for at least one sample of X
    and off for at least one.

    Args:
        X: samples, shape (n, inputs). No array is changed in place.
        W: weights, shape (inputs, units): one column a unit.
        b: biases, shape (units,).

    Returns:
        New biases, shape (units,). A unit that is on for some samples and off for others already keeps its
        bias, and so does one whose weights are all 0, which no bias can help. No other unit's sum xW is the
        same for all samples.

    >>> X, W = np.array([[1.0], [2.0], [5.0]]), np.array([[1.0, 1.0, -1.0]])
    >>> new = wake_units(X, W, np.array([-9.0, -2.0, 7.0]))
    >>> float(new[1])
    -2.0
    >>> on = np.sum(X @ W + new > 0, axis=0)  # for how many of the three samples
    >>> bool(np.all((on >= 1) & (on <= 2)))
    True
    """
    sums = X @ W  # (n, units)
    low, high = sums.min(axis=0), sums.max(axis=0)
    decides = (low + b <= 0) & (high + b > 0)
    return np.where(decides | (low == high), b, -(low + high) / 2)


def forward_propagation(X, W, b):
    """A ReLU layer in TensorFlow: the function of the comprehensive guide, section 2.

    `relu(XW + b)`

    Args:
        X: samples, a float32 tensor of shape (n, inputs).
        W: weights, a float32 tensor of shape (inputs, units).
        b: biases, a float32 tensor of shape (units,).

    Returns:
        A float32 tensor of shape (n, units).

    >>> import tensorflow as tf
    >>> X, W, b = tf.constant([[1.0, 2.0]]), tf.constant([[1.0, -1.0], [0.5, 0.0]]), tf.constant([1.0, 0.0])
    >>> forward_propagation(X, W, b).numpy()
    array([[3., 0.]], dtype=float32)
    """
    import tensorflow as tf  # here, not above: the rest of this module starts seconds sooner without it

    return tf.nn.relu(tf.matmul(X, W) + b)  # (n, inputs) @ (inputs, units) + (units,)
