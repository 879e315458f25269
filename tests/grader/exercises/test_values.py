"""Values of lessons 3a to 7b without 4: enough cases, and known mistakes that they tell from one another."""

import itertools

import numpy as np
import pytest
from asking import cases_of, outcomes_of, same

from grader.child import plaindata
from grader.exercises import exercises_of, lesson_of

LESSONS = (
    *("03a_backpropagation", "03b_optimization"),
    *("05a_preprocessing", "05b_architecture", "05c_training_process"),
    *("06_evaluation", "07a_convolutional_networks", "07b_recurrent_networks"),
)
VALUES = [exercise for lesson in LESSONS for exercise in exercises_of(lesson) if exercise.kind == "value"]
SEEDS = (0, 1, 2)
MOST = {  # numbers that the smallest case may have which tells a mistake, where twelve are too few
    "05b_architecture": 14,  # a kernel of 2 × 2 and five vectors
    "07a_convolutional_networks": 14,  # an image of 3 × 3, a kernel of 2 × 2, a bias
    "07b_recurrent_networks": 15,  # an LSTM of one unit, its input and its two states
}
each_value = pytest.mark.parametrize("exercise", VALUES, ids=lambda exercise: exercise.name)


def sizes_of(case):
    parts = [list(value.values()) if isinstance(value, dict) else value for value in case]
    arrays = [value for value in parts if isinstance(value, np.ndarray | list)]
    return sum(sum(map(np.size, value)) if isinstance(value, list) else value.size for value in arrays)


@each_value
def test_there_are_enough_cases_and_no_two_alike(exercise):
    encoded = {plaindata.encode(case) for case in cases_of(exercise.name)}
    assert 20 <= len(cases_of(exercise.name)) == len(encoded) <= 35


@each_value
@pytest.mark.parametrize("seed", SEEDS)
def test_every_mistake_is_told_from_the_others(exercise, seed):
    answers = {"": exercise.reference} | {mistake.name: mistake.answer for mistake in exercise.mistakes}
    for one, other in itertools.combinations(answers, 2):
        outcomes = (outcomes_of(exercise.name, answers[name], seed) for name in (one, other))
        triples = zip(cases_of(exercise.name, seed), *outcomes, strict=True)
        assert not all(same(exercise, *triple) for triple in triples), (one, other)


@each_value
def test_every_mistake_fails_on_something_small(exercise):
    """A counterexample is only worth reading if it can be worked out by hand."""
    right = outcomes_of(exercise.name, exercise.reference)
    for mistake in exercise.mistakes:
        wrong = outcomes_of(exercise.name, mistake.answer)
        failing = [
            sizes_of(case)
            for case, *pair in zip(cases_of(exercise.name), right, wrong, strict=True)
            if not same(exercise, case, *pair)
        ]
        most = MOST.get(lesson_of(exercise), 12)
        if mistake.name != "recursive":  # which is wrong on long tapes alone
            assert min(failing) <= most, mistake.name
