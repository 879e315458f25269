"""A learner's own way on, from what their record holds."""

import pytest

from grader import predict
from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.learning import progress
from grader.learning.way_on import Step, way_on

pytestmark = pytest.mark.usefixtures("own_home")
RESOURCES = {
    "nielsen": {"lessons": ["02_neural_networks", "03a_backpropagation"]},
    "keras_guides": {"lessons": ["04_frameworks"]},
    "goodfellow": {"lessons": ["02_neural_networks"]},
}


def record(**statuses):
    verdicts = [verdict_on(all_exercises()[name], status, "") for name, status in statuses.items()]
    progress.record(verdicts)


def test_an_empty_record_has_no_way_and_loads_no_exercises(monkeypatch):
    monkeypatch.setattr("grader.learning.way_on.exercises_of", None)
    assert way_on(RESOURCES) == []


def test_what_never_passed_is_listed_with_what_goes_with_its_lesson():
    record(tanh="failed", relu="error", sigmoid="passed", majority_baseline="timeout")
    record(relu="passed")
    record(relu="failed")  # it passed before
    assert way_on(RESOURCES) == [
        Step("01_introduction", ("majority_baseline",), (), ()),
        Step("02_neural_networks", ("tanh",), (), ("nielsen", "goodfellow")),
    ]


def test_a_prediction_waits_until_its_outcome_was_seen(capsys):
    predict("drawn_labels", "c")
    assert way_on(RESOURCES) == [Step("01_introduction", (), ("drawn_labels",), ())]
    predict.outcome("drawn_labels", 1.0)
    capsys.readouterr()
    assert way_on(RESOURCES) == []


def test_names_that_the_course_has_no_more_are_left_out():
    def add(known):
        known.exercises["of_long_ago"] = progress.History("failed", tries=1)
        known.predictions["of_long_ago"] = progress.Prediction("a", progress.local_now())

    progress.change(add, progress.local_now())
    assert way_on(RESOURCES) == []
