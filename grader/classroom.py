"""Grading a class into a gradebook: what was handed in → what waits to be graded → results, as they come.

    grade_class(paths, book, seed=..., course=..., workers=...)

A submission's state is a hash of all that its verdict depends on. Whoever has a result of the same state is
settled, so a run that was ended in whatever way goes on where it was.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

import grader
import solutions
from grader.classwork import Task
from grader.course import Course
from grader.errors import UnusableInput
from grader.executors import Failed, Workers, completed
from grader.gradebook import Enrolled, Gradebook
from grader.intake import Handed, Problem, collect
from grader.report import Report
from grader.submission import load

FAILED = "failed"  # the state of what could not be graded: it is tried again next time


@dataclass(frozen=True)
class Outlook:
    """A class before it is graded: how many submissions there are, and how many of them are settled already.

    `remarks` are sentences about files that do not count, or that nobody handed in.
    """

    submissions: int
    settled: int
    remarks: list[str]


def grade_class(
    paths: Sequence[Path],
    book: Gradebook,
    workers: Workers,
    *,
    seed: str,
    course: Course,
    unsafe: bool = False,
    regrade: bool = False,
) -> Iterator[Outlook | str]:
    """Grade what was handed in and is not settled; yield an `Outlook`, then the name of each as it is done.

    Args:
        paths: files, folders, archives.
        book: where results go, each as it comes.
        workers: who grades.
        seed: the class's.
        course: its settings.
        unsafe: grade even without a sandbox.
        regrade: grade the settled ones too.

    Raises:
        UnusableInput: what was handed in can't be used.
        GraderError: grading can't go on; what is in the book stays there.
    """
    with tempfile.TemporaryDirectory(prefix="grader-class-") as folder:
        intake = collect(paths, Path(folder))
        theirs = [problem for problem in intake.problems if problem.key is not None]
        nobodys = [problem.reason for problem in intake.problems if problem.key is None]
        book.begin(seed, course, [_enrolled(item) for item in (*intake.handed, *theirs)])
        level = workers.level or "landlock+seccomp"  # nothing of these was run
        unreadable = {problem.name: problem.reason for problem in theirs}
        waiting = []
        for handed in intake.handed:
            try:
                state = _state(load(handed.path, handed.name), course.seed_of(seed, handed.key))
            except UnusableInput as error:
                unreadable[handed.name] = str(error)
                continue
            if regrade or not book.settled(handed.name, state):
                waiting.append(handed)
        for name, reason in unreadable.items():
            state = hashlib.sha256(reason.encode()).hexdigest()
            if not book.settled(name, state):
                book.add(name, state, Report(name, seed, level, [], error=reason), {})
        count = len(intake.handed) + len(theirs)
        yield Outlook(count, count - len(waiting), [*intake.superseded, *nobodys])
        tasks = (
            Task(h.name, h.path.suffix.lower(), load(h.path, h.name), course.seed_of(seed, h.key), unsafe)
            for h in waiting
        )
        for task, outcome in completed(tasks, workers):
            if isinstance(outcome, Failed):
                report = Report(task.name, seed, level, [], error=outcome.reason)
                book.add(task.name, FAILED, report, {})
            else:
                report = msgspec.structs.replace(outcome.report, seed=seed)
                book.add(task.name, _state(task.data, task.seed), report, outcome.answers)
            yield task.name


def _enrolled(item: Handed | Problem) -> Enrolled:
    if isinstance(item, Problem):
        return Enrolled(item.name, item.learner or item.name, item.key or item.name)
    return Enrolled(item.name, item.learner, item.key, item.submitted, item.late)


def _state(data: bytes, seed: str) -> str:
    return hashlib.sha256(b"\0".join((_grader(), seed.encode(), data))).hexdigest()


@cache
def _grader() -> bytes:
    """Return a hash of the code that decides verdicts: ours, exercises and solutions included."""
    digest = hashlib.sha256()
    for package in (grader, solutions):
        for file in sorted(Path(package.__file__).parent.rglob("*.py")):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.digest()
