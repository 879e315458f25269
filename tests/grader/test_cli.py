"""The `grader` command as a process: its exit status, and one line for whatever goes wrong."""

import json

import pytest
from saying import one_line
from sources import RIGHT

from grader.exercises import LESSONS, all_exercises


def test_list_names_every_exercise_by_lesson(grader):
    done = grader("list")
    assert (done.returncode, done.stderr) == (0, "")
    headings = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert headings == list(LESSONS)
    assert "\n02_neural_networks\n  weighted_sum" in done.stdout
    rows = json.loads(grader("list", "--json").stdout)
    assert [row["name"] for row in rows] == list(all_exercises())
    assert {tuple(row) for row in rows} == {("name", "lesson", "kind", "task", "state")}


@pytest.mark.parametrize("command", ["check", "grade"])
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.py", None, "does not exist"),
        ("notes.txt", "x", "neither a notebook"),
        ("broken.ipynb", "{", "no JSON"),
        ("old.ipynb", '{"nbformat": 3, "worksheets": []}', "format 3"),
    ],
)
def test_an_unusable_file_is_one_sentence_and_status_2(grader, tmp_path, command, name, content, words):
    if content is not None:
        (tmp_path / name).write_text(content)
    done = grader(command, name)
    assert done.returncode == 2
    assert words in one_line(done.stderr)


@pytest.mark.parametrize("arguments", [("grade",), ("frobnicate",), ("grade", "m.py", "--jobs", "0")])
def test_wrong_usage_is_status_2_without_a_traceback(grader, arguments):
    done = grader(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_fault_of_our_own_is_one_line(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    program = "from grader import cli\nfrom grader.judging import grading\ngrading.grade = None\ncli.main()"
    done = grader("check", "m.py", program=program)
    assert done.returncode == 2
    assert "fault of the grader itself" in one_line(done.stderr)


def test_a_package_that_is_not_there_is_named(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    program = (
        "from grader import cli\nfrom grader.judging import grading\n"
        "def grade(*_, **__): import no_such_package\ngrading.grade = grade\ncli.main()"
    )
    done = grader("check", "m.py", program=program)
    assert done.returncode == 2
    assert "package no_such_package is not installed: pip install" in one_line(done.stderr)
