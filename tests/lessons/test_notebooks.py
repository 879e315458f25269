"""Every lesson runs from top to bottom, untouched and with all exercises solved."""

import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grader.child.confinement import level
from grader.exercises import all_exercises, exercises_of
from grader.judging.grading import grade
from grader.running.sandbox import Sandbox
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    """For a kernel: the course to import, and a home for its progress which isn't the learner's."""
    return dict(
        os.environ,
        PYTHONPATH=str(ROOT),
        DLCOURSE_HOME=str(tmp_path / "home"),
        JUPYTER_PREFER_ENV_PATH="1",
    )


def test_it_defines_no_exercise_of_another_lesson(lesson):
    """Else whoever hands it in has answered that, too."""
    cutter, own = Cutter(read(lesson.with_suffix(".ipynb"))), {e.name for e in exercises_of(lesson.stem)}
    others = all_exercises().keys() - own
    assert [name for name in others if cutter.cut(name).definitions] == []


def test_untouched(lesson, environment):
    notebook = lesson.with_suffix(".ipynb")
    options = ["--nbval-lax", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(notebook)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_solved(build, lesson, environment, monkeypatch, tmp_path, record_property):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    untouched = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)
    ran = build.with_solutions(untouched)
    began = time.perf_counter()
    NotebookClient(ran, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute(env=environment)
    for name, value in timed(ran, lesson.stem, time.perf_counter() - began).items():
        record_property(name, value)  # the root conftest makes a table of them
    for cell, before in zip(ran.cells, untouched.cells, strict=True):
        if cell.cell_type != "code":
            continue
        assert stderr(cell) == ""
        if build.role(cell) == "check":
            assert card(cell).startswith(f"{cell.metadata.dlcourse.exercise}: passed")
        if before.outputs:
            assert stdout(cell) == stdout(before)
        assert "Waiting for" not in stdout(cell)


def test_graded_in_the_sandbox(build, lesson, tmp_path):
    if level() == "process":
        pytest.skip("no sandbox on this machine")  # Landlock and seccomp are Linux's
    untouched = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)
    nbformat.write(untouched, tmp_path / "untouched.ipynb")
    solved = build.with_solutions(untouched)
    for cell in solved.cells:  # as learners answer, who rely on the lesson's first cell
        if build.role(cell) == "solution":
            cell.source = re.sub(
                r"^ +import (keras|tensorflow as tf)\b.*\n", "", cell.source, flags=re.MULTILINE
            )
    nbformat.write(solved, tmp_path / "solved.ipynb")
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        for name, status in (("untouched", "missing"), ("solved", "passed")):
            submission = read(tmp_path / f"{name}.ipynb")
            report = grade(submission, worker, seed="secret", sandbox=sandbox.level).report
            assert [e.name for e in report.exercises] == [e.name for e in exercises_of(lesson.stem)]
            assert {e.name: e.status for e in report.exercises} == dict.fromkeys(
                [e.name for e in report.exercises], status
            )


def timed(notebook, lesson, seconds):
    """What a run took, with its slowest cell."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    slowest = max(cells, key=cell_seconds)
    line = slowest.source.strip().splitlines()[0][:60]
    return {
        "lesson": lesson, "cells": len(cells), "seconds": seconds,
        "slowest": line, "slowest_seconds": cell_seconds(slowest),
    }  # fmt: skip


def cell_seconds(cell):
    began, ended = (
        datetime.fromisoformat(cell.metadata.execution[f"iopub.status.{at}"]) for at in ("busy", "idle")
    )
    return (ended - began).total_seconds()


def card(cell):
    """The text of what `check` displays."""
    (output,) = cell.outputs
    return output.data["text/plain"]


def stdout(cell):
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")


def stderr(cell):
    return "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
