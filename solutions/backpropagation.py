"""Lesson 3a, backpropagation: gradients, losses, and the way back through two layers, in NumPy.

    gradient_descent · largest_stable_rate → numerical_gradient · wrong_gradient_entries → backward_pass
    → losses, their gradients, best_constant → backpropagate → sgd_step · training_step

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


def wrong_gradient_entries(f, g, theta: np.ndarray) -> list[int]:
    """Find out where somebody's gradient of a function is wrong.

    An entry is wrong if it is more than 1 % off the true one, `∂f/∂θᵢ`. Some true entries are as small as
    1e-7 and some as large as 1e7.

    Args:
        f: a function that takes parameters of shape (d,) and returns one number.
        g: what is said to be its gradient: a function that takes the same and returns shape (d,).
        theta: where to look, shape (d,); its numbers are between 0.3 and 2. It is not changed in place.

    Returns:
        The places of the wrong entries of `g(theta)`, counted from 0, rising; [] if all are right.

    >>> f, g = lambda theta: theta[0] ** 2 + theta[1], lambda theta: np.array([2 * theta[0], 1.1])
    >>> wrong_gradient_entries(f, g, np.array([1.0, 2.0]))
    [1]
    """
    said = g(theta)
    wrong = []
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            wrong.append(i)
    return wrong


def largest_stable_rate(g, theta: np.ndarray) -> float:
    """The learning rate at which gradient descent on a bowl begins to diverge.

    The bowl is quadratic, and all that you have of it is its gradient. Below that rate the descent comes to
    the minimum from everywhere, above it from nearly nowhere.

    Args:
        g: the gradient: a function that takes parameters of shape (d,) and returns as many numbers.
        theta: some place, shape (d,). It is not changed in place.

    Returns:
        The rate, a number that may be 3 % off.

    Source: Goodfellow, Bengio & Courville (2016), "Deep Learning", section 4.3.

    >>> round(largest_stable_rate(lambda theta: np.array([1.0, 4.0]) * theta, np.array([3.0, 1.0])), 3)
    0.5
    """
    here = g(theta)
    direction = np.random.default_rng(0).normal(size=theta.shape)
    for _ in range(300):
        direction = direction / np.linalg.norm(direction)
        direction = g(theta + direction) - here  # the curvature turns it to the steepest direction
    return float(2 / np.linalg.norm(direction))


def backward_pass(tape: list[tuple], inputs: list[float]) -> list[float]:
    """Derive a loss by each of its inputs: reverse-mode differentiation of what was written down.

    Each entry of the tape makes a number. `("input", i)` is the i-th input; `("add", a, b)` and
    `("multiply", a, b)` work on the numbers of the entries at the places a and b, `("relu", a)`,
    `("exp", a)` and `("log", a)` on that at a. All places are earlier ones, and b may be a. The last number
    is the loss.

    Args:
        tape: one entry a number, up to 2,000 of them. It is not changed in place.
        inputs: the numbers that go in.

    Returns:
        The derivative of the loss by each input, at these inputs; 0.0 by one that isn't used. ReLU's slope
        at 0 is 0.

    Source: Griewank & Walther (2008), "Evaluating Derivatives", chapter 3.

    >>> tape = [("input", 0), ("input", 1), ("multiply", 0, 1), ("add", 2, 0)]
    >>> backward_pass(tape, [2.0, 3.0])
    [4.0, 2.0]
    """
    numbers: list[float] = []
    for kind, *at in tape:
        if kind == "input":
            numbers.append(inputs[at[0]])
            continue
        a, b = numbers[at[0]], numbers[at[-1]]
        if kind == "add":
            numbers.append(a + b)
        elif kind == "multiply":
            numbers.append(a * b)
        elif kind == "relu":
            numbers.append(max(a, 0.0))
        else:
            numbers.append(float(np.exp(a) if kind == "exp" else np.log(a)))

    gradients = [0.0] * len(tape)
    gradients[-1] = 1.0
    by_input = [0.0] * len(inputs)
    for place in reversed(range(len(tape))):  # every use of a number stands behind it
        kind, *at = tape[place]
        gradient = gradients[place]
        if kind == "input":
            by_input[at[0]] += gradient
        elif kind == "multiply":
            gradients[at[0]] += gradient * numbers[at[1]]
            gradients[at[1]] += gradient * numbers[at[0]]
        elif kind == "add":
            gradients[at[0]] += gradient
            gradients[at[1]] += gradient
        elif kind == "relu":
            gradients[at[0]] += gradient * (numbers[at[0]] > 0)
        elif kind == "exp":
            gradients[at[0]] += gradient * numbers[place]
        else:
            gradients[at[0]] += gradient / numbers[at[0]]
    return by_input


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


def best_constant(y: np.ndarray, cost_under: float, cost_over: float) -> float:
    """The one prediction for all that costs least, where too low and too high cost differently.

    Where the prediction c is below y, each unit costs `cost_under`, and where it is above y, `cost_over`:
    `cost = mean(cost_under · max(y − c, 0) + cost_over · max(c − y, 0))`.

    Args:
        y: what is to be predicted, shape (n,). It is not changed in place.
        cost_under, cost_over: above 0.

    Returns:
        c, whose cost may be 0.1 % above the least there is.

    >>> best_constant(np.array([1.0, 2.0, 3.0, 4.0, 10.0]), 9.0, 1.0)
    10.0
    """
    share = cost_under / (cost_under + cost_over)  # of the values that should lie below
    return float(np.quantile(y, share, method="inverted_cdf"))


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


def training_step(
    X: np.ndarray,
    labels: np.ndarray,
    W1: np.ndarray,
    b1: np.ndarray,
    W2: np.ndarray,
    b2: np.ndarray,
    learning_rate: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One step of gradient descent for a classifier with one hidden layer of ReLU units.

    `θ ← θ − η ∂J/∂θ` for each of the four, where J is the mean cross-entropy of softmax(HW₂ + b₂) and
    `H = relu(XW₁ + b₁)`. All four gradients are those at the weights that came in.

    Args:
        X: samples, shape (n, inputs). No array is changed in place.
        labels: the true classes, whole numbers from 0 to k − 1, shape (n,).
        W1, b1: the hidden layer, shapes (inputs, units) and (units,).
        W2, b2: the output layer, shapes (units, k) and (k,).
        learning_rate: η.

    Returns:
        `(W1, b1, W2, b2)` after the step, as new arrays.

    Source: Rumelhart, Hinton & Williams (1986), "Learning representations by back-propagating errors".

    >>> X, labels, zeros = np.array([[1.0, 2.0]]), np.array([1]), np.zeros(2)
    >>> W1, W2 = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> training_step(X, labels, W1, zeros, W2, zeros, 0.1)[3]
    array([-0.05,  0.05])
    """
    Z1 = X @ W1 + b1  # (n, units)
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2  # (n, k)
    P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = P / P.sum(axis=1, keepdims=True)

    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)  # (n, k)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)

    dH = dZ2 @ W2.T  # (n, units)
    dZ1 = dH * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


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
