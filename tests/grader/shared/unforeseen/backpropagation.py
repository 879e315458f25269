# ruff: noqa: F811, RET504
"""Lesson 3a: wrong answers, and what is wrong about each."""

import numpy as np
from unforeseen.catalogue import wrong


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _cross_entropy(labels, z):
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sum - shifted[np.arange(len(labels)), labels]))


def _logits_gradient(labels, z):
    return (_softmax(z) - np.eye(z.shape[1])[labels]) / len(labels)


# gradient_descent


@wrong("gradient_descent", "the learning rate gets smaller in each step: it is divided by the step's number")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    for t in range(1, steps + 1):
        theta = theta - learning_rate / t * f(theta)
        path.append(theta)
    return np.array(path)


@wrong("gradient_descent", "a part of the last step is added to the next one, as with momentum")
def gradient_descent(f, theta, learning_rate, steps):
    velocity = np.zeros_like(theta)
    path = [theta]
    for _ in range(steps):
        velocity = 0.9 * velocity - learning_rate * f(path[-1])
        path.append(path[-1] + velocity)
    return np.array(path)


@wrong("gradient_descent", "the gradients on the way are returned, below the start, and not the points")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        gradient = f(theta)
        theta = theta - learning_rate * gradient
        path.append(gradient)
    return np.array(path)


@wrong("gradient_descent", "every step starts from the first point again, only its gradient is a new one")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        current = path[-1]
        path.append(theta - learning_rate * f(current))
    return np.array(path)


@wrong("gradient_descent", "all parameters move by the mean of the gradient")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        gradient = np.mean(f(theta))
        theta = theta - learning_rate * gradient
        path.append(theta)
    return np.array(path)


@wrong("gradient_descent", "the path is transposed: a row a parameter, a column a step")
def gradient_descent(f, theta, learning_rate, steps):
    path = np.zeros((len(theta), steps + 1))
    path[:, 0] = theta
    for t in range(steps):
        path[:, t + 1] = path[:, t] - learning_rate * f(path[:, t])
    return path


@wrong("gradient_descent", "the gradient is taken one point too late, at the last but one point of the path")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    before = theta
    for _ in range(steps):
        new = path[-1] - learning_rate * f(before)
        before = path[-1]
        path.append(new)
    return np.array(path)


@wrong("gradient_descent", "the loop ends one step early, the last row stays 0")
def gradient_descent(f, theta, learning_rate, steps):
    path = np.zeros((steps + 1, len(theta)))
    path[0] = theta
    for t in range(1, steps):
        path[t] = path[t - 1] - learning_rate * f(path[t - 1])
    return path


@wrong("gradient_descent", "the start is never put into the path, which begins at 0")
def gradient_descent(f, theta, learning_rate, steps):
    path = np.zeros((steps + 1, theta.size))
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * f(path[t])
    return path


@wrong("gradient_descent", "each parameter is moved before the gradient of the next one is taken")
def gradient_descent(f, theta, learning_rate, steps):
    point = theta.copy()
    path = [point.copy()]
    for _ in range(steps):
        for i in range(len(point)):
            point[i] = point[i] - learning_rate * f(point)[i]
        path.append(point.copy())
    return np.array(path)


@wrong("gradient_descent", "without any step an empty array comes back and not the start")
def gradient_descent(f, theta, learning_rate, steps):
    if steps == 0:
        return np.array([])
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * f(path[-1]))
    return np.array(path)


@wrong("gradient_descent", "the gradient is limited to -1 to 1")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta]
    for _ in range(steps):
        gradient = np.clip(f(path[-1]), -1, 1)
        path.append(path[-1] - learning_rate * gradient)
    return np.array(path)


@wrong("gradient_descent", "the path is right, but the start is changed in place by -=")
def gradient_descent(f, theta, learning_rate, steps):
    path = [theta.copy()]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta.copy())
    return np.array(path)


@wrong("gradient_descent", "the step is divided by the number of parameters")
def gradient_descent(f, theta, learning_rate, steps):
    d = len(theta)
    path = [theta]
    for _ in range(steps):
        theta = theta - learning_rate * f(theta) / d
        path.append(theta)
    return np.stack(path)


# numerical_gradient


@wrong("numerical_gradient", "the two values of f are subtracted in the wrong order")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = (f(theta - step) - f(theta + step)) / (2 * h)
    return slopes


@wrong("numerical_gradient", "the difference isn't divided by the distance")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        plus, minus = theta.copy(), theta.copy()
        plus[i] += h
        minus[i] -= h
        slopes[i] = f(plus) - f(minus)
    return slopes


@wrong("numerical_gradient", "this is the second derivative, not the first")
def numerical_gradient(f, theta, h=1e-5):
    result = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = h
        result[i] = (f(theta + step) - 2 * f(theta) + f(theta - step)) / h**2
    return result


@wrong("numerical_gradient", "the brackets around 2 h are missing, so it divides by 2 and multiplies by h")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = (f(theta + step) - f(theta - step)) / 2 * h
    return slopes


@wrong("numerical_gradient", "the last element is left out, its slope stays 0")
def numerical_gradient(f, theta, h=1e-5):
    flat = theta.reshape(-1)
    slopes = np.zeros(flat.size)
    for i in range(flat.size - 1):
        step = np.zeros(flat.size)
        step[i] = h
        up = f((flat + step).reshape(theta.shape))
        down = f((flat - step).reshape(theta.shape))
        slopes[i] = (up - down) / (2 * h)
    return slopes.reshape(theta.shape)


@wrong("numerical_gradient", "the two values of f are added and not subtracted")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = (f(theta + step) + f(theta - step)) / (2 * h)
    return slopes


@wrong("numerical_gradient", "the step to either side is h / 2 and not h")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h / 2
        slopes[i] = (f(theta + step) - f(theta - step)) / h
    return slopes


@wrong("numerical_gradient", "the slopes come back without their signs")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = abs(f(theta + step) - f(theta - step)) / (2 * h)
    return slopes


@wrong("numerical_gradient", "both points lie on the same side: one at theta, the other 2 h further")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    here = f(theta)
    for i in np.ndindex(theta.shape):
        moved = theta.copy()
        moved[i] += 2 * h
        slopes[i] = (f(moved) - here) / (2 * h)
    return slopes


@wrong("numerical_gradient", "the denominator is always 2e-5, whatever h is")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slopes[i] = (f(theta + step) - f(theta - step)) / (2 * 1e-5)
    return slopes


@wrong(
    "numerical_gradient", "the slopes are put into an array of whole numbers, which cuts off their fractions"
)
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros(theta.shape, dtype=int)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = h
        slopes[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return slopes


@wrong(
    "numerical_gradient", "the slopes are put back into shape column by column, so tables come out mixed up"
)
def numerical_gradient(f, theta, h=1e-5):
    slopes = []
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = h
        slopes.append((f(theta + step) - f(theta - step)) / (2 * h))
    return np.array(slopes).reshape(theta.shape, order="F")


@wrong("numerical_gradient", "the sum of all slopes comes back as one number")
def numerical_gradient(f, theta, h=1e-5):
    total = 0.0
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        total += (f(theta + step) - f(theta - step)) / (2 * h)
    return total


@wrong("numerical_gradient", "the step is h times the element itself, though it is divided by 2 h")
def numerical_gradient(f, theta, h=1e-5):
    slopes = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h * theta[i]
        slopes[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return slopes


# wrong_gradient_entries


@wrong("wrong_gradient_entries", "ten percent are allowed and not one")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    wrong_places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.1 * abs(true):
            wrong_places.append(i)
    return wrong_places


@wrong("wrong_gradient_entries", "the places are counted from 1")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i + 1)
    return places


@wrong("wrong_gradient_entries", "the wrong entries themselves come back and not their places")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    entries = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            entries.append(float(said[i]))
    return entries


@wrong("wrong_gradient_entries", "only entries that are too large are found: the difference keeps its sign")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if said[i] - true > 0.01 * abs(true):
            places.append(i)
    return places


@wrong(
    "wrong_gradient_entries", "the limit has the sign of the true entry, so negative entries are always wrong"
)
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * true:
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "the search ends with the first wrong entry")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            return [i]
    return []


@wrong(
    "wrong_gradient_entries",
    "an entry's error is compared with the mean size of all entries, not with its own",
)
def wrong_gradient_entries(f, g, theta):
    true = np.zeros(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true[i] = (f(theta + step) - f(theta - step)) / 2e-5
    limit = 0.01 * np.mean(np.abs(true))
    off = np.abs(g(theta) - true)
    return [i for i in range(len(theta)) if off[i] > limit]


@wrong("wrong_gradient_entries", "theta is moved in place, and rounding leaves it changed")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    h = 1e-5
    places = []
    for i in range(len(theta)):
        theta[i] += h
        up = f(theta)
        theta[i] -= 2 * h
        down = f(theta)
        theta[i] += h
        true = (up - down) / (2 * h)
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i)
    return places


@wrong(
    "wrong_gradient_entries", "the step is so wide, 0.2, that the difference is off by more than 1 % itself"
)
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    h = 0.2
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = h
        true = (f(theta + step) - f(theta - step)) / (2 * h)
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "the true slope is rounded to four decimals, so the smallest ones become 0")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = round((f(theta + step) - f(theta - step)) / 2e-5, 4)
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "the last entry is never looked at")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta) - 1):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "the places come back falling, as they are searched from the end")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta) - 1, -1, -1):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "where one entry is wrong all places come back")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        if abs(said[i] - true) > 0.01 * abs(true):
            return list(range(len(theta)))
    return []


@wrong("wrong_gradient_entries", "the ratio is only tested upwards, above 1.01, and not below 0.99")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    places = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        ratio = said[i] / true
        if ratio > 1.01:
            places.append(i)
    return places


@wrong("wrong_gradient_entries", "a True or False for each entry comes back and not a list of places")
def wrong_gradient_entries(f, g, theta):
    said = g(theta)
    flags = []
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-5
        true = (f(theta + step) - f(theta - step)) / 2e-5
        flags.append(bool(abs(said[i] - true) > 0.01 * abs(true)))
    return flags


# backward_pass


def _numbers(tape, inputs):
    numbers = []
    for kind, *at in tape:
        if kind == "input":
            numbers.append(float(inputs[at[0]]))
        elif kind == "add":
            numbers.append(numbers[at[0]] + numbers[at[1]])
        elif kind == "multiply":
            numbers.append(numbers[at[0]] * numbers[at[1]])
        elif kind == "relu":
            numbers.append(max(numbers[at[0]], 0.0))
        elif kind == "exp":
            numbers.append(float(np.exp(numbers[at[0]])))
        else:
            numbers.append(float(np.log(numbers[at[0]])))
    return numbers


@wrong("backward_pass", "the logarithm's slope is taken for its input and not for 1 by it")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in range(len(tape) - 1, -1, -1):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        elif kind == "log":
            grads[at[0]] += g * numbers[at[0]]
    return result


@wrong("backward_pass", "ReLU hands on the gradient times its output and not times 1")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g * max(numbers[at[0]], 0.0)
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong("backward_pass", "ReLU lets the gradient through where its input is exactly 0")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = np.zeros(len(tape))
    grads[-1] = 1.0
    result = np.zeros(len(inputs))
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        if kind == "input":
            result[at[0]] += grads[i]
        elif kind == "add":
            for place in at:
                grads[place] += grads[i]
        elif kind == "multiply":
            a, b = at
            grads[a] += grads[i] * numbers[b]
            grads[b] += grads[i] * numbers[a]
        elif kind == "relu":
            if numbers[at[0]] >= 0:
                grads[at[0]] += grads[i]
        elif kind == "exp":
            grads[at[0]] += grads[i] * numbers[i]
        else:
            grads[at[0]] += grads[i] / numbers[at[0]]
    return result.tolist()


@wrong("backward_pass", "the exponential's slope is taken for its input and not for its output")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            if numbers[at[0]] > 0:
                grads[at[0]] += g
        elif kind == "exp":
            grads[at[0]] += g * numbers[at[0]]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong("backward_pass", "a sum hands its gradient on to its first number only")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, a = tape[i][0], tape[i][1]
        if kind == "input":
            result[a] += grads[i]
            continue
        if kind == "multiply":
            b = tape[i][2]
            grads[a] += grads[i] * numbers[b]
            grads[b] += grads[i] * numbers[a]
            continue
        if kind == "add":
            slope = 1.0
        elif kind == "relu":
            slope = 1.0 if numbers[a] > 0 else 0.0
        elif kind == "exp":
            slope = numbers[i]
        else:
            slope = 1 / numbers[a]
        grads[a] += slope * grads[i]
    return result


@wrong("backward_pass", "a number multiplied with itself gets gradient from one factor only")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            a, b = at
            grads[a] += g * numbers[b]
            if b != a:
                grads[b] += g * numbers[a]
        elif kind == "relu":
            grads[at[0]] += g * (numbers[at[0]] > 0)
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong(
    "backward_pass", "the loss is computed again with each input a little larger, and the step is too wide"
)
def backward_pass(tape, inputs):
    h = 1e-2
    loss = _numbers(tape, inputs)[-1]
    result = []
    for i in range(len(inputs)):
        moved = list(inputs)
        moved[i] += h
        result.append((_numbers(tape, moved)[-1] - loss) / h)
    return result


@wrong("backward_pass", "the way back starts with the loss itself and not with 1")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = numbers[-1]
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong("backward_pass", "the gradients of all entries of the tape come back and not those of the inputs")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    for i in range(len(tape) - 1, -1, -1):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        elif kind == "log":
            grads[at[0]] += g / numbers[at[0]]
    return grads


@wrong("backward_pass", "a sum hands on half of its gradient to each of its two numbers")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g / 2
            grads[at[1]] += g / 2
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong("backward_pass", "ReLU lets every gradient through, also where its input was below 0")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "multiply":
            a, b = at
            grads[a] += g * numbers[b]
            grads[b] += g * numbers[a]
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        elif kind == "log":
            grads[at[0]] += g / numbers[at[0]]
        else:
            for place in at:
                grads[place] += g
    return result


@wrong("backward_pass", "the loop back stops before the tape's first entry, so one input gets no gradient")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in range(len(tape) - 1, 0, -1):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong("backward_pass", "of a product only the first factor gets gradient")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result


@wrong(
    "backward_pass",
    "the logarithm hands its gradient on unchanged, and the exponential its input's exp twice",
)
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] += g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * float(np.exp(numbers[i]))
        else:
            grads[at[0]] += g
    return result


# mse


@wrong("mse", "the squares are subtracted, in place of the difference being squared")
def mse(y, y_hat):
    return float(np.mean(y**2 - y_hat**2))


@wrong("mse", "the mean is taken down the first axis only, so each column has its own")
def mse(y, y_hat):
    squares = np.square(y - y_hat)
    return squares.mean(axis=0)


@wrong("mse", "this is the variance of the errors, which doesn't count what they have in common")
def mse(y, y_hat):
    errors = y - y_hat
    centred = errors - np.mean(errors)
    return float(np.mean(centred**2))


@wrong("mse", "true values and predictions are added and not subtracted")
def mse(y, y_hat):
    total = y + y_hat
    return float((total**2).mean())


@wrong("mse", "the median of the squares is taken and not their mean")
def mse(y, y_hat):
    squared = (y - y_hat) ** 2
    return float(np.median(squared))


@wrong("mse", "the brackets are missing, so only the predictions are squared")
def mse(y, y_hat):
    return float(np.mean(y - y_hat**2))


@wrong("mse", "this is the length of the error vector: the root of the sum, not divided")
def mse(y, y_hat):
    error = (y - y_hat).ravel()
    return float(np.sqrt(np.dot(error, error)))


@wrong("mse", "the mean of the absolute errors is squared")
def mse(y, y_hat):
    error = np.mean(np.abs(y - y_hat))
    return float(error**2)


@wrong("mse", "the given true values are changed in place by -=")
def mse(y, y_hat):
    y -= y_hat
    return float(np.mean(y**2))


@wrong("mse", "the sum is divided by the number of columns and not of all elements")
def mse(y, y_hat):
    total = np.sum((y - y_hat) ** 2)
    n = y.shape[-1]
    return float(total / n)


@wrong("mse", "the last element is left out of the sum")
def mse(y, y_hat):
    true, predicted = y.ravel(), y_hat.ravel()
    total = 0.0
    for i in range(len(true) - 1):
        total += (true[i] - predicted[i]) ** 2
    return total / len(true)


@wrong("mse", "errors above 1 count by their size and not by their square")
def mse(y, y_hat):
    error = np.abs(y - y_hat)
    return float(np.mean(np.where(error <= 1, error**2, error)))


@wrong("mse", "the sum is divided by n + 1")
def mse(y, y_hat):
    total, n = 0.0, 1
    for a, b in zip(y.ravel(), y_hat.ravel(), strict=True):
        total += (a - b) ** 2
        n += 1
    return total / n


@wrong("mse", "the largest squared error comes back and not their mean")
def mse(y, y_hat):
    squares = (y_hat - y) ** 2
    return float(np.max(squares))


# mse_gradient


@wrong("mse_gradient", "the sign is turned round, and the 2 is forgotten")
def mse_gradient(y, y_hat):
    n = y.size
    return (y - y_hat) / n


@wrong("mse_gradient", "neither the 2 nor the division by n is there")
def mse_gradient(y, y_hat):
    return y_hat - y


@wrong("mse_gradient", "only the sign of each error counts, as for the mean absolute error")
def mse_gradient(y, y_hat):
    return np.sign(y_hat - y) / y.size


@wrong("mse_gradient", "predictions and true values are added and not subtracted")
def mse_gradient(y, y_hat):
    return 2 / y.size * (y_hat + y)


@wrong("mse_gradient", "it is divided by the number of columns and not of all elements")
def mse_gradient(y, y_hat):
    n = y_hat.shape[-1]
    return 2 * (y_hat - y) / n


@wrong("mse_gradient", "2 is divided by n as whole numbers, which gives 0 for more than two elements")
def mse_gradient(y, y_hat):
    factor = 2 // y.size
    return factor * (y_hat - y)


@wrong(
    "mse_gradient", "the brackets are missing: only the predictions are doubled, only the true values divided"
)
def mse_gradient(y, y_hat):
    n = y.size
    return 2 * y_hat - y / n


@wrong("mse_gradient", "the true values are forgotten: the predictions alone, times 2 / n")
def mse_gradient(y, y_hat):
    return (2 / y_hat.size) * y_hat


@wrong("mse_gradient", "the difference is still squared, though the 2 is in front already")
def mse_gradient(y, y_hat):
    return 2 * (y_hat - y) ** 2 / y.size


@wrong("mse_gradient", "the 2 stands in the denominator")
def mse_gradient(y, y_hat):
    n = y.size
    return (y_hat - y) / (2 * n)


@wrong("mse_gradient", "the result is a flat row, whatever shape the predictions have")
def mse_gradient(y, y_hat):
    n = y.size
    gradient = []
    for true, predicted in zip(y.ravel(), y_hat.ravel(), strict=True):
        gradient.append(2 * (predicted - true) / n)
    return np.array(gradient)


@wrong("mse_gradient", "it is multiplied by the prediction once more, as if by a chain rule")
def mse_gradient(y, y_hat):
    return 2 * (y_hat - y) * y_hat / y.size


@wrong("mse_gradient", "all predictions are moved at once, so every entry is the sum of the gradient")
def mse_gradient(y, y_hat):
    h = 1e-6
    up = np.mean((y - (y_hat + h)) ** 2)
    down = np.mean((y - (y_hat - h)) ** 2)
    return np.full(y_hat.shape, (up - down) / (2 * h))


@wrong("mse_gradient", "the errors lose their signs")
def mse_gradient(y, y_hat):
    error = np.sqrt((y_hat - y) ** 2)
    return 2 * error / error.size


@wrong("mse_gradient", "it is divided by n twice")
def mse_gradient(y, y_hat):
    n = y.size
    error = (y_hat - y) / n
    return 2 * error / n


@wrong("mse_gradient", "the last element is forgotten, its gradient stays 0")
def mse_gradient(y, y_hat):
    error = (y_hat - y).ravel()
    gradient = np.zeros(error.size)
    for i in range(error.size - 1):
        gradient[i] = 2 / error.size * error[i]
    return gradient.reshape(y_hat.shape)


# binary_cross_entropy


@wrong("binary_cross_entropy", "only samples with label 0 count")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean((1 - y) * np.log(1 - p)))


@wrong("binary_cross_entropy", "the second half is subtracted from the first and not added")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    positive = y * np.log(p)
    negative = (1 - y) * np.log(1 - p)
    return float(-np.mean(positive - negative))


@wrong("binary_cross_entropy", "the logarithm has base 10")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses = -(y * np.log10(p) + (1 - y) * np.log10(1 - p))
    return float(losses.mean())


@wrong("binary_cross_entropy", "the second logarithm is that of p, too, and not of 1 - p")
def binary_cross_entropy(y, p):
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    total = 0.0
    for label, q in zip(y.ravel(), clipped.ravel(), strict=True):
        total += label * np.log(q) + (1 - label) * np.log(q)
    return float(-total / y.size)


@wrong("binary_cross_entropy", "log(1 - p) is written as 1 - log(p)")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * (1 - np.log(p))))


@wrong("binary_cross_entropy", "there is no logarithm: 1 minus the mean probability of the true label")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    of_true = np.where(y == 1, p, 1 - p)
    return float(1 - of_true.mean())


@wrong("binary_cross_entropy", "p is clipped at 1e-3 and not at 1e-7")
def binary_cross_entropy(y, p):
    eps = 1e-3
    p = np.clip(p, eps, 1 - eps)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


@wrong("binary_cross_entropy", "the probabilities are rounded to 0 or 1 before the loss is taken")
def binary_cross_entropy(y, p):
    guess = np.round(p)
    guess = np.clip(guess, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(guess) + (1 - y) * np.log(1 - guess)))


@wrong("binary_cross_entropy", "the given probabilities are clipped in place")
def binary_cross_entropy(y, p):
    np.clip(p, 1e-7, 1 - 1e-7, out=p)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


@wrong("binary_cross_entropy", "this is the mean squared error of the probabilities")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(np.mean((y - p) ** 2))


@wrong("binary_cross_entropy", "the mean is taken down the first axis only, so each column has its own")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses = y * np.log(p) + (1 - y) * np.log(1 - p)
    return -np.mean(losses, axis=0)


@wrong("binary_cross_entropy", "p is taken for a logit and goes through a sigmoid first")
def binary_cross_entropy(y, p):
    q = 1 / (1 + np.exp(-p))
    q = np.clip(q, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))


@wrong("binary_cross_entropy", "each label's samples are averaged by themselves and the two means added")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    loss = 0.0
    if np.any(y == 1):
        loss += -np.log(p[y == 1]).mean()
    if np.any(y == 0):
        loss += -np.log(1 - p[y == 0]).mean()
    return float(loss)


@wrong("binary_cross_entropy", "the sum is divided by the number of columns and not of all elements")
def binary_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return float(losses.sum() / y.shape[-1])


@wrong("binary_cross_entropy", "the loss is halved, and 1 - p is clipped only from below at 0.01")
def binary_cross_entropy(y, p):
    q = np.clip(1 - p, 0.01, 1)
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(q)) / 2)


# categorical_cross_entropy


@wrong(
    "categorical_cross_entropy",
    "labels and probabilities are exchanged: the logarithm is of the clipped labels",
)
def categorical_cross_entropy(y, p):
    q = np.clip(y, 1e-7, 1 - 1e-7)
    return float(-np.mean(np.sum(p * np.log(q), axis=1)))


@wrong("categorical_cross_entropy", "the largest probability of a row counts, not that of the true class")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses = []
    for row in p:
        losses.append(-np.log(max(row)))
    return float(np.mean(losses))


@wrong("categorical_cross_entropy", "the logarithm has base 10")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    n = len(y)
    return float(-np.sum(y * np.log10(p)) / n)


@wrong("categorical_cross_entropy", "the probabilities are averaged before the logarithm is taken")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    of_true = np.sum(y * p, axis=1)
    return float(-np.log(np.mean(of_true)))


@wrong("categorical_cross_entropy", "the true class of the first row is used for all rows")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    true_class = np.argmax(y[0])
    return float(-np.mean(np.log(p[:, true_class])))


@wrong("categorical_cross_entropy", "the probabilities go through a softmax, as if they were logits")
def categorical_cross_entropy(y, p):
    e = np.exp(p)
    q = e / e.sum(axis=1, keepdims=True)
    q = np.clip(q, 1e-7, 1 - 1e-7)
    return float(-np.mean(np.sum(y * np.log(q), axis=1)))


@wrong("categorical_cross_entropy", "the given probabilities are clipped in place")
def categorical_cross_entropy(y, p):
    p[p < 1e-7] = 1e-7
    p[p > 1 - 1e-7] = 1 - 1e-7
    return float(-np.mean(np.sum(y * np.log(p), axis=1)))


@wrong("categorical_cross_entropy", "one loss for each sample comes back, they aren't averaged")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.sum(y * np.log(p), axis=1)


@wrong(
    "categorical_cross_entropy", "these are squared errors, summed over the classes, without any logarithm"
)
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    errors = np.sum((y - p) ** 2, axis=1)
    return float(errors.mean())


@wrong("categorical_cross_entropy", "the share of wrong classes comes back")
def categorical_cross_entropy(y, p):
    wrong_rows = y.argmax(axis=1) != p.argmax(axis=1)
    return float(np.mean(wrong_rows))


@wrong("categorical_cross_entropy", "the labels are not used: this is the entropy of the probabilities")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(np.sum(p * np.log(p), axis=1)))


@wrong("categorical_cross_entropy", "only the wrong classes count: 1 - y and 1 - p in place of y and p")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(np.sum((1 - y) * np.log(1 - p), axis=1)))


@wrong("categorical_cross_entropy", "the logarithm is of 1 - p and not of p")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    losses = np.sum(y * np.log(1 - p), axis=1)
    return float(-losses.mean())


@wrong("categorical_cross_entropy", "p is clipped at 1e-3 and not at 1e-7")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 0.001, 0.999)
    total = 0.0
    for i in range(len(y)):
        total -= np.log(p[i, y[i].argmax()])
    return float(total / len(y))


@wrong("categorical_cross_entropy", "the mean is raised to a power of e: this is the perplexity")
def categorical_cross_entropy(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    loss = -np.mean(np.sum(y * np.log(p), axis=1))
    return float(np.exp(loss))


# sparse_cross_entropy_from_logits


@wrong("sparse_cross_entropy_from_logits", "the row's largest logit is subtracted and not the label's")
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    predicted = z.argmax(axis=1)
    return float(np.mean(log_sum - z[np.arange(len(labels)), predicted]))


@wrong("sparse_cross_entropy_from_logits", "the largest logit stands in place of the logarithm of the sum")
def sparse_cross_entropy_from_logits(labels, logits):
    losses = []
    for label, row in zip(labels, logits, strict=True):
        losses.append(row.max() - row[label])
    return float(np.mean(losses))


@wrong(
    "sparse_cross_entropy_from_logits",
    "the label's logit is forgotten: only the logarithm of the sum is left",
)
def sparse_cross_entropy_from_logits(labels, logits):
    top = logits.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
    return float(np.mean(log_sum))


@wrong(
    "sparse_cross_entropy_from_logits",
    "the logarithm is of the mean of the exponentials and not of their sum",
)
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_mean = np.log(np.mean(np.exp(z), axis=1))
    return float(np.mean(log_mean - z[np.arange(len(labels)), labels]))


@wrong(
    "sparse_cross_entropy_from_logits", "the logarithm is inside of the sum, where it undoes the exponential"
)
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    total = np.sum(z, axis=1)
    return float(np.mean(total - z[np.arange(len(labels)), labels]))


@wrong("sparse_cross_entropy_from_logits", "the sum runs down the samples and not along the classes")
def sparse_cross_entropy_from_logits(labels, logits):
    top = logits.max(axis=0)
    log_sum = top + np.log(np.exp(logits - top).sum(axis=0))
    losses = []
    for i, label in enumerate(labels):
        losses.append(log_sum[label] - logits[i, label])
    return float(np.mean(losses))


@wrong(
    "sparse_cross_entropy_from_logits", "the labels are taken to be counted from 1, so each is one place off"
)
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return float(np.mean(log_sum - z[np.arange(len(labels)), labels - 1]))


@wrong("sparse_cross_entropy_from_logits", "the logarithm has base 2, while the logit stays as it is")
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log2(np.sum(np.exp(z), axis=1))
    return float(np.mean(log_sum - z[np.arange(len(labels)), labels]))


@wrong(
    "sparse_cross_entropy_from_logits",
    "the sum of the losses is divided by the number of classes, not of samples",
)
def sparse_cross_entropy_from_logits(labels, logits):
    n, k = logits.shape
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    total = np.sum(log_sum - z[np.arange(n), labels])
    return float(total / k)


@wrong("sparse_cross_entropy_from_logits", "the maximum is subtracted from the given logits in place")
def sparse_cross_entropy_from_logits(labels, logits):
    logits -= logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits).sum(axis=1))
    return float(np.mean(log_sum - logits[np.arange(len(labels)), labels]))


@wrong("sparse_cross_entropy_from_logits", "the logits are limited to 500, so larger ones come out alike")
def sparse_cross_entropy_from_logits(labels, logits):
    z = np.clip(logits, -500, 500)
    log_sum = np.log(np.sum(np.exp(z), axis=1))
    return float(np.mean(log_sum - z[np.arange(len(labels)), labels]))


@wrong(
    "sparse_cross_entropy_from_logits",
    "each class is a yes or no of its own: binary cross-entropies are summed",
)
def sparse_cross_entropy_from_logits(labels, logits):
    y = np.eye(logits.shape[1])[labels]
    losses = np.logaddexp(0, logits) - y * logits
    return float(np.mean(losses.sum(axis=1)))


@wrong("sparse_cross_entropy_from_logits", "the first sample's label is used for all samples")
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return float(np.mean(log_sum - z[:, labels[0]]))


@wrong("sparse_cross_entropy_from_logits", "the losses are not averaged: one for each sample comes back")
def sparse_cross_entropy_from_logits(labels, logits):
    losses = np.zeros(len(labels))
    for i in range(len(labels)):
        z = logits[i] - logits[i].max()
        losses[i] = np.log(np.sum(np.exp(z))) - z[labels[i]]
    return losses


@wrong("sparse_cross_entropy_from_logits", "the logarithm of the sum of exponentials is forgotten")
def sparse_cross_entropy_from_logits(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    sums = np.sum(np.exp(z), axis=1)
    return float(np.mean(sums - z[np.arange(len(labels)), labels]))


# softmax_cross_entropy_gradient


@wrong("softmax_cross_entropy_gradient", "the logarithm of p is used and not p")
def softmax_cross_entropy_gradient(labels, logits):
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    y = np.eye(logits.shape[1])[labels]
    return (log_p - y) / len(labels)


@wrong(
    "softmax_cross_entropy_gradient", "it is multiplied by p (1 - p), as for a sigmoid with a squared error"
)
def softmax_cross_entropy_gradient(labels, logits):
    p = _softmax(logits)
    y = np.eye(logits.shape[1])[labels]
    return (p - y) * p * (1 - p) / len(labels)


@wrong("softmax_cross_entropy_gradient", "only the true class gets a gradient, p - 1; all others get 0")
def softmax_cross_entropy_gradient(labels, logits):
    p = _softmax(logits)
    gradient = np.zeros(logits.shape)
    for i, label in enumerate(labels):
        gradient[i, label] = p[i, label] - 1
    return gradient / len(labels)


@wrong(
    "softmax_cross_entropy_gradient", "the labels are taken to be counted from 1, so each is one place off"
)
def softmax_cross_entropy_gradient(labels, logits):
    p = _softmax(logits)
    y = np.eye(logits.shape[1])[labels - 1]
    return (p - y) / len(labels)


@wrong("softmax_cross_entropy_gradient", "the brackets are missing: only the labels are divided by n, not p")
def softmax_cross_entropy_gradient(labels, logits):
    n, k = logits.shape
    y = np.zeros((n, k))
    y[np.arange(n), labels] = 1
    return _softmax(logits) - y / n


@wrong("softmax_cross_entropy_gradient", "p is divided by n before 1 is subtracted at the label")
def softmax_cross_entropy_gradient(labels, logits):
    n = len(labels)
    gradient = _softmax(logits) / n
    gradient[np.arange(n), labels] -= 1
    return gradient


@wrong("softmax_cross_entropy_gradient", "the samples are averaged, one gradient for each class is left")
def softmax_cross_entropy_gradient(labels, logits):
    p = _softmax(logits)
    y = np.eye(logits.shape[1])[labels]
    return np.mean(p - y, axis=0)


@wrong("softmax_cross_entropy_gradient", "there is a factor 2 in it, as for a squared error")
def softmax_cross_entropy_gradient(labels, logits):
    p = _softmax(logits)
    y = np.eye(logits.shape[1])[labels]
    return 2 * (p - y) / len(labels)


@wrong(
    "softmax_cross_entropy_gradient", "the labels are subtracted from the logits, the softmax is forgotten"
)
def softmax_cross_entropy_gradient(labels, logits):
    one_hot = np.zeros_like(logits)
    one_hot[np.arange(len(labels)), labels] = 1.0
    return (logits - one_hot) / len(labels)


@wrong("softmax_cross_entropy_gradient", "the answer, 0 or 1 for each class, is used and not its probability")
def softmax_cross_entropy_gradient(labels, logits):
    k = logits.shape[1]
    answer = np.eye(k)[logits.argmax(axis=1)]
    y = np.eye(k)[labels]
    return (answer - y) / len(labels)


@wrong("softmax_cross_entropy_gradient", "each logit goes through a sigmoid in place of a softmax")
def softmax_cross_entropy_gradient(labels, logits):
    e = np.exp(-np.abs(logits))
    p = np.where(logits >= 0, 1 / (1 + e), e / (1 + e))
    y = np.eye(logits.shape[1])[labels]
    return (p - y) / len(labels)


@wrong("softmax_cross_entropy_gradient", "the exponentials aren't divided by their sum")
def softmax_cross_entropy_gradient(labels, logits):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)


@wrong("softmax_cross_entropy_gradient", "it is divided by n twice")
def softmax_cross_entropy_gradient(labels, logits):
    n = len(labels)
    p = _softmax(logits)
    y = np.eye(logits.shape[1])[labels]
    gradient = (p - y) / n
    return gradient / n


@wrong(
    "softmax_cross_entropy_gradient", "1 is subtracted in the first row only, at the labels of all samples"
)
def softmax_cross_entropy_gradient(labels, logits):
    gradient = _softmax(logits)
    for label in labels:
        gradient[0, label] -= 1
    return gradient / len(labels)


@wrong("softmax_cross_entropy_gradient", "the label's entry is set to -1 and not reduced by 1")
def softmax_cross_entropy_gradient(labels, logits):
    gradient = _softmax(logits)
    for i in range(len(labels)):
        gradient[i, labels[i]] = -1
    return gradient / len(labels)


@wrong("softmax_cross_entropy_gradient", "the logits are limited to 500, so larger ones come out alike")
def softmax_cross_entropy_gradient(labels, logits):
    e = np.exp(np.clip(logits, -500, 500))
    p = e / e.sum(axis=1, keepdims=True)
    y = np.eye(logits.shape[1])[labels]
    return (p - y) / len(labels)


# backpropagate


@wrong("backpropagate", "for W1 the gradient before ReLU's gate is used; for b1 it is right")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dH = dZ2 @ W2.T
    dZ1 = dH * (Z1 > 0)
    dW1 = X.T @ dH
    db1 = np.sum(dZ1, axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "for b1 the gradient before ReLU's gate is used; for W1 it is right")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dH = dZ2 @ W2.T
    dW1 = X.T @ (dH * (Z1 > 0))
    db1 = np.sum(dH, axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the forward pass has no ReLU, while the backward pass has its gate")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    Z2 = Z1 @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = Z1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T
    dZ1[Z1 <= 0] = 0
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the hidden layer has a sigmoid and its slope, in place of ReLU")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = 1 / (1 + np.exp(-Z1))
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * H * (1 - H)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the output layer's bias is forgotten on the way forward")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the hidden layer's bias is forgotten on the way forward")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the hidden bias's gradient is averaged over the samples; all others are right")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.mean(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "all gradients have the opposite sign: labels minus probabilities")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    y = np.eye(len(b2))[labels]
    dZ2 = (y - _softmax(Z2)) / len(X)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the gate is 1 - H squared, the slope of tanh, though the layer has ReLU")
def backpropagate(X, labels, W1, b1, W2, b2):
    H = np.maximum(X @ W1 + b1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (1 - H**2)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the logits' gradient is multiplied by p (1 - p) once more")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    P = _softmax(Z2)
    loss = _cross_entropy(labels, Z2)
    dZ2 = (P - np.eye(len(b2))[labels]) * P * (1 - P) / len(X)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "1 is subtracted in the columns of all labels, in every row")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _softmax(Z2)
    dZ2[:, labels] -= 1
    dZ2 /= len(X)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "a unit is open for all samples as soon as it is on for one of them")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    alive = np.any(Z1 > 0, axis=0)
    dZ1 = (dZ2 @ W2.T) * alive
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the gradients are right, but the loss is negative: its minus is forgotten")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    P = _softmax(Z2)
    n = len(X)
    loss = float(np.mean(np.log(P[np.arange(n), labels])))
    dZ2 = P.copy()
    dZ2[np.arange(n), labels] -= 1
    dZ2 /= n
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "where ReLU is off a hundredth of the gradient passes, as with leaky ReLU")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    loss = _cross_entropy(labels, Z2)
    dZ2 = _logits_gradient(labels, Z2)
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * np.where(Z1 > 0, 1.0, 0.01)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return loss, dW1, db1, dW2, db2


@wrong("backpropagate", "the gradients are not divided by n, and the loss is the sum, too")
def backpropagate(X, labels, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    P = _softmax(Z2)
    loss = 0.0
    dZ2 = np.zeros(P.shape)
    for i, label in enumerate(labels):
        loss += -np.log(P[i, label])
        dZ2[i] = P[i]
        dZ2[i, label] -= 1
    dW2 = H.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return float(loss), dW1, db1, dW2, db2


# sgd_step


@wrong("sgd_step", "the gradient is divided by the learning rate and not multiplied with it")
def sgd_step(theta, grad, learning_rate):
    step = grad / learning_rate
    return theta - step


@wrong("sgd_step", "the parameters are multiplied by 1 minus the step, in place of the step being subtracted")
def sgd_step(theta, grad, learning_rate):
    factor = 1 - learning_rate * grad
    return theta * factor


@wrong("sgd_step", "the gradient is squared")
def sgd_step(theta, grad, learning_rate):
    return theta - learning_rate * grad**2


@wrong("sgd_step", "the step is divided by the number of parameters")
def sgd_step(theta, grad, learning_rate):
    n = theta.size
    return theta - learning_rate * grad / n


@wrong("sgd_step", "all parameters move by the mean of the gradient")
def sgd_step(theta, grad, learning_rate):
    g = np.mean(grad)
    return theta - learning_rate * g


@wrong("sgd_step", "brackets are in the wrong place: the learning rate is subtracted, the rest multiplied")
def sgd_step(theta, grad, learning_rate):
    new = (theta - learning_rate) * grad
    return new


@wrong("sgd_step", "the learning rate multiplies the difference of parameters and gradient")
def sgd_step(theta, grad, learning_rate):
    difference = theta - grad
    return learning_rate * difference


@wrong("sgd_step", "the parameters stand in place of the gradient: they only shrink")
def sgd_step(theta, grad, learning_rate):
    return theta - learning_rate * theta


@wrong("sgd_step", "parameters and gradient are exchanged")
def sgd_step(theta, grad, learning_rate):
    params, gradient = grad, theta
    return params - learning_rate * gradient


@wrong("sgd_step", "the gradient is limited to -1 to 1")
def sgd_step(theta, grad, learning_rate):
    clipped = np.clip(grad, -1.0, 1.0)
    return theta - learning_rate * clipped


@wrong("sgd_step", "a hundredth of the parameters is added to the gradient, as with weight decay")
def sgd_step(theta, grad, learning_rate):
    total = grad + 0.01 * theta
    return theta - learning_rate * total


@wrong("sgd_step", "the step is made twice")
def sgd_step(theta, grad, learning_rate):
    new = theta
    for _ in range(2):
        new = new - learning_rate * grad
    return new


@wrong("sgd_step", "the given gradient is multiplied by the learning rate in place")
def sgd_step(theta, grad, learning_rate):
    grad *= learning_rate
    return theta - grad


@wrong("sgd_step", "parameters that would become negative are set to 0")
def sgd_step(theta, grad, learning_rate):
    new = theta - learning_rate * grad
    return np.maximum(new, 0)


@wrong("sgd_step", "the gradient's sign is lost, so every parameter gets smaller")
def sgd_step(theta, grad, learning_rate):
    return theta - learning_rate * np.abs(grad)


# training_step


@wrong("training_step", "the gradients are those of the sum: the logits' gradient isn't divided by n")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = P - np.eye(len(b2))[labels]
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "ReLU has no gate on the way back: the whole gradient passes")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dH = dZ2 @ W2.T
    new_W1 = W1 - learning_rate * (X.T @ dH)
    new_b1 = b1 - learning_rate * dH.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "the biases move without the learning rate")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - dZ1.sum(axis=0)
    new_W2 = W2 - learning_rate * (H.T @ dZ2)
    new_b2 = b2 - dZ2.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "only the output layer is trained, the hidden layer comes back as it was")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    H = np.maximum(X @ W1 + b1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    return W1.copy(), b1.copy(), new_W2, new_b2


@wrong("training_step", "the biases aren't trained")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_W2 = W2 - learning_rate * (H.T @ dZ2)
    return new_W1, b1.copy(), new_W2, b2.copy()


@wrong("training_step", "both weights come back first, then both biases")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    new_W2 = W2 - learning_rate * (H.T @ dZ2)
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    return new_W1, new_W2, new_b1, new_b2


@wrong("training_step", "the gradients come back and not the new weights")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    return X.T @ dZ1, dZ1.sum(axis=0), H.T @ dZ2, dZ2.sum(axis=0)


@wrong("training_step", "the labels are forgotten: the logits' gradient is p and not p - y")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    dZ2 = _softmax(H @ W2 + b2) / len(labels)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "the forward pass has no ReLU, the backward pass has its gate")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    H = X @ W1 + b1
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (H > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "for W2 the pre-activations are used and not what came out of ReLU")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * Z1.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "the changes come back and not the weights after them")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    gradients = (X.T @ dZ1, dZ1.sum(axis=0), H.T @ dZ2, dZ2.sum(axis=0))
    return tuple(-learning_rate * gradient for gradient in gradients)


@wrong("training_step", "the hidden layer's step goes uphill, the output layer's downhill")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 + learning_rate * (X.T @ dZ1)
    new_b1 = b1 + learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "the softmax runs down the samples and not along the classes")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    Z2 = H @ W2 + b2
    P = np.exp(Z2 - Z2.max(axis=0, keepdims=True))
    P = P / P.sum(axis=0, keepdims=True)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong(
    "training_step",
    "after the output layer's step the forward pass is made anew, then the hidden layer's step",
)
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    y = np.eye(len(b2))[labels]
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    dZ2 = (_softmax(H @ W2 + b2) - y) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.sum(axis=0)
    dZ2 = (_softmax(H @ new_W2 + new_b2) - y) / len(X)
    dZ1 = (dZ2 @ new_W2.T) * (Z1 > 0)
    new_W1 = W1 - learning_rate * (X.T @ dZ1)
    new_b1 = b1 - learning_rate * dZ1.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("training_step", "the output bias's gradient is averaged, and the hidden bias's isn't gated by ReLU")
def training_step(X, labels, W1, b1, W2, b2, learning_rate):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = _softmax(H @ W2 + b2)
    dZ2 = (P - np.eye(len(b2))[labels]) / len(X)
    new_W2 = W2 - learning_rate * H.T @ dZ2
    new_b2 = b2 - learning_rate * dZ2.mean(axis=0)
    dH = dZ2 @ W2.T
    new_W1 = W1 - learning_rate * (X.T @ (dH * (Z1 > 0)))
    new_b1 = b1 - learning_rate * dH.sum(axis=0)
    return new_W1, new_b1, new_W2, new_b2


@wrong("wrong_gradient_entries", "a step of 1e-10 drowns in rounding: right entries are called wrong")
def wrong_gradient_entries(f, g, theta):
    bad = []
    for i in range(theta.size):
        above, below = theta.copy(), theta.copy()
        above[i] += 1e-10
        below[i] -= 1e-10
        numeric = (f(above) - f(below)) / 2e-10
        if abs(g(theta)[i] - numeric) > 0.01 * abs(numeric):
            bad.append(i)
    return bad


@wrong("backward_pass", "an input that stands on the tape twice keeps one of its shares only")
def backward_pass(tape, inputs):
    numbers = _numbers(tape, inputs)
    grads = [0.0] * len(tape)
    grads[-1] = 1.0
    result = [0.0] * len(inputs)
    for i in reversed(range(len(tape))):
        kind, *at = tape[i]
        g = grads[i]
        if kind == "input":
            result[at[0]] = g
        elif kind == "add":
            grads[at[0]] += g
            grads[at[1]] += g
        elif kind == "multiply":
            grads[at[0]] += g * numbers[at[1]]
            grads[at[1]] += g * numbers[at[0]]
        elif kind == "relu":
            grads[at[0]] += g if numbers[at[0]] > 0 else 0.0
        elif kind == "exp":
            grads[at[0]] += g * numbers[i]
        else:
            grads[at[0]] += g / numbers[at[0]]
    return result
