import time
from functools import partial

import numpy as np
import pytest
from asking import BY_NAME

from grader.judging.bank import bank_of
from grader.learning import own_line, right_values
from grader.learning.right_values import point_to_look_at


def place(name, function, seconds=20.0):
    """The line, from the definition's first, and the code of the point that is found."""
    exercise = BY_NAME[name]
    bank = bank_of(exercise)
    is_right = partial(own_line._is_right, exercise, bank)
    return point_to_look_at(exercise, bank, function, is_right, time.monotonic() + seconds)


def batch_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=0)
    variance = (x**2).mean(axis=0)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def clip_by_global_norm(grads, max_norm):
    norm = 0
    for grad in grads:
        norm += np.abs(grad).sum()
    if norm > max_norm:
        grads = [max_norm / norm * grad for grad in grads]
    return grads


def classify(X, layers):
    """A sigmoid in the place of ReLU, in every round of a loop."""
    H = X
    *hidden, (last, bias) = layers
    for W, b in hidden:
        H = 1 / (1 + np.exp(-(H @ W + b)))
    return (H @ last + bias).argmax(axis=1)


def positional_encoding(length, depth):
    """Number by number, where the reference has arrays."""
    encoding = np.zeros((length, depth))
    for p in range(length):
        for i in range(0, depth, 2):
            angle = p / 100_000 ** (i / depth)
            encoding[p, i] = np.sin(angle)
            encoding[p, i + 1] = np.cos(angle)
    return encoding


@pytest.mark.parametrize(
    ("function", "line", "code"),
    [
        (batch_norm, 3, "variance"),
        (clip_by_global_norm, 4, "norm"),
        (classify, 6, "H"),
        (positional_encoding, 6, "angle"),
    ],
)
def test_the_place_that_all_is_right_with_is_found(function, line, code):
    found = place(function.__name__, function)
    assert found is not None
    assert (found.line, found.code) == (line, code)


def the_answer_at_the_end(x, gamma, beta, epsilon=1e-3):
    answer = np.tanh(x) + gamma - beta
    return answer  # noqa: RET504


def the_answer_in_a_loop(x):
    return np.array([one / 3 + 1 for one in np.ravel(x)]).reshape(np.shape(x))


def wrong_twice(x, gamma, beta, epsilon=1e-3):
    mean, spread = x.max(axis=0), x.min(axis=0) + 3
    return gamma * np.cbrt(x - mean) / spread**3 - 2 * beta


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("batch_norm", the_answer_at_the_end),
        ("relu", the_answer_in_a_loop),
        ("batch_norm", wrong_twice),
        ("batch_norm", BY_NAME["batch_norm"].reference),  # which is right
        ("relu", len),
    ],
)
def test_that_the_answer_itself_would_be_right_says_nothing(name, function):
    assert place(name, function) is None


def test_no_more_time_is_taken_than_there_is():
    assert place("batch_norm", batch_norm, seconds=-1) is None


def test_one_that_does_something_else_each_time_is_left_alone():
    calls = iter(range(10**9))

    def odd(x):
        return x if next(calls) % 2 else np.maximum(x, 0)

    assert place("relu", odd) is None


def test_what_is_put_has_as_many_values_as_the_point_is_reached():
    one, several = (
        (right_values.plaindata.encode(np.arange(4.0).reshape(2, 2)),),
        tuple(right_values.plaindata.encode(float(n)) for n in range(3)),
    )
    sizes = {form: right_values._formed(form, one, 4) for form in right_values.FORMS}
    assert {form: len(values) for form, values in sizes.items() if values} == {"each": 4, "elements": 4}
    assert len(right_values._formed("rows", one, 2)) == 2
    assert right_values._formed("same", several, 3) == several
    assert right_values._formed("last", several, 1) == several[-1:]
    (stacked,) = right_values._formed("stacked", several, 1)
    assert right_values.plaindata.decode(stacked).tolist() == [0.0, 1.0, 2.0]
    assert not any(right_values._formed(form, several, 2) for form in right_values.FORMS)
