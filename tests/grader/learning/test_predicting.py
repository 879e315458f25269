"""Saying what an experiment will give before it is run, and what is kept of it."""

import numpy as np
import pytest

from grader import predict
from grader.learning import progress
from grader.storage import folder


class Odd:
    """An object whose every answer is an error."""

    def __iter__(self):
        raise RuntimeError

    __float__ = __repr__ = __array__ = __eq__ = __hash__ = __iter__


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


@pytest.mark.parametrize("choice", ["d", "ab", "", 1, 2.5, ["a"], "100 %", np.array(["a", "b"]), Odd()])
def test_a_choice_that_is_none_is_said_and_not_kept(choice, capsys):
    predict("drawn_labels", choice)
    assert kept() == {}
    assert "Choose one of 'a', 'b', 'c'." in capsys.readouterr().out


@pytest.mark.parametrize("result", ["high", "0.9", [], None, ["x"], [[1.0, 2.0]], {1: 2}, [10**400], Odd()])
def test_an_outcome_that_is_none_is_said(result, capsys):
    predict.outcome("drawn_labels", result)
    assert "a number, or one for each run" in capsys.readouterr().out


def test_an_unknown_question_is_said_and_the_notebook_goes_on(capsys):
    predict("drawn_label", "a")
    predict.outcome(None, 1.0)
    said = capsys.readouterr().out
    assert "Is it `drawn_labels` that you mean?" in said and "no question of type NoneType" in said


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


@pytest.mark.parametrize("result", [np.array(0.9), np.float32(0.9), np.array([0.9, 1.0]), True, 1])
def test_numpy_s_numbers_are_outcomes(result, capsys):
    predict.outcome("drawn_labels", result)
    assert "It was c) 100 %" in capsys.readouterr().out


@pytest.mark.parametrize("choice", ["d", "zz", ""])
def test_a_letter_that_the_question_has_no_more_is_no_prediction(choice, capsys):
    known = progress.Prediction(choice, progress.in_utc(progress.local_now()), "c")
    progress.change(lambda file: file.predictions.update(drawn_labels=known), progress.local_now())
    predict.outcome("drawn_labels", 0.5)
    predict("drawn_labels", np.str_("b"))
    assert kept() == {"drawn_labels": ("b", None)}
    assert "It was b) 50 %" in capsys.readouterr().out


@pytest.mark.parametrize("name", [[], {}, np.array([1, 2]), Odd(), "x" * 10**6])
def test_a_name_that_is_none_is_said_in_few_words(name, capsys):
    predict(name, "a")
    assert len(capsys.readouterr().out) < 200
