"""Lesson 3a, backpropagation: gradients, losses, and the way back through two layers, in NumPy.

    gradient_descent · numerical_gradient → losses and their gradients → backpropagate → one step of SGD

Shapes in comments: n samples, k classes, d parameters, inputs and units of a layer. A gradient is always that
of the mean over the batch.
"""

import numpy as np


def gradient_descent(f, theta: np.ndarray, learning_rate: float, steps: int) -> np.ndarray:
    """Follow the negative gradient for some steps, and return the whole path.

    `θₜ₊₁ = θₜ − η ∇J(θₜ)`: the gradient is taken where the path is at that moment.

    Args:
        f: the gradient ∇J, a function: it takes parameters of shape (d,) and returns as many numbers.
        theta: where to start, shape (d,). It is not changed in place.
        learning_rate: the step size η.
        steps: how many steps, 0 or more.

    Returns:
        Floats, shape (steps + 1, d): row t is θₜ, and row 0 the start.

    >>> gradient_descent(lambda theta: 2 * theta, np.array([4.0, -8.0]), 0.25, 2)
    array([[ 4., -8.],
           [ 2., -4.],
           [ 1., -2.]])
    """
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * f(path[-1]))
    return np.array(path)


def numerical_gradient(f, theta: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Gradient of a function by central differences: slow, but needs no derivation, so it checks one.

    `∂f/∂θᵢ ≈ (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h`, where eᵢ is 1 at element i and 0 elsewhere.

    Args:
        f: a function that takes an array in the shape of theta and returns one number.
        theta: where the gradient is asked for: floats of any shape. Afterwards it is exactly as it was.
        h: how far to go to either side.

    Returns:
        Floats in the shape of theta.

    >>> numerical_gradient(lambda theta: theta[0] ** 2 + 3 * theta[1], np.array([2.0, 5.0])).round(6)
    array([4., 3.])
    """
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return slopes


def mse(y: np.ndarray, y_hat: np.ndarray) -> float:
    """Mean squared error: the loss of regression.

    `MSE = (1/n) Σ (yᵢ − ŷᵢ)²`, where n counts all elements, not only the rows.

    Args:
        y: the true values, any shape.
        y_hat: the predictions ŷ, in the shape of y. Neither array is changed in place.

    Returns:
        One number, 0 or more.

    Source: `keras.losses.MeanSquaredError`.

    >>> mse(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    4.5
    """
    return float(np.mean((y - y_hat) ** 2))


def mse_gradient(y: np.ndarray, y_hat: np.ndarray) -> np.ndarray:
    """Gradient of the mean squared error with respect to the predictions.

    `∂MSE/∂ŷᵢ = (2/n) (ŷᵢ − yᵢ)`, where n counts all elements.

    Args:
        y: the true values, any shape.
        y_hat: the predictions ŷ, in the shape of y. Neither array is changed in place.

    Returns:
        Floats in the shape of y_hat: how fast the loss grows with each prediction.

    >>> mse_gradient(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    array([0., 3.])
    """
    return 2 * (y_hat - y) / y.size


def binary_cross_entropy(y: np.ndarray, p: np.ndarray) -> float:
    """Binary cross-entropy: the loss of a yes-or-no question, for probabilities.

    `−(1/n) Σ [yᵢ log pᵢ + (1 − yᵢ) log(1 − pᵢ)]`, with the natural logarithm.

    As log 0 is −∞, clip p to [1e-7, 1 − 1e-7] first: then it is right, and without a warning, for
    probabilities of 0 and 1, too.

    Args:
        y: labels, 0.0 or 1.0, any shape.
        p: the probability of a 1, from 0 to 1 (both may occur), in the shape of y.
            Neither array is changed in place.

    Returns:
        One number, 0 or more, always finite.

    Source: `keras.losses.BinaryCrossentropy`, which clips alike.

    >>> binary_cross_entropy(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    0.6931471805599453
    """
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def categorical_cross_entropy(y: np.ndarray, p: np.ndarray) -> float:
    """Categorical cross-entropy: the loss of a choice among k classes, for one-hot labels.

    `−(1/n) Σᵢ Σⱼ yᵢⱼ log pᵢⱼ`, with the natural logarithm, where n counts the samples (rows).

    As log 0 is −∞, clip p to [1e-7, 1 − 1e-7] first: then it is right, and without a warning, for
    probabilities of 0 and 1, too.

    Args:
        y: one-hot labels, shape (n, k): a 1.0 in the column of the true class, 0.0 elsewhere.
        p: probabilities, shape (n, k); each row sums to 1, and 0 and 1 may occur.
            Neither array is changed in place.

    Returns:
        One number, 0 or more, always finite.

    Source: `keras.losses.CategoricalCrossentropy`, which clips alike.

    >>> categorical_cross_entropy(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.25, 0.75]]))
    1.0397207708399179
    """
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(np.sum(y * np.log(p), axis=1)))


def sparse_cross_entropy_from_logits(labels: np.ndarray, logits: np.ndarray) -> float:
    """Cross-entropy of softmax(logits), for labels that are class numbers; without computing the softmax.

    `(1/n) Σᵢ [log Σⱼ e^(zᵢⱼ) − zᵢ,ₗ]`, where l is the label of sample i.

    Stable: right, and without a warning, for logits up to ±1e4. For any number c,
    `log Σⱼ e^(zⱼ) = c + log Σⱼ e^(zⱼ − c)`. Nothing is clipped.

    Args:
        labels: the true classes, whole numbers from 0 to k − 1, shape (n,).
        logits: scores, shape (n, k). They are not changed in place.

    Returns:
        One number, 0 or more.

    Source: `keras.losses.SparseCategoricalCrossentropy(from_logits=True)`.

    >>> sparse_cross_entropy_from_logits(np.array([0, 0]), np.array([[0.0, 0.0], [1e4, -1e4]]))
    0.34657359027997264
    """
    z = logits - logits.max(axis=1, keepdims=True)  # (n, k), the largest of each row is 0
    log_sum = np.log(np.sum(np.exp(z), axis=1))  # (n,)
    return float(np.mean(log_sum - z[np.arange(len(labels)), labels]))


def softmax_cross_entropy_gradient(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Gradient of the mean cross-entropy of softmax(logits) with respect to the logits.

    `∂loss/∂zᵢⱼ = (pᵢⱼ − yᵢⱼ) / n`, with p = softmax(z) and y the one-hot labels.

    Stable: right, and without a warning, for logits up to ±1e4.

    Args:
        labels: the true classes, whole numbers from 0 to k − 1, shape (n,).
        logits: scores z, shape (n, k). They are not changed in place.

    Returns:
        Floats, shape (n, k). Each row sums to 0.

    >>> softmax_cross_entropy_gradient(np.array([0, 1]), np.array([[0.0, 0.0], [1e4, -1e4]]))
    array([[-0.25,  0.25],
           [ 0.5 , -0.5 ]])
    """
    e = np.exp(logits - logits.max(axis=1, keepdims=True))  # (n, k)
    p = e / e.sum(axis=1, keepdims=True)
    y = np.eye(logits.shape[1])[labels]  # (n, k), one-hot
    return (p - y) / len(labels)


def backpropagate(
    X: np.ndarray, labels: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Loss and gradients of a classifier with one hidden layer: forward pass, loss, backward pass.

    Forward: `Z₁ = XW₁ + b₁`, `H = relu(Z₁)`, `Z₂ = HW₂ + b₂`, and the loss is the mean cross-entropy of
    softmax(Z₂). Backward: the chain rule, from the loss to each of the four.

    Args:
        X: samples, shape (n, inputs). No array is changed in place.
        labels: the true classes, whole numbers from 0 to k − 1, shape (n,).
        W1, b1: the hidden layer, shapes (inputs, units) and (units,).
        W2, b2: the output layer, shapes (units, k) and (k,).

    Returns:
        `(loss, dW1, db1, dW2, db2)`: one number, then the gradient of the mean loss with respect to
        each of the four, in its shape. ReLU's slope at 0 is 0.

    Source: Rumelhart, Hinton & Williams (1986), "Learning representations by back-propagating errors".

    >>> X, labels, zeros = np.array([[1.0, 2.0]]), np.array([1]), np.zeros(2)
    >>> W1, W2 = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> loss, dW1, db1, dW2, db2 = backpropagate(X, labels, W1, zeros, W2, zeros)
    >>> round(loss, 4), db2
    (0.6931, array([ 0.5, -0.5]))
    """
    Z1 = X @ W1 + b1  # (n, units)
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2  # (n, k)
    loss = sparse_cross_entropy_from_logits(labels, Z2)

    dZ2 = softmax_cross_entropy_gradient(labels, Z2)  # (n, k), already divided by n
    dW2 = H.T @ dZ2  # (units, n) @ (n, k)
    db2 = dZ2.sum(axis=0)
    dH = dZ2 @ W2.T  # (n, k) @ (k, units)
    dZ1 = dH * (Z1 > 0)  # where ReLU was flat, nothing passes
    dW1 = X.T @ dZ1  # (inputs, n) @ (n, units)
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


def sgd_step(theta: np.ndarray, grad: np.ndarray, learning_rate: float) -> np.ndarray:
    """One step of plain gradient descent, whatever batch the gradient comes from.

    `θ ← θ − η g`

    Args:
        theta: parameters θ, any shape. They are not changed in place.
        grad: the gradient g, in the shape of theta.
        learning_rate: the step size η.

    Returns:
        The new parameters, in the shape of theta.

    Source: `keras.optimizers.SGD`.

    >>> sgd_step(np.array([1.0, 2.0]), np.array([10.0, -10.0]), 0.1)
    array([0., 3.])
    """
    return theta - learning_rate * grad
