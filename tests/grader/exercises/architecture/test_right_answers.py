"""Lesson 5b: right answers that the cases accept, written in other ways."""

import math
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
from asking import as_float32, assert_accepted, each_of, verdict

from grader.exercises import exercises_of
from grader.references import architecture as reference

SEEDS = (0, 1, 2)
HEADS = {
    "binary": ("sigmoid", "binary_crossentropy"),
    "multiclass": ("softmax", "sparse_categorical_crossentropy"),
    "multilabel": ("sigmoid", "binary_crossentropy"),
    "regression": ("linear", "mean_squared_error"),
}


def heads_from_a_table(task, num_classes=None):
    try:
        end = HEADS[task]
    except KeyError:
        raise ValueError("unknown") from None
    return [num_classes if task.startswith("multi") else 1, *end]


def places_counted(size, kernel, stride, padding):
    rim = 0 if padding == "valid" else max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return len(range(0, size + rim - kernel + 1, stride))


def width_by_the_formula(inputs, depth, classes, budget):
    a, b, c = depth - 1, inputs + 1 + depth - 1 + classes, classes - budget
    if c > 0:
        return 0
    return -c // b if a == 0 else int((-b + math.isqrt(b * b - 4 * a * c)) // (2 * a))


def dropout_with_where(x, rate, mask):
    return np.where(mask, np.asarray(x) * (1 / (1 - rate)), 0.0)


def penalty_of_a_flat_row(weights, strength):
    flat = np.concatenate([np.ravel(w) for w in weights]) if weights else np.zeros(0)
    return strength * flat @ flat


def norm_in_steps(x, gamma, beta, epsilon=1e-3):
    centred = x - x.sum(axis=0) / len(x)
    return [list(gamma * row / (np.mean(centred**2, axis=0) + epsilon) ** 0.5 + beta) for row in centred]


def layer_anew(x, state, training):
    new = dict(state)
    mean, variance = new["moving_mean"], new["moving_variance"]
    if training:
        mean, variance = np.mean(x, 0), np.mean((x - np.mean(x, 0)) ** 2, 0)
        new["moving_mean"] = state["moving_mean"] + 0.01 * (mean - state["moving_mean"])
        new["moving_variance"] = state["moving_variance"] + 0.01 * (variance - state["moving_variance"])
    return [state["gamma"] * (x - mean) * (variance + 0.001) ** -0.5 + state["beta"], new]


def folded_by_probing(kernel, bias, gamma, beta, mean, variance, epsilon):
    """What the two layers answer to no input at all, and to each input alone."""

    def both(x):
        return gamma * (x @ kernel + bias - mean) / np.sqrt(variance + epsilon) + beta

    nothing = both(np.zeros(len(kernel)))
    return both(np.eye(len(kernel))) - nothing, nothing


ALSO_RIGHT = {
    "output_head": [heads_from_a_table],
    "convolution_output_size": [
        places_counted,
        lambda size, kernel, stride, padding: (
            (size + stride - (kernel if padding == "valid" else 1)) // stride
        ),
    ],
    "fair_width": [width_by_the_formula],
    "dropout": [dropout_with_where, as_float32(reference.dropout)],
    "l2_penalty": [
        penalty_of_a_flat_row,
        lambda ws, s: np.float32(sum(s * float((w * w).sum()) for w in ws)),
    ],
    "batch_norm": [norm_in_steps, as_float32(reference.batch_norm)],
    "batch_norm_layer": [layer_anew],
    "fold_batch_norm": [folded_by_probing, as_float32(reference.fold_batch_norm)],
}


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    assert_accepted(name, answer, seed)


def test_every_value_has_another_right_answer():
    values = {exercise.name for exercise in exercises_of("05b_architecture") if exercise.kind == "value"}
    assert set(ALSO_RIGHT) == values


def legacy_seed(fan_in, fan_out, seed):
    np.random.seed(seed % 2**32)
    return (np.random.randn(fan_in, fan_out) * (2 / fan_in) ** 0.5).tolist()


def cut_off(fan_in, fan_out, seed):
    return keras.initializers.HeNormal(seed=seed)((fan_in, fan_out))


@pytest.mark.parametrize("seed", ["one", "two"])
@pytest.mark.parametrize("answer", [legacy_seed, cut_off], ids=lambda answer: answer.__name__)
def test_other_starting_weights_pass(answer, seed):
    found = verdict("he_normal", answer, seed)
    assert found.status == "passed", found.message
