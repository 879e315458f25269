"""What verifies answers in a course of one's own: learners get it, and a fault in it is its author's."""

import pytest
from own_course import RIGHT, replaced

AT = "    u = np.asarray(answer)\n"


def verifying(course):
    return course / "exercises" / "verifying" / "vectors.py"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import grader.references.vectors", "grader.references.vectors"),
        ("from grader.exercises.vectors.unit_vector import EXERCISE", "grader.exercises.vectors.unit_vector"),
        ("from ..vectors import unit_vector", "grader.exercises.vectors.unit_vector"),
    ],
)
def test_it_imports_only_what_learners_get(line, name, run, course):
    replaced(verifying(course), AT, f"    {line}\n\n{AT}")
    checked = run("author", "check", "unit_vector", "--course", course, COLUMNS="1000")
    assert checked.returncode == 1
    assert f"exercises/verifying/vectors.py imports {name}" in checked.stdout


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "from grader.references import vectors",
            "01_vectors: exercises/verifying/vectors.py imports grader",
        ),
        (
            "from importlib import import_module\nimport_module('grader.references.vectors')",
            "The student edition would not work without what is left out of it",
        ),
    ],
)
def test_what_learners_could_not_use_is_not_released(lines, said, run, course, tmp_path):
    replaced(verifying(course), "\nROUNDING", f"\n{lines}\n\nROUNDING")
    done = run("release", "out", "--course", course)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


FAULTS = {
    "answer[17]": "The reference can't be judged, for what verifies it fails: "
    "exercises/verifying/vectors.py, line 15: IndexError: index 17 is out of bounds",
    "raise RuntimeError('odd')": "vectors.py, line 15: RuntimeError: odd; mend that first.",
    "return True": "TypeError: What verifies orthogonal_to returned True, and no Finding",
    "return": "TypeError: What verifies orthogonal_to returned None, and no Finding",
    "answer[0 if abs(answer @ answer - 1) < 1e-6 else 17]": (
        "The mistake `not_of_length_one` can't be judged"
    ),
}


@pytest.mark.parametrize("line", FAULTS)
def test_a_fault_in_it_is_said_with_its_line(line, run, course, tmp_path):
    replaced(verifying(course), AT, f"    {line}\n{AT}")
    (tmp_path / "answer.py").write_text(RIGHT)
    done = run("grade", "answer.py", "--course", course)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert FAULTS[line] in done.stderr


def test_a_fault_in_it_is_owed(run, course):
    replaced(verifying(course), AT, f"    answer[17]\n{AT}")
    checked = run("author", "check", "orthogonal_to", "--course", course, COLUMNS="1000")
    assert checked.returncode == 1
    assert FAULTS["answer[17]"] in checked.stdout


def test_a_learner_whose_answer_it_cannot_read_is_told_of_its_form(run, course, tmp_path, sandbox):
    (tmp_path / "answer.py").write_text("def orthogonal_to(v):\n    return [[1.0], [2.0, 3.0]]\n")
    done = run("check", "answer.py", "--course", course)
    assert "Your answer has not the form that is asked for" in done.stdout
