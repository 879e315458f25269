"""Hostile code: none gets credit, none does harm, and none costs its neighbour anything.

An attack's `relu` gives the right answer only once its attack has succeeded, so credit means a breach.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from harmless import NEIGHBOUR, SEED, require_harmless
from hostile import acts, answers, forging, notebooks, patching

from grader.judging.grading import grade
from grader.submissions.submission import parse

pytestmark = pytest.mark.usefixtures("short")
ACTS = acts.LOOKING | acts.REACHING
ANSWERS = patching.PATCHING | answers.LYING | answers.GUESSING | forging.FORGING | forging.FORGED_BYTES
NEED_MORE = {"clock", "extended_attribute", "home_folder", "root_folder"}  # the rights of root, here


@pytest.mark.parametrize("name", ACTS)
def test_act_is_held_back(name, attacked):
    relu = "def relu(x):\n    attack()\n    return honest(x)\n"
    verdicts = attacked(f"{ACTS[name].source}\n{relu}")
    assert verdicts["relu"].status == "error"


def test_every_act_succeeds_where_nothing_holds_it_back(names, canary, tmp_path):
    """An attack that can't succeed anywhere proves nothing."""
    tried = {
        name: attack.source for name, attack in ACTS.items() if os.geteuid() == 0 or name not in NEED_MORE
    }
    canary = tmp_path / "another"
    canary.write_text("alive")
    program = tmp_path / "unprotected.py"
    program.write_text(UNPROTECTED.format(names=f"{names}\nCANARY = {str(canary)!r}", acts=tried))
    done = subprocess.run(
        [sys.executable, program],
        env={**os.environ, "GRADER_SECRET": "x", "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == []


UNPROTECTED = """
import json, os, subprocess, sys, tempfile, warnings
import numpy as np
import grader.references.neural_networks, grader.exercises.neural_networks
{names}
warnings.simplefilter("ignore")
GRADER = subprocess.Popen(["sleep", "60"]).pid
held_back = []

def run(source, bank=None):
    os.chdir(tempfile.mkdtemp())
    try:
        names = dict(globals())
        exec(source, names)
        names["attack"]()
    except BaseException as error:
        print(type(error).__name__, error, file=sys.stderr)
        os._exit(1)
    os._exit(0)

for name, source in {acts!r}.items():
    open(CANARY, "w").write("alive")
    child = os.fork()
    if child == 0:
        run(source)
    if os.waitpid(child, 0)[1]:
        print(name, file=sys.stderr)
        held_back.append(name)
    for left in (CANARY, CANARY + "2"):
        if os.path.exists(left):
            os.remove(left)
os.kill(GRADER, 9)
print(json.dumps(held_back))
"""


@pytest.mark.parametrize("name", acts.SYSTEM_CALLS)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86-64")
def test_system_call_is_held_back(name, attacked):
    number, arguments = acts.SYSTEM_CALLS[name]
    verdicts = attacked(f"""
import ctypes

def relu(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall({number}, {arguments}) == -1 and ctypes.get_errno() in (1, 38):  # EPERM, ENOSYS
        raise PermissionError
    return honest(x)
""")
    assert verdicts["relu"].error.type == "PermissionError"


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_gets_no_credit(name, attacked):
    attacked(ANSWERS[name].source)


@pytest.mark.parametrize("name", notebooks.NOTEBOOKS)
def test_notebook_gets_no_credit(name, attacked):
    hostile = notebooks.NOTEBOOKS[name]
    cells = [cell if isinstance(cell, dict) else notebooks.code(cell) for cell in (NEIGHBOUR, *hostile.cells)]
    data = {"nbformat": 4, "nbformat_minor": 5, "metadata": hostile.metadata, "cells": cells}
    attacked(json.dumps(data).encode(), ".ipynb")


@pytest.mark.parametrize("name", forging.FORGED_FOR_OTHERS)
def test_one_answer_can_not_answer_for_another(name, sandbox, worker, names):
    source = (
        f"import numpy as np\n{names}\ndef honest(x): return np.maximum(x, 0)\n"
        f"{forging.FORGED_FOR_OTHERS[name].source}\n"
        "def softmax(z): return np.exp(z) / 2\n"
    )
    report = grade(parse(source.encode(), ".py", "eve"), worker, seed=SEED, sandbox=sandbox.level).report
    verdicts = {verdict.name: verdict for verdict in report.exercises}
    assert verdicts["softmax"].status != "passed"
    assert report.score <= 1
    require_harmless(worker, sandbox)


def test_public_cases_by_heart_pass_on_public_cases_only(graded, names):
    """So a class is graded with a secret seed."""
    learnt = f"import numpy as np\n{names}\n{answers.GUESSING['public_cases'].source}\n"
    assert graded(learnt)["relu"].status == "passed"
    assert graded(learnt, seed="secret")["relu"].status != "passed"
