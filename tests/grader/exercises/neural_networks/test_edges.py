"""Lesson 2: the edges that the cases of several exercises reach."""

import numpy as np
import pytest
from asking import arrays_of, cases_of, has

from grader.exercises import exercises_of

EXERCISES = exercises_of("02_neural_networks")
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@each_exercise
def test_arguments_are_plain_floats(exercise):
    wanted = np.float32 if exercise.tensors else np.float64

    def check(value):
        if isinstance(value, np.ndarray):
            assert value.dtype == wanted
            assert value.size
        elif isinstance(value, list | tuple):
            for item in value:
                check(item)
        else:
            assert value is None or type(value) in (str, float)

    for case in cases_of(exercise.name):
        check(case)


@pytest.mark.parametrize(
    "name", ["relu", "relu_derivative", "sigmoid", "sigmoid_derivative", "tanh", "tanh_derivative"]
)
def test_edges_of_the_elementwise_functions(name):
    assert {x.ndim for x in arrays_of(name)} == {0, 1, 2, 3}
    assert has(name, lambda x: np.any((x == 0) & ~np.signbit(x)))
    assert has(name, lambda x: np.any((x == 0) & np.signbit(x)))
    assert has(name, lambda x: x.ndim and np.all(x < 0))
    assert has(name, lambda x: x.ndim and x.flat[0] < 0 and np.any((x > 0) & (x % 1 > 0)))
    for value in (1e4, -1e4):
        assert has(name, lambda x, value=value: x.ndim == 0 and x == value)
        assert has(name, lambda x, value=value: x.ndim and np.any(x == value))
    for value in (20.0, -20.0, 40.0, -40.0, 1e-12, -1e-12):
        assert has(name, lambda x, value=value: np.any(x == value))
    assert max(np.abs(x).max() for x in arrays_of(name)) == 1e4
