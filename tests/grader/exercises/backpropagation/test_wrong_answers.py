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
