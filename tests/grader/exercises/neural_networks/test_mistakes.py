"""Lesson 2: known mistakes, told from right answers by cases that one can work out."""

import numpy as np
import pytest
from asking import cases_of, outcomes_of, same

from grader.exercises import exercises_of

EXERCISES = exercises_of("02_neural_networks")
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@each_exercise
def test_every_mistake_fails_on_something_small(exercise):
    """A counterexample is only worth reading if it can be worked out by hand."""
    for mistake in exercise.mistakes:
        pairs = zip(
            cases_of(exercise.name),
            outcomes_of(exercise.name, exercise.reference),
            outcomes_of(exercise.name, mistake.answer),
            strict=True,
        )
        failing = [
            sum(np.size(value) for value in case if isinstance(value, np.ndarray))
            for case, right, wrong in pairs
            if not same(exercise, case, right, wrong)
        ]
        assert min(failing) <= 12, mistake.name
