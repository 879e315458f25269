"""Saying what an experiment will give before it is run, and what is kept of it."""

import pytest

from grader import predict
from grader.learning import progress
from grader.storage import folder

pytestmark = pytest.mark.usefixtures("own_home", "one_question")


def kept():
    return {name: (made.choice, made.outcome) for name, made in progress.predictions().items()}


def test_a_prediction_is_kept_and_stands_beside_the_outcome(capsys):
    predict("drawn_labels", choice="b")
    assert kept() == {"drawn_labels": ("b", None)}
    predict.outcome("drawn_labels", [0.99, 1.0, 0.98])
    assert kept() == {"drawn_labels": ("b", "c")}
    said = capsys.readouterr().out
    assert "You say b) 50 %" in said
    assert "You said b) 50 %; it was c) 100 %" in said
    assert "(99%, 100%, 98%)" in said and "Noise can be learnt." in said


def test_one_that_came_true_is_said_to(capsys):
    predict("drawn_labels", "c")
    predict.outcome("drawn_labels", 1.0)
    assert "As you said, it was c) 100 %" in capsys.readouterr().out


def test_without_a_choice_the_question_is_shown_and_nothing_is_kept(capsys):
    predict("drawn_labels", choice=None)
    predict.outcome("drawn_labels", 1.0)
    assert kept() == {}
    said = capsys.readouterr().out
    assert "How right?" in said and "c) 100 %" in said and "It was c) 100 %" in said


def test_who_has_seen_the_outcome_does_not_change_the_prediction(capsys):
    predict("drawn_labels", "b")
    predict("drawn_labels", "a")
    assert kept() == {"drawn_labels": ("a", None)}
    predict.outcome("drawn_labels", 1.0)
    predict("drawn_labels", "c")
    assert kept() == {"drawn_labels": ("a", "c")}
    assert "it stays at a) 10 %" in capsys.readouterr().out


@pytest.mark.parametrize("choice", ["d", "ab", "", 1, 2.5, ["a"], "100 %"])
def test_a_choice_that_is_none_is_said_and_not_kept(choice, capsys):
    predict("drawn_labels", choice)
    assert kept() == {}
    assert "Choose one of 'a', 'b', 'c'." in capsys.readouterr().out


@pytest.mark.parametrize("result", ["high", [], None, ["x"], [[1.0, 2.0]]])
def test_an_outcome_that_is_none_is_said(result, capsys):
    predict.outcome("drawn_labels", result)
    assert "a number, or one for each run" in capsys.readouterr().out


def test_an_unknown_question_is_said_and_the_notebook_goes_on(capsys):
    predict("drawn_label", "a")
    predict.outcome(None, 1.0)
    said = capsys.readouterr().out
    assert "Is it `drawn_labels` that you mean?" in said and "no question None" in said


def test_predictions_and_answers_share_the_file(capsys):
    predict("drawn_labels", "a")
    progress.change(
        lambda known: known.exercises.setdefault("relu", progress.History()), progress.local_now()
    )
    predict.outcome("drawn_labels", 0.0)
    assert kept() == {"drawn_labels": ("a", "a")}
    assert list(progress.histories()) == ["relu"]


def test_a_file_of_before_there_were_predictions_is_read(capsys):
    path = folder("state") / "progress.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"version": 1, "exercises": {"relu": {"status": "passed", "passed": true}}}')
    predict("drawn_labels", "a")
    assert kept() == {"drawn_labels": ("a", None)}
    assert progress.states() == {"relu": "passed"}
