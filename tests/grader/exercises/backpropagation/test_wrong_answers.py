"""Lesson 3a: mistakes that are named however they are written."""

import numpy as np
import pytest
from asking import verdict

from grader.judging.bank import PUBLIC_SEED


def cross_entropy_of(y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def path_without_start(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        theta = theta - learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def path_of_one_array(f, theta, learning_rate, steps):
    theta = theta.copy()
    path = [theta]
    for _ in range(steps):
        theta -= learning_rate * f(theta)
        path.append(theta)
    return np.array(path)


def path_without_end(f, theta, learning_rate, steps):
    path = []
    for _ in range(steps):
        path.append(theta)
        theta = theta - learning_rate * f(theta)
    return path


def chained(tape, inputs, replace=False, gate=lambda number, gradient: number > 0):
    """A backward pass that goes wrong in one respect."""
    numbers, answer = [], [0.0] * len(inputs)
    functions = {"add": np.add, "multiply": np.multiply, "exp": np.exp, "log": np.log}
    functions |= {"input": float, "relu": lambda a: max(a, 0.0)}
    for operation, *at in tape:
        numbers.append(functions[operation](*((inputs if operation == "input" else numbers)[i] for i in at)))
    gradients = [0.0] * (len(tape) - 1) + [1.0]
    for place in range(len(tape) - 1, -1, -1):
        (operation, *at), gradient = tape[place], gradients[place]
        x = [0.0 if operation == "input" else numbers[i] for i in at]
        slopes = {"input": (1,), "add": (1, 1), "multiply": x[::-1], "exp": (numbers[place],)}
        slopes |= {"relu": (gate(x[0], gradient),), "log": (1 / x[0] if x[0] else 0.0,)}
        to = answer if operation == "input" else gradients
        for source, slope in zip(at, slopes[operation], strict=True):
            is_replaced = replace and operation != "input"
            to[source] = slope * gradient + (0.0 if is_replaced else to[source])
    return answer


def slopes_of(f, theta):
    return np.array([(f(theta + e) - f(theta - e)) / 2e-5 for e in 1e-5 * np.eye(len(theta))])


def stepped(X, labels, W1, b1, W2, b2, rate, late):
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    p = np.exp(H @ W2 + b2)
    off = (p / p.sum(axis=1, keepdims=True) - np.eye(len(b2))[labels]) / len(X)
    new = W2 - rate * H.T @ off
    through = (off @ (new if late else W2).T) * (Z1 > 0)
    return W1 - rate * X.T @ through, b1 - rate * through.sum(axis=0), new, b2 - rate * off.sum(axis=0)


def five_point_gradient(f, theta, h=1e-5):
    gradient = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = 1e-3
        gradient[i] = (
            8 * (f(theta + step) - f(theta - step)) - f(theta + 2 * step) + f(theta - 2 * step)
        ) / 12e-3
    return gradient


NAMED = {
    "start left out": ("gradient_descent", path_without_start, "start_missing", "begins with the start"),
    "one array": ("gradient_descent", path_of_one_array, "aliased_copy", "All rows are alike"),
    "end left out": ("gradient_descent", path_without_end, "end_missing", "the last step belongs"),
    "five points": ("numerical_gradient", five_point_gradient, "h_ignored", "not the formula's difference"),
    "other limits": (
        "binary_cross_entropy",
        lambda y, p: cross_entropy_of(y, np.clip(p, 1e-15, 1 - 1e-15)),
        "clipped_to_1e_15",
        "other limits",
    ),
    "not clipped": ("binary_cross_entropy", cross_entropy_of, "log_of_zero", "Clip p"),
    "epsilon": (
        "binary_cross_entropy",
        lambda y, p: -np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7)),
        "epsilon_added",
        "clipping is asked for",
    ),
    "only the last use": (
        "backward_pass",
        lambda tape, inputs: chained(tape, inputs, replace=True),
        "overwritten",
        "from both uses",
    ),
    "looked at the gradient": (
        "backward_pass",
        lambda tape, inputs: chained(tape, inputs, gate=lambda number, gradient: gradient > 0),
        "relu_gate",
        "where its *input* was above 0",
    ),
    "isclose as it is": (
        "wrong_gradient_entries",
        lambda f, g, theta: np.flatnonzero(np.abs(g(theta) - slopes_of(f, theta)) > 1e-3).tolist(),
        "absolute",
        "A fixed limit",
    ),
    "the norm of all": (
        "wrong_gradient_entries",
        lambda f, g, theta: np.flatnonzero(
            np.abs(g(theta) - slopes_of(f, theta)) / np.sqrt(np.sum(slopes_of(f, theta) ** 2)) > 0.01
        ).tolist(),
        "whole_norm",
        "beside a large one",
    ),
    "the average": ("best_constant", lambda y, under, over: sum(y) / len(y), "mean", "by their square"),
    "the middle": ("best_constant", lambda y, under, over: np.quantile(y, 0.5), "median", "cost the same"),
    "half the limit": (
        "largest_stable_rate",
        lambda g, theta: (
            1 / np.linalg.svd(np.array([g(theta + e) - g(theta) for e in np.eye(len(theta))]))[1][0]
        ),
        "one_over",
        "This is half of it",
    ),
    "all faults but the weights mended": (
        "training_step",
        lambda X, labels, W1, b1, W2, b2, rate: stepped(X, labels, W1, b1, W2, b2, rate, late=True),
        "new_weights",
        "as it is *after* the step",
    ),
    "one-hot from the labels": (
        "softmax_cross_entropy_gradient",
        lambda labels, z: (
            (np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True)) - np.eye(max(labels) + 1)[labels])
            / len(labels)
        ),
        "width_from_the_labels",
        "as wide as the largest label",
    ),
}


@pytest.mark.parametrize("case", NAMED)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_a_mistake_is_named_however_it_is_written(case, seed):
    name, answer, mistake, words = NAMED[case]
    found = verdict(name, answer, seed)
    assert found.mistake == mistake, found.message
    assert words in found.message


@pytest.mark.parametrize("limits", [(1e-8, 1 - 1e-8), (1e-15, 1.0), (1e-7, 1.0), (0.0, 1 - 1e-7)], ids=str)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_other_limits_are_refused(limits, seed):
    found = verdict("binary_cross_entropy", lambda y, p: cross_entropy_of(y, np.clip(p, *limits)), seed)
    assert (found.status, found.score) == ("failed", 0.0)
