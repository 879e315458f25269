"""A statement that does not end is waited for once in a submission, and named."""

import dataclasses

import pytest

from grader.exercises import all_exercises
from grader.judging.bank import bank_of
from grader.running.impatient import ImpatientWorker
from grader.running.sandbox import Job, Worker
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

ANSWERS = (
    "import numpy as np\n"
    "def relu(x): return np.maximum(x, LOW)\n"
    "def tanh(x): return LOW + x\n"
    "def sigmoid(x): return x\n"
)
ENDLESS = "while True: LOW = 0.0\n"


@pytest.fixture
def jobs():
    """Return the jobs of some exercises of one file, which have little time."""

    def make(source, *names, seconds=0.3, **beside):
        modules = {f"{name}.py": code.encode() for name, code in beside.items()}
        cutter = Cutter(parse(source.encode(), ".py", "hw.py", modules))
        exercises = [dataclasses.replace(all_exercises()[name], seconds=seconds) for name in names]
        return [Job(e, cutter.cut(e.name), bank_of(e).cases, bank_of(e).inputs) for e in exercises]

    return make


@pytest.fixture
def begun(monkeypatch):
    """The names of the exercises with which each process was begun."""
    names = []
    run = Worker.run

    def counted(self, jobs):
        names.append([job.exercise.name for job in jobs])
        return run(self, jobs)

    monkeypatch.setattr(Worker, "run", counted)
    return names


@pytest.mark.parametrize(
    ("head", "beside", "place", "line"),
    [
        (ENDLESS, {}, "hw.py", 1),
        ("from helper import *\n", {"helper": f"\n{ENDLESS}"}, "helper.py", 2),
        ("from helper import LOW\n", {"helper": "from deep import LOW\n", "deep": ENDLESS}, "deep.py", 1),
        (f"import helper\n{ENDLESS}", {"helper": "LOW = 0.0"}, "hw.py", 2),
        (
            "import time, helper\nLOW = helper.f() or time.sleep(9)\n",
            {"helper": "def f(): import deep", "deep": "x = 1"},
            "hw.py",
            2,
        ),
    ],
)
def test_a_statement_that_does_not_end_is_named_and_run_once(worker, jobs, begun, head, beside, place, line):
    impatient = ImpatientWorker(worker)
    # Not less: what a busy machine takes to begin a process counts against the statement.
    relu, tanh = jobs(head + ANSWERS, "relu", "tanh", seconds=1.0, **beside)
    for job in (relu, tanh):
        (attempt,) = impatient.run([job])
        assert attempt.end == "timeout"
        assert (attempt.stuck.place, attempt.stuck.statement.lineno) == (place, line)
    assert begun == [["relu"]]


def test_what_does_not_need_it_is_run(worker, jobs, begun):
    impatient = ImpatientWorker(worker)
    relu, sigmoid, tanh = jobs(ENDLESS + ANSWERS, "relu", "sigmoid", "tanh", seconds=1.0)
    impatient.run([relu])
    (attempt,) = impatient.run([sigmoid, tanh])
    assert attempt.end == "complete"
    assert begun == [["relu"], ["sigmoid"]]


def test_who_has_more_time_gets_it(worker, jobs):
    impatient = ImpatientWorker(worker)
    slow = "import time\nLOW = time.sleep(0.5) or 0.0\n" + ANSWERS
    (relu,), (tanh,) = jobs(slow, "relu"), jobs(slow, "tanh", seconds=5)
    assert impatient.run([relu])[0].end == "timeout"
    assert impatient.run([tanh])[0].end == "complete"


def test_a_call_that_does_not_end_says_nothing_of_other_answers(worker, jobs):
    impatient = ImpatientWorker(worker)
    (relu,) = jobs("def relu(x):\n    while True: pass\n", "relu")
    assert (impatient.run([relu])[0].end, impatient.run([relu])[0].stuck) == ("timeout", None)


WAITING = (
    "import time\ndef relu(x): time.sleep(9)\ndef tanh(x): time.sleep(9)\ndef sigmoid(x): time.sleep(9)\n"
)


def test_what_all_have_together_is_not_exceeded(sandbox, jobs, begun):
    waiting = jobs(WAITING, "relu", "tanh", "sigmoid")
    with sandbox.borrowed_worker() as worker:
        impatient = ImpatientWorker(worker, seconds=0.5)
        first = impatient.run(waiting)
        second = impatient.run(waiting[1:])
        third = impatient.run(waiting[2:])
    assert [attempt.end for attempt in (*first, *second, *third)] == ["timeout", "timeout", "unaffordable"]
    assert begun == [["relu", "tanh"], ["tanh"]]
    assert "used up the time" in third[0].detail
