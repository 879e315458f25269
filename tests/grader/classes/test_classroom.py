"""A class graded as a whole: killed and gone on with, workers lost, on a cluster, by learner."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from grader.classes.gradebook import FILE, Gradebook

RIGHT = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
LEAKY = "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n"
SLOW = "import numpy as np, time\ndef relu(x):\n    time.sleep(0.02)\n    return np.maximum(x, 0)\n"
PROGRAM = [sys.executable, "-c", "from grader.cli import main; main()"]


@pytest.fixture
def grader(tmp_path):
    """Run `grader` in a folder of its own; return the finished process."""

    def run(*arguments, status=(0, 1)):
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=180,
            check=False,
        )
        assert done.returncode in status, done.stderr
        return done

    return run


def write_class(folder, n, source=SLOW):
    folder.mkdir()
    for i in range(n):
        (folder / f"s{i:02}.py").write_text(f"SALT = {i}\n{LEAKY if i % 3 == 1 else source}")


def graded(folder):
    with Gradebook.open(folder) as book:
        return list(book.reports())


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_to_the_same_bytes(grader, tmp_path, signal_number):
    write_class(tmp_path / "class", 12)
    arguments = ("class", "--seed", "s", "--json", "--jobs", "2")
    whole = grader("grade", *arguments, "--out", "whole")
    ended = subprocess.Popen(
        [*PROGRAM, "grade", *arguments, "--out", "ended"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    done = wait_for_results(tmp_path / "ended", 2)
    ended.send_signal(signal_number)
    _, stderr = ended.communicate(timeout=60)
    if signal_number == signal.SIGINT:
        assert ended.returncode == 2
        assert stderr.count("\n") == 1
        assert "the same command goes on" in stderr
    kept = graded(tmp_path / "ended")
    assert done <= len(kept) < 12, "nothing is lost, and there is something left to do"
    again = grader("grade", *arguments, "--out", "ended")
    assert again.stdout == whole.stdout
    reports = [tmp_path / name / "reports.jsonl" for name in ("whole", "ended")]
    assert reports[0].read_bytes() == reports[1].read_bytes() == whole.stdout.encode()
    with Gradebook.open(tmp_path / "ended") as book:
        assert [len(book.history(f"s{i:02}.py")) for i in range(12)] == [1] * 12, "none is graded twice"
    for name in ("whole", "ended"):
        grader("report", name)
    files = sorted(p.relative_to(tmp_path / "whole") for p in (tmp_path / "whole/report").rglob("*.*"))
    assert len(files) > 12
    for file in files:
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "ended" / file).read_bytes(), file


def wait_for_results(folder, n):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (folder / FILE).exists():
            with contextlib.suppress(Exception):  # it is being made
                if len(reports := graded(folder)) >= n:
                    return len(reports)
        time.sleep(0.02)
    raise AssertionError("no results came")


def test_only_what_changed_is_graded_again_and_the_history_is_kept(grader, tmp_path):
    write_class(tmp_path / "class", 3, RIGHT)
    arguments = ("grade", "class", "--seed", "s", "--out", "out")
    grader(*arguments)
    (tmp_path / "class" / "s01.py").write_text(RIGHT)
    grader(*arguments)
    with Gradebook.open(tmp_path / "out") as book:
        scores = [[report.score for _, report in book.history(f"s{i:02}.py")] for i in range(3)]
    assert scores == [[1], [0, 1], [1]]
    grader(*arguments, "--regrade")
    with Gradebook.open(tmp_path / "out") as book:
        assert [len(book.history(f"s{i:02}.py")) for i in range(3)] == [2, 3, 2]


def test_the_seed_is_remembered_and_another_is_refused(grader, tmp_path):
    write_class(tmp_path / "class", 1, RIGHT)
    first = json.loads(grader("grade", "class", "--out", "out", "--json").stdout)
    again = json.loads(grader("grade", "class", "--out", "out", "--json").stdout)
    assert first == again
    refused = grader("grade", "class", "--out", "out", "--seed", "other", status=(2,))
    assert "another seed" in refused.stderr
    anew = grader("grade", "class", "--out", "out", "--seed", "other", "--regrade", "--json")
    assert json.loads(anew.stdout)["seed"] == "other"


def test_a_worker_that_is_killed_costs_nothing(tmp_path):
    write_class(tmp_path / "class", 8)
    grading = subprocess.Popen(
        [*PROGRAM, "grade", "class", "--seed", "s", "--json", "--jobs", "2", "--out", "out"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
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
    from grader.classes import classwork, executors

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


def test_a_worker_of_another_version_is_refused():
    from grader.classes import classwork
    from grader.errors import GraderError

    task = classwork.GradingTask("a.py", ".py", b"", "s", b"another")
    with pytest.raises(GraderError, match="another version"):
        classwork.run(msgspec.msgpack.encode(task))


def deadly_run(task):
    from grader.classes import classwork

    if b"deadly.py" in task:
        os._exit(1)
    return classwork.run(task)


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


def test_a_cluster_grades_as_this_machine_does_and_survives_a_lost_worker(cluster, grader, tmp_path):
    address, workers = cluster
    write_class(tmp_path / "class", 12)
    arguments = ("class", "--seed", "s", "--json")
    here = grader("grade", *arguments, "--out", "here")
    grading = subprocess.Popen(
        [*PROGRAM, "grade", *arguments, "--out", "there", "--dask", address],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_results(tmp_path / "there", 1)
    workers[0].kill()
    stdout, stderr = grading.communicate(timeout=120)
    assert grading.returncode == 1, stderr
    assert stdout == here.stdout
    assert "Traceback" not in stderr


def test_a_cluster_without_workers_is_not_waited_for_for_ever(cluster, grader, tmp_path, monkeypatch):
    from grader.classes import classwork, executors
    from grader.errors import GraderError

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
        done = grader("grade", "class", "--dask", address, "--out", "out", status=(2,))
        assert done.stderr.count("\n") == 1, done.stderr
        assert "No Dask scheduler answers" in done.stderr


def test_each_learner_can_have_cases_of_their_own(grader, tmp_path):
    from grader.classes.course import Course
    from grader.exercises import all_exercises
    from grader.judging.bank import bank_of

    (tmp_path / "course.toml").write_text("per_learner_seeds = true\n")
    (tmp_path / "class").mkdir()
    course, exercise = Course(per_learner_seeds=True), all_exercises()["relu"]
    bank = bank_of(exercise, course.seed_of("s", "ada"))
    assert bank.cases != bank_of(exercise, course.seed_of("s", "eve")).cases
    learnt = f"KNOWN = {dict(zip(bank.cases, (o.answer for o in bank.expected), strict=True))!r}\n"
    source = (
        "import msgspec, numpy as np, sys\n" + learnt + "plain = sys.modules['grader.child.plaindata']\n"
        "def relu(x): return plain.decode(KNOWN[plain.encode((x,))])\n"
    )
    for learner in ("ada", "eve"):
        (tmp_path / "class" / f"{learner}.py").write_text(source)
    lines = grader("grade", "class", "--seed", "s", "--json", "--out", "out").stdout.splitlines()
    ada, eve = map(json.loads, lines)
    assert ada["score"] == 1, "these are ada's cases"
    assert eve["score"] == 0, "and nobody else's"
    assert ada["seed"] == eve["seed"] == "s"


def test_points_partial_credit_and_lateness_come_from_the_course_file(grader, tmp_path):
    (tmp_path / "course.toml").write_text(
        'title = "Autumn"\npartial_credit = true\nlate_per_day = 0.25\n[points]\nrelu = 4\n'
    )
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "doeada_LATE_11_22_hw.py").write_text(RIGHT)
    nearly = RIGHT.replace("np.maximum(x, 0)", "np.clip(x, 0, 9)")
    (tmp_path / "class" / "roebob_33_44_hw.py").write_text(nearly)
    lines = grader("grade", "class", "--seed", "s", "--json", "--out", "out").stdout.splitlines()
    ada, bob = map(json.loads, lines)
    assert (ada["score"], ada["out_of"]) == (4, 15)
    relu = bob["exercises"][1]
    assert relu["status"] == "failed"
    assert 0 < relu["score"] < 4
    with Gradebook.open(tmp_path / "out") as book:
        results = book.results()
    assert results.title == "Autumn"
    assert [(learner.key, learner.late_days) for learner in results.learners] == [("11", 1), ("33", 0)]
    assert results.learners[0].points == 3
