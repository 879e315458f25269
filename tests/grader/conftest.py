"""What the grader's tests share: a home of their own, and sandboxes."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from grader import exercises
from grader.child.confinement import level
from grader.exercise import Exercise
from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.judging.report import Verdict
from grader.running.sandbox import Sandbox, Worker
from grader.submissions.submission import read


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests' case banks and progress out of the developer's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("DLCOURSE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    if level() == "process":
        # Landlock and seccomp are Linux's; elsewhere there is nothing of them to test.
        pytest.skip("no sandbox on this machine")
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def kinds() -> Iterator[ModuleType]:
    """The module `kinds.py`, in its place among the exercises."""
    name = "grader.exercises.kinds"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("kinds.py"))
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        for exercise in [value for value in vars(module).values() if isinstance(value, Exercise)]:
            patch.setitem(sys.modules, f"{name}.{exercise.name}", SimpleNamespace(EXERCISE=exercise))
        patch.setitem(exercises.LESSONS, "99_kinds", "kinds")
        exercises.all_exercises.cache_clear()
        yield module
    exercises.all_exercises.cache_clear()


@pytest.fixture(scope="session")
def worker(sandbox: Sandbox) -> Worker:
    return sandbox.worker()


@pytest.fixture
def graded(sandbox: Sandbox, worker: Worker, tmp_path: Path) -> Callable[..., dict[str, Verdict]]:
    """Grade the source of a module in the sandbox; return its verdicts by exercise."""

    def grade_source(source: str, seed: str = PUBLIC_SEED) -> dict[str, Verdict]:
        file = tmp_path / "submission.py"
        file.write_text(source)
        report = grade(read(file), worker, seed=seed, sandbox=sandbox.level).report
        return {verdict.name: verdict for verdict in report.exercises}

    return grade_source
