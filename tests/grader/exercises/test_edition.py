"""A lesson that an instructor adds: released, it checks; what would give an answer away is not released."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.releasing import release

MADE_UP = """
from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.made_up import is_shuffled
from grader.references import made_up

EXERCISE = Exercise(
    reference=made_up.shuffled, kind="property", verify=is_shuffled, cases=lambda rng: [(5, 1), (50, 3)],
    mistakes=(Mistake("sorted", lambda n, seed: list(range(n)), "Nothing was shuffled."),),
    hints=("", "", ""), difficulty=1, importance=1, minutes=1,
)
"""
VERIFYING = """
from grader.exercise import Finding

def is_shuffled(given, answer):
    if sorted(answer) != list(range(given.arguments[0])):
        return Finding(False, "Each number must be there once.")
    return Finding(list(answer) != sorted(answer), "The numbers come back in order.")
"""
SOLUTION = """
import numpy as np

SEED = 7


def helper(n):
    return list(range(n))


def shuffled(n: int, seed: int = SEED) -> np.ndarray:
    \"\"\"The numbers 0 to n - 1 in an order that the seed decides.\"\"\"
    return np.random.default_rng(seed).permutation(helper(n))
"""
STUB = 'def shuffled(n, seed=7):\n    """Shuffle."""\n    raise NotImplementedError'


def run(tree: Path, program: str, folder: Path, *arguments: str):
    """Run a program in a folder, with the packages of one tree alone."""
    return subprocess.run(
        [
            sys.executable,
            "-P",
            "-E",
            "-B",
            "-c",
            f"import sys; sys.path.insert(0, {str(tree)!r})\n{program}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "DLCOURSE_HOME": str(folder / "home")},
        check=False,
    )


@pytest.fixture
def own_course(tmp_path):
    """A clone with a lesson that somebody added; `write` changes its files, `make` releases it."""
    root = tmp_path / "clone"
    for name in ("dlcourse", "grader", "solutions", "lessons"):
        shutil.copytree(release.ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "datasets").mkdir()
    for name in ("pyproject.toml", "README.md", *release.AT_ROOT):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(release.ROOT / name, root / name)
    registry = root / "grader" / "exercises" / "__init__.py"
    lessons = registry.read_text("utf-8")
    assert '"01_introduction",' in lessons
    registry.write_text(lessons.replace('"01_introduction",', '"99_made_up", "01_introduction",', 1), "utf-8")

    def write(exercises=MADE_UP, verifying=VERIFYING, solution=SOLUTION, answer=STUB):
        folder = root / "grader" / "exercises" / "made_up"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text('EXERCISES = ("shuffled",)\n')
        (folder / "shuffled.py").write_text(exercises)
        (folder.parent / "verifying" / "made_up.py").write_text(verifying)
        (root / "solutions" / "made_up.py").write_text(solution)
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": answer}
        (root / "lessons" / "99_made_up.ipynb").write_text(
            json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        )

    def make():
        program = (
            "from pathlib import Path\nfrom grader.releasing.release import release\n"
            "release(Path('out'), lessons=['99_made_up'])"
        )
        done = run(root, program, tmp_path)
        return done.stderr.strip().splitlines()[-1] if done.returncode else None

    write()
    return SimpleNamespace(root=root, write=write, make=make, student=tmp_path / "out" / "student")


def test_an_exercise_that_is_verified_checks_in_the_student_edition(own_course, tmp_path):
    assert own_course.make() is None
    student = own_course.student
    assert (student / "grader" / "exercises" / "verifying" / "made_up.py").is_file()
    assert [file.name for file in (student / "lessons").iterdir()] == ["99_made_up.ipynb"]
    assert "helper" not in (student / "grader" / "statements" / "made_up.py").read_text("utf-8")
    listed = run(student, "from grader.cli import main; main()", tmp_path, "list")
    assert listed.stdout.split() == ["99_made_up", "shuffled", "new"]
    for answer, words in {
        "np.random.default_rng(seed).permutation(n)": "passed",
        "np.arange(n)": "Nothing was shuffled.",
        "[0] * n": "Each number must be there once.",
    }.items():
        program = (
            "import numpy as np\nfrom grader import check\n"
            f"def shuffled(n, seed): return {answer}\ncheck(shuffled)"
        )
        assert words in run(student, program, tmp_path).stdout


def test_what_lies_about_in_a_clone_is_not_released(own_course):
    root = own_course.root
    stray = """
        grader/exercises/made_up.py~ grader/exercises/.made_up.py.swp grader/exercises/old_made_up.py
        grader/exercises/made_up/helper.py
        grader/__pycache__/release.cpython-311.pyc grader/.ipynb_checkpoints/release.py grader/notes.txt
        lessons/.ipynb_checkpoints/99_made_up-checkpoint.ipynb lessons/99_made_up_solved.ipynb
        lessons/99_made_up.md solutions.py answers.ipynb course.toml gradebook.sqlite
        .github/workflows/ours.yml tests/test_made_up.py docs/made_up.md
    """.split()  # noqa: SIM905  (easier to read than quoted names)
    for name in stray:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("PLANTED")
    (root / "dlcourse" / "link.py").symlink_to(root / "solutions" / "made_up.py")
    assert own_course.make() is None
    files = [file for file in own_course.student.rglob("*") if file.is_file()]
    assert len(files) > len(stray)
    assert [file for file in files if b"PLANTED" in file.read_bytes() or file.name == "link.py"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {
                "exercises": MADE_UP.replace(
                    "from grader.exercises.verifying.made_up import is_shuffled", VERIFYING
                )
            },
            "what verifies it must be a function in a module of grader/exercises/verifying/, for",
        ),
        (
            {"exercises": MADE_UP.replace("verify=is_shuffled", "verify=lambda g, a: is_shuffled(g, a)")},
            "what verifies it must be a function in a module of grader/exercises/verifying/, for",
        ),
        (
            {"verifying": "from grader.references.made_up import helper" + VERIFYING},
            "The student edition would not work without what is left out of it",
        ),
        (
            {"solution": SOLUTION.replace("= SEED", "= helper(1)[0]")},
            "shuffled can't be released: its signature relies on more than imports and constants",
        ),
        ({"solution": SOLUTION.replace('    """The', "    # The").replace('"""', "")}, "with a docstring"),
        ({"answer": "def shuffled(n, seed): return [*range(n)]"}, "holds an answer to shuffled"),
        ({"answer": f"{STUB}\n\ndef shuffled(n, seed): return [*range(n)]"}, "holds an answer to shuffled"),
        ({"answer": "print(1)"}, "does not ask shuffled"),
    ],
    ids=[
        "verified beside the reference",
        "verified by a lambda",
        "verified with a solution",
        "a helper in the signature",
        "no docstring",
        "a solved lesson",
        "a lesson solved further down",
        "a lesson that does not ask",
    ],
)
def test_what_would_give_an_answer_away_is_not_released(change, words, own_course):
    own_course.write(**change)
    assert words in own_course.make()
    assert not own_course.student.exists()
