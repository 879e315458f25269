"""From a file to its report, in the sandbox."""

import inspect
import json

import pytest
from sources import source_of, stub_of

from grader.exercises import all_exercises, exercises_of
from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.running.sandbox import Worker
from grader.submissions.submission import read

EXERCISES = all_exercises()


def test_all_solutions_pass_under_a_secret_seed(graded):
    verdicts = graded(inspect.getsource(inspect.getmodule(EXERCISES["relu"].reference)), seed="secret")
    assert {v.status for v in verdicts.values()} == {"passed"}
    assert list(verdicts) == [e.name for e in exercises_of("02_neural_networks")]


def test_all_stubs_are_missing(graded):
    verdicts = graded("import numpy\n" + "\n".join(map(stub_of, EXERCISES)))
    assert {v.status for v in verdicts.values()} == {"missing"}
    assert sum(v.score for v in verdicts.values()) == 0


def test_what_is_not_there_is_missing(graded):
    verdicts = graded(source_of("relu"))
    assert verdicts.pop("relu").status == "passed"
    assert {v.status for v in verdicts.values()} == {"missing"}


def test_the_last_definition_counts_and_is_said_to(graded):
    right, wrong = "def relu(x): return np.maximum(x, 0)\n", "def relu(x): return x\n"
    verdict = graded(f"import numpy as np\n{wrong}{right}")["relu"]
    assert verdict.status == "passed"
    assert "defined 2 times" in verdict.message
    assert graded(f"import numpy as np\n{right}{wrong}")["relu"].status == "failed"


def test_a_stub_above_the_answer_does_no_harm(graded):
    assert graded(stub_of("relu") + source_of("relu"))["relu"].status == "passed"


def test_one_that_hangs_dies_or_eats_memory_costs_itself_only(graded):
    verdicts = graded(
        "import os\nimport numpy as np\n"
        "def weighted_sum(x, w, b):\n    while True: pass\n"
        "def relu(x): os._exit(3)\n"
        "def relu_derivative(x): return (x > 0) * 1.0\n"
        "def sigmoid(x): return [0] * 10**12\n"
        "def sigmoid_derivative(x):\n    import ctypes\n    ctypes.string_at(0)\n"
        "def dead_fraction(Z): return np.mean(np.all(Z <= 0, axis=0))\n"
    )
    assert {name: v.status for name, v in verdicts.items() if v.status != "missing"} == {
        "weighted_sum": "timeout",
        "relu": "error",
        "relu_derivative": "passed",
        "sigmoid": "error",
        "sigmoid_derivative": "error",
        "dead_fraction": "passed",
    }
    assert "exit status 3" in verdicts["relu"].message
    assert "MB" in verdicts["sigmoid"].message
    assert "segmentation fault" in verdicts["sigmoid_derivative"].message
    assert verdicts["weighted_sum"].seconds >= EXERCISES["weighted_sum"].seconds


def test_one_that_spoils_numpy_costs_itself_only(graded):
    spoilt = "def weighted_sum(x, w, b):\n    np.maximum = np.exp = np.max = None\n    return 0.0\n"
    verdicts = graded(f"import numpy as np\n{spoilt}\n{source_of('relu', 'softmax')}")
    assert verdicts["weighted_sum"].status == "failed"
    assert verdicts["relu"].status == verdicts["softmax"].status == "passed"


@pytest.mark.parametrize(
    "answer",
    [
        "import numpy as np\nrelu = np.vectorize(lambda v: max(0.0, v))",
        "import numpy as np\nfrom functools import partial\nrelu = partial(np.maximum, 0)",
        "import numpy as np\nclass Relu:\n    def __call__(self, x): return np.maximum(x, 0)\nrelu = Relu()",
        "import numpy as np\nZERO = 0.0\ndef relu(x): return np.where(x > ZERO, x, ZERO)",
        "import numpy as np\ndef relu(x):\n    x = np.array(x)\n    x[x < 0] = 0\n    return x",
        "import numpy as np\ndef relu(x):\n    print('thinking', x)\n    return np.maximum(x, 0).tolist()",
        "import numpy as np\nnp.seterr(all='raise')\ndef relu(x): return np.maximum(x, 0)",
        "import numpy as np, tempfile\ndef relu(x):\n    with tempfile.TemporaryFile() as f:\n"
        "        np.save(f, np.maximum(x, 0))\n        f.seek(0)\n        return np.load(f)",
    ],
)
def test_right_answers_of_every_kind_pass(graded, answer):
    verdict = graded(answer)["relu"]
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize(
    "answer",
    [
        "import tensorflow as tf\ndef forward_propagation(X, W, b): return tf.nn.relu(X @ W + b)",
        "import tensorflow as tf\n@tf.function\ndef forward_propagation(X, W, b):\n"
        "    return tf.maximum(X @ W + b, 0.0)",
        "import keras\ndef forward_propagation(X, W, b): return keras.ops.relu(X @ W + b)",
    ],
)
def test_right_answers_in_tensorflow_pass_where_tensors_are_asked_for(graded, answer):
    verdict = graded(answer)["forward_propagation"]
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize(
    ("answer", "package"),
    [
        ("import tensorflow as tf\ndef relu(x): return tf.nn.relu(x)", "tensorflow"),
        (
            "import tensorflow as tf\n@tf.function\ndef relu(x):\n    return tf.maximum(x, 0.0)",
            "tensorflow",
        ),
        ("import keras\ndef relu(x): return keras.ops.relu(x)", "keras"),
    ],
)
def test_right_answers_in_another_package_than_numpy_are_refused(graded, answer, package):
    verdict = graded(answer)["relu"]
    assert verdict.status == "refused"
    assert f"`{package}`" in verdict.message


def test_a_forbidden_call_is_refused(graded):
    verdicts = graded(
        "import numpy as np\ndef tanh(x): return np.tanh(x)\ndef relu(x): return np.maximum(x, 0)"
    )
    assert verdicts["tanh"].status == "refused"
    assert "uses `tanh`" in verdicts["tanh"].message
    assert verdicts["relu"].status == "passed"


def test_a_syntax_error_is_reported_where_it_is(graded, sandbox, worker, tmp_path):
    cells = ["import numpy as np", "def relu(x):\n    return np.maximum(x, 0", "def sigmoid(x): return x"]
    cells = [{"cell_type": "code", "source": source} for source in cells]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    report = grade(read(tmp_path / "n.ipynb"), worker, seed=PUBLIC_SEED, sandbox=sandbox.level).report
    verdicts = {v.name: v for v in report.exercises}
    assert verdicts["relu"].status == "error"
    assert verdicts["relu"].error.type == "SyntaxError"
    assert verdicts["relu"].error.line == 2
    assert "cell 2" in verdicts["relu"].message
    assert verdicts["sigmoid"].status == "failed"


def test_an_error_in_a_helper_names_its_own_line(graded):
    verdict = graded("def helper(x):\n    return x.no_such_thing\n\ndef relu(x):\n    return helper(x)\n")[
        "relu"
    ]
    assert (verdict.status, verdict.error.type, verdict.error.line) == ("error", "AttributeError", 2)


def test_another_signature_is_told_the_right_one(graded):
    verdict = graded("def dense(X, W): return X @ W\n")["dense"]
    assert verdict.status == "error"
    assert "dense(X, W, b, activation)" in verdict.message


def test_a_file_beside_it_called_numpy_changes_nothing(graded, tmp_path):
    (tmp_path / "numpy.py").write_text("raise SystemExit")
    assert graded(source_of("relu"))["relu"].status == "passed"


def lessons_in(sandbox, worker, tmp_path, source, lesson):
    metadata = {"dlcourse": {"lesson": lesson}} if lesson else {}
    cells = [{"cell_type": "code", "source": source}]
    file = tmp_path / "answers.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}))
    report = grade(read(file), worker, seed="s", sandbox=sandbox.level).report
    return list(dict.fromkeys(verdict.lesson for verdict in report.exercises))


def test_a_name_of_another_lesson_is_no_answer_in_a_lessons_own_notebook(sandbox, worker, tmp_path):
    """A lesson calls a number `relu` where another asks for a function of that name."""
    for source, lesson, found in (
        ("relu = 0.5", "01_introduction", ["01_introduction"]),
        ("def relu(x): return x", "01_introduction", ["01_introduction", "02_neural_networks"]),
        ("relu = lambda x: x", "01_introduction", ["01_introduction", "02_neural_networks"]),
        ("relu = abs", None, ["02_neural_networks"]),
    ):
        assert lessons_in(sandbox, worker, tmp_path, source, lesson) == found


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("import sklearn.linear_model as l; l.LogisticRegression()", "sklearn"),
        ("from tensorflow import keras; keras.Sequential()", "tensorflow"),
        ("from tensorflow import keras", None),
        ("import math, random; math.sqrt(random.random())", None),
    ],
)
def test_an_exercise_in_numpy_is_done_without_other_packages(line, package, sandbox, worker, tmp_path):
    file = tmp_path / "answer.py"
    file.write_text(
        f"def train_network(X, y, hidden, epochs, learning_rate, seed):\n    {line}\n    return X.shape\n"
    )
    (verdict,) = grade(
        read(file), worker, seed="s", sandbox=sandbox.level, only="train_network"
    ).report.exercises
    assert verdict.status == ("refused" if package else "failed")
    assert package is None or f"`{package}`" in verdict.message


def test_only_one_exercise_can_be_asked_for(sandbox, worker, tmp_path):
    (tmp_path / "m.py").write_text(source_of("relu"))
    report = grade(read(tmp_path / "m.py"), worker, seed="s", sandbox=sandbox.level, only="relu").report
    assert [v.name for v in report.exercises] == ["relu"]
    assert report.all_passed


@pytest.mark.parametrize(
    ("answer", "runs"),
    [
        ("def relu(x): return np.maximum(x, 0)", 1),
        ("def relu(x): return np.maximum(x, np.random.rand() * 0)", 2),
        ("import os\ndef relu(x): return np.maximum(x, 0 * os.getpid())", 2),
    ],
)
def test_the_same_code_is_run_once_unless_chance_may_be_in_it(sandbox, tmp_path, monkeypatch, answer, runs):
    count = []
    run = Worker.run
    monkeypatch.setattr(Worker, "run", lambda self, jobs: count.append(jobs) or run(self, jobs))
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(f"import numpy as np\n# {name}\n{answer}\n")
        report = grade(
            read(tmp_path / name), sandbox.worker(), seed=f"seed of {answer}", sandbox=sandbox.level
        ).report
        (relu,) = [verdict for verdict in report.exercises if verdict.name == "relu"]
        assert relu.status == "passed"
    assert len(count) == runs


def test_what_many_hand_in_together_is_run_alone_once_for_all_of_them(sandbox, tmp_path, monkeypatch):
    """The first in a process with their other answers, the second alone, and then nobody's."""
    count = []
    run = Worker.run

    def counted(self, jobs):
        count.append([job.exercise.name for job in jobs])
        return run(self, jobs)

    monkeypatch.setattr(Worker, "run", counted)
    seen = []
    for _ in range(4):
        (tmp_path / "m.py").write_text(
            "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
            "def relu_derivative(x): return (x >= 0) * 1.0\ndef dead_fraction(Z): raise ValueError\n"
        )
        found = grade(read(tmp_path / "m.py"), sandbox.worker(), seed="together", sandbox=sandbox.level)
        asked = [v for v in found.report.exercises if v.status != "missing"]
        seen.append([(v.name, v.status, v.message, v.mistake) for v in asked])
    assert [status for _, status, *_ in seen[0]] == ["passed", "failed", "error"]
    assert all(one == seen[0] for one in seen)
    assert [names for names in count if names != ["dead_fraction"]] == [
        ["relu", "relu_derivative", "dead_fraction"],
        ["relu"],
        ["relu_derivative"],
    ]
    assert count.count(["dead_fraction"]) >= 3  # an error is told with its place: each has their own


@pytest.mark.parametrize("order", [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1)])
def test_nobody_gains_by_what_anothers_code_left_in_its_process(sandbox, tmp_path, order):
    """The same answer, that works only beside an accomplice, handed in without one."""
    answer = "def relu_derivative(x):\n    import builtins\n    return builtins.left_there(x)\n"
    accomplice = "def relu(x):\n    import builtins\n    builtins.left_there = lambda x: (x > 0) * 1.0\n"
    for who in order:
        (tmp_path / "m.py").write_text(("# a line\n" * 3 if who else accomplice) + answer)
        found = grade(read(tmp_path / "m.py"), sandbox.worker(), seed=f"{order}", sandbox=sandbox.level)
        (verdict,) = [v for v in found.report.exercises if v.name == "relu_derivative"]
        assert who == 0 or verdict.status == "error"


def test_a_huge_answer_is_a_wrong_shape_and_no_accident(graded):
    verdict = graded("import numpy as np\ndef relu(x): return np.zeros((3000, 3000))\n")["relu"]
    assert verdict.status == "failed"
    assert "(3000, 3000)" in verdict.message


@pytest.mark.parametrize(
    "head",
    ["from __future__ import annotations", "from numpy import *", "globals()['K'] = 1", "exec('K = 1')"],
)
def test_what_is_not_there_is_missing_whatever_else_is(graded, head):
    verdicts = graded(f"{head}\nimport numpy as np\ndef relu(x): return np.maximum(x, 0)\n")
    assert verdicts.pop("relu").status == "passed"
    assert {v.status for v in verdicts.values()} == {"missing"}


def test_predictions_are_read_from_the_code_and_change_no_score(one_question, sandbox, worker, tmp_path):
    file = tmp_path / "hw.py"
    said = 'predict("drawn_labels", choice="b")\npredict("other", "a")\n'
    for line, found in ((said, {"drawn_labels": "b"}), ('predict("drawn_labels", "z")\n', {})):
        file.write_text(f"{line}def relu(x):\n    return x * (x > 0)\n")
        report = grade(read(file), worker, seed="s", sandbox=sandbox.level, only="relu").report
        assert (report.predictions, report.score) == (found, 1.0)
        assert json.loads(report.to_json()).get("predictions", {}) == found
