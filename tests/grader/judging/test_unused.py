"""Arguments that an answer never looks at."""

import ast
import inspect
import textwrap

import pytest

from grader.exercises import all_exercises
from grader.judging.unused import unused_arguments


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def dense(X, W, b, activation=None): return X @ W",
            "Your code never looks at `b` and `activation`.",
        ),
        (
            "def dense(X, W, c, activation): return relu(X @ W)",
            "Your code never looks at `c` and `activation`.",
        ),
        (
            "def dense(X, W, b, activation):\n b = 0\n return X @ W + b",
            "Your code never looks at `activation`.",
        ),
        ("def dense(X, W, b, activation):\n b += X @ W\n return act(b, activation)", ""),
        ("def dense(X, W, b, activation):\n def add(): return b + X @ W\n return act(add(), activation)", ""),
        ("def dense(X, W, b, activation): return eval('X @ W + b')", ""),
        ("def dense(*arguments): return 0", ""),
        ("@given_all\ndef dense(X, W, b, activation): return X @ W", ""),
        ("def dense(X, W, b, activation): return inspect.currentframe().f_locals['b'] + X @ W", ""),
        ("def dense(self, X, W, b, activation): return X @ W + b", "Your code never looks at `activation`."),
        ("dense = lambda X, W, b, activation: 0", ""),
    ],
)
def test_what_is_never_looked_at_is_named(code, said):
    assert unused_arguments(all_exercises()["dense"], ast.parse(code).body[0]) == said


def test_of_what_has_many_right_answers_nothing_is_said():
    """Whose design needs no seed, say, need not look at it."""
    code = "def nested_estimate(X, y, settings, seed): return 0.5"
    assert unused_arguments(all_exercises()["nested_estimate"], ast.parse(code).body[0]) == ""


def test_what_the_reference_does_not_look_at_either_is_not_missed():
    for exercise in all_exercises().values():
        if exercise.kind == "value" and exercise.public is None:
            node = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(exercise.reference)))).body[0]
            assert unused_arguments(exercise, node) == "", exercise.name


def test_a_class_and_a_notebook_say_so(graded):
    code = "def weighted_sum(x, w, b):\n    return float(sum(one * 3 + 7 for one in x)) ** 2\n"
    verdict = graded(code)["weighted_sum"]
    assert verdict.diagnosis == "unused argument"
    assert verdict.message.endswith("Your code never looks at `w` and `b`.")
