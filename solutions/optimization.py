"""Lesson 3b, optimization: batches, steps and learning rates in NumPy, and a network trained by them.

    minibatches → one step of momentum, RMSprop, Adam → clip_by_global_norm · cosine_decay → train_network
    choices by thought: batch_size_for · tune_momentum · signal_preserving_scales · rate_plan

Shapes in comments: n samples, k classes, inputs and units of a layer. A gradient is always that of the mean
over the batch.
"""

from collections.abc import Callable

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


def tune_momentum(curvatures: np.ndarray) -> tuple[float, float]:
    """Choose learning rate and momentum for a quadratic bowl whose curvatures are known.

    The bowl is `½ Σ cᵢ θᵢ²`, and a step is that of `momentum_step`. A pair is judged by the steps that it
    takes from a θ of ones until θ is a millionth as long: at most 1.7 times those of the best pair.

    Args:
        curvatures: cᵢ > 0, shape (d,); the largest is 10 to 2,000 times the smallest.

    Returns:
        The learning rate, and the momentum from 0 to below 1.

    Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods".

    >>> rate, momentum = tune_momentum(np.array([1.0, 100.0]))
    >>> round(rate, 4), round(momentum, 4)
    (0.0331, 0.6694)
    """
    low, high = np.sqrt(np.min(curvatures)), np.sqrt(np.max(curvatures))
    return float((2 / (high + low)) ** 2), float(((high - low) / (high + low)) ** 2)


def signal_preserving_scales(f: Callable[[np.ndarray], np.ndarray], sizes: list[int]) -> list[float]:
    """Choose how wide the initial weights of each layer are drawn, so that signals keep their size.

    Layer l computes `f(X W)`, W of shape (sizes[l], sizes[l + 1]), without a bias. Its weights are drawn from
    a normal distribution of mean 0. The inputs of the first layer are drawn from the standard normal
    distribution. Behind every layer the root mean square of what comes out is to lie between 0.5 and 2.

    Args:
        f: an activation, element by element, that may be none of the usual ones.
        sizes: numbers of inputs and of units, 100 or more each.

    Returns:
        The standard deviation of the weights, one for each layer: `len(sizes) - 1` numbers.

    Source: He, Zhang, Ren & Sun (2015), "Delving Deep into Rectifiers", section 2.2, for ReLU.

    >>> [round(scale, 3) for scale in signal_preserving_scales(lambda z: 3 * z, [100, 400])]
    [0.033]
    """
    z = np.random.default_rng(0).normal(size=50_000)  # a sum over many inputs is nearly normal
    low, high = 1e-3, 1e3  # spreads of that sum, of which one makes the mean of f² equal to 1
    for _ in range(60):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if np.mean(f(middle * z) ** 2) < 1 else (low, middle)
    return [float(middle / np.sqrt(fan_in)) for fan_in in sizes[:-1]]


def batch_size_for(gradients: np.ndarray, relative_error: float) -> int:
    """The smallest batch whose mean gradient is near enough to that of all samples.

    A batch is drawn with replacement. Its error is the root mean square, over many draws, of the length of
    the difference between its mean gradient and the mean of all. It may be `relative_error` times the length
    of the mean of all.

    Args:
        gradients: the gradient of each sample's loss, shape (n, d).
        relative_error: above 0.

    Returns:
        The number of samples, at least 1; it may exceed n.

    Source: Bottou, Curtis & Nocedal (2018), "Optimization Methods for Large-Scale Machine Learning".

    >>> batch_size_for(np.array([[1.0], [3.0]]), 0.1)
    25
    """
    mean = gradients.mean(axis=0)
    variance = np.sum((gradients - mean) ** 2) / len(gradients)  # of one draw, over all directions
    return max(1, int(np.ceil(variance / (relative_error**2 * np.sum(mean**2)))))


def rate_plan(curvature: float, noise: float, steps: int) -> np.ndarray:
    """Plan the learning rates of a descent whose gradients are noisy.

    The loss is `½ c θ²`, the descent begins at θ = 1, and each gradient is cθ plus normal noise. The plan is
    judged by the mean of the loss after the last step, over all noise: at most 0.9 times that of the best
    learning rate that stays the same.

    Args:
        curvature: c, above 0.
        noise: the standard deviation of the noise, above 0.
        steps: how many steps there are.

    Returns:
        The learning rate of each step, shape (steps,), none below 0.

    Source: Robbins & Monro (1951), "A Stochastic Approximation Method", for rates that fall.

    >>> rate_plan(2.0, 0.1, 3).round(3)
    array([0.499, 0.25 , 0.167])
    """
    rates, spread = [], 1.0  # the mean of θ²
    for _ in range(steps):
        rate = curvature * spread / (curvature**2 * spread + noise**2)  # makes the next spread the least
        spread = (1 - rate * curvature) ** 2 * spread + (rate * noise) ** 2
        rates.append(rate)
    return np.array(rates)


def adam_path(
    g: Callable[[np.ndarray], np.ndarray],
    theta: np.ndarray,
    learning_rate: float,
    epsilon: float,
    steps: int,
) -> np.ndarray:
    """The points that Adam passes, as the sheet has it, with β₁ = 0.9 and β₂ = 0.999.

    `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `θ ← θ − η m̂ / (√v̂ + ε)`, with
    `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)` in step t = 1, 2, …

    Args:
        g: the gradient of the loss, a function of theta.
        theta: the start, shape (d,). It is left as it was.
        learning_rate, epsilon: η and ε.
        steps: how many, 0 or more.

    Returns:
        All points, the start first, shape (steps + 1, d).

    Source: Kingma & Ba (2015), "Adam: A Method for Stochastic Optimization".

    >>> adam_path(lambda theta: 2 * theta, np.array([1.0]), 0.1, 0.0, 2).round(3)
    array([[1. ],
           [0.9],
           [0.8]])
    """
    m = np.zeros_like(theta)
    v = np.zeros_like(theta)
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(1, steps + 1):
        gradient = g(theta)
        m *= 0.9
        m += 0.1 * gradient
        v *= 0.999
        v += 0.001 * gradient**2
        m_hat = m / (1 - 0.9**t)
        v_hat = v / (1 - 0.999**t)
        theta -= learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
        path.append(theta.copy())
    return np.array(path)


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
