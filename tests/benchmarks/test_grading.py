"""What benchmarks/grading.py gives to the graders: right and wrong answers that are so, valid notebooks."""

import importlib
import json
import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader.exercises import all_exercises
from grader.judging.bank import build
from grader.judging.judge import judge
from grader.learning import kernel

NAMES = ("weighted_sum", "relu", "sigmoid", "softmax", "dense")
ASKED = {"numpy": NAMES, "tensorflow": ("forward_propagation",)}

each_variant = pytest.mark.parametrize("variant", ASKED)


@pytest.fixture(scope="module")
def grading():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("grading")


@pytest.fixture(scope="module")
def cases(grading):
    return grading.cases_of([name for names in ASKED.values() for name in names])


def run(*sources):
    """Run cells as a notebook does, and return its variables."""
    variables = {}
    with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
        warnings.simplefilter("ignore")
        for source in sources:
            exec(source, variables)
    return variables


def passes(name, function):
    exercise = all_exercises()[name]
    bank = build(exercise, "a seed of the test")
    return judge(exercise, bank, kernel.attempt(exercise, bank, function)).status == "passed"


def passes_peers_test(grading, name, cases, variables):
    try:
        with np.errstate(all="ignore"):
            exec(grading.peers.checking(name, cases[name]), dict(variables))
    except (AssertionError, TypeError):
        return False
    return True


@pytest.mark.parametrize(
    ("variant", "name"), [(variant, name) for variant, names in ASKED.items() for name in names]
)
@pytest.mark.parametrize("right", [True, False])
def test_answers_are_what_they_say(grading, cases, variant, name, right):
    answers = grading.answers(variant, name, right)
    assert len(answers) == 2
    for source in answers:
        variables = run(grading.SETUP[variant], source)
        assert passes(name, variables[name]) == right, source
        assert passes_peers_test(grading, name, cases, variables) == right, source


@each_variant
def test_a_class_is_mixed_and_repeatable(grading, variant):
    made = grading.submissions(30, variant)
    assert made == grading.submissions(30, variant)
    assert len({submission.name for submission in made}) == 30
    assert made[0].right == set(ASKED[variant])
    for name in ASKED[variant]:
        assert 15 <= sum(name in submission.right for submission in made) <= 28
        for submission in made:
            right = name in submission.right
            assert submission.answers[name] in grading.answers(variant, name, right)


def test_hostile_submission_fools_the_peers_test_and_not_our_judge(grading, cases, monkeypatch):
    monkeypatch.setattr(np, "allclose", np.allclose)  # put back at the end
    hostile = grading.submissions(2, "numpy")[-1]
    variables = run(hostile.setup, *hostile.answers.values())
    assert not hostile.right
    for name in NAMES:
        assert passes_peers_test(grading, name, cases, variables)
        assert not passes(name, variables[name])


@each_variant
def test_notebooks_are_valid(grading, tmp_path, variant):
    for submission in grading.submissions(3, variant):
        notebook = nbformat.read(grading.peers.write(submission, tmp_path), as_version=4)
        nbformat.validate(notebook)
        assert [cell.source for cell in notebook.cells] == [submission.setup, *submission.answers.values()]


def test_cases_survive_as_source(grading, cases):
    for name in NAMES:
        source = grading.peers.literal(cases[name])
        again = eval(source, {"np": np, "inf": np.inf, "nan": np.nan})
        for (arguments, expected), (arguments_again, expected_again) in zip(cases[name], again, strict=True):
            assert json.dumps(arguments, default=np.ndarray.tolist) == json.dumps(
                arguments_again, default=np.ndarray.tolist
            )
            assert expected is expected_again or np.array_equal(expected, expected_again)
