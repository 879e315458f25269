"""Wrong answers to the value exercises of lesson 5b, architecture, each with its true cause."""

# ruff: noqa: F811, RET504, RET505, SIM108, SIM116
import math

import numpy as np
from unforeseen.catalogue import wrong


@wrong("output_head", "takes the mean squared error for the binary task, too")
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "sigmoid", "mean_squared_error"
    if task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError("unknown task")


@wrong("output_head", "returns activation and units in the other order")
def output_head(task, num_classes=None):
    if task == "binary":
        return "sigmoid", 1, "binary_crossentropy"
    elif task == "multiclass":
        return "softmax", num_classes, "sparse_categorical_crossentropy"
    elif task == "multilabel":
        return "sigmoid", num_classes, "binary_crossentropy"
    elif task == "regression":
        return "linear", 1, "mean_squared_error"
    raise ValueError(task)


@wrong("output_head", "gives the multilabel task a single unit, as if it were one question")
def output_head(task, num_classes=None):
    heads = {
        "binary": (1, "sigmoid", "binary_crossentropy"),
        "multiclass": (num_classes, "softmax", "sparse_categorical_crossentropy"),
        "multilabel": (1, "sigmoid", "binary_crossentropy"),
        "regression": (1, "linear", "mean_squared_error"),
    }
    if task not in heads:
        raise ValueError(f"no such task: {task}")
    return heads[task]


@wrong("output_head", "raises a KeyError for an unknown task, since it looks it up in a dict")
def output_head(task, num_classes=None):
    heads = {
        "binary": (1, "sigmoid", "binary_crossentropy"),
        "multiclass": (num_classes, "softmax", "sparse_categorical_crossentropy"),
        "multilabel": (num_classes, "sigmoid", "binary_crossentropy"),
        "regression": (1, "linear", "mean_squared_error"),
    }
    return heads[task]


@wrong("output_head", "returns None for an unknown task in place of raising an error")
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    elif task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    elif task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    elif task == "regression":
        return 1, "linear", "mean_squared_error"
    else:
        return None


@wrong("output_head", "the categorical loss, which wants one-hot rows, goes with the multilabel sigmoids")
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "categorical_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError("task must be binary, multiclass, multilabel or regression")


@wrong("output_head", "treats a multiclass task of two classes as a binary one, with a single unit")
def output_head(task, num_classes=None):
    if task == "binary" or (task == "multiclass" and num_classes == 2):
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError(task)


@wrong("output_head", "takes the task's name in lower case, so Binary is a task as well")
def output_head(task, num_classes=None):
    task = task.lower()
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multiclass":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError(f"no such task: {task!r}")


@wrong("output_head", "multiclass and multilabel have changed places")
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multilabel":
        return num_classes, "softmax", "sparse_categorical_crossentropy"
    if task == "multiclass":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError("unknown task: " + task)


@wrong("output_head", "one unit too few for several classes, for the last probability is what is left")
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "sigmoid", "binary_crossentropy"
    if task == "multiclass":
        return num_classes - 1, "softmax", "sparse_categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError(task)


@wrong(
    "output_head",
    "a linear output for the binary task, as for logits, and the one-hot loss for several classes",
)
def output_head(task, num_classes=None):
    if task == "binary":
        return 1, "linear", "binary_crossentropy"
    if task == "multiclass":
        return num_classes, "softmax", "categorical_crossentropy"
    if task == "multilabel":
        return num_classes, "sigmoid", "binary_crossentropy"
    if task == "regression":
        return 1, "linear", "mean_squared_error"
    raise ValueError(task)


@wrong("output_head", "the regression gets a cross-entropy as its loss")
def output_head(task, num_classes=None):
    loss = "binary_crossentropy"
    if task in ("binary", "multilabel"):
        activation = "sigmoid"
    elif task == "multiclass":
        activation = "softmax"
        loss = "sparse_categorical_crossentropy"
    elif task == "regression":
        activation = "linear"
    else:
        raise ValueError(task)
    units = num_classes if task.startswith("multi") else 1
    return units, activation, loss


@wrong(
    "convolution_output_size",
    "asks for < in place of <=: a place that ends just at the image's edge is not counted",
)
def convolution_output_size(size, kernel, stride, padding):
    if padding == "same":
        return math.ceil(size / stride)
    places = 0
    position = 0
    while position + kernel < size:
        places += 1
        position += stride
    return places


@wrong("convolution_output_size", "adds one place where the padding is same, too: size // stride + 1")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return (size - kernel) // stride + 1
    return size // stride + 1


@wrong("convolution_output_size", "adds the kernel in place of taking it away")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return (size + kernel) // stride + 1
    return math.ceil(size / stride)


@wrong("convolution_output_size", "adds 1 before dividing by the stride")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        out = (size - kernel + 1) // stride
    else:
        out = (size + stride - 1) // stride
    return out


@wrong(
    "convolution_output_size",
    "takes the rim as half a kernel on either side, so an even kernel loses a pixel",
)
def convolution_output_size(size, kernel, stride, padding):
    if padding == "same":
        pad = (kernel - 1) // 2
    else:
        pad = 0
    return (size + 2 * pad - kernel) // stride + 1


@wrong("convolution_output_size", "a rim of kernel // 2 on either side, so an even kernel gains a pixel")
def convolution_output_size(size, kernel, stride, padding):
    rim = kernel // 2 if padding == "same" else 0
    padded = size + 2 * rim
    return (padded - kernel) // stride + 1


@wrong("convolution_output_size", "the rim of half a kernel is added on one side only")
def convolution_output_size(size, kernel, stride, padding):
    pad = 0
    if padding == "same":
        pad = kernel // 2
    return (size + pad - kernel) // stride + 1


@wrong(
    "convolution_output_size",
    "takes half a kernel, rounded down, off on both sides: even kernels lose a place",
)
def convolution_output_size(size, kernel, stride, padding):
    if padding == "same":
        return -(-size // stride)
    inner = size - 2 * (kernel // 2)
    return math.ceil(inner / stride)


@wrong("convolution_output_size", "rounds to the nearest whole number in both paddings")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return round((size - kernel) / stride) + 1
    return round(size / stride)


@wrong("convolution_output_size", "multiplies with the stride in place of dividing by it")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return (size - kernel) * stride + 1
    return size * stride


@wrong("convolution_output_size", "forgets the stride where the padding is valid")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return size - kernel + 1
    return math.ceil(size / stride)


@wrong("convolution_output_size", "lays kernels side by side: the stride is taken for the kernel's width")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        return size // kernel
    return math.ceil(size / kernel)


@wrong("convolution_output_size", "counts the places along both sides: the number is squared")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "valid":
        side = (size - kernel) // stride + 1
    else:
        side = math.ceil(size / stride)
    return side * side


@wrong("convolution_output_size", "the paddings are swapped, and the first place isn't counted")
def convolution_output_size(size, kernel, stride, padding):
    if padding == "same":
        return (size - kernel) // stride
    return math.ceil(size / stride)


@wrong(
    "convolution_output_size",
    "one place too many where the stride isn't 1: rounds up, and adds the first place twice",
)
def convolution_output_size(size, kernel, stride, padding):
    if padding == "same":
        return math.ceil(size / stride)
    if stride == 1:
        return size - kernel + 1
    return math.ceil((size - kernel + 1) / stride) + 1


@wrong("fair_width", "takes depth matrices between the hidden layers and forgets the input layer's bias")
def fair_width(inputs, depth, classes, budget):
    width = 0
    while True:
        w = width + 1
        total = inputs * w + depth * (w * w + w) + w * classes + classes
        if total > budget:
            return width
        width = w


@wrong("fair_width", "forgets the biases of the hidden layers after the first")
def fair_width(inputs, depth, classes, budget):
    width = 0
    while True:
        w = width + 1
        cost = (inputs + 1) * w + (depth - 1) * w * w + (w + 1) * classes
        if cost > budget:
            break
        width += 1
    return width


@wrong("fair_width", "forgets the first layer's biases")
def fair_width(inputs, depth, classes, budget):
    def parameters(w):
        first = inputs * w
        middle = (depth - 1) * (w * w + w)
        last = w * classes + classes
        return first + middle + last

    w = 1
    while parameters(w) <= budget:
        w += 1
    return w - 1


@wrong("fair_width", "counts one bias for each layer in place of one for each unit")
def fair_width(inputs, depth, classes, budget):
    best = 0
    w = 1
    while inputs * w + 1 + (depth - 1) * (w * w + 1) + w * classes + 1 <= budget:
        best = w
        w += 1
    return best


@wrong("fair_width", "counts one matrix between hidden layers, however many of these there are")
def fair_width(inputs, depth, classes, budget):
    def cost(w):
        total = (inputs + 1) * w + (w + 1) * classes
        if depth > 1:
            total += (w + 1) * w
        return total

    width = 0
    while cost(width + 1) <= budget:
        width += 1
    return width


@wrong("fair_width", "gives each hidden layer all inputs, as if none came from the layer before")
def fair_width(inputs, depth, classes, budget):
    width = 0
    cost = 0
    while cost <= budget:
        width += 1
        cost = depth * (inputs + 1) * width + (width + 1) * classes
    return width - 1


@wrong("fair_width", "gives the last layer only one bias for all of its classes")
def fair_width(inputs, depth, classes, budget):
    def cost(width):
        total = (inputs + 1) * width
        for _ in range(depth - 1):
            total += (width + 1) * width
        total += width * classes + 1
        return total

    width = 0
    while cost(width + 1) <= budget:
        width += 1
    return width


@wrong("fair_width", "gives up the search at a width of 100")
def fair_width(inputs, depth, classes, budget):
    best = 0
    for width in range(1, 101):
        total = (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * classes
        if total <= budget:
            best = width
    return best


@wrong("fair_width", "the root of the budget per layer, as if all layers were square")
def fair_width(inputs, depth, classes, budget):
    per_layer = budget / (depth + 1)
    width = int(math.sqrt(per_layer))
    return width


@wrong("fair_width", "solves the quadratic equation, and forgets the output layer's weights in it")
def fair_width(inputs, depth, classes, budget):
    a = depth - 1
    b = inputs + 1 + (depth - 1)
    c = classes - budget
    if c > 0:
        return 0
    if a == 0:
        return int(-c // b)
    return int((-b + math.sqrt(b * b - 4 * a * c)) / (2 * a))


@wrong(
    "fair_width", "returns -1 where the output layer's biases alone are too many, since it steps back from 0"
)
def fair_width(inputs, depth, classes, budget):
    width = 0
    cost = classes
    while cost <= budget:
        width += 1
        cost = (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * classes
    return width - 1


@wrong("fair_width", "returns the parameters that such a network has in place of its width")
def fair_width(inputs, depth, classes, budget):
    width, cost = 0, 0
    while True:
        w = width + 1
        new = (inputs + 1) * w + (depth - 1) * (w + 1) * w + (w + 1) * classes
        if new > budget:
            return cost
        width, cost = w, new


@wrong("fair_width", "forgets all biases, and stops one unit too late")
def fair_width(inputs, depth, classes, budget):
    width = 0
    cost = 0
    while cost <= budget:
        width += 1
        cost = inputs * width + (depth - 1) * width * width + width * classes
    return width


@wrong("dropout", "subtracts the rate from what is kept in place of dividing by 1 - rate")
def dropout(x, rate, mask):
    kept = np.where(mask == 1, x - rate, 0.0)
    return kept


@wrong("dropout", "multiplies with 1 + rate in place of dividing by 1 - rate")
def dropout(x, rate, mask):
    scale = 1 + rate
    return x * mask * scale


@wrong("dropout", "takes the rate for the share that is kept where it is above a half")
def dropout(x, rate, mask):
    keep = 1 - rate
    if rate > 0.5:
        keep = rate
    return np.where(mask == 1, x / keep, 0.0)


@wrong("dropout", "puts the scaled outputs of all in and forgets the mask")
def dropout(x, rate, mask):
    out = np.asarray(x) / (1 - rate)
    return out


@wrong("dropout", "divides by the number of kept outputs in place of their share")
def dropout(x, rate, mask):
    kept = np.sum(mask)
    if kept == 0:
        return np.zeros_like(x)
    return x * mask / kept


@wrong("dropout", "divides by the square root of the share that is kept")
def dropout(x, rate, mask):
    keep = 1.0 - rate
    return x * mask / np.sqrt(keep)


@wrong("dropout", "the brackets are missing: divides by 1 and takes the rate away")
def dropout(x, rate, mask):
    result = x * mask / 1 - rate
    return result


@wrong(
    "dropout", "scales by the means of this very batch: the mean after dropping is made what it was before"
)
def dropout(x, rate, mask):
    dropped = x * mask
    old = np.mean(x)
    new = np.mean(dropped)
    if new == 0:
        return dropped * 1.0
    return dropped * old / new


@wrong("dropout", "what is dropped becomes the mean of x in place of 0")
def dropout(x, rate, mask):
    scaled = x / (1 - rate)
    return np.where(mask == 1, scaled, np.mean(x))


@wrong("dropout", "sets what is dropped to 0 and forgets the scaling where only a single output is kept")
def dropout(x, rate, mask):
    out = x * mask
    if np.sum(mask) > 1:
        out = out / (1 - rate)
    return out


@wrong("dropout", "turns the mask over and scales by the rate")
def dropout(x, rate, mask):
    if rate == 0:
        return x * 1.0
    return x * (1 - mask) / rate


@wrong("dropout", "divides by 1 - rate twice")
def dropout(x, rate, mask):
    scale = mask / (1 - rate)
    out = x * scale
    return out / (1 - rate)


@wrong("dropout", "also drops negative outputs, as if a ReLU came with it")
def dropout(x, rate, mask):
    out = np.where((mask == 1) & (x > 0), x, 0)
    return out / (1 - rate)


@wrong("l2_penalty", "the root of each array's sum of squares is added up")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.linalg.norm(np.ravel(w))
    return float(strength * total)


@wrong("l2_penalty", "divides by the strength in place of multiplying with it")
def l2_penalty(weights, strength):
    if strength == 0:
        return 0.0
    total = 0.0
    for w in weights:
        total += np.sum(w**2)
    return float(total / strength)


@wrong("l2_penalty", "takes the mean of each array's squares, and adds these up")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.mean(np.square(w))
    return float(strength * total)


@wrong("l2_penalty", "adds the strength in place of multiplying with it")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.sum(w**2)
    return float(strength + total)


@wrong("l2_penalty", "overwrites the sum in the loop, so only the last array counts")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total = np.sum(w**2)
    return float(strength * total)


@wrong("l2_penalty", "divides by the number of arrays")
def l2_penalty(weights, strength):
    if len(weights) == 0:
        return 0.0
    total = sum(float(np.sum(w**2)) for w in weights)
    return strength * total / len(weights)


@wrong("l2_penalty", "sums the weights without squaring them")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.sum(w)
    return float(strength * total)


@wrong("l2_penalty", "leaves weights below 0 out, as after a ReLU")
def l2_penalty(weights, strength):
    penalty = 0.0
    for w in weights:
        positive = w[w > 0] if np.ndim(w) else np.maximum(w, 0)
        penalty += strength * np.sum(positive**2)
    return float(penalty)


@wrong("l2_penalty", "multiplies with the strength in each round of the loop, for the total so far as well")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total = strength * (total + np.sum(w**2))
    return float(total)


@wrong("l2_penalty", "subtracts the penalty: the sign is wrong")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total -= strength * np.sum(w**2)
    return float(total)


@wrong("l2_penalty", "takes the cube: w ** 3 in place of w ** 2, of the weights' sizes")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.sum(np.abs(w) ** 3)
    return float(strength * total)


@wrong("l2_penalty", "takes the largest square of each array in place of their sum, and a half of it")
def l2_penalty(weights, strength):
    total = 0.0
    for w in weights:
        total += np.max(np.square(w))
    return float(strength * total / 2)


@wrong("l2_penalty", "returns one penalty for each array in a list in place of one number")
def l2_penalty(weights, strength):
    penalties = []
    for w in weights:
        penalties.append(float(strength * np.sum(w**2)))
    return penalties


@wrong("l2_penalty", "the mean of the weights' sizes: L1 in place of L2, and a mean in place of a sum")
def l2_penalty(weights, strength):
    total, count = 0.0, 0
    for w in weights:
        total += np.abs(w).sum()
        count += w.size
    return float(strength * total / count) if count else 0.0


@wrong("batch_norm", "divides by the range of the column in place of its spread")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=0)
    spread = x.max(axis=0) - x.min(axis=0)
    normed = (x - mean) / np.sqrt(spread**2 + epsilon)
    return gamma * normed + beta


@wrong("batch_norm", "multiplies with the root in place of dividing by it")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = np.mean(x, axis=0)
    sigma = np.sqrt(np.var(x, axis=0) + epsilon)
    return gamma * (x - mu) * sigma + beta


@wrong("batch_norm", "adds epsilon to the standard deviation and puts it under a root again")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    std = x.std(axis=0)
    return gamma * (x - mu) / np.sqrt(std + epsilon) + beta


@wrong("batch_norm", "gamma and beta have changed places")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    x_hat = (x - mu) / np.sqrt(var + epsilon)
    return beta * x_hat + gamma


@wrong("batch_norm", "the brackets are missing: only the mean is divided by the root")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    return gamma * (x - mu / np.sqrt(var + epsilon)) + beta


@wrong("batch_norm", "centres each column and takes one variance of the whole batch")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    centred = x - x.mean(axis=0)
    variance = x.var()
    return gamma * centred / np.sqrt(variance + epsilon) + beta


@wrong("batch_norm", "takes the median for the mean")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = np.median(x, axis=0)
    var = np.mean((x - mu) ** 2, axis=0)
    return gamma * (x - mu) / np.sqrt(var + epsilon) + beta


@wrong("batch_norm", "the sum of the squared distances isn't divided by n")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = ((x - mu) ** 2).sum(axis=0)
    normed = (x - mu) / np.sqrt(var + epsilon)
    return gamma * normed + beta


@wrong("batch_norm", "adds the mean in place of taking it away")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    normed = (x + mu) / np.sqrt(var + epsilon)
    return gamma * normed + beta


@wrong("batch_norm", "subtracts beta in place of adding it")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    out = np.zeros_like(x)
    for j in range(x.shape[1]):
        out[:, j] = gamma[j] * (x[:, j] - mu[j]) / np.sqrt(var[j] + epsilon) - beta[j]
    return out


@wrong("batch_norm", "the variance is the mean of the squares, without taking the mean away")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = (x**2).mean(axis=0)
    return gamma * (x - mu) / np.sqrt(var + epsilon) + beta


@wrong("batch_norm", "gamma stands under the root with the variance, and epsilon outside")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    return (x - mu) / (np.sqrt(var / gamma) + epsilon) + beta


@wrong("batch_norm", "returns a batch of one row as it came, since there is nothing to normalise")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    if len(x) < 2:
        return gamma * x + beta
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    return gamma * (x - mu) / np.sqrt(var + epsilon) + beta


@wrong(
    "batch_norm",
    "divides the variance by n - 1 where there are several rows, and adds epsilon outside the root",
)
def batch_norm(x, gamma, beta, epsilon=1e-3):
    n = len(x)
    mu = x.mean(axis=0)
    var = ((x - mu) ** 2).sum(axis=0) / max(n - 1, 1)
    return gamma * (x - mu) / (np.sqrt(var) + epsilon) + beta


@wrong("batch_norm", "beta is scaled by gamma, and epsilon is fixed to 0.001")
def batch_norm(x, gamma, beta, epsilon=1e-3):
    mu = x.mean(axis=0)
    std = np.sqrt(x.var(axis=0) + 0.001)
    return gamma * ((x - mu) / std + beta)


@wrong(
    "batch_norm_layer", "left two of the faults: the momentum is reversed and the variance divides by n - 1"
)
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0, ddof=1 if len(x) > 1 else 0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": (1 - momentum) * state["moving_mean"] + momentum * mean,
            "moving_variance": (1 - momentum) * state["moving_variance"] + momentum * variance,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "mended the momentum of the variance alone, and moved epsilon out of the root")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": (1 - momentum) * state["moving_mean"] + momentum * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    return state["gamma"] * (x - mean) / (np.sqrt(variance) + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "mended the momentum of the mean alone: that of the variance is still reversed")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": (1 - momentum) * state["moving_variance"] + momentum * variance,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "the moving variance moves towards the batch's mean, by a slip of copying")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * mean,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "the condition is turned: batch at inference, remembered numbers in training")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if not training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "normalises in training by the moving numbers after they were updated")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    y = state["gamma"] * (x - state["moving_mean"]) / np.sqrt(state["moving_variance"] + epsilon)
    return y + state["beta"], state


@wrong("batch_norm_layer", "the new state has only the two moving numbers: gamma and beta are lost")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    gamma, beta = state["gamma"], state["beta"]
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, state


@wrong("batch_norm_layer", "remembers the standard deviation in place of the variance")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * x.std(axis=0),
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "took the axis for a fault: mean and variance run over the features of each row")
def batch_norm_layer(x, state, training):
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
        mean = x.mean(axis=1, keepdims=True)
        variance = x.var(axis=1, keepdims=True)
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "set the momentum to 0.9 in place of 0.99")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.9, 1e-3
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


@wrong("batch_norm_layer", "forgets to hand the new state out: it returns the old one in training, too")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean, variance = state["moving_mean"], state["moving_variance"]
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
        new_state = dict(state)
        new_state["moving_mean"] = momentum * state["moving_mean"] + (1 - momentum) * mean
        new_state["moving_variance"] = momentum * state["moving_variance"] + (1 - momentum) * variance
    y = state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"]
    return y, dict(state)


@wrong("batch_norm_layer", "at inference the remembered variance is used, but the batch's own mean")
def batch_norm_layer(x, state, training):
    momentum, epsilon = 0.99, 1e-3
    mean = x.mean(axis=0)
    variance = state["moving_variance"]
    if training:
        variance = x.var(axis=0)
        state = {
            "gamma": state["gamma"],
            "beta": state["beta"],
            "moving_mean": momentum * state["moving_mean"] + (1 - momentum) * mean,
            "moving_variance": momentum * state["moving_variance"] + (1 - momentum) * variance,
        }
    return state["gamma"] * (x - mean) / np.sqrt(variance + epsilon) + state["beta"], state


@wrong("batch_norm_layer", "moved epsilon out of the root while mending")
def batch_norm_layer(x, state, training):
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
    return state["gamma"] * (x - mean) / (np.sqrt(variance) + epsilon) + state["beta"], state


@wrong("fold_batch_norm", "forgets beta in the new bias")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    new_kernel = kernel * scale
    new_bias = (bias - mean) * scale
    return new_kernel, new_bias


@wrong("fold_batch_norm", "adds epsilon to the root in place of the variance")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / (np.sqrt(variance) + epsilon)
    return kernel * scale, (bias - mean) * scale + beta


@wrong("fold_batch_norm", "turns the factor over: the root over gamma")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    std = np.sqrt(variance + epsilon)
    factor = std / gamma
    return kernel * factor, (bias - mean) * factor + beta


@wrong("fold_batch_norm", "takes the mean off the wrong way round: mean - bias")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    s = gamma / np.sqrt(variance + epsilon)
    new_kernel = np.multiply(kernel, s)
    new_bias = (mean - bias) * s + beta
    return new_kernel, new_bias


@wrong("fold_batch_norm", "uses gamma for the kernel and not for the bias")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    std = np.sqrt(variance + epsilon)
    new_kernel = kernel * gamma / std
    new_bias = (bias - mean) / std + beta
    return new_kernel, new_bias


@wrong("fold_batch_norm", "forgets gamma in the kernel and uses it in the bias alone")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    std = np.sqrt(variance + epsilon)
    new_kernel = kernel / std
    new_bias = gamma * (bias - mean) / std + beta
    return new_kernel, new_bias


@wrong("fold_batch_norm", "takes the mean off the kernel, too")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    new_kernel = (kernel - mean) * scale
    new_bias = (bias - mean) * scale + beta
    return new_kernel, new_bias


@wrong("fold_batch_norm", "returns the bias as it was, and folds only the kernel")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    folded = np.zeros(kernel.shape)
    for j in range(kernel.shape[1]):
        folded[:, j] = kernel[:, j] * scale[j]
    return folded, bias.copy()


@wrong("fold_batch_norm", "adds beta to the kernel as well as to the bias")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    def normalise(a):
        return gamma * a / np.sqrt(variance + epsilon) + beta

    return normalise(kernel), normalise(bias - mean)


@wrong("fold_batch_norm", "subtracts beta, as if it were to be undone")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, (bias - mean) * scale - beta


@wrong("fold_batch_norm", "one factor for all units: the mean of the scales")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = np.mean(gamma / np.sqrt(variance + epsilon))
    new_kernel = kernel * scale
    new_bias = (bias - mean) * scale + beta
    return new_kernel, new_bias


@wrong("fold_batch_norm", "forgets the root, and scales beta along with bias and mean")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / (variance + epsilon)
    new_kernel = kernel * scale
    new_bias = scale * (bias - mean + beta)
    return new_kernel, new_bias


@wrong("fold_batch_norm", "returns the bias first and the kernel second")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    new_bias = (bias - mean) * scale + beta
    new_kernel = kernel * scale
    return new_bias, new_kernel


@wrong("fold_batch_norm", "adds the mean in place of taking it away, and forgets beta")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, (bias + mean) * scale


@wrong("fold_batch_norm", "loses the bias of the dense layer, and does not scale the mean")
def fold_batch_norm(kernel, bias, gamma, beta, mean, variance, epsilon):
    factor = gamma / np.sqrt(variance + epsilon)
    new_kernel = kernel @ np.diag(factor)
    new_bias = beta - mean
    return new_kernel, new_bias
