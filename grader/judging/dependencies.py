"""What a verdict depends on, as one hash: `version`. Banks and gradebooks keep to it what they know."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from dlcourse import content

GRADER = Path(__file__).resolve().parents[1]
CODE = ("judging", "running", "submissions", "child")  # folders of the grader that decide on every answer
FILES = ("exercise.py", "exercises/__init__.py", "exercises/goals.py")
DATA = (".npz", ".csv")
PACKAGES = ("numpy", "tensorflow", "keras", "ai-edge-litert", "pandas", "scikit-learn", "scipy", "torch")


@cache
def version(module: str) -> bytes:
    """Return a hash of all that the verdicts on a lesson depend on, but for cases' seeds and what is handed
    in.

    That is the lesson's exercises, references and verifying functions; the code that cuts, runs and judges;
    the data sets and what reads them; and the versions of the packages that compute.

    Args:
        module: the lesson's module name, as `Exercise.module`.
    """
    digest = hashlib.sha256()
    for file in sorted(_files(module)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for package in PACKAGES:
        digest.update(f"{package} {_installed(package)}".encode())
    return digest.digest()


def version_of_all(modules: Iterable[str]) -> bytes:
    """Return one hash for several lessons."""
    return hashlib.sha256(b"".join(map(version, modules))).digest()


def _files(module: str) -> Iterator[Path]:
    for folder in (*CODE, f"exercises/{module}"):
        yield from (GRADER / folder).rglob("*.py")
    yield from (GRADER / name for name in FILES)
    for file in (
        GRADER / "exercises" / "verifying" / f"{module}.py",
        GRADER.parent / "solutions" / f"{module}.py",
    ):
        if file.is_file():
            yield file
    yield from (GRADER.parent / "dlcourse" / "datasets").glob("*.py")
    yield from (file for file in content.folder("datasets").iterdir() if file.suffix in DATA)


def _installed(package: str) -> str:
    try:
        return installed(package)
    except PackageNotFoundError:
        return "none"
