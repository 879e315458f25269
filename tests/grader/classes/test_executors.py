"""Who grades a class: processes here or on a cluster, and what is lost with one of them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from graded_class import wait_for_results, write_class
from sources import RIGHT, source_of

from grader.child.confinement import what_is_missing
from grader.classes import classwork, executors
from grader.errors import GraderError, SandboxError
from grader.judging.grading import Graded
from grader.judging.report import Report
from grader.running.sandbox import Sandbox


def test_a_worker_that_is_killed_costs_nothing(started, tmp_path):
    write_class(tmp_path / "class", 8)
    grading = started(tmp_path, "grade", "class", "--seed", "s", "--json", "--jobs", "2", "--out", "out")
    wait_for_results(tmp_path / "out", 1)
    os.kill(workers_of(grading.pid)[0], signal.SIGKILL)
    stdout, stderr = grading.communicate(timeout=120)
    assert grading.returncode == 1, stderr
    scores = [json.loads(line)["score"] for line in stdout.splitlines()]
    assert scores == [0 if i % 3 == 1 else 1 for i in range(8)]


def workers_of(pid):
    """Return the processes that grade: those that Python's multiprocessing has started."""
    found = []
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for process in child.read_text().split():
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            if b"multiprocessing.spawn" in command:
                found.append(int(process))
    return found


def test_a_submission_that_ends_its_worker_costs_only_itself(monkeypatch, tmp_path):

    write_class(tmp_path / "class", 5, RIGHT)
    files = {path.name: path.read_bytes() for path in (tmp_path / "class").iterdir()} | {"deadly.py": b""}
    version = classwork.version()
    tasks = [classwork.GradingTask(name, ".py", data, "s", version) for name, data in sorted(files.items())]
    monkeypatch.setattr(classwork, "run", deadly_run)
    with executors.local(2, unsafe=False) as workers:
        outcomes = {task.name: outcome for task, outcome in executors.completed(tasks, workers)}
    assert isinstance(outcomes.pop("deadly.py"), executors.Failed)
    assert len(outcomes) == 5
    assert all(not isinstance(outcome, executors.Failed) for outcome in outcomes.values())


def deadly_run(task):

    if b"deadly.py" in task:
        os._exit(1)
    return classwork.run(task)


class KilledWorker(Exception):
    """What Dask raises of a task whose workers ended one after the other; it is known by its name."""


class Neighbours(Executor):
    """An executor in which a deadly task takes all with it that are there at the same time."""

    def __init__(self):
        self.waiting = []

    def submit(self, run, task):
        future = Future()
        self.waiting.append((future, task))
        if len(self.waiting) == 3 or b"deadly" in task:
            for other, held in self.waiting:
                if b"deadly" in task:
                    other.set_exception(KilledWorker())
                else:
                    other.set_result(run(held))
            self.waiting = []
        elif len(self.waiting) == 1 and self.alone:
            future.set_result(run(task))
            self.waiting = []
        return future


def test_whoever_a_neighbour_killed_on_a_cluster_is_graded_again_alone(monkeypatch):
    made = []

    def make():
        made.append(Neighbours())
        made[-1].alone = len(made) > 1
        return made[-1]

    monkeypatch.setattr(classwork, "run", lambda task: NOTHING)
    outcomes = executors.completed(THREE, executors.Workers(make, None, ahead=3))
    failed = {task.name for task, outcome in outcomes if isinstance(outcome, executors.Failed)}
    assert failed == {"deadly.py"}


NOTHING = msgspec.msgpack.encode(Graded(Report("", "s", "process", []), {}))
THREE = [classwork.GradingTask(name, ".py", b"", "s", b"") for name in ("a.py", "b.py", "deadly.py")]


def without_a_sandbox(task):
    if b"deadly" in task:
        raise SandboxError("The sandbox stopped working: Broken pipe.")
    return NOTHING


def test_whoever_the_sandbox_fails_costs_only_itself(monkeypatch):
    monkeypatch.setattr(classwork, "run", without_a_sandbox)
    workers = executors.Workers(lambda: ThreadPoolExecutor(1), None, ahead=3)
    outcomes = {task.name: outcome for task, outcome in executors.completed(THREE, workers)}
    assert {name for name, outcome in outcomes.items() if isinstance(outcome, executors.Failed)} == {
        "deadly.py"
    }


def test_a_sandbox_that_is_gone_ends_the_run(monkeypatch):
    monkeypatch.setattr(classwork, "run", without_a_sandbox)
    workers = executors.Workers(lambda: ThreadPoolExecutor(1), None, ahead=3)
    tasks = [classwork.GradingTask(f"deadly{i}.py", ".py", b"", "s", b"") for i in range(9)]
    outcomes = executors.completed(tasks, workers)
    assert [isinstance(next(outcomes)[1], executors.Failed) for _ in range(2)] == [True, True]
    with pytest.raises(SandboxError, match="stopped working"):
        next(outcomes)


@pytest.mark.skipif(what_is_missing() is not None, reason="without a sandbox there are no zygotes")
@pytest.mark.parametrize("before", [True, False], ids=["before any answer", "among answers"])
def test_a_killed_zygote_costs_nothing(before, monkeypatch):
    """As the system does where memory is short, for a zygote with TensorFlow is large."""
    code = source_of("relu").encode()
    tasks = [
        classwork.GradingTask(f"s{i}.py", ".py", b"%s\nk = %d\n" % (code, i), "s", classwork.version())
        for i in range(6)
    ]
    sandboxes = []
    monkeypatch.setattr(executors, "Sandbox", lambda: sandboxes.append(Sandbox()) or sandboxes[-1])
    with executors.local(1, unsafe=False) as workers:
        outcomes = iter(executors.completed(tasks, workers))
        seen = [] if before else [next(outcomes)]
        for kind in ("light", "full"):
            sandboxes[0].zygote(kind)._process.kill()
        seen += outcomes
    scores = {task.name: getattr(graded, "report", graded).score for task, graded in seen}
    assert scores == {task.name: 1.0 for task in tasks}


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and three workers, each a process of its own as on machines of their own."""
    pytest.importorskip("distributed", reason="Dask is an extra")
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}
    address_file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(open(tmp_path / "dask.log", "wb"))

        def start(*command):
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=tmp_path)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        start(*dask, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", address_file)
        workers = [
            start(
                *(sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", address_file),
                *("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", f"w{i}"),
            )
            for i in range(3)
        ]
        for _ in range(600):
            if address_file.exists() and address_file.read_text().endswith("}"):
                break
            time.sleep(0.05)
        yield json.loads(address_file.read_text())["address"], workers


def test_a_cluster_grades_as_this_machine_does_and_survives_a_lost_worker(cluster, grader, started, tmp_path):
    address, workers = cluster
    write_class(tmp_path / "class", 12)
    arguments = ("class", "--seed", "s", "--json")
    here = grader("grade", *arguments, "--out", "here", status=(0, 1))
    grading = started(tmp_path, "grade", *arguments, "--out", "there", "--dask", address)
    wait_for_results(tmp_path / "there", 1)
    workers[0].kill()
    stdout, stderr = grading.communicate(timeout=120)
    assert grading.returncode == 1, stderr
    assert stdout == here.stdout
    assert "Traceback" not in stderr


def test_a_cluster_without_workers_is_not_waited_for_for_ever(cluster, grader, tmp_path, monkeypatch):

    address, workers = cluster
    monkeypatch.setattr(executors, "PATIENCE_SECONDS", 0.5)
    slow = b"import time\ndef relu(x): time.sleep(60)\n"
    task = classwork.GradingTask("a.py", ".py", slow, "s", classwork.version())
    with executors.cluster(address) as lent:
        for worker in workers:
            worker.kill()
        with pytest.raises(GraderError, match=r"no workers any more|The cluster was lost"):
            list(executors.completed([task], lent))


def test_a_scheduler_that_is_not_there_is_one_sentence(grader, tmp_path):
    pytest.importorskip("distributed", reason="Dask is an extra")
    write_class(tmp_path / "class", 1, RIGHT)
    for address in ("tcp://127.0.0.1:9", "nonsense://", "127.0.0.1:abc"):
        done = grader("grade", "class", "--dask", address, "--out", "out", status=2)
        assert done.stderr.count("\n") == 1, done.stderr
        assert "No Dask scheduler answers" in done.stderr
