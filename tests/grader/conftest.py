"""What the grader's tests share: a home of their own, sandboxes, and the command `grader`."""

import importlib.util
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner, Result

from grader import exercises
from grader.child.confinement import level
from grader.exercise import Exercise
from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.judging.report import Verdict
from grader.running.sandbox import Sandbox, Worker
from grader.submissions.submission import read

sys.path.insert(0, str(Path(__file__).parent / "shared"))  # for `asking`, `saying`, …

from saying import GRADER


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the tests' case banks and progress out of the developer's own.

    The banks, which take a minute to build, are shared by the processes in which a run of the tests runs.
    """
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        of_all = tmp_path_factory.getbasetemp()
        shared = (of_all.parent if "PYTEST_XDIST_WORKER" in os.environ else of_all) / "cache"
        shared.mkdir(exist_ok=True)
        (folder / "cache").symlink_to(shared, target_is_directory=True)
        patch.setenv("DLCOURSE_HOME", str(folder))
        yield folder


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that this very test has for itself, beside the folder that it works in."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DLCOURSE_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


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
def numpy_solutions() -> str:
    """The reference answers of lesson 2 as a module, without what needs TensorFlow."""
    asked = exercises.exercises_of("02_neural_networks")
    source = inspect.getsource(inspect.getmodule(asked[0].reference))
    for exercise in asked:
        if exercise.tensors:
            source = source.replace(inspect.getsource(exercise.reference), "")
    return source


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


@pytest.fixture
def graded_answer(sandbox: Sandbox, worker: Worker, tmp_path: Path) -> Callable[..., Verdict]:
    """Grade the source of one answer, with the usual imports above it, in the sandbox; return its verdict."""

    def grade_source(name: str, source: str, seed: str = "secret") -> Verdict:
        file = tmp_path / "answer.py"
        file.write_text(f"import numpy as np\nimport keras\nimport tensorflow as tf\n{source}")
        report = grade(read(file), worker, seed=seed, sandbox=sandbox.level, only=name).report
        return report.exercises[0]

    return grade_source


@pytest.fixture(scope="session")
def started() -> Callable[..., subprocess.Popen]:
    """Start the command `grader` in a folder and return the process; `flags` are Python's."""

    def start(
        folder: Path, *arguments: object, program: str = GRADER, flags: Sequence[str] = (), **options: object
    ) -> subprocess.Popen:
        command = [sys.executable, *flags, "-c", program, *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=folder, **{**pipes, **options})

    return start


@pytest.fixture
def grader(started: Callable, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run the command `grader` in a folder of the test's own; return the process that has ended.

    With a `status`, or several, it has ended in one of them.
    """

    def run(
        *arguments: object, program: str = GRADER, status: int | tuple[int, ...] | None = None
    ) -> subprocess.CompletedProcess:
        with started(tmp_path, *arguments, program=program) as process:
            try:
                stdout, stderr = process.communicate(timeout=180)
            finally:
                process.kill()
        allowed = (status,) if isinstance(status, int) else status
        assert allowed is None or process.returncode in allowed, stderr
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    return run


@pytest.fixture
def invoked() -> Callable[..., Result]:
    """Run one command of `grader`, given as its function, in this very process; return what it came to."""

    def invoke(command: Callable, *arguments: object, status: int = 0) -> Result:
        app = typer.Typer()
        app.command()(command)
        done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done

    return invoke
