"""Lesson 3b, optimization: batches, steps and learning rates in NumPy, and a network trained by them.

    minibatches → one step of momentum, RMSprop, Adam → clip_by_global_norm · cosine_decay → train_network

Shapes in comments: n samples, k classes, inputs and units of a layer. A gradient is always that of the mean
over the batch.
"""

import numpy as np


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
    Y = np.eye(classes)[y]  # (n, k), one-hot
    W1 = rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden))  # He: the 2 makes up for what ReLU cuts off
    W2 = rng.normal(0, np.sqrt(2 / hidden), (hidden, classes))
    network = W1, np.zeros(hidden), W2, np.zeros(classes)
    for epoch in range(epochs):
        for batch in minibatches(len(X), 20, seed + epoch):
            W1, b1, W2, b2 = network
            H = np.maximum(X[batch] @ W1 + b1, 0)  # (20, hidden)
            Z = H @ W2 + b2
            E = np.exp(Z - Z.max(axis=1, keepdims=True))
            dZ = (E / E.sum(axis=1, keepdims=True) - Y[batch]) / len(batch)  # (20, k)
            dH = dZ @ W2.T * (H > 0)  # where ReLU was flat, nothing passes
            gradients = X[batch].T @ dH, dH.sum(axis=0), H.T @ dZ, dZ.sum(axis=0)
            network = tuple(w - learning_rate * g for w, g in zip(network, gradients, strict=True))
    return network
