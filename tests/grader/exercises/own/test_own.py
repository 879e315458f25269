"""A course of one's own: the example from its folder to graded submissions, and what can't be used."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from own_course import EXAMPLE, RIGHT, ROOT, WRONG, contents, replaced

from dlcourse import content
from grader.exercises import LESSONS, all_exercises


def test_its_lessons_stand_behind_ours_however_it_is_named(run, course, tmp_path):
    (tmp_path / "course.toml").write_text('folder = "mine"\n')
    done = [
        run("list", "--json", "--course", course, folder=ROOT),
        run("list", "--json"),
        run("list", "--json", folder=course.parent.parent, DLCOURSE_COURSE=str(course)),
    ]
    for one in done:
        assert one.returncode == 0, one.stderr
        rows = json.loads(one.stdout)
        assert [row["name"] for row in rows[:-3]] == list(all_exercises())
        assert {row["lesson"] for row in rows[-3:]} == {"01_vectors"}


def test_the_example_owes_nothing_and_its_notebook_and_tests_are_in_step(run):
    checked = run("author", "check", "--course", EXAMPLE)
    assert (checked.returncode, checked.stdout) == (0, "3 checked: nothing owed.\n"), checked.stdout
    build = run(ROOT / "lessons" / "build.py", "--course", EXAMPLE, "--check", module=None)
    assert (build.returncode, build.stdout) == (0, "1 in step.\n"), build.stderr
    tests = run(
        EXAMPLE / "tests", "-q", "-p", "no:cacheprovider", module="pytest", DLCOURSE_COURSE=str(EXAMPLE)
    )
    assert tests.returncode == 0, tests.stdout


def test_a_class_is_graded_and_its_gradebook_knows_the_course(run, course, tmp_path, sandbox):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(RIGHT)
    (tmp_path / "class" / "bob.py").write_text(WRONG)
    done = run("grade", "class", "--course", course, "--out", "book", "--seed", "s", "--json")
    assert done.returncode == 1, done.stderr
    ada, bob = (json.loads(line) for line in done.stdout.splitlines())
    assert (ada["score"], ada["out_of"]) == (4, 4)
    assert bob["score"] == 0
    assert [verdict["mistake"] for verdict in bob["exercises"]] == ["by_the_sum", "products", None]
    assert "PermissionError" in bob["exercises"][-1]["message"], "it can't read the references"
    report = run("report", "book", folder=tmp_path)
    assert report.returncode == 0, report.stderr
    assert "orthogonal_to" in (tmp_path / "book" / "report" / "index.html").read_text("utf-8")
    course.rename(tmp_path / "elsewhere")
    moved = run("report", "book")
    assert moved.returncode == 2
    assert "is gone: --course names its new place" in moved.stderr


def test_a_learner_checks_a_file(run, course, tmp_path, sandbox):
    (tmp_path / "answer.py").write_text(WRONG)
    done = run("check", "answer.py", "--course", course)
    assert done.returncode == 1
    assert "You divide by the sum of the sizes." in done.stdout


def test_a_release_works_without_it_and_gives_no_answer_away(run, course, tmp_path):
    done = run("release", "out", "--course", course)
    assert done.returncode == 0, done.stderr
    student = tmp_path / "out" / "student"
    course.rename(tmp_path / "gone")
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from grader import check\nfrom grader.exercises import LESSONS\n"
        "assert list(LESSONS) == ['01_vectors']\n"
        "def orthogonal_to(v): return v\ncheck(orthogonal_to)\n"
        "def unit_vector(v): return v\ncheck(unit_vector)\n"
    )
    checked = run("-P", "-E", "-c", program, module=None, folder=student)
    assert "a vector of length 1 is asked for" in checked.stdout, checked.stderr
    assert "unit_vector: not yet" in checked.stdout
    given_away = [
        path
        for path, content in contents(student).items()
        if b"axis = np.zeros(len(v))" in content or b"def first_two_turned" in content
    ]
    assert not given_away
    with zipfile.ZipFile(tmp_path / "out" / "gradescope_autograder.zip") as archive:
        assert "own_course/solutions/vectors.py" in archive.namelist()


def test_gradescope_grades_it(run, course, tmp_path, sandbox):
    run("release", "out", "--course", course)
    there = tmp_path / "autograder"
    with zipfile.ZipFile(tmp_path / "out" / "gradescope_autograder.zip") as archive:
        archive.extractall(there / "source")
    (there / "submission").mkdir()
    (there / "submission" / "answer.py").write_text(RIGHT)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -W ignore "$@"\n')
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"AUTOGRADER": str(there), "AUTOGRADER_PYTHON": str(python)}
    command = ["bash", there / "source" / "run_autograder"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    results = json.loads((there / "results" / "results.json").read_bytes())
    assert results["score"] == 4, done.stderr + results["output"]


def test_a_course_where_submissions_may_read_is_refused(run, course):
    package = Path(os.__file__).parent / "dlcourse_test_of_a_course"
    (package.parent / package.name).mkdir()
    try:
        (package / "course.toml").touch()
        done = run("list", "--course", package)
        assert done.returncode == 2
        assert "lies where submissions may read" in done.stderr
    finally:
        shutil.rmtree(package)


def test_another_course_than_the_one_in_use_is_refused(run, course, tmp_path):
    done = run("list", "--course", EXAMPLE, DLCOURSE_COURSE=str(course))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "unset it" in done.stderr


def test_a_lesson_is_begun_where_there_is_none(run, tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "course.toml").touch()
    for name in ("length(v: np.ndarray) -> float", "turned"):
        done = run("author", "new", "--course", folder, "01_shapes", name)
        assert done.returncode == 0, done.stderr
    assert {path.relative_to(folder).as_posix() for path in contents(folder)} == {
        *("course.toml", "lessons/01_shapes.md", "solutions/shapes.py", "tests/test_shapes.py"),
        *(f"exercises/shapes/{name}.py" for name in ("__init__", "length", "turned")),
    }
    owing = run("author", "check", "--course", folder)
    assert owing.returncode == 1
    assert "TODO" in owing.stdout


@pytest.mark.parametrize(
    ("lesson", "name", "words"),
    [
        ("01_shapes", "relu", "There is an exercise called 'relu' already"),
        ("02_neural_networks", "length", "is no lesson of"),
        ("09_neural_networks", "length", "the course has neural_networks already"),
        ("shapes", "length", "a number and small letters"),
    ],
)
def test_what_cannot_be_begun_leaves_nothing(lesson, name, words, run, tmp_path):
    (tmp_path / "course.toml").touch()
    before = contents(tmp_path)
    done = run("author", "new", "--course", tmp_path, lesson, name)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr
    assert contents(tmp_path) == before


def test_the_workspace_has_its_lessons(run, tmp_path):
    done = run("start", "course", module="dlcourse.cli", DLCOURSE_COURSE=str(EXAMPLE))
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (tmp_path / "course").glob("*.ipynb")} == {*LESSONS, "01_vectors"}


def test_nobody_has_one_by_default():
    assert content.own_course() is None


def test_a_notebook_that_is_out_of_step_is_not_released(run, course, tmp_path):
    replaced(course / "solutions" / "vectors.py", "Give a vector the length 1", "Let a vector have length 1")
    done = run("release", "out", "--course", course)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the notebook is out of step with its text" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("link", ["the folder", "a part"])
def test_a_link_to_where_submissions_may_read_is_followed(link, run, course, tmp_path):
    there = Path(os.__file__).parent / "dlcourse_test_of_a_link"
    shutil.copytree(course, there)
    try:
        mine = tmp_path / "linked"
        if link == "the folder":
            mine.symlink_to(there)
        else:
            shutil.copytree(course, mine)
            shutil.rmtree(mine / "solutions")
            (mine / "solutions").symlink_to(there / "solutions")
        for done in (run("list", "--course", mine), run("list", DLCOURSE_COURSE=str(mine))):
            assert done.returncode == 2
            assert "lies where submissions may read" in done.stderr
    finally:
        shutil.rmtree(there)


def test_however_it_is_named_a_class_has_the_same_points(run, course, tmp_path, sandbox):
    (tmp_path / "answer.py").write_text(RIGHT)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "course.toml").write_text('folder = "../mine"\n')
    file = tmp_path / "answer.py"
    ways = [
        run("grade", file, "--course", course, "--json"),
        run("grade", file, "--json", folder=course),
        run("grade", file, "--json", folder=tmp_path / "other"),
        run("grade", file, "--json", DLCOURSE_COURSE=str(course)),
    ]
    for done in ways:
        assert done.returncode == 0, done.stderr
        (report,) = map(json.loads, done.stdout.splitlines())
        assert (report["score"], report["out_of"]) == (4, 4)


def test_a_gradebook_goes_on_with_its_course(run, course, tmp_path, sandbox):
    (tmp_path / "answer.py").write_text(RIGHT)
    (tmp_path / "late.toml").write_text('title = "Late"\n')
    assert run("grade", "answer.py", "--course", course, "--out", "book").returncode == 0
    for command in (
        ("grade", "answer.py", "--out", "book"),
        ("report", "book", "--course", "late.toml"),
        ("report", "book"),
        ("mark", "book", "answer", "unit_vector", "--score", "1"),
    ):
        done = run(*command)
        assert done.returncode == 0, done.stderr
    table = (tmp_path / "book" / "report" / "index.html").read_text("utf-8")
    assert "orthogonal_to" in table
    assert "relu" not in table
    other = run("report", "book", DLCOURSE_COURSE=str(EXAMPLE))
    assert (other.returncode, other.stderr.count("\n")) == (2, 1)
