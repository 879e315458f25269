"""Every exercise, end to end: it owes nothing that `grader author check` asks, nor what that does not ask."""

import numpy as np
import pytest

from grader import exercises
from grader.authoring.belonging import signature_of
from grader.authoring.owes import lesson_owes, owes
from grader.authoring.places import Places, catalogue
from grader.authoring.running import seeds_of, verdict
from grader.child.plaindata import decode, encode
from grader.exercises import all_exercises, exercises_of, lesson_of
from grader.judging.bank import PUBLIC_SEED, bank_of, drawn

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

EXERCISES = all_exercises()
VALUES = [name for name, exercise in EXERCISES.items() if exercise.kind == "value"]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


@each_exercise
def test_an_exercise_owes_nothing(exercise):
    assert owes(exercise, slow=True) == []


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_a_lesson_owes_nothing(lesson):
    assert lesson_owes(lesson) == []


@each_exercise
def test_a_known_mistake_is_shown_by_an_example(exercise):
    if exercise.kind == "goal" or any(bank_of(exercise).groups):
        return  # of a training, or of what many cases come to, there is no single case to show
    for mistake in exercise.mistakes:
        for seed in seeds_of(exercise):
            shown = verdict(exercise, mistake.answer, seed).counterexample is not None
            assert shown == (exercise.artefact is None), mistake.name


@pytest.mark.parametrize("name", VALUES)
def test_the_smallest_case_of_a_value_comes_first(name):
    sizes = [sum(np.size(a) for a in _numbers(decode(case))) for case in bank_of(EXERCISES[name]).cases]
    assert sizes == sorted(sizes)


@each_exercise
def test_a_seed_draws_the_same_cases_again(exercise):
    """That another one draws others is asked by `owes`."""
    bank = bank_of(exercise)
    again = [
        (encode(case.arguments), encode(case.inputs), encode(case.secret))
        for case in drawn(exercise, PUBLIC_SEED)
    ]
    assert again == list(zip(bank.cases, bank.inputs, bank.secrets, strict=True))


def test_names_are_unique_and_every_exercise_has_its_lesson():
    names = [e.name for lesson in {lesson_of(e) for e in EXERCISES.values()} for e in exercises_of(lesson)]
    assert sorted(names) == sorted(EXERCISES)
    with pytest.raises(KeyError):
        exercises.exercises_of("99_nothing")


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_the_catalogue_is_whole_and_in_order(lesson):
    asked = [signature_of(exercise) for exercise in exercises_of(lesson)]
    assert asked == catalogue(Places(lesson).catalogue)[lesson]


def test_the_catalogue_has_no_other_lesson():
    assert list(catalogue(Places("01_introduction").catalogue)) == list(exercises.LESSONS)


def _numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, np.ndarray | int | float) else []
