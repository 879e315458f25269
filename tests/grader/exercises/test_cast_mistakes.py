"""A known mistake stays one in another form: in float32, which is compared less strictly, and as lists."""

import numpy as np
import pytest

from grader.child.calling import call
from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.judge import judge
from grader.running.attempt import Attempt

MISTAKES = [
    (exercise.name, mistake.name)
    for exercise in all_exercises().values()
    if exercise.kind == "value" and not exercise.tensors and not exercise.objects
    for mistake in exercise.mistakes
]


def in_float32(answer):
    if isinstance(answer, float | np.floating):
        return np.float32(answer)
    if isinstance(answer, np.ndarray) and answer.dtype == float:
        return answer.astype(np.float32)
    if isinstance(answer, list | tuple):
        return type(answer)(map(in_float32, answer))
    return {key: in_float32(value) for key, value in answer.items()} if isinstance(answer, dict) else answer


def in_lists(answer):
    if isinstance(answer, np.ndarray | np.generic):
        return answer.tolist()
    if isinstance(answer, list | tuple):
        return type(answer)(map(in_lists, answer))
    return {key: in_lists(value) for key, value in answer.items()} if isinstance(answer, dict) else answer


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_it_fails_in_every_form(name, mistake):
    exercise = all_exercises()[name]
    wrong = next(m.answer for m in exercise.mistakes if m.name == mistake)
    bank = bank_of(exercise, PUBLIC_SEED)

    def verdict(form):
        def answer(*arguments):
            found = wrong(*arguments)
            with np.errstate(all="ignore"):  # of numbers that float32 has not
                return form(found)

        outcomes = tuple(call(answer, case, tensors=False, artefact=False) for case in bank.cases)
        return judge(exercise, bank, Attempt(outcomes))

    for form in (in_float32, in_lists):
        assert verdict(form).status != "passed", form.__name__
