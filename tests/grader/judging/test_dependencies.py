"""What a verdict depends on: each kind of change gives another version, and nothing else does."""

import shutil
from pathlib import Path

import pytest

from dlcourse import content
from grader.exercises import LESSONS
from grader.judging import dependencies

ROOT = Path(dependencies.__file__).parents[2]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of what versions are told by, and a function that tells the version there."""
    shutil.copytree(ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("datasets", "models"):
        shutil.copytree(ROOT / "dlcourse" / folder, tmp_path / "dlcourse" / folder)
    shutil.copytree(content.folder("datasets"), tmp_path / "datasets")
    monkeypatch.setattr(dependencies, "GRADER", tmp_path / "grader")
    monkeypatch.setattr(dependencies.references, "FOLDER", tmp_path / "solutions")
    monkeypatch.setattr(content, "folder", lambda name: tmp_path / name)

    def version(module="optimization"):
        dependencies._common.cache_clear()
        return dependencies.version.__wrapped__(module)

    yield tmp_path, version
    dependencies._common.cache_clear()


@pytest.mark.parametrize(
    "name",
    [
        *("grader/exercises/optimization/cases.py", "grader/exercises/optimization/adam_step.py"),
        *("grader/exercises/verifying/optimization.py", "grader/exercises/goals.py", "grader/exercise.py"),
        *("grader/judging/comparison.py", "grader/child/examining.py", "grader/submissions/cutting.py"),
        *("grader/running/sandbox.py", "solutions/optimization.py", "dlcourse/datasets/__init__.py"),
        *("datasets/digits.npz", "datasets/backbones/digits.keras", "dlcourse/models/pretrained.py"),
    ],
)
def test_what_decides_verdicts_changes_the_version(copy, name):
    root, version = copy
    before = version()
    with (root / name).open("ab") as file:
        file.write(b"\n# changed\n")
    assert version() != before


def test_the_arrays_that_cases_are_drawn_from_change_the_version(copy):
    root, version = copy
    before = version("training_process")
    with (root / "grader/exercises/training_process/sick_runs.npz").open("ab") as file:
        file.write(b"changed")
    assert version("training_process") != before


@pytest.mark.parametrize(
    "name",
    [
        *("grader/reporting/pages.py", "grader/commands/grade.py", "grader/learning/card.py"),
        *("grader/exercises/frameworks/train_step.py", "solutions/backpropagation.py", "datasets/digits.md"),
    ],
)
def test_what_decides_none_does_not(copy, name):
    root, version = copy
    before = version()
    with (root / name).open("ab") as file:
        file.write(b"\n# changed\n")
    assert version() == before


@pytest.mark.parametrize("package", ["numpy", "tensorflow", "keras", "ai-edge-litert"])
def test_another_package_is_another_version(copy, package, monkeypatch):
    _, version = copy
    before, real = version(), dependencies.installed
    monkeypatch.setattr(dependencies, "installed", lambda name: "99" if name == package else real(name))
    assert version() != before


def test_lessons_differ_and_together_they_are_one():
    versions = {dependencies.version(module) for module in LESSONS.values()}
    assert len(versions) == len(LESSONS)
    assert dependencies.version_of_all(LESSONS.values()) not in versions
