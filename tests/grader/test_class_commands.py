"""`grader grade`, `mark` and `report` on what classes are really like: one sentence for what can't be."""

import csv
import json
import os
import subprocess
import sys
import zipfile

import pytest

from grader.classes.gradebook import FILE, Gradebook
from grader.classes.results import Mark

RIGHT = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
WRONG = "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n"


@pytest.fixture
def grader(tmp_path):
    """Run `grader` in a folder of its own; return the finished process."""

    def run(*arguments, before=""):
        return subprocess.run(
            [sys.executable, "-c", f"{before}\nfrom grader.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run


def one_sentence(done):
    assert done.returncode == 2, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def moodle_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Ada Lovelace_1_assignsubmission_file_/hw.py", RIGHT)
        archive.writestr("Ada Lovelace_2_assignsubmission_file_/hw.py", WRONG)
        archive.writestr("=cmd|'calc'!A0_3_assignsubmission_file_/hw.py", "def relu(x): return '<b>'")
        archive.writestr("Ben_4_assignsubmission_file_/hw.ipynb", "{")


def test_a_platforms_zip_goes_through_to_the_reports(grader, tmp_path):
    moodle_zip(tmp_path / "class.zip")
    done = grader("grade", "class.zip", "--seed", "s", "--out", "out")
    assert done.returncode == 1, done.stderr
    assert "not graded" in done.stdout
    assert "Next: grader report out" in done.stdout
    assert grader("mark", "out", "2", "relu", "--score", "0.5", "--comment", "<i>Nearly</i>").returncode == 0
    done = grader("report", "out")
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    with open(tmp_path / "out/report/grades.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    head, *rows = rows
    relu = head.index("relu")
    by_key = {row[1]: row for row in rows}
    assert {key: float(by_key[key][relu]) for key in "1234"} == {"1": 1.0, "2": 0.5, "3": 0.0, "4": 0.0}
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
    pages = [file.read_text() for file in (tmp_path / "out/report/learners").glob("*.html")]
    assert len(pages) == 4
    assert any("&lt;i&gt;Nearly" in page for page in pages)
    assert not any("<i>Nearly" in page or "seed" in page.lower() for page in pages)


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
    assert "What it holds is safe" in one_sentence(grader(*arguments, before=ignored + small))
    done = grader(*arguments)
    assert [json.loads(line)["score"] for line in done.stdout.splitlines()] == [1] * 30


def test_marks_are_for_learners_and_exercises_that_there_are(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("ada", "ben"):
        (tmp_path / "class" / f"{name}.py").write_text(RIGHT)
    grader("grade", "class", "--seed", "s", "--out", "out")
    for arguments, words in {
        ("adda", "relu", "--score", "1"): "do you mean 'ada'?",
        ("ada", "rleu", "--score", "1"): "do you mean 'relu'?",
        ("ada", "relu"): "Say what the mark is",
        ("ada", "--score", "1"): "A score is for one exercise",
        ("ada", "relu", "--score", "nan"): "number of points",
        ("ada", "relu", "--score", "1", "--clear"): "--clear",
    }.items():
        assert words in one_sentence(grader("mark", "out", *arguments))
    assert "0.5 points" in grader("mark", "out", "ADA", "relu", "--score", "0.5").stdout
    assert "a comment" in grader("mark", "out", "ada", "relu", "--comment", "Nearly.").stdout
    with Gradebook.open(tmp_path / "out") as book:
        assert book.marks() == {("ada", "relu"): Mark(0.5, "Nearly.")}, "a comment leaves the score"
    assert "is worth 1" in grader("mark", "out", "ben", "relu", "--score", "50").stderr
    assert "taken back" in grader("mark", "out", "ada", "relu", "--clear").stdout


def test_one_late_file_does_not_drop_the_rest_of_the_class(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("ada", "ben"):
        (tmp_path / "class" / f"{name}.py").write_text(RIGHT)
    grader("grade", "class", "--seed", "s", "--out", "out")
    (tmp_path / "late.py").write_text(WRONG)
    done = grader("grade", "late.py", "--out", "out")
    assert "handed in before: 2" in done.stderr
    assert done.stdout.startswith("late.py: 0 of 12")
    assert len((tmp_path / "out/reports.jsonl").read_text().splitlines()) == 3
    grader("grade", "class", "--out", "out", "--replace")
    assert len((tmp_path / "out/reports.jsonl").read_text().splitlines()) == 2


def test_a_pipe_that_is_closed_loses_no_report(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for i in range(3):
        (tmp_path / "class" / f"s{i}.py").write_text(RIGHT)
    command = [sys.executable, "-c", "from grader.cli import main; main()", "grade", "class", "--out", "out"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as done:
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
