import numpy as np
import pytest
from asking import BY_NAME, verdict

from grader.judging import others


def tanh(x):
    return 1 - 2 / (np.exp(2 * np.asarray(x, float)) + 1)


def mean_squared(y, p):
    return float(np.mean((y - p) ** 2))


@pytest.mark.parametrize(
    ("name", "answer", "other"),
    [
        ("tanh_derivative", tanh, "tanh"),
        ("binary_cross_entropy", mean_squared, "mse"),
        ("softmax", lambda z: 1 / (1 + np.exp(-z)), "sigmoid"),
    ],
)
def test_the_answer_to_another_exercise_is_called_so(name, answer, other):
    found = verdict(name, answer)
    assert found.diagnosis == "relation"
    assert found.message.endswith(f"On every case that fails it is what `{other}` gives.")


def test_those_that_take_as_many_arguments_are_asked():
    for other in others._alike(BY_NAME["mse"]):
        assert other.kind == "value"
        assert not other.heavy
        assert other.name != "mse"
    assert BY_NAME["binary_cross_entropy"] in others._alike(BY_NAME["mse"])
    assert BY_NAME["relu"] not in others._alike(BY_NAME["mse"])


def test_large_numbers_are_nobody_elses_arguments():
    """A number may be a size for another function."""
    assert others._is_small(others.plaindata.encode((np.ones((2, 3)), 4, 0.5)))
    for case in ((10**6,), (np.ones(10**4),), ("text",), ([1, 2],)):
        assert not others._is_small(others.plaindata.encode(case))
