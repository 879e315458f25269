"""The line of a wrong answer in a class, where the learner's code runs in the sandbox alone."""

import pytest

from grader.judging import own_changes

WITHOUT_THE_FIRST = """
def weighted_sum(x, w, b):
    total = 0.0
    for i in range(1, len(x)):
        total += x[i] * w[i]
    return total + b
"""
BY_A_HELPER = """
import numpy

def dot(x, w):
    return float(sum(a * c for a, c in zip(x, w)))

def weighted_sum(x, w, b):
    if len(x) % 2:
        return dot(x, w) + b
    return dot(x, 1 + w) + b
"""


def found(graded, code, name, **settings):
    return graded(code, **settings)[name]


@pytest.mark.parametrize("seed", ["public", "own line: a secret"])
def test_the_line_is_named_with_its_place(graded, seed):
    verdict = found(graded, WITHOUT_THE_FIRST, "weighted_sum", seed=seed)
    assert verdict.status == "failed"
    assert verdict.diagnosis == "own line"
    assert "Look at the number in line 4 (" in verdict.message
    assert verdict.message.endswith("): one change there makes every case right.")
    assert verdict.score == verdict.credit * 0 == 0


def test_what_the_rest_of_the_file_defines_is_there(graded):
    verdict = found(graded, BY_A_HELPER, "weighted_sum")
    assert verdict.diagnosis == "own line"
    assert "Look at the condition in line 8 (" in verdict.message


@pytest.mark.parametrize(
    "code",
    [
        "def weighted_sum(x, w, b):\n    return 1.0 * len(x) + len(w) ** 2 - 7 * b\n",
        "weighted_sum = lambda x, w, b: float(sum(x) * 7 + 3 * b)\n",
        "def weighted_sum(x, w, b):\n    while b > 10**9: b -= 1\n    return x @ w + b + 1 + (b > 0)\n",
        "def weighted_sum(x, w, b):\n    return " + "+".join(["x[0] * 7"] * own_changes.MAX_NODES) + "\n",
    ],
    ids=["another formula", "no definition", "a loop without a known end", "very long"],
)
def test_nothing_is_said_where_no_change_helps(graded, code):
    verdict = found(graded, code, "weighted_sum")
    assert verdict.status == "failed"
    assert verdict.diagnosis != "own line"
    assert "Look at" not in verdict.message


def test_one_that_ends_its_process_when_changed_costs_nothing_else(graded):
    """Every second change of this ends the process: the others in it are not looked at."""
    code = (
        "import os\n"
        "def weighted_sum(x, w, b):\n"
        "    if 2 + 2 != 4:\n"
        "        os._exit(3)\n"
        "    return float(x @ w) + 3 * b + 2\n"
        "def relu(x):\n    return x * (x >= 0)\n"
    )
    verdicts = graded(code)
    assert verdicts["weighted_sum"].status == "failed"
    assert verdicts["relu"].status in ("passed", "failed")


def test_the_same_code_has_the_same_line_whoever_hands_it_in(graded):
    first = found(graded, WITHOUT_THE_FIRST, "weighted_sum", seed="own line: twice")
    again = found(graded, WITHOUT_THE_FIRST, "weighted_sum", seed="own line: twice")
    assert first.message == again.message
    assert first.diagnosis == again.diagnosis


def test_equal_code_in_another_place_has_its_own_line(tmp_path, graded):
    """What is remembered of one learner names no file of theirs in another's report."""
    from grader.judging.grading import grade
    from grader.running.sandbox import Sandbox
    from grader.submissions.submission import read

    told = []
    with Sandbox() as sandbox:
        for name in ("ada.py", "bob.py"):
            (tmp_path / name).write_text(WITHOUT_THE_FIRST)
            worker = sandbox.worker()
            report = grade(
                read(tmp_path / name), worker, seed="own line: places", sandbox="process", only="weighted_sum"
            ).report
            told.append(report.exercises[0].message)
    assert "in line 4 (ada.py)" in told[0]
    assert "in line 4 (bob.py)" in told[1]


NO_NUMPY = "def relu(x):\n    return np.maximum(x, 0)\n"
ANOTHER_NUMPY = "import numpy as np\n" + NO_NUMPY + "np = 5\n"
TURNED = """
import numpy as np

def turned(f):
    return lambda x: -f(x)

@turned
def relu(x):
    return np.maximum(x, 0)
"""


@pytest.mark.parametrize(
    "code", [NO_NUMPY, ANOTHER_NUMPY, TURNED], ids=["no import", "bound anew", "decorated"]
)
def test_no_line_of_a_definition_is_named_that_is_right_by_itself(graded, code):
    verdict = found(graded, code, "relu")
    assert verdict.status in ("failed", "error")
    assert "Look at" not in verdict.message


@pytest.mark.parametrize(
    "code",
    [
        f"def weighted_sum(x, w, b):\n    return x[0] * {'9' * 400} + b\n",
        'def weighted_sum(x, w, b):\n    y = f"{chr(160).join(map(str, x))}"\n    return len(y) * 7 + b\n',
        "def weighted_sum(x, w, b):\n    return b" + " - x[0]" * 150 + "\n",
    ],
    ids=["a huge number", "an odd space", "a long chain"],
)
def test_odd_code_is_no_fault_of_ours(graded, code):
    verdict = found(graded, code, "weighted_sum")
    assert verdict.status in ("failed", "error")
    assert verdict.fault == ""


def test_nothing_of_it_is_told_where_one_may_hand_in_again(graded):
    from grader.judging.discretion import _discreet

    verdict = found(graded, WITHOUT_THE_FIRST, "weighted_sum", seed="own line: discreet")
    told = _discreet(verdict)
    assert told.diagnosis == ""
    assert "Look at" not in told.message


def test_of_a_decorated_answer_no_line_is_named(graded):
    """Its body, changed so that it is right, is wrong with its decorator still."""
    code = (
        "def plus_one(f):\n    return lambda *given: f(*given) + 1\n\n"
        "@plus_one\ndef weighted_sum(x, w, b):\n    return float(x @ w - b)\n"
    )
    verdict = found(graded, code, "weighted_sum")
    assert verdict.status == "failed"
    assert "every case right" not in verdict.message
