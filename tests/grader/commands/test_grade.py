"""`grader grade` as a process: reports, classes as they really are, and one sentence for what can't be."""

import json
import os
import zipfile

import pytest
from saying import GRADER, one_line, one_sentence
from sources import RIGHT, WRONG

from grader.child.plaindata import decode
from grader.classes.gradebook import FILE
from grader.exercises import all_exercises, exercises_of
from grader.judging.bank import bank_of


def test_the_report_is_the_contract(grader, tmp_path):
    (tmp_path / "ada.py").write_text(WRONG)
    done = grader("grade", "ada.py", "--seed", "7", "--json")
    report = json.loads(one_line(done.stdout))
    assert list(report) == ["schema", "submission", "seed", "sandbox", "score", "out_of", "exercises"]
    assert (report["schema"], report["submission"], report["seed"]) == (1, "ada.py", 7)
    assert report["sandbox"] == "landlock+seccomp"
    assert (report["score"], report["out_of"]) == (0, len(exercises_of("02_neural_networks")))
    (relu,) = [row for row in report["exercises"] if row["name"] == "relu"]
    assert list(relu) == [
        "name", "lesson", "status", "score", "out_of", "cases", "passed", "seconds",
        "mistake", "message", "counterexample", "error",
    ]  # fmt: skip
    assert (relu["name"], relu["lesson"], relu["status"]) == ("relu", "02_neural_networks", "failed")
    assert relu["mistake"] == "leaky"
    assert set(relu["counterexample"]) == {"arguments", "expected", "got"}
    assert "x" in relu["counterexample"]["arguments"]
    assert 0 < relu["passed"] < relu["cases"]


def test_a_folder_gives_one_object_a_line_in_the_order_of_names(grader, tmp_path):
    (tmp_path / "class" / "sub").mkdir(parents=True)
    for name, source in (("b.py", RIGHT), ("a.py", WRONG), ("sub/c.py", RIGHT)):
        (tmp_path / "class" / name).write_text(source)
    done = grader("grade", "class", "--seed", "s", "--json", "--jobs", "2")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["submission"] for report in reports] == ["a.py", "b.py", "sub/c.py"]
    assert [report["score"] for report in reports] == [0, 1, 1]
    assert done.returncode == 1


def test_a_file_whose_only_answer_has_another_name_is_told_so(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT.replace("relu", "ReLU"))
    exercises = json.loads(grader("grade", "m.py", "--json", status=1).stdout)["exercises"]
    (relu,) = [row for row in exercises if row["name"] == "relu"]
    assert "there is `ReLU`; if that is your answer, call it `relu`." in relu["message"]


def test_a_class_is_graded_on_other_cases_than_the_public_ones(grader, tmp_path):
    bank = bank_of(all_exercises()["relu"])
    learnt = {
        repr(decode(case)[0].tolist()): outcome.value().tolist()
        for case, outcome in zip(bank.cases, bank.expected, strict=True)
    }
    (tmp_path / "m.py").write_text(f"KNOWN = {learnt}\ndef relu(x): return KNOWN[repr(x.tolist())]\n")
    assert grader("check", "m.py", "--only", "relu").returncode == 0
    for seed in ("1", "2"):
        rows = json.loads(grader("grade", "m.py", "--seed", seed, "--json").stdout)["exercises"]
        (relu,) = [row for row in rows if row["name"] == "relu"]
        assert (relu["status"], relu["error"]["type"]) == ("error", "KeyError")
    for seed in ("public", ""):
        done = grader("grade", "m.py", "--seed", seed)
        assert done.returncode == 2
        assert "no secret" in one_line(done.stderr)


def test_without_a_seed_every_run_draws_its_own(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    seeds = {json.loads(grader("grade", "m.py", "--json").stdout)["seed"] for _ in range(2)}
    assert len(seeds) == 2
    assert all(len(seed) >= 16 for seed in seeds)


def test_a_broken_notebook_in_a_folder_costs_only_itself(grader, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.ipynb").write_text("{")
    (tmp_path / "class" / "b.py").write_text(RIGHT)
    done = grader("grade", "class", "--json", "--seed", "s")
    broken, right = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert "no JSON" in broken["error"]
    assert broken["exercises"] == []
    assert right["score"] == 1


def test_a_file_alone_that_can_not_be_read_has_its_object_too(grader, tmp_path):
    (tmp_path / "bad.ipynb").write_text("{")
    done = grader("grade", "bad.ipynb", "--json", "--seed", "s", status=2)
    report = json.loads(one_line(done.stdout))
    assert (report["exercises"], report["error"]) == ([], one_line(done.stderr).strip())


def test_what_changes_nothing_without_a_gradebook_says_so(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    for option in ("--regrade", "--replace"):
        assert f"{option} changes nothing without --out" in grader("grade", "m.py", option).stderr


def test_one_learners_stray_files_change_nothing_for_the_class(grader, tmp_path):
    count = len(exercises_of("02_neural_networks"))
    for name, source in {
        "ada/hw.py": RIGHT,
        "grace/hw.py": f"{RIGHT}def mse(a, b): return 0\n",
        "grace/utils.py": "def f(): pass\n",
        "grace/tests/test_hw.py": "import pytest\n",
        "eve/hw.py": "# no time, sorry\n",
    }.items():
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text(source)
    done = grader("grade", "class", "--seed", "s", "--out", "out", status=1)
    assert done.stdout.splitlines()[:5] == [
        f"ada/hw.py: 1 of {count}; {count - 1} not answered",
        f"eve/hw.py: 0 of {count}; {count} not answered",
        f"grace/hw.py: 1 of {count}; {count - 1} not answered",
        "grace/tests/test_hw.py: no answer in it",
        "grace/utils.py: no answer in it",
    ]
    assert done.stderr.splitlines()[-2:] == [
        f"The class is out of {count} points: 2 of 2 learners with answers handed in 02_neural_networks.",
        "03a_backpropagation does not count: only grace/hw.py has answers of it; if it is to count, name it "
        "under `lessons` in course.toml.",
    ]
    lines = [json.loads(line) for line in (tmp_path / "out/reports.jsonl").read_text().splitlines()]
    assert [line["out_of"] for line in lines] == [count, count, count, 0, 0]
    grader("report", "out", status=0)
    report = tmp_path / "out" / "report"
    assert {line.split(",")[6] for line in (report / "grades.csv").read_text().splitlines()[1:]} == {
        str(count)
    }
    assert f"Points Possible,,,,,{count}" in (report / "canvas.csv").read_text()
    for file in (report / "gradescope").iterdir():
        assert sum(test["max_score"] for test in json.loads(file.read_text())["tests"]) == count
    assert "03a_backpropagation does not count" in (report / "index.html").read_text()


def test_an_empty_folder_is_one_sentence_and_status_2(grader, tmp_path):
    (tmp_path / "empty").mkdir()
    done = grader("grade", "empty")
    assert done.returncode == 2
    assert "holds no notebook" in one_line(done.stderr)


def test_without_a_sandbox_a_class_is_graded_only_on_request(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    program = (
        "import sys\nfrom grader.child import confinement\nfrom grader.running import sandbox\n"
        "from grader.cli import main\n"
        "confinement.what_is_missing = lambda: 'no Landlock here'\n"
        "normal = sandbox.Sandbox.__init__\n"
        "sandbox.Sandbox.__init__ = lambda self: normal(self, 'process')\nmain()\n"
    )
    done = grader("grade", "m.py", "--seed", "s", program=program)
    assert done.returncode == 2
    assert "no Landlock here" in one_line(done.stderr)
    assert "--unsafe" in done.stderr
    done = grader("grade", "m.py", "--seed", "s", "--unsafe", "--json", program=program)
    report = json.loads(done.stdout)
    assert (report["sandbox"], report["score"]) == ("process", 1)
    assert "without a sandbox" in grader("check", "m.py", program=program).stdout


def test_a_class_may_be_empty_but_then_there_is_nothing_to_grade(grader, tmp_path):
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for path in ("empty", "empty.zip", "nowhere"):
        one_sentence(grader("grade", path, "--out", "out"))


def test_two_learners_of_one_name_are_told_apart_or_refused(grader, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ada.py").write_text(RIGHT)
    assert "ada" in one_sentence(grader("grade", "a/ada.py", "b/ada.py", "--out", "out"))


def test_a_notebook_of_500_mb_costs_itself_only(grader, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(RIGHT)
    with open(tmp_path / "class" / "big.ipynb", "wb") as file:
        file.truncate(500 * 2**20)
    done = grader("grade", "class", "--seed", "s", "--json")
    ada, big = map(json.loads, done.stdout.splitlines())
    assert ada["score"] == 1
    assert "larger than 64 MB" in big["error"]
    assert "larger than 64 MB" in one_sentence(grader("grade", "class/big.ipynb"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_one_sentence(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    (tmp_path / "out").mkdir(mode=0o500)
    assert "can't be written" in one_sentence(grader("grade", "m.py", "--out", "out"))


def test_an_out_folder_that_is_a_file_is_one_sentence(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    assert "m.py can't be written" in one_sentence(grader("grade", "m.py", "--out", "m.py"))
    assert (tmp_path / "m.py").read_text() == RIGHT


def test_a_gradebook_that_is_damaged_or_missing_is_one_sentence(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    (tmp_path / "out").mkdir()
    one_sentence(grader("report", "out"))
    (tmp_path / "out" / FILE).write_bytes(b"not a database, whatever it is" * 100)
    for command in (
        ("grade", "m.py", "--out", "out"),
        ("report", "out"),
        ("mark", "out", "m", "--comment", "x"),
    ):
        assert "damaged" in one_sentence(grader(*command))


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_later(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for i in range(30):
        (tmp_path / "class" / f"s{i:02}.py").write_text(f"N = '{'x' * 4000}'\n{RIGHT}\nrelu.n = N\n")
    small = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    ignored = "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    arguments = ("grade", "class", "--seed", "s", "--out", "out", "--json")
    assert "What it holds is safe" in one_sentence(grader(*arguments, program=f"{ignored}{small}{GRADER}"))
    done = grader(*arguments)
    assert [json.loads(line)["score"] for line in done.stdout.splitlines()] == [1] * 30


def test_one_late_file_does_not_drop_the_rest_of_the_class(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("ada", "ben"):
        (tmp_path / "class" / f"{name}.py").write_text(RIGHT)
    grader("grade", "class", "--seed", "s", "--out", "out")
    (tmp_path / "late.py").write_text(WRONG)
    done = grader("grade", "late.py", "--out", "out")
    assert "handed in before: 2" in done.stderr
    assert done.stdout.startswith(f"late.py: 0 of {len(exercises_of('02_neural_networks'))}")
    assert len((tmp_path / "out/reports.jsonl").read_text().splitlines()) == 3
    grader("grade", "class", "--out", "out", "--replace")
    assert len((tmp_path / "out/reports.jsonl").read_text().splitlines()) == 2


def test_where_nothing_is_graded_that_counts_the_status_says_so(grader, tmp_path):
    for name, files in {
        "new": {"ada_1_102_hw-1.py": RIGHT},
        "old": {"ada_1_101_hw.py": WRONG},
        "pdf": {"ada_1_100_hw.pdf": "%PDF"},
    }.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as file:
            for member, content in files.items():
                file.writestr(member, content)
    nothing = "Nothing was graded: no file among these both counts and holds an exercise."
    assert nothing in grader("grade", "pdf.zip", status=2).stderr
    assert nothing not in grader("grade", "new.zip", "pdf.zip", "--out", "out", status=1).stderr
    for older in ("old.zip", "pdf.zip"):
        assert nothing in grader("grade", older, "--out", "out", status=2).stderr
    assert nothing not in grader("grade", "new.zip", "--out", "out", status=1).stderr


def test_a_pipe_that_is_closed_loses_no_report(started, tmp_path):
    (tmp_path / "class").mkdir()
    for i in range(3):
        (tmp_path / "class" / f"s{i}.py").write_text(RIGHT)
    with started(tmp_path, "grade", "class", "--out", "out", text=False) as done:
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode in (1, 2)
    assert len((tmp_path / "out/reports.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(("seed", "said"), [("7", 7), ("007", "007"), ("٧", "٧"), ("1" * 20, "1" * 20)])
def test_the_seed_is_said_as_it_was_given(grader, tmp_path, seed, said):
    (tmp_path / "m.py").write_text(RIGHT)
    assert json.loads(grader("grade", "m.py", "--seed", seed, "--json").stdout)["seed"] == said


def test_a_course_file_with_an_unknown_name_is_one_sentence(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    (tmp_path / "course.toml").write_text("[points]\nrelus = 2\n")
    assert "relus" in one_sentence(grader("grade", "m.py"))
    (tmp_path / "course.toml").write_text("titel = 'x'\n")
    assert "titel" in one_sentence(grader("grade", "m.py"))


def test_what_a_terminal_would_obey_does_not_reach_it(grader, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a\x1b[2Jb.py").write_text("def relu(x): raise ValueError('\x1b[31m')")
    for command in (("grade", "class", "--seed", "s"), ("check", "class")):
        done = grader(*command)
        assert done.returncode == 1, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
