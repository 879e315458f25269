"""`grader release`: what goes to whom, and what is refused."""

import ast
import re
from pathlib import Path

import pytest
from edition_alone import alone

from grader.commands.release import release as command
from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.releasing import release

EXERCISES = all_exercises()


@pytest.fixture
def quick(monkeypatch):
    """Releases that need no other process."""
    monkeypatch.setattr(release, "_require_that_it_works", lambda student: None)


def test_the_command_says_what_goes_to_whom(invoked, quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("course.toml").write_text('title = "Deep nets"\n[points]\nrelu = 3\n')
    done = invoked(command, "out")
    assert re.search(r"out/student: for learners", done.stdout)
    assert re.search(r"out/gradescope_autograder.zip: for you alone", done.stdout)
    assert (tmp_path / "out" / "student" / "README.md").read_text("utf-8").startswith("# Deep nets\n")
    program = (
        "from grader.exercises import all_exercises as a; print({e.name: e.points for e in a().values()})"
    )
    rows = alone(tmp_path / "out" / "student", folder=tmp_path, program=program)
    assert ast.literal_eval(rows.stdout) == {name: 3 if name == "relu" else 1 for name in EXERCISES}


@pytest.mark.parametrize("arguments", [("--lesson", "03_nowhere"), ("--seed", "public"), ("--seed", "")])
def test_what_the_command_refuses(arguments, invoked, quick, tmp_path):
    with pytest.raises(UnusableInput):
        invoked(command, tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()
