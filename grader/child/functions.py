"""Functions that exercises are given as arguments. Their globals lead to NumPy and nowhere else.

Each takes its settings by keyword, so that a case can name it and its settings as plain data. What ends in
`_gradient` is the gradient of the function before it; what takes `(X_train, y_train, X)` is a model, which
learns labels (n,) from rows (n, features) and answers for new rows, and what takes a setting before these
learns as the setting says; `activation` works element by element; `attends` and `mixes` make of the rows of
a text (n, d) as many rows (n, outputs); `advance` changes an array in place; the others turn an array of any
shape into a number.
"""

import numpy as np


def quadratic(theta: np.ndarray, *, A: np.ndarray, b: np.ndarray) -> float:
    """`½ θᵀAθ − bᵀθ`, for theta of any shape."""
    flat = np.ravel(theta)
    return float(0.5 * flat @ A @ flat - b @ flat)


def quadratic_gradient(theta: np.ndarray, *, A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`Aθ − b`, the gradient of `quadratic` for a symmetric A."""
    return A @ theta - b


def double_well(theta: np.ndarray, *, tilt: float) -> float:
    """`Σ ¼θᵢ⁴ − ½θᵢ² + tilt·θᵢ`: for every element a valley on either side of 0."""
    flat = np.ravel(theta)
    return float(np.sum(flat**4 / 4 - flat**2 / 2 + tilt * flat))


def double_well_gradient(theta: np.ndarray, *, tilt: float) -> np.ndarray:
    """`θᵢ³ − θᵢ + tilt`, the gradient of `double_well`."""
    return theta**3 - theta + tilt


def banana(theta: np.ndarray, *, steepness: float) -> float:
    """`Σ (1 − θᵢ)² + steepness·(θᵢ₊₁ − θᵢ²)²`: Rosenbrock's curved valley, for at least two elements."""
    flat = np.ravel(theta)
    return float(np.sum((1 - flat[:-1]) ** 2 + steepness * (flat[1:] - flat[:-1] ** 2) ** 2))


def banana_gradient(theta: np.ndarray, *, steepness: float) -> np.ndarray:
    """The gradient of `banana`, for theta of one dimension."""
    gradient = np.zeros_like(theta, dtype=float)
    off = theta[1:] - theta[:-1] ** 2  # how far each pair lies from the valley's floor
    gradient[:-1] = -2 * (1 - theta[:-1]) - 4 * steepness * off * theta[:-1]
    gradient[1:] += 2 * steepness * off
    return gradient


def weighted_cubes(theta: np.ndarray, *, weights: np.ndarray) -> float:
    """`Σ wᵢ θᵢ³`, with the weights in the order of theta's elements, row by row."""
    return float(weights @ np.ravel(theta) ** 3)


def weighted_cubes_gradient(
    theta: np.ndarray, *, weights: np.ndarray, shares: np.ndarray | float = 1.0
) -> np.ndarray:
    """`3 wᵢ θᵢ²`, the gradient of `weighted_cubes`, each entry times its share: 1 where it is right."""
    return 3 * weights * theta**2 * shares


def waves(theta: np.ndarray, *, frequencies: np.ndarray) -> float:
    """`Σ sin(wᵢ θᵢ) + Π cos(θᵢ)`, with the frequencies in the order of theta's elements, row by row."""
    flat = np.ravel(theta)
    return float(np.sum(np.sin(frequencies * flat)) + np.prod(np.cos(flat)))


def activation(z: np.ndarray, *, below: float, above: float, shift: float, bend: float) -> np.ndarray:
    """`slope · z − shift`, with one slope below 0 and one above; with a bend, times a sigmoid."""
    lines = np.where(z > 0, above * z, below * z)
    gate = 1.0 if bend == 0 else 0.5 * (1 + np.tanh(bend * z / 2))
    return lines * gate - shift


def votes(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray, *, neighbours: int) -> np.ndarray:
    """The most frequent label among so many nearest training rows, or among all; the smallest on a tie."""
    rows, new = np.asarray(X_train), np.asarray(X)
    squares = (new**2).sum(axis=1)[:, None] - 2 * new @ rows.T + (rows**2).sum(axis=1)  # (m, n)
    nearest = np.asarray(y_train)[squares.argsort(axis=1)[:, :neighbours]]
    labels = np.unique(y_train)
    return labels[(nearest[:, :, None] == labels).sum(axis=1).argmax(axis=1)]


def least_squares(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The label with the highest linear score, fitted by least squares to rows of 0 and 1."""
    labels = np.unique(y_train)
    one_hot = np.asarray(y_train)[:, None] == labels
    weights = np.linalg.lstsq(np.c_[X_train, np.ones(len(X_train))], one_hot.astype(float), rcond=None)[0]
    return labels[(np.c_[X, np.ones(len(X))] @ weights).argmax(axis=1)]


def remembers(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The label of a row that it has learnt, and −1 for any other."""
    known = {tuple(row): label for row, label in zip(X_train, y_train, strict=True)}
    return np.array([known.get(tuple(row), -1) for row in X])


def counts_rows(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """One label, 0 to 2, which depends on nothing but how many rows there were to learn from."""
    return np.full(len(X), len(X_train) % 3)


def last_label(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The label of the last training row: what was learnt last counts, as in training without a shuffle."""
    return np.full(len(X), np.asarray(y_train)[-1])


def checks_pairs(X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The number in a row's last column; −1 for all, where one was not the label of its training row."""
    paired = np.array_equal(np.asarray(X_train)[:, -1], y_train)
    return np.asarray(X)[:, -1] if paired else np.full(len(X), -1.0)


def advance(theta: np.ndarray, *, by: np.ndarray) -> None:
    """Change theta in place, as an epoch of a training does: each time by the same."""
    theta += by


def loss_after(theta: np.ndarray, *, start: np.ndarray, by: np.ndarray, losses: np.ndarray) -> float:
    """The loss that belongs to theta after so many calls of `advance`, none at the start."""
    steps = np.ravel(np.asarray(theta) - start)[0] / np.ravel(by)[0]
    return float(losses[min(max(round(float(steps)), 0), len(losses) - 1)])


def nearest_mean_on(setting: list, X_train: np.ndarray, y_train: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The label whose mean row is nearest in the setting's columns, a frequent label a little nearer."""
    rows, new, y = np.asarray(X_train)[:, setting], np.asarray(X)[:, setting], np.asarray(y_train)
    labels = np.unique(y)
    member = (y == labels[:, None]).astype(float)  # (labels, n)
    counts = member.sum(axis=1)
    means = member @ rows / counts[:, None]  # (labels, columns)
    distances = (means**2).sum(axis=1) - 2 * new @ means.T - np.log(counts)  # (m, labels)
    return labels[distances.argmin(axis=1)]


def attends(
    x: np.ndarray,
    *,
    seed: int,
    outputs: int,
    before: int,
    after: int,
    leak: float = 0.0,
    normed: bool = False,
) -> np.ndarray:
    """Attention of each row to itself and to as many rows before and after it, with weights of a seed.

    With a leak, so much of the mean of all values is added to each row. If normed, the rows of x are brought
    to a mean of 0 and a variance of 1 first. No share is so small that it could be taken for rounding.
    """
    rng, rows = np.random.default_rng(seed), np.asarray(x, float)
    n, d = rows.shape
    if normed:
        centred = rows - rows.mean(axis=1, keepdims=True)
        rows = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
    q, k, v = (rows @ rng.normal(0, 1 / np.sqrt(d), (d, size)) for size in (d, d, outputs))
    ahead = np.arange(n) - np.arange(n)[:, None]  # (n, n), by how many rows
    fit = 1.5 * np.tanh(q @ k.T / np.sqrt(d))
    fit[(ahead < -before) | (ahead > after)] = -np.inf
    shares = np.exp(fit - np.max(fit, axis=1)[:, None])
    found = (shares @ v) / np.sum(shares, axis=1)[:, None] + leak * v.mean(axis=0)
    rounding = 2 + np.sin(np.sum(rows))  # hangs on all rows
    return (found + rounding) - rounding


def mixes(x: np.ndarray, *, seed: int, outputs: int, share: float, centred: bool = False) -> np.ndarray:
    """Sums of rows, about that share of all for each number, which ones and with what weights the seed says.

    Half of the columns of x count, at least one. If centred, the numbers of an output add up to 0.
    """
    rng, rows = np.random.default_rng(seed), np.asarray(x, float)
    n, d = rows.shape
    weights = rng.uniform(0.3, 1, (outputs, n, n)) * (rng.random((outputs, n, n)) < share)
    counts = rng.permutation(d) < max(d // 2, 1)
    features = rng.normal(0, 1, (d, outputs)) * counts[:, None]
    sums = np.einsum("kij,jd,dk->ik", weights, np.tanh(rows), features)
    found = sums - sums.mean(axis=1)[:, None] if centred else sums
    rounding = 2 + np.sin(np.sum(rows))  # hangs on all rows
    return (found + rounding) - rounding
