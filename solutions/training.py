"""Lesson 3, training: losses, optimisers and backpropagation in NumPy, and a network trained by them.

    losses and their gradients → minibatches · gradient_descent → one step of SGD, momentum, RMSprop, Adam
    → numerical_gradient · backpropagate → clip_by_global_norm · cosine_decay → train_network

Shapes in comments: n samples, k classes, d parameters, inputs and units of a layer. A gradient is always that
of the mean over the batch.
"""

import numpy as np


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


def minibatches(n: int, batch_size: int, seed: int) -> list[np.ndarray]:
    """Cut the numbers 0 to n − 1, shuffled, into batches: the indices of one epoch.

    Shuffle by `np.random.default_rng(seed).permutation(n)`, then cut from the front.
    Every sample comes once; the last batch is short where `batch_size` doesn't divide n.

    Args:
        n: number of samples, at least 1.
        batch_size: indices in a batch, at least 1; it may exceed n.
        seed: of the shuffle.

    Returns:
        A list of integer arrays, each of shape (batch_size,), the last perhaps shorter, none empty.

    >>> minibatches(5, 2, seed=0)
    [array([2, 4]), array([3, 0]), array([1])]
    """
    order = np.random.default_rng(seed).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


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


def momentum_step(
    theta: np.ndarray, grad: np.ndarray, velocity: np.ndarray, learning_rate: float, momentum: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of gradient descent with momentum: part of the last step is made again.

    `v ← m v − η g`, then `θ ← θ + v`

    Args:
        theta: parameters θ, any shape. No array is changed in place.
        grad: the gradient g, in the shape of theta.
        velocity: v after the step before, in the shape of theta; zeros at the start.
        learning_rate: the step size η.
        momentum: the share m of the last step that is kept, from 0 to 1.

    Returns:
        The new `(theta, velocity)`.

    Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods", in the form of
    `keras.optimizers.SGD(momentum=…)`. PyTorch keeps a velocity of other sign and scale.

    >>> momentum_step(np.array([1.0]), np.array([2.0]), np.array([0.5]), 0.1, 0.8)
    (array([1.2]), array([0.2]))
    """
    velocity = momentum * velocity - learning_rate * grad
    return theta + velocity, velocity


def rmsprop_step(
    theta: np.ndarray, grad: np.ndarray, v: np.ndarray, learning_rate: float, rho: float, epsilon: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step of RMSprop: each parameter's step is measured by the usual size of its gradient.

    `v ← ρ v + (1 − ρ) g²`, then `θ ← θ − η g / √(v + ε)`, element by element. ε stands inside the root.

    Args:
        theta: parameters θ, any shape. No array is changed in place.
        grad: the gradient g, in the shape of theta.
        v: the moving average of g² after the step before, in the shape of theta; zeros at the start.
        learning_rate: the step size η.
        rho: the share ρ of the average that is kept, from 0 to 1.
        epsilon: ε, a small positive number.

    Returns:
        The new `(theta, v)`.

    Source: Tieleman & Hinton (2012), *Neural Networks for Machine Learning*, lecture 6.5, in the form of
    `keras.optimizers.RMSprop`.

    >>> rmsprop_step(np.array([1.0]), np.array([2.0]), np.array([3.0]), 0.5, 0.25, 0.25)
    (array([0.5]), array([3.75]))
    """
    v = rho * v + (1 - rho) * grad**2
    return theta - learning_rate * grad / np.sqrt(v + epsilon), v


def adam_step(
    theta: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of Adam, as the cheat sheet and the paper have it.

    `m ← β₁ m + (1 − β₁) g` and `v ← β₂ v + (1 − β₂) g²`; bias-corrected, `m̂ = m / (1 − β₁ᵗ)` and
    `v̂ = v / (1 − β₂ᵗ)`; then `θ ← θ − η m̂ / (√v̂ + ε)`. ε stands outside the root.

    Args:
        theta: parameters θ, any shape. No array is changed in place.
        grad: the gradient g at theta, in its shape.
        m, v: the moving averages of g and g² after the step before, not bias-corrected; zeros at the start.
        t: the number of this step, from 1.
        learning_rate: the step size η.
        beta_1, beta_2: the shares β₁ and β₂ of the averages that are kept, from 0 to below 1.
        epsilon: ε, a small positive number.

    Returns:
        The new `(theta, m, v)`; m and v without bias correction, as the next step needs them.

    Source: Kingma & Ba (2015), "Adam: A Method for Stochastic Optimization", algorithm 1. Keras places ε
    differently.

    >>> theta, grad, zero = np.array([1.0]), np.array([4.0]), np.array([0.0])
    >>> theta, m, v = adam_step(theta, grad, zero, zero, 1, 0.5, 0.75, 0.5, 1e-9)
    >>> theta.round(6), m, v
    (array([0.5]), array([1.]), array([8.]))
    """
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


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


def clip_by_global_norm(grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Shorten gradients that are too long, all by the same factor, so that their direction stays.

    `g ← g · max_norm / ‖g‖` where `‖g‖ > max_norm`, with ‖g‖ the root of the sum of all squares of all
    arrays together. Otherwise they stay as they are; zeros stay zeros.

    Args:
        grads: a list of arrays of any shapes. They are not changed in place.
        max_norm: the largest norm allowed, above 0.

    Returns:
        A list of arrays in the shapes of grads.

    Source: Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks";
    `global_clipnorm` of Keras's optimizers.

    >>> clip_by_global_norm([np.array([3.0]), np.array([[0.0, 4.0]])], 1.0)
    [array([0.6]), array([[0. , 0.8]])]
    """
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    scale = max_norm / max(norm, max_norm)  # 1 where the norm is within
    return [g * scale for g in grads]


def cosine_decay(step: int, total_steps: int, initial: float) -> float:
    """Learning rate that falls from `initial` to 0 along half a cosine.

    `½ · initial · (1 + cos(π · step / total_steps))`, and 0 from `total_steps` on.

    Args:
        step: the number of the step, from 0; it may lie past the end.
        total_steps: how many steps the fall takes, at least 1.
        initial: the learning rate at step 0.

    Returns:
        The learning rate, one number.

    Source: Loshchilov & Hutter (2017), "SGDR: Stochastic Gradient Descent with Warm Restarts";
    `keras.optimizers.schedules.CosineDecay`.

    >>> cosine_decay(0, 100, 0.5), round(cosine_decay(50, 100, 0.5), 12), cosine_decay(120, 100, 0.5)
    (0.5, 0.25, 0.0)
    """
    progress = min(step, total_steps) / total_steps  # from 0 to 1
    return float(0.5 * initial * (1 + np.cos(np.pi * progress)))


def train_network(
    X: np.ndarray, y: np.ndarray, hidden: int, epochs: int, learning_rate: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Train a classifier with one hidden ReLU layer from scratch, in NumPy only.

    The network answers `argmax(relu(XW₁ + b₁) W₂ + b₂)`. The checker calls your function with 1,000
    handwritten digits (their 64 pixels dimmed, a little noisy, and in another order), hidden=32,
    epochs=100 and learning_rate=0.1. The weights must be right for at least 0.93 of the digits that
    they have never seen.

    Start from small random weights. In each epoch draw new mini-batches, and for each of them find the
    gradients and take a step.

    Args:
        X: training images, shape (n, inputs), from 0 to 1. They are not changed in place.
        y: their labels, whole numbers from 0 to k − 1, shape (n,). Nor are they.
        hidden: units of the hidden layer.
        epochs: how often the training passes over all samples.
        learning_rate: the step size.
        seed: of the initial weights and the batches' order.

    Returns:
        `(W1, b1, W2, b2)`, shapes (inputs, hidden), (hidden,), (hidden, k) and (k,).

    Source: He et al. (2015), "Delving Deep into Rectifiers", for the initial weights.

    >>> X, y = np.array([[0.0, 1.0], [1.0, 0.0]] * 20), np.array([0, 1] * 20)
    >>> W1, b1, W2, b2 = train_network(X, y, hidden=8, epochs=20, learning_rate=0.1, seed=0)
    >>> np.argmax(np.maximum(X[:2] @ W1 + b1, 0) @ W2 + b2, axis=1)
    array([0, 1])
    """
    rng = np.random.default_rng(seed)
    inputs, classes = X.shape[1], y.max() + 1
    network = (
        rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden)),  # He: the 2 makes up for what ReLU cuts off
        np.zeros(hidden),
        rng.normal(0, np.sqrt(2 / hidden), (hidden, classes)),
        np.zeros(classes),
    )
    for epoch in range(epochs):
        for batch in minibatches(len(X), 20, seed + epoch):
            _, *gradients = backpropagate(X[batch], y[batch], *network)
            network = tuple(sgd_step(w, g, learning_rate) for w, g in zip(network, gradients, strict=True))
    return network
