"""`grader author check`: one table, what was left out, and its exit status."""

import pytest
from typer.testing import CliRunner

from grader import exercises
from grader.authoring import owes, places
from grader.commands.author import author
from grader.errors import UnusableInput


@pytest.fixture
def owing(monkeypatch):
    """Let `relu` owe two things, and everything else nothing; return which were checked slowly."""
    slowly = {}

    def owes_of(exercise, *, slow=False):
        slowly[exercise.name] = slow
        return ["Write the first thing.", "Write the second."] if exercise.name == "relu" else []

    monkeypatch.setattr(owes, "owes", owes_of)
    monkeypatch.setattr(owes, "lesson_owes", lambda lesson: [])
    return slowly


def check(*arguments):
    return CliRunner().invoke(author, ["check", *arguments])


def test_the_table_has_a_row_for_each_debt(owing):
    done = check()
    rows = [line.split() for line in done.stdout.splitlines() if "Write" in line]
    assert rows == [["relu", "Write", "the", "first", "thing."], ["Write", "the", "second."]]
    assert "sigmoid" not in done.stdout
    assert f"{len(owing)} checked: 2 owed.\n" in done.stdout
    assert list(owing) == list(exercises.all_exercises())
    assert done.exit_code == 1


def test_what_was_not_trained_is_said(owing):
    assert "Not trained: the known mistakes of first_fit, train_network, build_and_train" in check().stdout
    assert "Not trained" not in check("--slow").stdout
    assert set(owing.values()) == {True}
    assert check("sigmoid").stdout == "1 checked: nothing owed.\n"


def test_a_lesson_s_debt_counts(owing, monkeypatch):
    monkeypatch.setattr(owes, "lesson_owes", lambda lesson: [f"{lesson}: out of step."])
    done = check("sigmoid")
    assert "02_neural_networks: out of step." in done.stdout
    assert done.exit_code == 1


def test_a_file_in_no_list_is_pointed_at(monkeypatch, tmp_path):
    (tmp_path / "stray.py").write_text("")
    monkeypatch.setattr(places.Places, "exercise", lambda self, name: tmp_path / f"{name}.py")
    monkeypatch.setattr(owes, "lesson_owes", lambda lesson: ["folder/stray.py belongs to no exercise."])
    assert str(check("stray").exception) == "folder/stray.py belongs to no exercise."


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            lambda: compile("x = ", str(places.ROOT / "grader" / "new.py"), "exec"),
            "grader/new.py, line 1: Syntax",
        ),
        (lambda: {}["EXERCISE"], "test_commands.py, line"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named(fault, words, monkeypatch):
    monkeypatch.setattr(places, "all_exercises", fault)
    with pytest.raises(UnusableInput, match="mend that first") as error:
        places.loaded()
    assert words in str(error.value)


def test_variants_are_listed_in_place_of_debts(owing):
    done = check("--variants", "mse")
    assert done.exit_code == 0
    assert "mse: no case tells these changes of the reference from it\n  line " in done.stdout
    assert "  sum: `sum` in the place of another function\n" in done.stdout
    assert owing == {}
    assert "The cases tell every change" in check("--variants", "smallest_flip").stdout
