"""Time is what a process had of the processors, not what others took."""

import dataclasses
import os
import subprocess
import sys

import pytest

from grader.child import plaindata
from grader.exercises import all_exercises
from grader.running.runs import MAX_THREADS
from grader.running.sandbox import Job
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

BUSY = "import os, time\nos.setsid()\nends = time.monotonic() + 60\nwhile time.monotonic() < ends: pass\n"


@pytest.fixture
def run(sandbox):
    """An answer to `relu`, which has a second, and a case → the attempt."""
    if sandbox.level == "process":
        pytest.skip("no sandbox on this machine")
    exercise = dataclasses.replace(all_exercises()["relu"], seconds=1.0)

    def run(source):
        cut = Cutter(parse(source.encode(), ".py", "m.py")).cut("relu")
        with sandbox.borrowed_worker() as worker:
            (attempt,) = worker.run([Job(exercise, cut, (plaindata.encode((1.0,)),), ())])
        return attempt

    return run


@pytest.fixture
def beside():
    """Four busy programs for each processor."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(4 * (os.cpu_count() or 1))]
    yield
    for process in busy:
        process.kill()
        process.wait()


WORKS = "import time\ndef relu(x):\n    while time.process_time() < start + 0.6: pass\n    return x\n"


@pytest.mark.usefixtures("beside")
def test_an_answer_that_others_keep_waiting_has_its_time(run):
    attempt = run(f"import time\nstart = time.process_time()\n{WORKS}")
    assert attempt.end == "complete", attempt
    assert attempt.seconds > 1


@pytest.mark.usefixtures("beside")
def test_and_no_more(run):
    attempt = run("def relu(x):\n    while True: pass\n")
    assert attempt.end == "timeout"
    assert attempt.seconds < 9


def test_who_sleeps_waits_for_nobody(run):
    attempt = run("import time\ndef relu(x): time.sleep(60)\n")
    assert attempt.end == "timeout"
    assert attempt.seconds < 2


def test_own_threads_are_no_excuse(run):
    attempt = run(
        "import threading\ndef spin():\n    while True: pass\n"
        "def relu(x):\n    for _ in range(20): threading.Thread(target=spin).start()\n    spin()\n"
    )
    assert attempt.end == "timeout"
    assert attempt.seconds < 4


def test_threads_have_a_bound(run):
    attempt = run(
        "import threading, time\ndef wait(): time.sleep(60)\ndef relu(x):\n    threading.stack_size(2**16)\n"
        f"    for _ in range({MAX_THREADS + 1}): threading.Thread(target=wait).start()\n    wait()\n"
    )
    assert (attempt.end, attempt.detail) == ("died", f"Your code starts more than {MAX_THREADS} threads.")
