"""A class graded as a whole: ended and gone on with, seeds by learner, points by the course file."""

import json
import signal
import subprocess
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import msgspec
import pytest
from graded_class import SLOW, graded, wait_for_results, write_class
from sources import RIGHT

from grader.classes import classroom, classwork
from grader.classes.classroom import grade_class
from grader.classes.classwork import GradingTask
from grader.classes.course import Course
from grader.classes.executors import Workers
from grader.classes.gradebook import Gradebook
from grader.exercises import all_exercises, exercises_of
from grader.judging.bank import bank_of
from grader.judging.grading import Graded
from grader.judging.judge import verdict_on
from grader.judging.report import Report


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_goes_on_to_the_same_bytes(grader, started, tmp_path, signal_number):
    write_class(tmp_path / "class", 12, SLOW.replace("0.02", "0.05"))  # so that it is ended before its end
    arguments = ("class", "--seed", "s", "--json", "--jobs", "2")
    whole = grader("grade", *arguments, "--out", "whole", status=(0, 1))
    ended = started(tmp_path, "grade", *arguments, "--out", "ended", stdout=subprocess.DEVNULL)
    done = wait_for_results(tmp_path / "ended", 2)
    ended.send_signal(signal_number)
    _, stderr = ended.communicate(timeout=60)
    if signal_number == signal.SIGINT:
        assert ended.returncode == 2
        assert stderr.count("\n") == 1
        assert "the same command goes on" in stderr
    kept = graded(tmp_path / "ended")
    assert done <= len(kept) < 12, "nothing is lost, and there is something left to do"
    again = grader("grade", *arguments, "--out", "ended", status=(0, 1))
    assert again.stdout == whole.stdout
    reports = [tmp_path / name / "reports.jsonl" for name in ("whole", "ended")]
    assert reports[0].read_bytes() == reports[1].read_bytes() == whole.stdout.encode()
    with Gradebook.open(tmp_path / "ended") as book:
        assert [len(book.history(f"s{i:02}.py")) for i in range(12)] == [1] * 12, "none is graded twice"
    for name in ("whole", "ended"):
        grader("report", name, status=(0, 1))
    reported = (tmp_path / "whole/report").rglob("*.*")
    files = sorted(p.relative_to(tmp_path / "whole") for p in reported if p.name != "times.csv")
    assert len(files) > 12
    for file in files:
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "ended" / file).read_bytes(), file


def test_what_was_killed_is_graded_again_by_the_same_command(tmp_path, monkeypatch):
    write_class(tmp_path / "class", 2, RIGHT)
    ends = iter([True, False, False])

    def run(task):
        report = Report(msgspec.msgpack.decode(task)["name"], "s", "process", [])
        return msgspec.msgpack.encode(Graded(report, {}, unfinished=next(ends)))

    monkeypatch.setattr(classwork, "run", run)
    workers = Workers(lambda: ThreadPoolExecutor(1), None, ahead=1)
    done = []
    for _ in range(3):
        with (
            Gradebook.create(tmp_path / "out") as book,
            grade_class([tmp_path / "class"], book, workers, seed="s", course=Course()) as (_, names),
        ):
            done.append(list(names))
    assert done == [["s00.py", "s01.py"], ["s00.py"], []]


def test_all_files_of_a_learner_share_the_time_of_one_and_slow_ones_go_last(tmp_path, monkeypatch):
    given = []

    def run(task):
        task = msgspec.msgpack.decode(task, type=GradingTask)
        given.append((task.name, task.seconds))
        verdict = verdict_on(all_exercises()["relu"], "timeout", "", seconds=1000.0 * ("eve" in task.name))
        report = Report(task.name, "s", "process", [verdict])
        return msgspec.msgpack.encode(Graded(report, {}))

    monkeypatch.setattr(classwork, "run", run)
    for name in ("ada/a.py", "eve/a.py", "eve/b.py", "eve/c.py", "zoe/a.py"):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text(f"# {name}\n{RIGHT}")
    reports_on(tmp_path / "class")
    assert given == [
        ("ada/a.py", 1800), ("eve/a.py", 1800), ("zoe/a.py", 1800), ("eve/b.py", 800), ("eve/c.py", -200),
    ]  # fmt: skip


def test_reading_and_cutting_count_for_a_learner_s_time(tmp_path, monkeypatch):
    given = []

    def run(task):
        task = msgspec.msgpack.decode(task, type=GradingTask)
        given.append(task.seconds)
        report = Report(task.name, "s", "process", [])
        return msgspec.msgpack.encode(Graded(report, {}, seconds=25.0))

    monkeypatch.setattr(classwork, "run", run)
    (tmp_path / "class" / "eve").mkdir(parents=True)
    for number in range(4):
        (tmp_path / "class" / "eve" / f"{number}.py").write_text(f"# {number}\n{RIGHT}")
    reports_on(tmp_path / "class")
    assert given == [1800, 1775, 1750, 1725]


def test_a_learner_s_files_have_bytes_together_and_others_have_theirs(tmp_path, monkeypatch):
    """Two thousand files that mention fifty modules of a megabyte each were hundreds of gigabytes to read."""
    done = []

    def run(task):
        name = msgspec.msgpack.decode(task, type=GradingTask).name
        done.append(name)
        return msgspec.msgpack.encode(Graded(Report(name, "s", "process", []), {}))

    monkeypatch.setattr(classwork, "run", run)
    monkeypatch.setattr(classroom, "LEARNERS_BYTES", 35_000)
    for name in ("ada", "eve"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "helper.py").write_text("x = 1\n" + "#" * 9_900)
    for name in ("ada/0", "ada/1", "eve/0", "eve/1", "eve/2"):
        (tmp_path / "class" / f"{name}.py").write_text(f"import helper\n# {name}\n{RIGHT}")
    told = [report for report in reports_on(tmp_path / "class") if report.error]
    assert done == ["ada/0.py", "ada/1.py", "ada/helper.py", "eve/0.py", "eve/1.py", "eve/2.py"]
    assert [(report.submission, report.error) for report in told] == [("eve/helper.py", classroom.TOO_MUCH)]


def test_who_has_used_up_the_time_is_told_so_and_nothing_is_read(monkeypatch):
    monkeypatch.setattr(classwork, "parse", lambda *arguments: pytest.fail("it is read"))
    task = GradingTask("eve.py", ".py", RIGHT.encode(), "s", classwork.version(), True, {}, -1.0)
    found = msgspec.msgpack.decode(classwork.run(msgspec.msgpack.encode(task)), type=Graded)
    assert found.report.error == classwork.USED_UP


def reports_on(folder):
    """Grade a class, one file after the other, and return all reports."""
    workers = Workers(OneAfterTheOther, None, 1)
    with (
        Gradebook.temporary() as book,
        grade_class([folder], book, workers, seed="s", course=Course()) as (_, names),
    ):
        list(names)
        return list(book.reports())


class OneAfterTheOther(Executor):
    def submit(self, run, task):
        future = Future()
        future.set_result(run(task))
        return future


def test_only_what_changed_is_graded_again_and_the_history_is_kept(grader, tmp_path):
    write_class(tmp_path / "class", 3, RIGHT)
    arguments = ("grade", "class", "--seed", "s", "--out", "out")
    grader(*arguments, status=(0, 1))
    (tmp_path / "class" / "s01.py").write_text(RIGHT)
    grader(*arguments, status=(0, 1))
    with Gradebook.open(tmp_path / "out") as book:
        scores = [[report.score for _, report in book.history(f"s{i:02}.py")] for i in range(3)]
    assert scores == [[1], [0, 1], [1]]
    grader(*arguments, "--regrade", status=(0, 1))
    with Gradebook.open(tmp_path / "out") as book:
        assert [len(book.history(f"s{i:02}.py")) for i in range(3)] == [2, 3, 2]


def test_the_seed_is_remembered_and_another_is_refused(grader, tmp_path):
    write_class(tmp_path / "class", 1, RIGHT)
    first = json.loads(grader("grade", "class", "--out", "out", "--json", status=(0, 1)).stdout)
    again = json.loads(grader("grade", "class", "--out", "out", "--json", status=(0, 1)).stdout)
    assert first == again
    refused = grader("grade", "class", "--out", "out", "--seed", "other", status=2)
    assert "another seed" in refused.stderr
    anew = grader("grade", "class", "--out", "out", "--seed", "other", "--regrade", "--json", status=(0, 1))
    assert json.loads(anew.stdout)["seed"] == "other"


def test_each_learner_can_have_cases_of_their_own(grader, tmp_path):
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
    done = grader("grade", "class", "--seed", "s", "--json", "--out", "out", status=(0, 1))
    lines = done.stdout.splitlines()
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
    done = grader("grade", "class", "--seed", "s", "--json", "--out", "out", status=(0, 1))
    lines = done.stdout.splitlines()
    ada, bob = map(json.loads, lines)
    assert (ada["score"], ada["out_of"]) == (4, 3 + len(exercises_of("02_neural_networks")))
    (relu,) = [row for row in bob["exercises"] if row["name"] == "relu"]
    assert relu["status"] == "failed"
    assert 0 < relu["score"] < 4
    with Gradebook.open(tmp_path / "out") as book:
        results = book.results()
    assert results.title == "Autumn"
    assert [(learner.key, learner.late_days) for learner in results.learners] == [("11", 1), ("33", 0)]
    assert results.learners[0].points == 3
