"""What the tests of releases share: one release of this very course, and a learner's copy of it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from edition_alone import alone

from grader.releasing import release


@pytest.fixture(scope="session")
def seed() -> str:
    """The secret of the release."""
    return "a secret that is nowhere in the student edition"


@pytest.fixture(scope="session")
def released(home: Path, seed: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "course"
    release.release(folder, seed=seed)
    return folder


@pytest.fixture(scope="session")
def student(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's copy, in which Python leaves its caches."""
    return Path(shutil.copytree(released / "student", tmp_path_factory.mktemp("learner") / "course"))


@pytest.fixture
def run(student: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run a program, by default the command `grader`, in an empty folder with the student edition alone."""

    def run_alone(*arguments: object, edition: Path = student, **program: str):
        return alone(edition, *arguments, folder=tmp_path, **program)

    return run_alone
