"""Every exercise, end to end: its solution passes, its stub does not, its known mistakes are named."""

import ast
import inspect
import textwrap

import numpy as np
import pytest

from grader.bank import PUBLIC_SEED, bank_of, build
from grader.calling import call
from grader.exercises import all_exercises, exercises_of, lesson_of
from grader.judge import Attempt, judge
from grader.plaindata import decode

EXERCISES = all_exercises()
MISTAKES = [(e.name, m.name) for e in EXERCISES.values() for m in e.mistakes]
SEEDS = (PUBLIC_SEED, "a class's secret")


def verdict(exercise, function, seed=PUBLIC_SEED):
    bank = bank_of(exercise, seed)
    outcomes = tuple(call(function, case, tensors=exercise.tensors) for case in bank.cases)
    return judge(exercise, bank, Attempt(outcomes))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", EXERCISES)
def test_solution_passes(name, seed):
    report = verdict(EXERCISES[name], EXERCISES[name].reference, seed)
    assert report.status == "passed", report.message
    assert report.score == report.out_of > 0
    assert report.passed == report.cases == len(bank_of(EXERCISES[name], seed).cases) >= 15


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_is_missing(name):
    def stub(*arguments):
        raise NotImplementedError

    report = verdict(EXERCISES[name], stub)
    assert (report.status, report.score, report.passed) == ("missing", 0, 0)


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_known_mistake_is_refused_and_named(name, mistake):
    exercise = EXERCISES[name]
    wrong = next(m for m in exercise.mistakes if m.name == mistake)
    for seed in SEEDS:
        report = verdict(exercise, wrong.answer, seed)
        assert report.status in ("failed", "error")
        assert report.score == 0
        assert report.mistake == mistake
        assert report.message == wrong.message
        assert report.counterexample is not None


@pytest.mark.parametrize("name", EXERCISES)
def test_smallest_case_comes_first(name):
    sizes = [sum(np.size(a) for a in _numbers(decode(case))) for case in bank_of(EXERCISES[name]).cases]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", EXERCISES)
def test_another_seed_gives_other_inputs(name):
    exercise = EXERCISES[name]
    one, two = build(exercise, "1").cases, build(exercise, "2").cases
    assert one == build(exercise, "1").cases
    assert len(set(one) - set(two)) >= 5


@pytest.mark.parametrize("name", EXERCISES)
def test_statement_is_the_docstring_of_the_reference(name):
    reference = EXERCISES[name].reference
    assert reference.__name__ == name
    tree = ast.parse(textwrap.dedent(inspect.getsource(reference))).body[0]
    statement = ast.get_docstring(tree)
    assert statement and "Args:" in statement and "Returns:" in statement and ">>>" in statement
    for parameter in inspect.signature(reference).parameters:
        assert parameter in statement


def test_names_are_unique_and_every_exercise_has_its_lesson():
    names = [e.name for lesson in {lesson_of(e) for e in EXERCISES.values()} for e in exercises_of(lesson)]
    assert sorted(names) == sorted(EXERCISES)


def test_the_catalogue_of_lesson_02_is_whole():
    signatures = {
        e.name: tuple(inspect.signature(e.reference).parameters) for e in exercises_of("02_neural_networks")
    }
    assert signatures == {
        "weighted_sum": ("x", "w", "b"),
        "relu": ("x",),
        "relu_derivative": ("x",),
        "sigmoid": ("x",),
        "sigmoid_derivative": ("x",),
        "tanh": ("x",),
        "tanh_derivative": ("x",),
        "softmax": ("z",),
        "dense": ("X", "W", "b", "activation"),
        "mlp_forward": ("X", "layers"),
        "dead_fraction": ("Z",),
        "forward_propagation": ("X", "W", "b"),
    }  # fmt: skip


def _numbers(value):
    if isinstance(value, list | tuple):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, np.ndarray | int | float) else []
