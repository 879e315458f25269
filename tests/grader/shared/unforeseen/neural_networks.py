# ruff: noqa: F811, RET504, RET505, RUF059
"""Lesson 2: wrong answers, and what is wrong about each."""

import numpy as np
from unforeseen.catalogue import wrong


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1.0) / (1.0 + e)


def _tanh(x):
    return 2 * _sigmoid(2 * x) - 1


def _softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def _activate(z, activation):
    if activation is None:
        return z
    if activation == "relu":
        return np.maximum(z, 0)
    if activation == "sigmoid":
        return _sigmoid(z)
    if activation == "tanh":
        return _tanh(z)
    if activation == "softmax":
        return _softmax(z)
    raise ValueError(f"unknown activation {activation}")


# weighted_sum


@wrong("weighted_sum", "inputs and weights are summed apart, and the two sums multiplied")
def weighted_sum(x, w, b):
    return float(np.sum(x) * np.sum(w) + b)


@wrong("weighted_sum", "inputs and weights are added and not multiplied")
def weighted_sum(x, w, b):
    total = 0.0
    for i in range(len(x)):
        total += x[i] + w[i]
    return total + b


@wrong("weighted_sum", "the sum goes through a sigmoid, where the value before the activation is asked for")
def weighted_sum(x, w, b):
    z = np.dot(x, w) + b
    return float(1 / (1 + np.exp(-z)))


@wrong("weighted_sum", "the sum is multiplied by the bias and not increased by it")
def weighted_sum(x, w, b):
    z = np.dot(w, x)
    z = z * b
    return float(z)


@wrong("weighted_sum", "the loop ends too early, so the last input is left out")
def weighted_sum(x, w, b):
    z = b
    for i in range(len(x) - 1):
        z += w[i] * x[i]
    return float(z)


@wrong("weighted_sum", "the loop starts at 1, so the first input is left out")
def weighted_sum(x, w, b):
    z = 0.0
    for i in range(1, len(x)):
        z = z + w[i] * x[i]
    return float(z + b)


@wrong("weighted_sum", "each product overwrites the one before, so only the last input counts")
def weighted_sum(x, w, b):
    z = 0
    for xi, wi in zip(x, w, strict=True):
        z = xi * wi
    return float(z + b)


@wrong("weighted_sum", "the return stands inside the loop, so only the first input counts")
def weighted_sum(x, w, b):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * w[i]
        return float(total + b)
    return b


@wrong("weighted_sum", "the weights are not used: the plain sum of the inputs, plus the bias")
def weighted_sum(x, w, b):
    z = np.sum(x)
    return float(z + b)


@wrong("weighted_sum", "the result is cut to a whole number")
def weighted_sum(x, w, b):
    z = np.sum(x * w) + b
    return int(z)


@wrong("weighted_sum", "the products are multiplied with each other and not added")
def weighted_sum(x, w, b):
    z = 1.0
    for xi, wi in zip(x, w, strict=True):
        z *= xi * wi
    return float(z + b)


@wrong("weighted_sum", "the sum is divided by the sum of the weights' sizes, as in a weighted mean")
def weighted_sum(x, w, b):
    total = np.sum(x * w)
    norm = np.sum(np.abs(w))
    return float(total / norm + b)


@wrong("weighted_sum", "the given inputs are multiplied by the weights in place")
def weighted_sum(x, w, b):
    x *= w
    return float(x.sum() + b)


@wrong("weighted_sum", "the products are averaged, and the bias is forgotten")
def weighted_sum(x, w, b):
    z = np.dot(x, w)
    return float(z / len(x))


# relu


@wrong("relu", "takes the smaller of x and 0 in place of the larger")
def relu(x):
    return np.minimum(x, 0)


@wrong("relu", "the result is cut off at 1")
def relu(x):
    return np.clip(x, 0.0, 1.0)


@wrong("relu", "the result is cut off at 6, as in ReLU6")
def relu(x):
    y = np.where(x > 0, x, 0.0)
    return np.where(y > 6, 6.0, y)


@wrong("relu", "the values become whole numbers")
def relu(x):
    positive = np.maximum(0, x)
    return positive.astype(int)


@wrong("relu", "negative values follow an exponential: this is ELU")
def relu(x):
    negative_part = np.exp(np.minimum(x, 0)) - 1
    return np.where(x > 0, x, negative_part)


@wrong("relu", "this is softplus, the smooth relative of ReLU")
def relu(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@wrong("relu", "the result is a flat row, whatever shape x has")
def relu(x):
    result = []
    for value in x.ravel():
        if value > 0:
            result.append(value)
        else:
            result.append(0.0)
    return np.array(result)


@wrong("relu", "values that aren't positive become -1 and not 0")
def relu(x):
    out = x.copy()
    out[x <= 0] = -1.0
    return out


@wrong("relu", "only values from 1 up pass, smaller positive ones become 0")
def relu(x):
    return np.where(x >= 1, x, 0.0)


@wrong("relu", "the smallest value is subtracted from all, so that none is negative")
def relu(x):
    smallest = np.min(x)
    return x - smallest


@wrong("relu", "x and its absolute value are added, but the sum isn't halved")
def relu(x):
    return x + np.abs(x)


@wrong("relu", "in (x + |x|) / 2 the brackets are missing, so only |x| is halved")
def relu(x):
    return x + np.abs(x) / 2


@wrong("relu", "the sign of x is turned round first: negative values pass, as positive ones")
def relu(x):
    flipped = -x
    return np.maximum(flipped, 0)


@wrong("relu", "the last element is forgotten and stays 0")
def relu(x):
    flat = x.ravel()
    out = np.zeros(flat.shape)
    for i in range(len(flat) - 1):
        if flat[i] > 0:
            out[i] = flat[i]
    return out.reshape(x.shape)


# relu_derivative


@wrong("relu_derivative", "the two sides are exchanged: the slope is 1 for negative values")
def relu_derivative(x):
    return np.where(x < 0, 1.0, 0.0)


@wrong("relu_derivative", "x is compared with 1 and not with 0")
def relu_derivative(x):
    slope = np.zeros(x.shape)
    slope[x > 1] = 1.0
    return slope


@wrong("relu_derivative", "negative values have the slope 0.01, as in leaky ReLU")
def relu_derivative(x):
    return np.where(x > 0, 1.0, 0.01)


@wrong("relu_derivative", "one answer for the whole array: whether any of its values is positive")
def relu_derivative(x):
    if np.any(x > 0):
        return 1.0
    else:
        return 0.0


@wrong("relu_derivative", "the slope is 1 everywhere but at exactly 0, as for the absolute value's size")
def relu_derivative(x):
    return np.where(x != 0, 1.0, 0.0)


@wrong(
    "relu_derivative", "the slope is taken as a difference from x to a little above it, which is not 0 at 0"
)
def relu_derivative(x):
    h = 1e-6
    return (np.maximum(x + h, 0) - np.maximum(x, 0)) / h


@wrong("relu_derivative", "the slope is 1 where the condition fails: 1 and 0 have changed places, at 0 too")
def relu_derivative(x):
    active = x > 0
    return 1.0 - active


@wrong("relu_derivative", "the result is a flat row, whatever shape x has")
def relu_derivative(x):
    slopes = [1.0 if value > 0 else 0.0 for value in x.flatten()]
    return np.array(slopes)


@wrong("relu_derivative", "negative values stay as they are and don't become 0")
def relu_derivative(x):
    out = x.copy()
    out[x > 0] = 1.0
    return out


@wrong("relu_derivative", "this is the sigmoid, a smooth step, which is between 0 and 1 in the middle")
def relu_derivative(x):
    return _sigmoid(x)


@wrong("relu_derivative", "tiny positive values are taken for 0")
def relu_derivative(x):
    return np.where(x > 1e-8, 1.0, 0.0)


@wrong("relu_derivative", "x is cut to whole numbers first, so values between 0 and 1 get the slope 0")
def relu_derivative(x):
    whole = x.astype(int)
    return (whole > 0).astype(float)


@wrong("relu_derivative", "values are limited to 0 and 1, and those between keep their value")
def relu_derivative(x):
    return np.clip(x, 0.0, 1.0)


@wrong("relu_derivative", "the last element is forgotten and stays 0")
def relu_derivative(x):
    flat = x.reshape(-1)
    slopes = np.zeros(flat.size)
    for i in range(flat.size - 1):
        slopes[i] = 1.0 if flat[i] > 0 else 0.0
    return slopes.reshape(x.shape)


# sigmoid


@wrong("sigmoid", "x is limited to -10 to 10, so the far ends don't come near enough to 0 and 1")
def sigmoid(x):
    x = np.clip(x, -10, 10)
    return 1 / (1 + np.exp(-x))


@wrong("sigmoid", "the exponent has a factor 2, so the curve is twice too steep")
def sigmoid(x):
    e = np.exp(-2 * np.abs(x))
    return np.where(x < 0, e, 1.0) / (1 + e)


@wrong("sigmoid", "with |x| in the exponent negative values get the result of positive ones")
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return 1 / (1 + e)


@wrong(
    "sigmoid", "the form for negative x is used for all, so positive values get the result of negative ones"
)
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e)


@wrong("sigmoid", "for negative x the result's sign is turned round, where it should be taken from 1")
def sigmoid(x):
    positive = 1 / (1 + np.exp(-np.abs(x)))
    return np.where(x < 0, -positive, positive)


@wrong("sigmoid", "the result is stretched to (-1, 1), as for tanh")
def sigmoid(x):
    e = np.exp(-np.abs(x))
    s = np.where(x < 0, e, 1.0) / (1 + e)
    return 2 * s - 1


@wrong("sigmoid", "this is the hard sigmoid, straight in the middle")
def sigmoid(x):
    return np.clip(0.2 * x + 0.5, 0.0, 1.0)


@wrong("sigmoid", "this is a step: 1 from 0 up, else 0")
def sigmoid(x):
    return np.where(x >= 0, 1.0, 0.0)


@wrong("sigmoid", "the powers are those of 2 and not of e")
def sigmoid(x):
    power = 2.0 ** (-np.abs(x))
    return np.where(x < 0, power, 1.0) / (1 + power)


@wrong("sigmoid", "the exponentials are divided by their sum over the array, as in softmax")
def sigmoid(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


@wrong("sigmoid", "exactly 0 is in neither of the two cases and stays 0")
def sigmoid(x):
    out = np.zeros(x.shape)
    e = np.exp(-np.abs(x))
    positive, negative = x > 0, x < 0
    out[positive] = (1 / (1 + e))[positive]
    out[negative] = (e / (1 + e))[negative]
    return out


@wrong("sigmoid", "the given array is limited in place to keep the exponential from overflowing")
def sigmoid(x):
    np.clip(x, -500, 500, out=x)
    return 1 / (1 + np.exp(-x))


@wrong("sigmoid", "this is the sigmoid's slope")
def sigmoid(x):
    e = np.exp(-np.abs(x))
    s = 1 / (1 + e)
    return s * (1 - s)


@wrong("sigmoid", "where |x| is above 20, the answer is 1 on both sides")
def sigmoid(x):
    large = np.abs(x) > 20
    safe = np.where(large, 0.0, x)
    return np.where(large, 1.0, 1 / (1 + np.exp(-safe)))


@wrong("sigmoid", "the result is a flat row, whatever shape x has")
def sigmoid(x):
    values = []
    for v in x.ravel():
        if v >= 0:
            values.append(1 / (1 + np.exp(-v)))
        else:
            values.append(np.exp(v) / (1 + np.exp(v)))
    return np.array(values)


# sigmoid_derivative


@wrong("sigmoid_derivative", "the sign is turned round: s - 1 in place of 1 - s")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return s * (s - 1)


@wrong("sigmoid_derivative", "the slope is multiplied by x once more")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return x * s * (1 - s)


@wrong("sigmoid_derivative", "the sigmoid is applied twice, the second time to its own value")
def sigmoid_derivative(x):
    activated = _sigmoid(x)
    s = _sigmoid(activated)
    return s * (1 - s)


@wrong("sigmoid_derivative", "only the second factor is there: 1 minus the sigmoid")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return 1 - s


@wrong("sigmoid_derivative", "the slope is twice too large")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return 2 * s * (1 - s)


@wrong("sigmoid_derivative", "the sigmoid is squared, without the factor 1 - s")
def sigmoid_derivative(x):
    return _sigmoid(x) * _sigmoid(x)


@wrong("sigmoid_derivative", "in e / (1 + e)^2 the square is forgotten")
def sigmoid_derivative(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e)


@wrong("sigmoid_derivative", "in e / (1 + e)^2 the square is on e alone and not on the bracket")
def sigmoid_derivative(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e**2)


@wrong("sigmoid_derivative", "the square of s is written as s times 2")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return s - s * 2


@wrong("sigmoid_derivative", "the slope is a difference over a wide step to one side")
def sigmoid_derivative(x):
    h = 0.1
    return (_sigmoid(x + h) - _sigmoid(x)) / h


@wrong("sigmoid_derivative", "the two factors are added and not multiplied, which always gives 1")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return s + (1 - s)


@wrong("sigmoid_derivative", "the bracket is squared and the first factor is missing")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return (1 - s) ** 2


@wrong("sigmoid_derivative", "one mean slope for the whole array comes back")
def sigmoid_derivative(x):
    s = _sigmoid(x)
    return float(np.mean(s * (1 - s)))


@wrong("sigmoid_derivative", "x is limited to -4 to 4, so the slope doesn't go to 0 far out")
def sigmoid_derivative(x):
    z = np.clip(x, -4, 4)
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


@wrong("sigmoid_derivative", "the given array is limited in place to keep the exponential from overflowing")
def sigmoid_derivative(x):
    x[x < -500] = -500
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


# tanh


@wrong("tanh", "the 1 is subtracted inside of the bracket, before doubling")
def tanh(x):
    return 2 * (_sigmoid(2 * x) - 1)


@wrong("tanh", "the result isn't doubled before 1 is subtracted")
def tanh(x):
    return _sigmoid(2 * x) - 1


@wrong("tanh", "1 is added and not subtracted")
def tanh(x):
    s = _sigmoid(2 * x)
    return 2 * s + 1


@wrong("tanh", "the order of the difference is turned round: 1 minus the doubled sigmoid")
def tanh(x):
    s = _sigmoid(2 * x)
    return 1 - 2 * s


@wrong("tanh", "the 1 is subtracted inside of the sigmoid")
def tanh(x):
    return 2 * _sigmoid(2 * x - 1)


@wrong("tanh", "x is doubled twice, so the curve is twice too steep")
def tanh(x):
    x2 = 2 * x
    e = np.exp(-2 * np.abs(x2))
    return np.sign(x) * (1 - e) / (1 + e)


@wrong("tanh", "the denominator 1 + e is forgotten")
def tanh(x):
    e = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - e)


@wrong("tanh", "the numerator is 1 and not 1 - e")
def tanh(x):
    e = np.exp(-2 * np.abs(x))
    return np.sign(x) * 1 / (1 + e)


@wrong("tanh", "x is only limited to -1 to 1: the hard tanh")
def tanh(x):
    return np.clip(x, -1.0, 1.0)


@wrong("tanh", "x is limited to -3 to 3 first, so the ends stay short of -1 and 1")
def tanh(x):
    z = np.clip(x, -3, 3)
    up, down = np.exp(z), np.exp(-z)
    return (up - down) / (up + down)


@wrong("tanh", "this is softsign, x / (1 + |x|)")
def tanh(x):
    return x / (1 + np.abs(x))


@wrong("tanh", "this is the arc tangent, another function with an S shape")
def tanh(x):
    return np.arctan(x)


@wrong("tanh", "where |x| is above 20, the answer is 1 for negative x, too")
def tanh(x):
    far = np.abs(x) > 20
    z = np.where(far, 0.0, x)
    ratio = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
    return np.where(far, 1.0, ratio)


@wrong("tanh", "the given array is doubled in place")
def tanh(x):
    x *= 2
    return 2 * _sigmoid(x) - 1


# tanh_derivative


@wrong("tanh_derivative", "the square is added to 1 and not subtracted from it")
def tanh_derivative(x):
    t = _tanh(x)
    return 1 + t**2


@wrong("tanh_derivative", "the sign is turned round: the square minus 1")
def tanh_derivative(x):
    t = _tanh(x)
    return t**2 - 1


@wrong("tanh_derivative", "only the square comes back, not 1 minus the square")
def tanh_derivative(x):
    t = _tanh(x)
    return t * t


@wrong("tanh_derivative", "the square is written as times 2")
def tanh_derivative(x):
    t = _tanh(x)
    return 1 - t * 2


@wrong("tanh_derivative", "x is squared and not tanh(x)")
def tanh_derivative(x):
    return 1 - _tanh(x**2)


@wrong("tanh_derivative", "tanh is applied twice, the second time to its own value")
def tanh_derivative(x):
    a = _tanh(x)
    return 1 - _tanh(a) ** 2


@wrong("tanh_derivative", "the tanh in it is the cheat sheet's, which lacks its - 1")
def tanh_derivative(x):
    t = 2 * _sigmoid(2 * x)
    return 1 - t**2


@wrong("tanh_derivative", "the sigmoid of x is squared in place of tanh")
def tanh_derivative(x):
    s = _sigmoid(x)
    return 1 - s**2


@wrong("tanh_derivative", "the chain rule's factors are missing: the sigmoid's slope at 2x without the 4")
def tanh_derivative(x):
    s = _sigmoid(2 * x)
    return s * (1 - s)


@wrong("tanh_derivative", "of the factors 2 and 2 before the sigmoid's slope at 2x only one is there")
def tanh_derivative(x):
    s = _sigmoid(2 * x)
    return 2 * s * (1 - s)


@wrong("tanh_derivative", "this is tanh itself")
def tanh_derivative(x):
    e = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - e) / (1 + e)


@wrong("tanh_derivative", "the absolute value is subtracted from 1 and not the square")
def tanh_derivative(x):
    return 1 - np.abs(_tanh(x))


@wrong("tanh_derivative", "the slope is that of the arc tangent, 1 / (1 + x^2)")
def tanh_derivative(x):
    return 1 / (1 + x**2)


@wrong("tanh_derivative", "the 2 in the exponent is missing, so this is the slope rule for tanh(x / 2)")
def tanh_derivative(x):
    e = np.exp(-np.abs(x))
    t = (1 - e) / (1 + e)
    return 1 - t**2


@wrong("tanh_derivative", "in 4 e / (1 + e)^2 the square is forgotten")
def tanh_derivative(x):
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e)


# dead_fraction


@wrong("dead_fraction", "the number of dead units is divided by the number of samples")
def dead_fraction(Z):
    dead = np.all(Z <= 0, axis=0)
    return float(dead.sum() / Z.shape[0])


@wrong("dead_fraction", "the number of dead units is divided by the number of all entries")
def dead_fraction(Z):
    dead = 0
    for j in range(Z.shape[1]):
        if np.all(Z[:, j] <= 0):
            dead += 1
    return dead / Z.size


@wrong("dead_fraction", "the units are judged by the first sample alone")
def dead_fraction(Z):
    dead = 0
    for z in Z[0]:
        if z <= 0:
            dead += 1
    return dead / len(Z[0])


@wrong("dead_fraction", "a unit counts as dead only if it is exactly 0 for all samples")
def dead_fraction(Z):
    dead = np.all(Z == 0, axis=0)
    return float(dead.mean())


@wrong("dead_fraction", "the share of samples comes back for which some unit is off")
def dead_fraction(Z):
    some_off = np.any(Z <= 0, axis=1)
    return float(some_off.mean())


@wrong("dead_fraction", "the share is given in percent")
def dead_fraction(Z):
    n_units = Z.shape[1]
    dead = sum(1 for j in range(n_units) if Z[:, j].max() <= 0)
    return 100 * dead / n_units


@wrong("dead_fraction", "whole numbers are divided, so any share below 1 becomes 0")
def dead_fraction(Z):
    n, units = Z.shape
    dead = int(np.sum(np.max(Z, axis=0) <= 0))
    return dead // units


@wrong("dead_fraction", "after the first living unit all later ones count as alive: the flag isn't reset")
def dead_fraction(Z):
    n, units = Z.shape
    dead = 0
    alive = False
    for j in range(units):
        for i in range(n):
            if Z[i, j] > 0:
                alive = True
        if not alive:
            dead += 1
    return dead / units


@wrong("dead_fraction", "the last unit is left out of the count, not of the division")
def dead_fraction(Z):
    units = Z.shape[1]
    dead = 0
    for j in range(units - 1):
        if (Z[:, j] <= 0).all():
            dead += 1
    return dead / units


@wrong("dead_fraction", "dead units are divided by living ones and not by all")
def dead_fraction(Z):
    dead = np.sum(np.all(Z <= 0, axis=0))
    alive = Z.shape[1] - dead
    if alive == 0:
        return 1.0
    return float(dead / alive)


@wrong("dead_fraction", "each unit's yes or no comes back and not their share")
def dead_fraction(Z):
    dead = np.all(Z <= 0, axis=0)
    return dead.astype(float)


@wrong("dead_fraction", "ReLU is applied to the given array in place")
def dead_fraction(Z):
    Z[Z < 0] = 0
    dead = Z.sum(axis=0) == 0
    return float(dead.mean())


@wrong("dead_fraction", "a unit counts as dead if ReLU's output is the same for all samples, 0 or not")
def dead_fraction(Z):
    H = np.maximum(Z, 0)
    spread = H.max(axis=0) - H.min(axis=0)
    return float(np.mean(spread == 0))


# softmax


@wrong("softmax", "the row's minimum is subtracted and not its maximum, so large scores overflow")
def softmax(z):
    shifted = z - z.min(axis=-1, keepdims=True)
    exps = np.exp(shifted)
    return exps / np.sum(exps, axis=-1, keepdims=True)


@wrong("softmax", "the scores are divided by their sum, without any exponential")
def softmax(z):
    positive = z - np.min(z, axis=-1, keepdims=True) + 1
    return positive / np.sum(positive, axis=-1, keepdims=True)


@wrong("softmax", "each score goes through a sigmoid by itself")
def softmax(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1.0) / (1 + e)


@wrong("softmax", "the largest score gets 1, all others 0")
def softmax(z):
    winner = z.argmax(axis=-1)
    return np.eye(z.shape[-1])[winner]


@wrong("softmax", "the scores' sign is turned round: the smallest score gets the most")
def softmax(z):
    e = np.exp(-(z - np.min(z, axis=-1, keepdims=True)))
    return e / np.sum(e, axis=-1, keepdims=True)


@wrong("softmax", "the powers are those of 2 and not of e")
def softmax(z):
    shifted = z - z.max(axis=-1, keepdims=True)
    powers = 2.0**shifted
    return powers / powers.sum(axis=-1, keepdims=True)


@wrong("softmax", "the exponentials are divided by the root of the sum of their squares, not by their sum")
def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.linalg.norm(e, axis=-1, keepdims=True)


@wrong("softmax", "the scores are limited to 500, so large scores that differ come out alike")
def softmax(z):
    limited = np.clip(z, -500, 500)
    e = np.exp(limited)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("softmax", "the sum runs along axis 1, which is not the last one where there are three")
def softmax(z):
    if z.ndim == 1:
        e = np.exp(z - z.max())
        return e / e.sum()
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "the maximum is subtracted from the given array in place")
def softmax(z):
    z -= np.max(z, axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("softmax", "1 is added to the sum in the denominator, as in the sigmoid")
def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / (1 + np.sum(e, axis=-1, keepdims=True))


@wrong("softmax", "only the numerator is shifted, the denominator still has the old scores")
def softmax(z):
    top = np.exp(z - np.max(z, axis=-1, keepdims=True))
    bottom = np.sum(np.exp(z), axis=-1, keepdims=True)
    return top / bottom


@wrong("softmax", "the exponentials are divided by their mean and not by their sum")
def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.mean(axis=-1, keepdims=True)


@wrong("softmax", "softmax is applied twice")
def softmax(z):
    for _ in range(2):
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        z = e / e.sum(axis=-1, keepdims=True)
    return z


# dense


@wrong("dense", "sigmoid and tanh are exchanged")
def dense(X, W, b, activation=None):
    z = X @ W + b
    functions = {
        None: lambda v: v,
        "relu": lambda v: np.maximum(v, 0),
        "sigmoid": _tanh,
        "tanh": _sigmoid,
        "softmax": _softmax,
    }
    if activation not in functions:
        raise ValueError("unknown activation")
    return functions[activation](z)


@wrong("dense", "the ReLU in it lets a hundredth of negative values pass")
def dense(X, W, b, activation=None):
    z = X @ W + b
    if activation == "relu":
        return np.where(z > 0, z, 0.01 * z)
    return _activate(z, activation)


@wrong("dense", "tanh lacks its - 1")
def dense(X, W, b, activation=None):
    z = X @ W + b
    if activation == "tanh":
        return 2 * _sigmoid(2 * z)
    return _activate(z, activation)


@wrong("dense", "softmax runs over all samples together, the whole array sums to 1")
def dense(X, W, b, activation=None):
    z = np.dot(X, W) + b
    if activation == "softmax":
        e = np.exp(z - z.max())
        return e / e.sum()
    return _activate(z, activation)


@wrong("dense", "without an activation ReLU is applied, as a default")
def dense(X, W, b, activation=None):
    if activation is None:
        activation = "relu"
    return _activate(X @ W + b, activation)


@wrong("dense", "the bias is subtracted and not added")
def dense(X, W, b, activation=None):
    z = X @ W - b
    return _activate(z, activation)


@wrong("dense", "an unknown activation raises a NotImplementedError and not a ValueError")
def dense(X, W, b, activation=None):
    z = X @ W + b
    if activation not in (None, "relu", "sigmoid", "tanh", "softmax"):
        raise NotImplementedError(activation)
    return _activate(z, activation)


@wrong("dense", "swish is computed, too, where a ValueError is asked for")
def dense(X, W, b, activation=None):
    z = X @ W + b
    if activation == "swish":
        return z * _sigmoid(z)
    return _activate(z, activation)


@wrong("dense", "the activation is applied twice")
def dense(X, W, b, activation=None):
    out = _activate(X @ W + b, activation)
    out = _activate(out, activation)
    return out


@wrong("dense", "the sum of all biases is added to each unit")
def dense(X, W, b, activation=None):
    z = X @ W + np.sum(b)
    return _activate(z, activation)


@wrong("dense", "the weighted inputs are averaged and not summed")
def dense(X, W, b, activation=None):
    n, inputs = X.shape
    units = W.shape[1]
    z = np.zeros((n, units))
    for i in range(n):
        for j in range(units):
            z[i, j] = np.mean(X[i] * W[:, j]) + b[j]
    return _activate(z, activation)


@wrong("dense", "ReLU is the absolute value, and softmax isn't divided by its sum")
def dense(X, W, b, activation=None):
    z = X @ W + b
    if activation == "relu":
        return np.abs(z)
    if activation == "softmax":
        return np.exp(z - z.max(axis=1, keepdims=True))
    return _activate(z, activation)


@wrong("dense", "only where softmax is asked for the bias is forgotten")
def dense(X, W, b, activation=None):
    if activation == "softmax":
        return _softmax(X @ W)
    z = X @ W + b
    return _activate(z, activation)


@wrong("dense", "the last unit is never computed, its weighted sum stays 0")
def dense(X, W, b, activation=None):
    z = np.zeros((X.shape[0], W.shape[1]))
    for j in range(W.shape[1] - 1):
        z[:, j] = X @ W[:, j] + b[j]
    return _activate(z, activation)


# mlp_forward


@wrong("mlp_forward", "the last layer is never run")
def mlp_forward(X, layers):
    H = X
    for i in range(len(layers) - 1):
        W, b, activation = layers[i]
        H = _activate(H @ W + b, activation)
    return H


@wrong("mlp_forward", "the last layer's activation is used for all layers")
def mlp_forward(X, layers):
    activation = layers[-1][2]
    H = X
    for W, b, _ in layers:
        H = _activate(H @ W + b, activation)
    return H


@wrong("mlp_forward", "the first layer's activation is used for all layers")
def mlp_forward(X, layers):
    _, _, activation = layers[0]
    out = X
    for layer in layers:
        out = _activate(out @ layer[0] + layer[1], activation)
    return out


@wrong("mlp_forward", "the bias is added after the activation")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = _activate(H @ W, activation) + b
    return H


@wrong("mlp_forward", "the biases of the hidden layers are forgotten, only the output layer has its own")
def mlp_forward(X, layers):
    H = X
    for W, _, activation in layers[:-1]:
        H = _activate(H @ W, activation)
    W, b, activation = layers[-1]
    return _activate(H @ W + b, activation)


@wrong("mlp_forward", "the output layer's bias is forgotten")
def mlp_forward(X, layers):
    H = X
    for i, (W, b, activation) in enumerate(layers):
        z = H @ W
        if i < len(layers) - 1:
            z = z + b
        H = _activate(z, activation)
    return H


@wrong("mlp_forward", "where tanh is asked for the sigmoid is used")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        if activation == "tanh":
            activation = "sigmoid"
        H = _activate(H @ W + b, activation)
    return H


@wrong("mlp_forward", "softmax runs down the samples and not along each row")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        z = H @ W + b
        if activation == "softmax":
            e = np.exp(z - z.max(axis=0))
            H = e / e.sum(axis=0)
        else:
            H = _activate(z, activation)
    return H


@wrong("mlp_forward", "a softmax is added behind the last layer, whatever its activation is")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = _activate(H @ W + b, activation)
    return _softmax(H)


@wrong("mlp_forward", "the activation is applied to a layer's input and not to its weighted sum")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = _activate(H, activation) @ W + b
    return H


@wrong("mlp_forward", "layers without an activation get ReLU")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = _activate(H @ W + b, activation or "relu")
    return H


@wrong("mlp_forward", "all layers' outputs come back in a list and not only the last one's")
def mlp_forward(X, layers):
    outputs = []
    H = X
    for W, b, activation in layers:
        H = _activate(H @ W + b, activation)
        outputs.append(H)
    return outputs


@wrong("mlp_forward", "the class of the largest output comes back and not the outputs")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = _activate(H @ W + b, activation)
    return np.argmax(H, axis=1)


@wrong("mlp_forward", "the list of layers is emptied on the way")
def mlp_forward(X, layers):
    H = X
    while len(layers) > 0:
        W, b, activation = layers.pop(0)
        H = _activate(H @ W + b, activation)
    return H


@wrong("mlp_forward", "a softmax layer has no case of its own and is left without an activation")
def mlp_forward(X, layers):
    H = X
    for W, b, activation in layers:
        H = H @ W + b
        if activation == "relu":
            H = np.maximum(H, 0)
        elif activation == "sigmoid":
            H = _sigmoid(H)
        elif activation == "tanh":
            H = _tanh(H)
    return H


# classify


@wrong("classify", "ReLU is applied to the samples, too, before the first layer")
def classify(X, layers):
    H = X
    for W, b in layers:
        H = np.maximum(H, 0) @ W + b
    return H.argmax(axis=1)


@wrong("classify", "the hidden layers have a sigmoid and not ReLU")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = _sigmoid(H @ W + b)
    scores = H @ W_out + b_out
    return scores.argmax(axis=1)


@wrong("classify", "the output layer's bias is forgotten")
def classify(X, layers):
    H = X
    for W, b in layers[:-1]:
        H = np.maximum(H @ W + b, 0)
    W_out, _ = layers[-1]
    return np.argmax(H @ W_out, axis=1)


@wrong("classify", "the hidden layers' biases are forgotten")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, _ in hidden:
        H = np.maximum(H @ W, 0)
    scores = H @ W_out + b_out
    return scores.argmax(axis=1)


@wrong("classify", "in the hidden layers the bias is added after ReLU")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W, 0) + b
    scores = H @ W_out + b_out
    return scores.argmax(axis=1)


@wrong("classify", "the classes are counted from 1")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    return scores.argmax(axis=1) + 1


@wrong("classify", "the classes come back as one-hot rows")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    best = scores.max(axis=1, keepdims=True)
    return (scores == best).astype(int)


@wrong("classify", "the score of the largest size wins, negative or not")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = np.abs(H @ W_out + b_out)
    return scores.argmax(axis=1)


@wrong("classify", "argmax has no axis: one place in the whole table comes back")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    return scores.argmax()


@wrong("classify", "only the first hidden layer has ReLU, the other ones have no activation")
def classify(X, layers):
    H = X
    for i, (W, b) in enumerate(layers):
        H = H @ W + b
        if i == 0 and len(layers) > 1:
            H = np.maximum(H, 0)
    return H.argmax(axis=1)


@wrong("classify", "ReLU keeps the negative part: minimum in place of maximum")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.minimum(H @ W + b, 0)
    scores = H @ W_out + b_out
    return scores.argmax(axis=1)


@wrong("classify", "the classes stand in a column of shape (n, 1)")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    return scores.argmax(axis=1, keepdims=True)


@wrong("classify", "only the first two classes are compared, as if there were no others")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    return np.where(scores[:, 1] > scores[:, 0], 1, 0)


@wrong("classify", "a softmax down the samples changes which class is largest in a row")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    scores = H @ W_out + b_out
    e = np.exp(scores - scores.max(axis=0))
    p = e / e.sum(axis=0)
    return p.argmax(axis=1)


@wrong("classify", "the largest unit of the last hidden layer is returned, the output layer isn't used")
def classify(X, layers):
    H = X
    *hidden, (W_out, b_out) = layers
    for W, b in hidden:
        H = np.maximum(H @ W + b, 0)
    return H.argmax(axis=1)


# forward_propagation


@wrong("forward_propagation", "softmax is applied and not ReLU")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.matmul(X, W) + b
    return tf.nn.softmax(z)


@wrong("forward_propagation", "tanh is applied and not ReLU")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.add(tf.matmul(X, W), b)
    return tf.tanh(z)


@wrong("forward_propagation", "this is leaky ReLU, which lets a part of negative values pass")
def forward_propagation(X, W, b):
    import tensorflow as tf

    return tf.nn.leaky_relu(tf.matmul(X, W) + b)


@wrong("forward_propagation", "the bias is subtracted and not added")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.matmul(X, W) - b
    return tf.nn.relu(z)


@wrong("forward_propagation", "the units' outputs are summed up, one number a sample is left")
def forward_propagation(X, W, b):
    import tensorflow as tf

    H = tf.nn.relu(X @ W + b)
    return tf.reduce_sum(H, axis=1)


@wrong("forward_propagation", "the samples are averaged, one row is left")
def forward_propagation(X, W, b):
    import tensorflow as tf

    H = tf.nn.relu(tf.matmul(X, W) + b)
    return tf.reduce_mean(H, axis=0, keepdims=True)


@wrong("forward_propagation", "ReLU is applied to the weights and not to the sums")
def forward_propagation(X, W, b):
    import tensorflow as tf

    W = tf.nn.relu(W)
    return tf.matmul(X, W) + b


@wrong("forward_propagation", "negative sums become positive: the absolute value in place of ReLU")
def forward_propagation(X, W, b):
    import tensorflow as tf

    return tf.abs(tf.matmul(X, W) + b)


@wrong("forward_propagation", "takes the smaller of the sum and 0 in place of the larger")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.matmul(X, W) + b
    return tf.minimum(z, 0.0)


@wrong("forward_propagation", "the sum of all biases is added to each unit")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.matmul(X, W) + tf.reduce_sum(b)
    return tf.nn.relu(z)


@wrong("forward_propagation", "product and bias go through ReLU apart, and are added afterwards")
def forward_propagation(X, W, b):
    import tensorflow as tf

    return tf.nn.relu(tf.matmul(X, W)) + tf.nn.relu(b)


@wrong("forward_propagation", "the bias is added to the weights before they are multiplied with X")
def forward_propagation(X, W, b):
    import tensorflow as tf

    return tf.nn.relu(tf.matmul(X, W + b))


@wrong("forward_propagation", "the outputs are limited to 0 to 1")
def forward_propagation(X, W, b):
    import tensorflow as tf

    z = tf.matmul(X, W) + b
    return tf.clip_by_value(z, 0.0, 1.0)


@wrong("forward_propagation", "the output is transposed, with a row a unit")
def forward_propagation(X, W, b):
    import tensorflow as tf

    H = tf.nn.relu(tf.matmul(X, W) + b)
    return tf.transpose(H)
