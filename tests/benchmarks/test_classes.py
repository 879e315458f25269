"""What benchmarks/classes.py has graded: right and wrong answers that are so, alike or not as it says."""

import importlib
import warnings
from pathlib import Path

import numpy as np
import pytest

from grader.exercises import all_exercises, exercises_of
from grader.judging.bank import bank_of
from grader.judging.judge import judge
from grader.learning import kernel

LESSON = [  # the exercises of lesson 2 that had answers when the benchmark was written
    *("weighted_sum", "relu", "relu_derivative", "sigmoid", "sigmoid_derivative", "tanh", "tanh_derivative"),
    *("softmax", "dense", "mlp_forward", "dead_fraction", "forward_propagation"),
]


@pytest.fixture(scope="module")
def classes():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("classes")


def status(classes, name, body):
    lines = body.replace("NAME", "z1").split("; ")
    source = f"def {name}({classes.SIGNATURES[name]}):\n" + "".join(f"    {line}\n" for line in lines)
    exercise, names = all_exercises()[name], {}
    with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
        warnings.simplefilter("ignore")
        exec(classes.SETUP, names)
    exec(source, names)
    bank = bank_of(exercise)
    with np.errstate(all="ignore"):
        return judge(exercise, bank, kernel.attempt(exercise, bank, names[name])).status


@pytest.mark.parametrize("name", LESSON)
def test_right_answers_are_right_and_wrong_ones_wrong(classes, name):
    rights, wrongs = (classes.bodies(name, right=right) for right in (True, False))
    assert rights
    assert wrongs
    assert {status(classes, name, body) for body in rights} == {"passed"}
    assert "passed" not in {status(classes, name, body) for body in wrongs}


def test_a_class_has_all_exercises_and_some_answers_alike(classes):
    made = classes.notebooks(60, alike=True)
    assert made == classes.notebooks(60, alike=True), "the class is the same in every run"
    assert all(list(notebook.answers) == LESSON for notebook in made)
    assert len({notebook.answers["relu"] for notebook in made}) < 60


def test_no_two_answers_of_the_other_class_are_alike(classes):
    made = classes.notebooks(60, alike=False)
    for name in LESSON:
        assert len({notebook.answers[name] for notebook in made}) == 60


def test_the_training_submission_is_right(classes):
    names = {}
    exec(classes.TRAINING.replace("epochs=900", "epochs=1"), names)
    exercise = all_exercises()["relu"]
    bank = bank_of(exercise)
    assert judge(exercise, bank, kernel.attempt(exercise, bank, names["relu"])).status == "passed"


def test_a_lessons_class_has_all_its_exercises_and_no_two_answers_alike(classes):
    made = classes.lesson_notebooks("07b_recurrent_networks", 40)
    assert made == classes.lesson_notebooks("07b_recurrent_networks", 40)
    for exercise in exercises_of("07b_recurrent_networks"):
        assert len({notebook.answers[exercise.name] for notebook in made}) == 40
        wrong = [notebook for notebook in made if notebook.answers[exercise.name].count("\n") == 3]
        assert 2 <= len(wrong) <= 20


def test_a_lessons_references_are_right_there_too(classes):
    for name in ("seasonal_naive", "gru_step", "choose_window"):
        exercise, names = all_exercises()[name], {}
        (notebook,) = [n for n in classes.lesson_notebooks("07b_recurrent_networks", 2) if n.name == "s0001"]
        exec(notebook.setup, names)
        exec(notebook.answers[name], names)
        bank = bank_of(exercise)
        expected = "failed" if notebook.answers[name].count("\n") == 3 else "passed"
        assert judge(exercise, bank, kernel.attempt(exercise, bank, names[name])).status == expected
