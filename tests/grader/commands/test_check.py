"""`grader check` as a process: what it prints and remembers."""

import json
import subprocess
import threading

from saying import one_line, until
from sources import RIGHT, WRONG

from grader.exercises import exercises_of


def test_check_remembers_what_was_passed(grader, tmp_path):
    (tmp_path / "m.py").write_text(
        RIGHT.replace("relu", "relu_derivative").replace("np.maximum(x, 0)", "(x > 0) * 1.0")
    )
    grader("check", "m.py", "--only", "relu_derivative")
    states = {row["name"]: row["state"] for row in json.loads(grader("list", "--json").stdout)}
    assert states["relu_derivative"] == "passed"


def test_check_of_numpy_answers_imports_no_tensorflow(grader, tmp_path, numpy_solutions):
    (tmp_path / "m.py").write_text(numpy_solutions)
    program = (
        "from grader.cli import main\nimport sys\ntry: main()\nfinally: print('tensorflow' in sys.modules)"
    )
    done = grader("check", "m.py", program=program)
    assert done.returncode == 1  # forward_propagation is missing
    count = len(exercises_of("02_neural_networks"))
    assert f"m.py: {count - 1} of {count}" in done.stdout
    assert done.stdout.endswith("False\n")


def test_a_file_without_an_answer_says_so_and_is_no_fault_beside_one(grader, tmp_path):
    (tmp_path / "utils.py").write_text("def f(): pass\n")
    done = grader("check", "utils.py", status=1)
    assert one_line(done.stdout).startswith("utils.py holds no answer")
    (tmp_path / "answers.py").write_text("import numpy as np\ndef relu(x): return np.maximum(x, 0)\n")
    done = grader("check", "answers.py", "utils.py", "--json", status=1)
    answers, utils = map(json.loads, done.stdout.splitlines())
    assert (answers["score"], utils["out_of"], utils["exercises"]) == (1, 0, [])


def test_a_file_whose_only_answer_has_another_name_is_told_so(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT.replace("relu", "ReLU"))
    assert (
        "there is `ReLU`; if that is your answer, call it `relu`." in grader("check", "m.py", status=1).stdout
    )


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


def test_what_is_beside_an_unusable_path_is_still_graded(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    done = grader("check", "missing.py", "m.py", "--only", "relu")
    assert done.returncode == 2
    assert "missing.py does not exist." in one_line(done.stderr)
    assert "m.py: 1 of 1" in done.stdout


def test_an_unknown_exercise_is_answered_with_the_nearest(grader, tmp_path):
    (tmp_path / "m.py").write_text(RIGHT)
    done = grader("check", "m.py", "--only", "relus")
    assert done.returncode == 2
    assert "'relu'" in one_line(done.stderr)
    done = grader("check", "m.py", "--only", "qqqqqq")
    assert "grader list" in one_line(done.stderr)


def test_watch_checks_again_when_a_file_is_saved(started, tmp_path):
    file = tmp_path / "m.py"
    file.write_text(WRONG)
    arguments = ("check", "m.py", "--only", "relu", "--watch")
    with started(tmp_path, *arguments, flags=["-u"], stderr=subprocess.STDOUT) as watching:
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
