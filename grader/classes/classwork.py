"""Grading one submission of a class in a worker process, on this machine or on a cluster.

    grader ── GradingTask, as bytes ──▶ worker: cut, run in the sandbox, judge ── Graded, as bytes ──▶
    gradebook

A worker process is ours: it holds references and cases, and no learner's code runs in it. What crosses
between grader and worker is plain data, never pickled.
"""

import atexit
import os
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from grader.child.confinement import Level
from grader.child.zygote import die_with_parent
from grader.errors import GraderError, UnusableInput
from grader.exercises import LESSONS, all_exercises
from grader.judging import dependencies
from grader.judging.grading import MEGABYTES, READING_SECONDS, Graded, grade
from grader.judging.report import Report
from grader.judging.verdicts import VERDICTS
from grader.running import scratch
from grader.running.bounded import bounded
from grader.running.processes import Kind, ZygoteLink
from grader.running.sandbox import Sandbox
from grader.submissions.submission import parse

LEARNERS_SECONDS = 1800.0  # for all of a learner's files together; honest ones take some minutes
USED_UP = "Your other files have used up the half an hour that all have together: hand in fewer."


class GradingTask(msgspec.Struct, frozen=True):
    """A submission to grade.

    Args:
        name, suffix, data: the file.
        seed: of its cases.
        version: of the course, as `version` tells it.
        unsafe: grade even without a sandbox.
        beside: the learner's own modules that it mentions, see `beside.mentioned`.
        seconds: that its answers have together.
    """

    name: str
    suffix: str
    data: bytes
    seed: str
    version: bytes
    unsafe: bool = False
    beside: dict[str, bytes] = {}
    seconds: float = LEARNERS_SECONDS


def whole(data: bytes, beside: Mapping[str, bytes]) -> bytes:
    """Return all that a verdict on a file depends on, of what was handed in."""
    parts = (part for path, code in beside.items() for part in (path.encode(errors="replace"), code))
    return b"\0".join([data, *parts])


@cache
def version() -> bytes:
    """Return a hash of all that decides the verdicts of this course: see `dependencies`."""
    return dependencies.version_of_all(LESSONS.values())


def prepare() -> None:
    """Load what the first task would wait for."""
    version()
    all_exercises()


def run(task: bytes) -> bytes:
    """Grade one submission: an encoded `GradingTask` in, an encoded `Graded` out."""
    return msgspec.msgpack.encode(_graded(msgspec.msgpack.decode(task, type=GradingTask)))


def join(parent: int, scratch: str, level: Level, links: Mapping[Kind, socket.socket]) -> None:
    """Make a new process a worker of this machine: it shares its parent's zygotes, and ends with it.

    Args:
        parent: the process that it works for.
        scratch: the folder for the sandbox's scratch folders, which the parent removes.
        level: the sandbox level.
        links: the zygotes' sockets.
    """
    global _shared
    die_with_parent()
    if os.getppid() != parent:  # it has ended already
        os._exit(1)
    tempfile.tempdir = scratch
    VERDICTS.folder = Path(scratch, "verdicts")
    _shared = Sandbox(level, {kind: ZygoteLink(control) for kind, control in links.items()})


_shared: Sandbox | None = None
_lock = threading.Lock()


@cache
def _own_sandbox() -> Sandbox:
    scratch.sweep(Path(tempfile.gettempdir()))  # what workers left that were killed
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


def _sandbox() -> Sandbox:
    """Return the sandbox that this process shares with others, or, on a cluster, one of its own."""
    with _lock:
        return _shared or _own_sandbox()


def _graded(task: GradingTask) -> Graded:
    if task.version != version():
        raise GraderError("A worker has another version of the course: install this one there.")
    sandbox = _sandbox()
    if sandbox.level == "process" and not task.unsafe:
        raise GraderError("A worker has no sandbox, so a submission could do harm or cheat there.")
    began = time.thread_time()
    try:
        if task.seconds <= 0:
            raise UnusableInput(USED_UP)
        with bounded(task.name, READING_SECONDS, MEGABYTES):
            submission = parse(task.data, task.suffix, task.name, task.beside)
        with sandbox.borrowed_worker() as worker:
            found = grade(submission, worker, seed=task.seed, sandbox=sandbox.level, seconds=task.seconds)
    except UnusableInput as error:
        found = Graded(Report(task.name, task.seed, sandbox.level, [], error=str(error)), {})
    return msgspec.structs.replace(found, seconds=time.thread_time() - began)
