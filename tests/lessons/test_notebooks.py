"""Every lesson runs from top to bottom, untouched and with all exercises solved."""

import ast
import os
import re
import time
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
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


def test_untouched_and_solved(build, lesson, environment, monkeypatch, tmp_path, record_property):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    untouched = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)
    ran = in_two_states(build, untouched)
    began = time.perf_counter()
    NotebookClient(ran, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute(env=environment)
    for name, value in timed(ran, lesson.stem, time.perf_counter() - began).items():
        record_property(name, value)  # the root conftest makes a table of them
    for cell in ran.cells:
        assert stderr(cell) == ""
        if cell.metadata.printed is not None:
            assert stdout(cell) == cell.metadata.printed
        if build.role(cell) == "check":
            passed = card(cell).startswith(f"{cell.metadata.dlcourse.exercise}: passed")
            assert passed == cell.metadata.solved
        if cell.metadata.solved:
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


def in_two_states(build, untouched):
    """The lesson's cells, those that ask for an answer twice: as they are, and with all solved (`States`)."""
    asked = [cell.metadata.dlcourse.exercise for cell in untouched.cells if build.role(cell) == "stub"]
    solutions = {
        cell.metadata.dlcourse.exercise: cell
        for cell in build.with_solutions(untouched).cells
        if build.role(cell) == "solution"
    }
    cells = []

    def add(source, metadata=None, *, printed=None, solved=False, hidden=False):
        metadata = dict(metadata or {}, printed=printed, solved=solved, hidden=hidden)
        cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))

    folder = str(Path(__file__).with_name("shared"))
    add(f"__import__('sys').path.append({folder!r})", hidden=True)
    add("_states = __import__('two_states').States(globals())", hidden=True)
    for cell in untouched.cells:
        if cell.cell_type != "code":
            continue
        printed = stdout(cell) if cell.outputs else None
        add("_states.to_untouched()", hidden=True)
        add(cell.source, cell.metadata, printed=printed)
        add("_states.end_untouched()", hidden=True)
        if build.role(cell) == "stub" or not uses(cell.source) & {*asked, "check"}:
            continue
        if cell.source == "check()":  # which judges all once more that the cells before it have judged
            continue
        add("_states.to_solved()", hidden=True)
        if build.role(cell) == "check":
            add(solutions[cell.metadata.dlcourse.exercise].source, hidden=True)
        add(cell.source, cell.metadata, printed=printed, solved=True)
        add("_states.end_solved()", hidden=True)
    return nbformat.v4.new_notebook(cells=cells, metadata=untouched.metadata)


def uses(source):
    tree = ast.parse(TransformerManager().transform_cell(source))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def timed(notebook, lesson, seconds):
    """What a run took, with its slowest cell."""
    cells = [cell for cell in notebook.cells if not cell.metadata.hidden]
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
