"""The graders that `grading.py` compares with: their environments, courses, commands, and what these take.

    install("otter")  →  its Python
    peer.prepare(python, folder, cases, submissions)  →  the commands that grade them
    measure(commands, folder, environment(python))  →  seconds and memory, the timed part
    peer.verdicts(python, folder)  →  {"s000": {"relu": True, …}, …}

Each peer grades by the path that its documentation gives for a machine without containers. An exercise's
test is the same code for all peers: the learner's function on each case, `np.allclose` with what is expected.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from textwrap import indent
from typing import Any, Protocol

import numpy as np

FOLDER = Path(__file__).resolve().parent / "peers"
PINS = {
    "otter": ["otter-grader==7.0.0", "ipykernel==7.4.0"],
    "nbgrader": ["nbgrader==0.9.6", "ipykernel==7.4.0"],
}

Cases = dict[str, list[tuple[tuple, Any]]]
"""By exercise: `(arguments, expected)` of each case; expected may be `ValueError`, the class."""

Verdicts = dict[str, dict[str, bool]]
"""By submission and exercise: whether it got the point."""


class Submission(Protocol):
    """What a peer needs to know of a submission: sources of cells."""

    name: str
    setup: str
    answers: dict[str, str]


@dataclass(frozen=True)
class Peer:
    """One way to grade with a peer.

    Args:
        package: which environment: a key of `PINS`.
        title: what the table calls it.
        command: what is timed, as one would type it.
        prepare: writes the course and the submissions, and returns the commands to time, run in `folder`.
        verdicts: reads what the commands left behind.
        a_command_each: whether every submission takes a command of its own.
    """

    package: str
    title: str
    command: str
    prepare: Callable[[Path, Path, Cases, list[Submission]], list[list[str]]]
    verdicts: Callable[[Path, Path], Verdicts]
    a_command_each: bool = False


class NotInstalled(Exception):
    """A peer could not be installed; the text is one sentence."""


def install(package: str) -> Path:
    """Make the peer's environment where it is not there yet, and return its Python.

    NumPy and TensorFlow have the versions of this environment, so that learners' code is the same work.
    """
    python = FOLDER / package / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pins = [*PINS[package], *(f"{name}=={version(name)}" for name in ("numpy", "tensorflow"))]
    stamp = FOLDER / package / "installed"
    if stamp.exists() and stamp.read_text() == repr(pins):
        return python
    try:
        venv.create(FOLDER / package, clear=True, with_pip=True)
        call([python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *pins])
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1]
        raise NotInstalled(f"{package} could not be installed, so its rows are missing: {reason}") from None
    stamp.write_text(repr(pins))
    return python


def usual_environment() -> dict[str, str]:
    """Return the variables of this process as users have them: Python keeps what it has compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def environment(python: Path) -> dict[str, str]:
    """Return the variables of the peer's activated environment, in which nobody's Jupyter settings matter."""
    settings = python.parent.parent / "settings"
    variables = {name: value for name, value in usual_environment().items() if name != "PYTHONPATH"}
    variables["PATH"] = os.pathsep.join((str(python.parent), variables.get("PATH", "")))
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        variables[name] = str(settings / name.lower())
    return variables | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}


def call(command: Iterable[object], folder: Path | None = None) -> str:
    """Run a command of a peer's environment that is not timed, and return what it prints."""
    python, *rest = map(str, command)
    done = subprocess.run(
        [python, *rest],
        cwd=folder,
        env=environment(Path(python)),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def notebook(path: Path, cells: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Write a notebook of code cells, each `(source, metadata)`."""
    content = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "source": source,
                "metadata": metadata,
                "outputs": [],
                "execution_count": None,
            }
            for source, metadata in cells
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def write(submission: Submission, folder: Path) -> Path:
    """Write a submission as learners have it: a cell for imports, then a cell an exercise."""
    path = folder / f"{submission.name}.ipynb"
    notebook(path, ((source, {}) for source in (submission.setup, *submission.answers.values())))
    return path


TEST = """\
import numpy as np
for arguments, expected in {cases}:
    try:
        right = np.allclose({name}(*arguments), expected)
    except ValueError:
        right = expected is ValueError
    assert right
"""


def checking(name: str, cases: list[tuple[tuple, Any]]) -> str:
    """The test of one exercise, as source."""
    return TEST.format(name=name, cases=literal(cases))


def literal(value: Any) -> str:
    """Return plain data as source.

    >>> literal((np.array([1.0, 2.0]), None))
    '(np.array([1.0, 2.0]), None,)'
    """
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    if isinstance(value, list | tuple):
        inner = "".join(f"{literal(item)}, " for item in value).rstrip()
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return "ValueError" if value is ValueError else repr(value)


def otter_course(python: Path, folder: Path, cases: Cases) -> None:
    """Write an exception-based test file an exercise, and zip them up with `otter generate`."""
    (folder / "tests").mkdir(parents=True)
    for name in cases:
        (folder / "tests" / f"{name}.py").write_text(
            "OK_FORMAT = False\n"
            "from otter.test_files import test_case\n"
            f"name = {name!r}\npoints = 1\n"
            f"@test_case(points=1, hidden=True)\ndef test_{name}({name}):\n"
            + indent(checking(name, cases[name]), "    ")
        )
    call([python.with_name("otter"), "generate", "-t", "tests", "-o", "autograder.zip"], folder)


def otter_run(python: Path, folder: Path, cases: Cases, submissions: list[Submission]) -> list[list[str]]:
    otter_course(python, folder, cases)
    commands = []
    for submission in submissions:
        path = write(submission, folder / "submissions")
        (folder / "results" / submission.name).mkdir(parents=True)
        otter = [str(python.with_name("otter")), "run", str(path), "-a", "autograder.zip"]
        commands.append([*otter, "-o", f"results/{submission.name}", "--no-logo"])
    return commands


def otter_run_verdicts(python: Path, folder: Path) -> Verdicts:
    verdicts = {}
    for path in sorted((folder / "results").glob("*/results.json")):
        tests = json.loads(path.read_text())["tests"]
        verdicts[path.parent.name] = {
            t["name"].split()[0]: t["score"] == t["max_score"] for t in tests if t.get("max_score")
        }
    return verdicts


OTTER_API = """\
import json, sys
from pathlib import Path
from otter.api import grade_submission
for path in sorted(Path("submissions").iterdir()):
    results = grade_submission(str(path.resolve()), "autograder.zip", quiet=True).results
    verdict = {name: result.score == result.possible for name, result in results.items()}
    Path("results", path.stem + ".json").write_text(json.dumps(verdict))
"""


def otter_api(python: Path, folder: Path, cases: Cases, submissions: list[Submission]) -> list[list[str]]:
    otter_course(python, folder, cases)
    for submission in submissions:
        write(submission, folder / "submissions")
    (folder / "results").mkdir()
    (folder / "grade.py").write_text(OTTER_API)
    return [[str(python), "grade.py"]]


def otter_api_verdicts(python: Path, folder: Path) -> Verdicts:
    return {path.stem: json.loads(path.read_text()) for path in sorted((folder / "results").glob("*.json"))}


def nbgrader(python: Path, folder: Path, cases: Cases, submissions: list[Submission]) -> list[list[str]]:
    """Write a course of one assignment, with hidden tests, and each student's copy of its release."""

    def cell(grade_id: str, graded: bool) -> dict[str, Any]:
        facts = {"schema_version": 3, "grade_id": grade_id, "grade": graded, "solution": not graded}
        points = {"points": 1} if graded else {}
        return {"nbgrader": facts | points | {"locked": graded, "task": False}}

    model = submissions[0]
    cells: list[tuple[str, dict[str, Any]]] = [(model.setup, {})]
    for name, source in model.answers.items():
        tests = f"### BEGIN HIDDEN TESTS\n{checking(name, cases[name])}### END HIDDEN TESTS\n"
        cells.append((f"### BEGIN SOLUTION\n{source}### END SOLUTION\n", cell(name, False)))
        cells.append((tests, cell(f"test_{name}", True)))
    notebook(folder / "source" / "five" / "five.ipynb", cells)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'course'\n")
    command = [str(python.with_name("nbgrader"))]
    call([*command, "generate_assignment", "five"], folder)
    released = json.loads((folder / "release" / "five" / "five.ipynb").read_text(encoding="utf-8"))["cells"]
    for submission in submissions:
        sources = {0: submission.setup} | dict(
            zip(range(1, 99, 2), submission.answers.values(), strict=False)
        )
        answered = [(sources.get(i, cell["source"]), cell["metadata"]) for i, cell in enumerate(released)]
        notebook(folder / "submitted" / submission.name / "five" / "five.ipynb", answered)
    return [[*command, "autograde", "five"]]


NBGRADER_SCORES = """\
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    print(json.dumps({
        submission.student.id: {
            grade.name.removeprefix("test_"): grade.score == grade.max_score
            for notebook in submission.notebooks for grade in notebook.grades
        }
        for submission in gradebook.assignment_submissions("five")
    }))
"""


def nbgrader_verdicts(python: Path, folder: Path) -> Verdicts:
    return json.loads(call([python, "-c", NBGRADER_SCORES], folder))


PEERS = (
    Peer(
        "otter",
        "otter, a command each",
        "otter run NOTEBOOK -a autograder.zip -o FOLDER --no-logo",
        otter_run,
        otter_run_verdicts,
        a_command_each=True,
    ),
    Peer(
        "otter",
        "otter, one process",
        "otter.api.grade_submission(NOTEBOOK, 'autograder.zip', quiet=True) in a loop",
        otter_api,
        otter_api_verdicts,
    ),
    Peer("nbgrader", "nbgrader", "nbgrader autograde five", nbgrader, nbgrader_verdicts),
)


@dataclass(frozen=True)
class Run:
    """What some commands took, one after another, and printed."""

    seconds: float
    megabytes: float | None
    output: str
    tensorflow: bool


class Failure(Exception):
    """A command failed; the text is one sentence."""


def measure(commands: Sequence[Sequence[str]], folder: Path, environment: dict[str, str]) -> Run:
    """Run commands as whole processes. An exit status of 1 says that some answer was wrong."""
    seconds, peak, tensorflow, outputs = 0.0, 0.0, False, []
    for command in commands:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=errors)
            with Sampler(process.pid) as sampler:
                status = process.wait()
                seconds += time.perf_counter() - began
            out.seek(0)
            if status not in (0, 1):
                errors.seek(0)
                last = (errors.read().strip().splitlines() or ["no reason given"])[-1]
                raise Failure(f"{' '.join(command[:3])} … ended with status {status}: {last}")
            outputs.append(out.read())
        peak, tensorflow = max(peak, sampler.peak), tensorflow or sampler.tensorflow
    return Run(seconds, peak / 2**10 if peak else None, "".join(outputs), tensorflow)


class Sampler(threading.Thread):
    """Samples the memory of a process and all its descendants, with a tenth of one core at most."""

    def __init__(self, root: int):
        super().__init__(daemon=True)
        self._root = root
        self._stop_asked = threading.Event()
        self.peak = 0.0  # KiB
        self.tensorflow = False

    def __enter__(self) -> "Sampler":
        if sys.platform == "linux":
            self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop_asked.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        pause = 0.0
        while not self._stop_asked.wait(pause):
            began = time.perf_counter()
            self.peak = max(self.peak, sum(map(self._proportional, self._tree())))
            pause = max(0.05, 9 * (time.perf_counter() - began))

    def _tree(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has ended
                continue
            children.setdefault(parent, []).append(int(path.parent.name))
        tree = [self._root]
        for pid in tree:
            tree += children.get(pid, [])
        return tree

    def _proportional(self, pid: int) -> int:
        try:
            self.tensorflow |= "libtensorflow" in Path(f"/proc/{pid}/maps").read_text()
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):
            return 0
