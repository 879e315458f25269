"""Right answers that people wrote independently, and copies of them under other names."""

import ast

# Right answers that people wrote independently, several to each exercise.
VARIANTS = {
    "weighted_sum": [
        "def weighted_sum(x, w, b):\n    return float(np.dot(x, w) + b)",
        "def weighted_sum(x, w, b):\n    return np.sum(x * w) + b",
        "def weighted_sum(x, w, b):\n    for xi, wi in zip(x, w):\n        b += xi * wi\n    return b",
    ],
    "relu": [
        "def relu(x):\n    return np.maximum(0, x)",
        "def relu(x):\n    return np.where(x > 0, x, 0.0)",
        "def relu(x):\n    out = np.array(x, dtype=float)\n    out[out < 0] = 0\n    return out",
    ],
    "sigmoid": [
        "def sigmoid(x):\n    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), "
        "np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))",
        "def sigmoid(x):\n    x = np.asarray(x, dtype=float)\n    out = np.empty_like(x)\n    up = x >= 0\n"
        "    out[up] = 1 / (1 + np.exp(-x[up]))\n    e = np.exp(x[~up])\n    out[~up] = e / (1 + e)\n"
        "    return out",
        "def sigmoid(x):\n    x = np.clip(x, -700, 700)\n    return 1.0 / (1.0 + np.exp(-x))",
        "def sigmoid(x):\n    t = np.exp(-np.abs(x))\n    high = 1 / (1 + t)\n"
        "    return np.where(x < 0, t * high, high)",
    ],
    "tanh": [
        "def tanh(x):\n    x = np.clip(x, -300, 300)\n"
        "    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
        "def tanh(x):\n    e = np.exp(-2 * np.abs(x))\n    return np.sign(x) * (1 - e) / (1 + e)",
        "def tanh(x):\n    x = np.asarray(x, dtype=float)\n    small = np.exp(-2 * np.abs(x))\n"
        "    value = (1 - small) / (1 + small)\n    return np.where(x < 0, -value, value)",
    ],
    "softmax": [
        "def softmax(z):\n    shifted = z - z.max(axis=-1, keepdims=True)\n    exps = np.exp(shifted)\n"
        "    return exps / exps.sum(axis=-1, keepdims=True)",
        "def softmax(z):\n    z = np.asarray(z, dtype=float)\n    biggest = np.max(z, axis=-1)[..., None]\n"
        "    top = np.exp(z - biggest)\n    bottom = top.sum(axis=-1)[..., None]\n    return top / bottom",
        "def softmax(z):\n    z = z - np.amax(z, -1, keepdims=True)\n"
        "    logs = np.log(np.sum(np.exp(z), -1, keepdims=True))\n    return np.exp(z - logs)",
    ],
    "dense": [
        "def dense(X, W, b, activation=None):\n    Z = X @ W + b\n    if activation is None:\n"
        "        return Z\n    if activation == 'relu':\n        return relu(Z)\n"
        "    if activation == 'sigmoid':\n        return sigmoid(Z)\n    if activation == 'tanh':\n"
        "        return tanh(Z)\n    if activation == 'softmax':\n        return softmax(Z)\n"
        "    raise ValueError('unknown activation')",
        "def dense(X, W, b, activation=None):\n"
        "    functions = {'relu': relu, 'sigmoid': sigmoid, 'tanh': tanh, 'softmax': softmax}\n"
        "    Z = np.dot(X, W) + b\n    if activation is None:\n        return Z\n"
        "    if activation not in functions:\n        raise ValueError(activation)\n"
        "    return functions[activation](Z)",
        "def dense(X, W, b, activation=None):\n    z = np.matmul(X, W) + b\n    match activation:\n"
        "        case None: return z\n        case 'relu': return relu(z)\n"
        "        case 'sigmoid': return sigmoid(z)\n        case 'tanh': return tanh(z)\n"
        "        case 'softmax': return softmax(z)\n        case _: raise ValueError('what is that?')",
    ],
    "dead_fraction": [
        "def dead_fraction(Z):\n    dead = (Z <= 0).all(axis=0)\n    return dead.sum() / Z.shape[1]",
        "def dead_fraction(Z):\n    return float((Z.max(axis=0) <= 0).mean())",
        "def dead_fraction(Z):\n    count = 0\n    for j in range(Z.shape[1]):\n"
        "        if not np.any(Z[:, j] > 0):\n            count += 1\n    return count / Z.shape[1]",
    ],
}


def module(*answers):
    return "import numpy as np\n\n" + "\n\n\n".join(answers) + "\n"


def nth(i):
    return module(*(variants[i % len(variants)] for variants in VARIANTS.values()))


class Renamed(ast.NodeTransformer):
    """Give every local name another, and drop hints and docstrings."""

    def __init__(self, tree):
        bound = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.names = {name: f"q_{i}" for i, name in enumerate(sorted(bound))}

    def visit_arg(self, node):
        return ast.arg(self.names[node.arg])

    def visit_Name(self, node):
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def renamed(source):
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree).visit(tree)))
