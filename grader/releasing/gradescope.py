"""Grading one submission in Gradescope's container, where `run_autograder` starts it.

    source/                     this package, solutions, the secret `seed`, `course.json`
    submission/                 what the learner handed in
    submission_metadata.json    whose it is, and when it came
    results/results.json        written whatever happens

The learner's code runs in the sandbox. Where the container has none, it runs as a user who owns nothing and
may read neither solutions nor seed, and the results say so; where that can't be had either, it does not run.
"""

import os
import shlex
import shutil
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from dlcourse import files
from grader.child import confinement
from grader.classes.course import Course
from grader.classes.gradebook import Gradebook
from grader.errors import SandboxError, UnusableInput
from grader.judging.discretion import discreet
from grader.judging.grading import Graded, grade
from grader.judging.report import Report
from grader.reporting import tables
from grader.running.sandbox import Sandbox
from grader.submissions.beside import read_with_modules
from grader.submissions.intake import Handed
from grader.submissions.platforms import gradescope
from grader.submissions.submission import Submission, find
from grader.text import json_text

NOBODY = 65534  # a user and a group of every Linux
FAULT = "The grader itself failed on this submission. That is no verdict on it: tell your instructor."


class User(msgspec.Struct, frozen=True):
    """A learner whom Gradescope names."""

    id: int | str


class Metadata(msgspec.Struct, frozen=True):
    """What Gradescope says of a submission."""

    created_at: datetime | None = None
    users: tuple[User, ...] = ()


def main() -> int:
    """Grade the submission, write the results, and return the exit status."""
    folder = Path(os.environ.get("AUTOGRADER", "/autograder"))
    try:
        results, status = results_of(folder), 0
    except Exception:  # the traceback is the instructor's: Gradescope shows no learner what is printed
        traceback.print_exc()
        results, status = {"score": 0, "output": FAULT, "visibility": "visible"}, 1
    files.write(folder / "results" / "results.json", json_text(results).encode())
    return status


def results_of(folder: Path) -> dict[str, Any]:
    """Grade the submission in a container's folder, and return what Gradescope reads.

    Raises:
        SandboxError: there is nothing to keep the learner's code from the solutions.
    """
    source = folder / "source"
    course = msgspec.json.decode((source / "course.json").read_bytes(), type=Course)
    metadata = _metadata(folder / "submission_metadata.json")
    key = ", ".join(str(user.id) for user in metadata.users) or "learner"
    seed = course.seed_of((source / "seed").read_text("utf-8"), key)
    level = confinement.level()
    if level == "process":
        _run_answers_as_nobody()
    print(f"Sandbox: {level}" + (", as a user who owns nothing" if level == "process" else ""))
    submitted = _submitted(folder / "submission")
    with Gradebook.temporary() as book, Sandbox(level) as sandbox, sandbox.borrowed_worker() as worker:
        book.begin(
            seed, course, [Handed(name, key, key, metadata.created_at, work=(name,)) for name in submitted]
        )
        for name, submission in submitted.items():
            if isinstance(submission, str):
                found = Graded(Report(name, seed, level, [], error=submission), {})
            else:
                found = grade(submission, worker, seed=seed, sandbox=level)
            book.add(name, "", discreet(found.report), found.answers)
        results = book.results()
    grades = tables.grades(results)
    return gradescope.results(grades.learners[0], grades)


def _metadata(path: Path) -> Metadata:
    return msgspec.json.decode(path.read_bytes(), type=Metadata) if path.exists() else Metadata()


def _submitted(folder: Path) -> dict[str, Submission | str]:
    """Return what was handed in by the names of the files; of what can't be read, in a sentence why."""
    try:
        found = list(find([folder]))
    except UnusableInput:
        return {"submission": "There is no notebook (.ipynb) and no Python file (.py) in your submission."}
    submitted: dict[str, Submission | str] = {}
    for path, name in found:
        try:
            # A link may lead to the solutions, which would be graded as the learner's own.
            if path.resolve() != folder.resolve() / path.relative_to(folder):
                raise UnusableInput(f"{name} is a link to another file: hand in the file itself.")
            submitted[name] = read_with_modules(path, name)
        except UnusableInput as error:
            submitted[name] = str(error)
    return submitted


def _run_answers_as_nobody() -> None:
    """Let every process that runs a learner's code give up the rights of root, for good, before it starts.

    Raises:
        SandboxError: this process has no right to do that.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or os.geteuid() != 0:
        raise SandboxError(
            f"There is no sandbox here ({confinement.what_is_missing()}), and answers can't run as another "
            "user: nothing was run."
        )
    owner = f"{NOBODY}:{NOBODY}"
    drop = f"--reuid={NOBODY} --regid={NOBODY} --clear-groups --no-new-privs --bounding-set=-all"
    program = Path(tempfile.mkdtemp(prefix="grader-"), "python")
    # Such a process starts in a scratch folder of its own.
    program.write_text(
        f'#!/bin/sh\nchown {owner} . && exec {setpriv} {drop} {shlex.quote(sys.executable)} "$@"\n'
    )
    program.chmod(0o700)
    sys.executable = str(program)  # this is how `processes` starts them


if __name__ == "__main__":
    sys.exit(main())
