"""The sandbox and its fallback: what is started when, what dies and is replaced, and who is lent again."""

import contextlib
import dataclasses
import os
import signal
import threading
import time
from pathlib import Path

import msgspec
import pytest
from sources import source_of, stub_of

from grader.child import plaindata
from grader.errors import SandboxError
from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.grading import grade
from grader.judging.judge import Attempt
from grader.running.processes import ZygoteLink
from grader.running.sandbox import Job, Sandbox
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read


@pytest.fixture(scope="module")
def lone():
    """The fallback of machines that lack Landlock or seccomp: same verdicts, another process."""
    with Sandbox("process") as sandbox:
        yield sandbox


def grade_alone(lone, tmp_path, source):
    (tmp_path / "m.py").write_text(source)
    report = grade(read(tmp_path / "m.py"), lone.worker(), seed=PUBLIC_SEED, sandbox=lone.level).report
    assert report.sandbox == "process"
    return {v.name: v for v in report.exercises}


def test_without_a_sandbox_solutions_pass(lone, tmp_path):
    verdicts = grade_alone(lone, tmp_path, source_of("relu", "softmax"))
    assert verdicts["relu"].status == verdicts["softmax"].status == "passed"


def test_without_a_sandbox_hangs_deaths_and_memory_are_seen(lone, tmp_path):
    verdicts = grade_alone(
        lone,
        tmp_path,
        "import os, subprocess\n"
        "def weighted_sum(x, w, b):\n    subprocess.Popen(['sleep', '1000'])\n    while True: pass\n"
        "def relu(x): os._exit(3)\n"
        "def sigmoid(x): return [0] * 10**12\n"
        "def tanh(x): return 'wrong'\n" + source_of("softmax"),
    )
    statuses = {name: v.status for name, v in verdicts.items() if v.status != "missing"}
    assert statuses == {
        "weighted_sum": "timeout",
        "relu": "error",
        "sigmoid": "error",
        "tanh": "failed",
        "softmax": "passed",
    }


def test_tensorflow_is_imported_before_the_clock_starts(lone, tmp_path):
    source = "import tensorflow as tf\ndef forward_propagation(X, W, b): return tf.nn.relu(X @ W + b)\n"
    assert grade_alone(lone, tmp_path, source)["forward_propagation"].status == "passed"


def test_a_stub_starts_no_tensorflow(tmp_path):
    (tmp_path / "m.py").write_text(stub_of("forward_propagation") + source_of("relu"))
    with Sandbox() as sandbox:
        report = grade(read(tmp_path / "m.py"), sandbox.worker(), seed="s", sandbox=sandbox.level).report
        assert {v.name: v.status for v in report.exercises}["forward_propagation"] == "missing"
        assert set(sandbox._zygotes) == {"light"}


def test_a_killed_clone_is_replaced(tmp_path):
    (tmp_path / "m.py").write_text(source_of("relu"))
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        for _ in range(2):
            report = grade(
                read(tmp_path / "m.py"), worker, seed="s", sandbox=sandbox.level, only="relu"
            ).report
            assert report.all_passed
            kill_clones(sandbox)


def test_what_is_killed_from_outside_gets_a_second_chance(tmp_path):
    slow = (
        "import time\nSLEPT = []\n"
        "def relu(x):\n    SLEPT or SLEPT.append(time.sleep(2))\n    return x * (x > 0)\n"
    )
    (tmp_path / "m.py").write_text(slow + source_of("softmax"))
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        grade(read(tmp_path / "m.py"), worker, seed="s", sandbox=sandbox.level, only="softmax")
        killer = threading.Timer(1, kill_clones, [sandbox])
        killer.start()
        report = grade(read(tmp_path / "m.py"), worker, seed="s", sandbox=sandbox.level).report
        killer.join()
    verdicts = {v.name: v for v in report.exercises}
    assert verdicts["relu"].status == verdicts["softmax"].status == "passed"


def test_who_goes_on_without_processor_time_is_not_killed_from_outside(tmp_path):
    deaf = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
    (tmp_path / "m.py").write_text(f"{deaf}def relu(x):\n    while True: pass\n")
    cut = Cutter(read(tmp_path / "m.py")).cut("relu")
    with Sandbox() as sandbox:
        if sandbox.level == "process":
            pytest.skip("no sandbox on this machine")
        worker = sandbox.worker()
        request = msgspec.msgpack.encode(
            [Job(all_exercises()["relu"], cut, (plaindata.encode((1.0,)),), ()).to_run()]
        )
        run = worker._run("light", request, 512, 1)
        with pytest.raises(EOFError):
            while True:
                run.receive(0, time.monotonic() + 60)
        ending = run.kill()
        run.close()
    assert "more processor time" in ending


def test_a_killed_zygote_is_replaced(tmp_path):
    (tmp_path / "m.py").write_text(source_of("relu"))
    with Sandbox() as sandbox:
        level = sandbox.level
        os.kill(sandbox.zygote("light")._process.pid, signal.SIGKILL)
        for seed in ("with a new one", "and its clone"):  # whose verdicts are not remembered
            report = grade(read(tmp_path / "m.py"), sandbox.worker(), seed=seed, sandbox=level).report
            assert {v.name: v.status for v in report.exercises}["relu"] == "passed"


def test_a_zygote_that_is_killed_as_it_starts_is_told():
    with Sandbox() as sandbox:
        zygote = sandbox.zygote("light")
        os.kill(zygote._process.pid, signal.SIGKILL)
        with pytest.raises(SandboxError, match="did not start"):
            zygote.level  # noqa: B018


def test_a_killed_zygote_of_another_process_is_told(tmp_path):
    with Sandbox() as theirs:
        zygote = theirs.zygote("light")
        ours = Sandbox(theirs.level, {"light": ZygoteLink(zygote.control)})
        zygote._process.kill()
        zygote._process.wait()
        (tmp_path / "m.py").write_text(source_of("relu"))
        with pytest.raises(SandboxError, match="stopped working"):
            grade(read(tmp_path / "m.py"), ours.worker(), seed="of another", sandbox=ours.level)


def test_what_is_killed_again_and_again_has_no_verdict(tmp_path, monkeypatch):
    (tmp_path / "m.py").write_text(source_of("relu"))
    monkeypatch.setattr(
        "grader.running.sandbox.Worker.run", lambda self, jobs: [Attempt((), "killed")] * len(jobs)
    )
    with Sandbox() as sandbox:
        graded = grade(
            read(tmp_path / "m.py"), sandbox.worker(), seed="killed", sandbox=sandbox.level, only="relu"
        )
    (verdict,) = graded.report.exercises
    assert (verdict.status, verdict.score) == ("error", 0)
    assert "no verdict on your answer" in verdict.message
    assert "ended from outside, twice" in verdict.fault
    assert graded.unfinished


def kill_clones(sandbox):
    zygote = sandbox.zygote("light")._process.pid
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"PPid:\t{zygote}\n" in (process / "status").read_text():
                os.kill(int(process.name), signal.SIGKILL)


def test_workers_are_lent_again():
    with Sandbox() as sandbox:
        with sandbox.borrowed_worker() as first, sandbox.borrowed_worker() as second:
            assert first is not second
        with sandbox.borrowed_worker() as again:
            assert again in (first, second)


@pytest.mark.parametrize(
    "source", ["import torch\ndef f(x): return x", "def f(x):\n    import torch\n    return x"]
)
def test_an_import_is_no_answers_time(sandbox, tmp_path, source):
    pytest.importorskip("torch")
    (tmp_path / "m.py").write_text(source.replace("f(x)", "relu(x)"))
    cut = Cutter(read(tmp_path / "m.py")).cut("relu")
    # Importing PyTorch takes more than a second on any machine.
    relu = all_exercises()["relu"]
    exercise = dataclasses.replace(relu, packages=("numpy", "torch"), seconds=0.4, megabytes=4096)
    bank = bank_of(relu)
    with sandbox.borrowed_worker() as worker:
        (attempt,) = worker.run([Job(exercise, cut, bank.cases, bank.inputs)])
    assert (attempt.end, len(attempt.outcomes)) == ("complete", len(bank.cases))
    assert all(outcome.raised is None for outcome in attempt.outcomes)


@pytest.mark.parametrize("packages", [("numpy",), ("numpy", "tensorflow", "keras")])
def test_modules_that_are_loaded_are_listed_before_the_fork(sandbox, tmp_path, packages):
    """To go over thousands of names in each fork takes longer than most answers."""
    (tmp_path / "m.py").write_text(
        "import sys\nforbidding = sys.modules['grader.child.forbidding']\n"
        "def relu(x):\n    return forbidding._loaded_of.cache_info().misses"
    )
    exercise = dataclasses.replace(all_exercises()["relu"], packages=packages, tensors="keras" in packages)
    bank = bank_of(all_exercises()["relu"])
    job = Job(exercise, Cutter(read(tmp_path / "m.py")).cut("relu"), bank.cases[:1], bank.inputs[:1])
    with sandbox.borrowed_worker() as worker:
        attempts = [worker.run([job])[0], *worker.run([job, job])]
    assert [attempt.outcomes[0].value() for attempt in attempts] == [1, 1, 1]
