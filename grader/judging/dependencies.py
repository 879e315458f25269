"""What a verdict depends on, as one hash: `version`. Banks and gradebooks keep to it what they know."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from dlcourse import content
from grader import references

GRADER = Path(__file__).resolve().parents[1]
CODE = ("judging", "running", "submissions", "child")  # folders of the grader that decide on every answer
FILES = (
    *("exercise.py", "exercises/__init__.py", "exercises/goals.py", "exercises/models.py"),
    *("exercises/verifying/activations.py", "exercises/verifying/forms.py"),
    "exercises/verifying/layers.py",
)
DATA = (".npz", ".csv", ".keras")
PACKAGES = ("numpy", "tensorflow", "keras", "ai-edge-litert", "pandas", "scikit-learn", "scipy", "torch")


@cache
def version(module: str) -> bytes:
    """Return a hash of all that the verdicts on a lesson depend on, but for cases' seeds and what is handed
    in.

    That is the lesson's exercises and their data, references and verifying functions; the code that cuts,
    runs and judges; the data sets, the trained networks and what reads them; and the versions of the packages
    that compute.

    Args:
        module: the lesson's module name, as `Exercise.module`.
    """
    return hashlib.sha256(_common() + _hash(_files_of(module))).digest()


def version_of_all(modules: Iterable[str]) -> bytes:
    """Return one hash for several lessons."""
    return hashlib.sha256(b"".join(map(version, modules))).digest()


@cache
def _common() -> bytes:
    """Return a hash of what the verdicts on all lessons depend on."""
    packages = " ".join(f"{package} {_installed(package)}" for package in PACKAGES)
    return hashlib.sha256(_hash(_common_files()) + packages.encode()).digest()


def _hash(files: Iterable[Path]) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.digest()


def _common_files() -> Iterator[Path]:
    for folder in CODE:
        yield from (GRADER / folder).rglob("*.py")
    yield from (GRADER / name for name in FILES)
    yield from (GRADER.parent / "dlcourse" / "datasets").glob("*.py")
    yield GRADER.parent / "dlcourse" / "models" / "pretrained.py"
    yield from (file for file in content.folder("datasets").rglob("*") if file.suffix in DATA)


def _files_of(module: str) -> Iterator[Path]:
    own = [Path(place) for place in content.own_places("")]
    for exercises in (GRADER / "exercises", *(course / "exercises" for course in own)):
        there = (exercises / module).rglob("*")
        yield from (file for file in there if file.suffix in (".py", *DATA))
        yield from (exercises / "verifying").glob(f"{module}*.py")
    for solutions in (references.FOLDER, *(course / "solutions" for course in own)):
        yield from solutions.glob(f"{module}.py")


def _installed(package: str) -> str:
    try:
        return installed(package)
    except PackageNotFoundError:
        return "none"
