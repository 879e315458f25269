"""Gradescope's autograder, run as Gradescope runs it: right, wrong, empty and hostile submissions."""

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from grader.child import confinement
from grader.classes.course import Course
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging import bank
from grader.releasing import release

EXERCISES = all_exercises()
SEED = "a secret"
RELU = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
LEAKY = "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n"


@pytest.fixture(scope="module")
def archive(home, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("release") / "autograder.zip"
    release.write_autograder(path, Course(lessons=tuple(LESSONS)), SEED)
    return path


@pytest.fixture
def autograder(archive) -> Iterator[Path]:
    """A container's folder, with the archive unpacked; open to all, as in a container."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-"))
    folder.chmod(0o755)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "source")
    (folder / "submission").mkdir()
    yield folder
    shutil.rmtree(folder)


def graded(autograder: Path, program: str | None = None) -> dict:
    """Run what Gradescope runs; with a program, in place of the module that it starts."""
    python = [sys.executable, "-W", "ignore"]
    script = autograder / "python"
    command = [*python, "-c", program] if program else python
    script.write_text(f'#!/bin/sh\n{"shift 2; " if program else ""}exec {shlex.join(command)} "$@"\n')
    script.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        ["bash", autograder / "source" / "run_autograder"],
        env={**environment, "AUTOGRADER": str(autograder), "AUTOGRADER_PYTHON": str(script)},
        cwd=autograder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    results = json.loads((autograder / "results" / "results.json").read_bytes())
    return {**results, "status": done.returncode, "printed": done.stdout + done.stderr}


ANSWERED = {exercise.name for exercise in exercises_of("02_neural_networks") if not exercise.tensors}


def by_name(results: dict) -> dict[str, dict]:
    return {test["name"]: test for test in results["tests"]}


def test_gradescope_grades_on_secret_cases(autograder, numpy_solutions):
    (autograder / "submission" / "lesson").mkdir()
    (autograder / "submission" / "lesson" / "right.py").write_text(numpy_solutions, encoding="utf-8")
    results = graded(autograder)
    assert results["status"] == 0, results["printed"]
    tests = by_name(results)
    assert tests.keys() == EXERCISES.keys()
    for name, test in tests.items():
        right = name in ANSWERED
        assert (test["score"], test["status"]) == ((1, "passed") if right else (0, "failed"))
    assert results["score"] == sum(test["score"] for test in tests.values())
    assert SEED not in json.dumps(results)
    # The cases that were built are those of the seed in the archive.
    (built,) = (autograder / "source" / "home").rglob("relu-*.bank")
    assert bank._load(built).cases == bank.bank_of(EXERCISES["relu"], SEED).cases


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "There is no notebook (.ipynb) and no Python file (.py) in your submission."),
        ({"notes.txt": "def relu(x): return x"}, "There is no notebook"),
        ({"broken.ipynb": "{"}, "broken.ipynb is not a notebook"),
        ({"\x1b[2J.py": "x = 1"}, "0 of"),
    ],
    ids=["empty", "no code", "broken", "strange name"],
)
def test_gradescope_gets_a_result_for_whatever_is_handed_in(files, words, autograder):
    for name, text in files.items():
        (autograder / "submission" / name).write_text(text)
    results = graded(autograder)
    assert (results["status"], results["score"]) == (0, 0), results["printed"]
    assert words in results["output"]
    assert len(results["tests"]) == len(EXERCISES)
    assert "\x1b" not in json.dumps(results, ensure_ascii=False)


def test_gradescope_names_a_mistake_beside_a_right_answer_in_another_file(autograder):
    (autograder / "submission" / "a.py").write_text(LEAKY)
    (autograder / "submission" / "b.py").write_text("def weighted_sum(x, w, b): return float(x @ w + b)\n")
    tests = by_name(graded(autograder))
    assert "this is leaky ReLU" in tests["relu"]["output"]
    assert [name for name, test in tests.items() if test["score"]] == ["weighted_sum"]


ATTACK = """
import os
import numpy as np

def relu(x):
    for path in PATHS:
        try:
            os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
        except OSError:
            continue
        return np.maximum(x, 0)
    for act in (
        lambda: open(RESULTS, "w").write("{}"),
        lambda: open(f"/proc/{os.getppid()}/mem", "rb").read(1),
        lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(1),
        lambda: os.kill(os.getppid(), 0),
        lambda: os.setuid(0),
    ):
        try:
            act()
        except (OSError, AttributeError):
            continue
        return np.maximum(x, 0)
    return x * 0 - 7
"""
WITHOUT_SANDBOX = (
    "import sys; from grader.child import confinement; confinement.what_is_missing = lambda: 'for a test'; "
    "from grader.releasing.gradescope import main; sys.exit(main())"
)
can_change_user = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root can run a program as another user, by setpriv",
)


@pytest.mark.parametrize(
    ("program", "level"),
    [
        pytest.param(None, "landlock+seccomp", id="sandbox"),
        pytest.param(WITHOUT_SANDBOX, "process", id="other user", marks=can_change_user),
    ],
)
def test_gradescope_shows_a_submission_no_solution_and_no_seed(program, level, autograder):
    """The attack gives the right answer once any of its acts has succeeded, so credit means a breach."""
    if program is None and confinement.level() == "process":
        pytest.skip("no sandbox on this machine")
    source, results_file = autograder / "source", autograder / "results" / "results.json"
    secret = ["solutions", "solutions/neural_networks.py", "grader/exercises", "seed", "home", "course.json"]
    paths = [str(source / name) for name in secret]
    facts = f"PATHS = {[*paths, str(results_file)]!r}\nRESULTS = {str(results_file)!r}\n"
    (autograder / "submission" / "attack.py").write_text(ATTACK + facts)
    results = graded(autograder, program)
    assert f"Sandbox: {level}" in results["printed"]
    assert ("Graded without a sandbox." in results["output"]) == (program is not None)
    relu = by_name(results)["relu"]["output"]
    assert "wrong answer to some of the secret cases" in relu, relu
    assert results["score"] == 0


def test_gradescope_follows_no_link_to_the_solutions(autograder):
    (autograder / "submission" / "mine.py").symlink_to(
        autograder / "source" / "solutions" / "neural_networks.py"
    )
    results = graded(autograder)
    assert results["score"] == 0
    assert "mine.py is a link to another file" in results["output"]


def test_gradescope_runs_nothing_where_nothing_keeps_it_from_the_solutions(autograder):
    program = f"import shutil; shutil.which = lambda *a: None; {WITHOUT_SANDBOX}"
    (autograder / "submission" / "a.py").write_text("def relu(x): return x\n")
    results = graded(autograder, program)
    assert (results["status"], results["score"]) == (1, 0)
    assert "That is no verdict on it: tell your instructor." in results["output"]
    assert "tests" not in results
    assert "nothing was run" in results["printed"]


def test_gradescope_goes_by_the_course_and_the_time(autograder):
    course = Course(
        points={"relu": 4}, late_per_day=0.25, due={"02_neural_networks": datetime(2026, 12, 1, tzinfo=UTC)}
    )
    late = {
        "id": 1,
        "created_at": "2026-12-01T10:00:00+00:00",
        "users": [{"id": 7, "email": "ada@example.org"}],
    }
    settings = msgspec.structs.replace(course, lessons=tuple(LESSONS))
    (autograder / "source" / "course.json").write_bytes(msgspec.json.encode(settings))
    (autograder / "submission_metadata.json").write_text(json.dumps(late))
    (autograder / "submission" / "a.py").write_text(RELU)
    results = graded(autograder)
    assert results["score"] == 3, results
    assert by_name(results)["relu"]["max_score"] == 4
    assert "Late: 0.75 of the points count." in by_name(results)["relu"]["output"]


def test_what_gradescope_asks_for_is_in_the_archive(archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with zipfile.ZipFile(archive) as opened:
        for name in ("setup.sh", "run_autograder"):
            assert opened.getinfo(name).external_attr >> 16 & 0o111
            script = opened.read(name)
            assert script.startswith(b"#!/usr/bin/env bash\n")
            subprocess.run(["bash", "-n"], input=script, check=True)
        assert opened.read("seed").decode() == SEED
