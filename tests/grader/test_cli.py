"""The `grader` command as a process: what it prints, and its exit status."""

import inspect
import json
import subprocess
import sys
import threading

import pytest

from grader.child.plaindata import decode
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.bank import bank_of

RIGHT = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
WRONG = "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n"


@pytest.fixture
def grader(tmp_path):
    """Run `grader` in a folder of its own; return the finished process."""

    def run(*arguments, program="from grader.cli import main; main()"):
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run


def numpy_solutions():
    """All of lesson 02 that needs no TensorFlow."""
    source = inspect.getsource(inspect.getmodule(all_exercises()["relu"].reference))
    return source.replace(inspect.getsource(all_exercises()["forward_propagation"].reference), "")


def one_line(text):
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


def test_list_names_every_exercise_by_lesson(grader):
    done = grader("list")
    assert (done.returncode, done.stderr) == (0, "")
    headings = [line for line in done.stdout.splitlines() if line and not line.startswith(" ")]
    assert headings == list(LESSONS)
    assert "\n02_neural_networks\n  weighted_sum" in done.stdout
    rows = json.loads(grader("list", "--json").stdout)
    assert [row["name"] for row in rows] == list(all_exercises())
    assert {tuple(row) for row in rows} == {("name", "lesson", "kind", "state")}


def test_check_remembers_what_was_passed(grader, tmp_path):
    (tmp_path / "m.py").write_text(
        RIGHT.replace("relu", "relu_derivative").replace("np.maximum(x, 0)", "(x > 0) * 1.0")
    )
    grader("check", "m.py", "--only", "relu_derivative")
    states = {row["name"]: row["state"] for row in json.loads(grader("list", "--json").stdout)}
    assert states["relu_derivative"] == "passed"


def test_check_of_numpy_answers_imports_no_tensorflow(grader, tmp_path):
    (tmp_path / "m.py").write_text(numpy_solutions())
    program = (
        "from grader.cli import main\nimport sys\ntry: main()\nfinally: print('tensorflow' in sys.modules)"
    )
    done = grader("check", "m.py", program=program)
    assert done.returncode == 1  # forward_propagation is missing
    count = len(exercises_of("02_neural_networks"))
    assert f"m.py: {count - 1} of {count}" in done.stdout
    assert done.stdout.endswith("False\n")


def test_check_shows_what_is_wrong_and_why(grader, tmp_path):
    (tmp_path / "m.py").write_text(WRONG)
    done = grader("check", "m.py")
    assert done.returncode == 1
    for words in ("relu: not yet", "leaky", "expected:", "got:", "not answered yet: weighted_sum"):
        assert words in done.stdout
    assert "\x1b" not in done.stdout


def test_check_without_paths_takes_the_folder(grader, tmp_path):
    (tmp_path / "a.py").write_text(RIGHT)
    done = grader("check", "--only", "relu")
    assert done.returncode == 0
    assert "a.py: 1 of 1" in done.stdout


def test_the_report_is_the_contract(grader, tmp_path):
    (tmp_path / "ada.py").write_text(WRONG)
    done = grader("grade", "ada.py", "--seed", "7", "--json")
    report = json.loads(one_line(done.stdout))
    assert list(report) == ["schema", "submission", "seed", "sandbox", "score", "out_of", "exercises"]
    assert (report["schema"], report["submission"], report["seed"]) == (1, "ada.py", 7)
    assert report["sandbox"] == "landlock+seccomp"
    assert (report["score"], report["out_of"]) == (0, len(exercises_of("02_neural_networks")))
    relu = report["exercises"][1]
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


def test_a_class_is_graded_on_other_cases_than_the_public_ones(grader, tmp_path):
    bank = bank_of(all_exercises()["relu"])
    learnt = {
        repr(decode(case)[0].tolist()): outcome.value().tolist()
        for case, outcome in zip(bank.cases, bank.expected, strict=True)
    }
    (tmp_path / "m.py").write_text(f"KNOWN = {learnt}\ndef relu(x): return KNOWN[repr(x.tolist())]\n")
    assert grader("check", "m.py", "--only", "relu").returncode == 0
    for seed in ("1", "2"):
        relu = json.loads(grader("grade", "m.py", "--seed", seed, "--json").stdout)["exercises"][1]
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


@pytest.mark.parametrize("command", ["check", "grade"])
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.py", None, "does not exist"),
        ("notes.txt", "x", "neither a notebook"),
        ("broken.ipynb", "{", "no JSON"),
        ("old.ipynb", '{"nbformat": 3, "worksheets": []}', "format 3"),
    ],
)
def test_an_unusable_file_is_one_sentence_and_status_2(grader, tmp_path, command, name, content, words):
    if content is not None:
        (tmp_path / name).write_text(content)
    done = grader(command, name)
    assert done.returncode == 2
    assert words in one_line(done.stderr)


def test_what_is_beside_an_unusable_path_is_still_graded(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    done = grader("check", "missing.py", "m.py", "--only", "relu")
    assert done.returncode == 2
    assert "missing.py does not exist." in one_line(done.stderr)
    assert "m.py: 1 of 1" in done.stdout


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


def test_an_empty_folder_is_one_sentence_and_status_2(grader, tmp_path):
    (tmp_path / "empty").mkdir()
    done = grader("grade", "empty")
    assert done.returncode == 2
    assert "holds no notebook" in one_line(done.stderr)


def test_an_unknown_exercise_is_answered_with_the_nearest(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    done = grader("check", "m.py", "--only", "relus")
    assert done.returncode == 2
    assert "'relu'" in one_line(done.stderr)
    done = grader("check", "m.py", "--only", "qqqqqq")
    assert "grader list" in one_line(done.stderr)


@pytest.mark.parametrize("arguments", [("grade",), ("frobnicate",), ("grade", "m.py", "--jobs", "0")])
def test_wrong_usage_is_status_2_without_a_traceback(grader, arguments):
    done = grader(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_without_a_sandbox_a_class_is_graded_only_on_request(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    program = (
        "import sys\nfrom grader import sandbox, confinement\nfrom grader.cli import main\n"
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


def test_a_fault_of_our_own_is_one_line(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    program = "from grader import cli, grading\ngrading.grade = None\ncli.main()"
    done = grader("check", "m.py", program=program)
    assert done.returncode == 2
    assert "fault of the grader itself" in one_line(done.stderr)


def test_watch_checks_again_when_a_file_is_saved(tmp_path):
    file = tmp_path / "m.py"
    file.write_text(WRONG)
    program = "from grader.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, "check", "m.py", "--only", "relu", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
    ) as watching:
        killer = threading.Timer(60, watching.kill)
        killer.start()
        try:
            until(watching.stdout, "0 of 1")
            file.write_text(RIGHT)  # while the first check is still on its way
            until(watching.stdout, "1 of 1")
            until(watching.stdout, "Waiting for a change")
            file.write_text(WRONG)
            until(watching.stdout, "0 of 1")
        finally:
            killer.cancel()
            watching.kill()


def until(stream, words):
    for line in stream:
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words!r}")
