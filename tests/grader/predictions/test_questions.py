"""Questions before experiments: how an outcome is read, and what each of the course's files must hold."""

import math

import msgspec
import pytest

from grader import predictions
from grader.exercises import COURSE
from grader.predictions import Question

SETTINGS = {
    "question": "What comes out?",
    "options": ["low", "middle", "high"],
    "limits": [0.2, 0.8],
    "shown": "{:.0%}",
    "answer": "b",
    "why": "Because.",
}


def question(**changes):
    return msgspec.convert(SETTINGS | changes, Question)


@pytest.mark.parametrize(
    ("outcome", "letter"),
    [(0.1, "a"), (0.2, "b"), ([0.1, 0.5, 0.9], "b"), ([0.9, 0.1, 0.9], "c"), (math.nan, "c"), (1, "c")],
)
def test_limits_part_the_options_and_the_middle_run_decides(outcome, letter):
    assert question().reading(outcome) == letter


@pytest.mark.parametrize(
    ("differences", "letter"),
    [
        ([1, 1, 1, 1, -1], "a"),
        ([-1, -1, -1, -1, 0], "b"),
        ([1, 1, 1, -1, -1], "c"),
        ([0] * 5, "c"),
        (0.1, "a"),
    ],
)
def test_a_difference_is_told_by_four_of_five_runs(differences, letter):
    assert question(limits="sign").reading(differences) == letter


@pytest.mark.parametrize(
    "changes",
    [
        {"limits": [0.2]},
        {"limits": [0.8, 0.2]},
        {"limits": "other"},
        {"answer": "d"},
        {"answer": "ab"},
        {"limits": "sign", "options": ["a", "b"]},
        {"odd": 1},
    ],
)
def test_a_question_that_does_not_fit_together_is_refused(changes):
    with pytest.raises((ValueError, msgspec.ValidationError)):
        question(**changes)


def test_the_files_are_lessons_and_names_are_unique():
    assert set(predictions.lessons()) <= set(COURSE)
    names = [name for lesson in predictions.lessons() for name in predictions.questions_of(lesson)]
    assert len(names) == len(set(names)) == len(predictions.questions())


@pytest.mark.parametrize("name", predictions.questions())
def test_a_question_says_what_people_need(name):
    asked = predictions.questions()[name]
    assert asked.question.endswith("?") and asked.why.endswith(".")
    assert len(set(asked.options)) == len(asked.options) >= 2
    assert asked.shown.format(0.5)
