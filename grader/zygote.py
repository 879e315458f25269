"""The process that is forked for every run of a learner's code. It holds no reference and no answer.

    grader ──"clone" + socket──▶ zygote (imports done, computes nothing)
                                  └─ clone: one a worker, with a scratch folder
                                      └─ child: one a run; Landlock, limits, seccomp, the learner's code

Started as a program of its own, so that nothing of the grader's memory is in it. It never computes: a
TensorFlow that has run an operation can't be forked.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import struct
import sys
from typing import Any

from grader import calling, confinement, defining, plaindata

PRELOADED = {
    "light": ("numpy", "math", "itertools", "functools", "collections", "random", "dataclasses", "typing"),
    "full": ("numpy", "tensorflow", "keras", "pandas", "sklearn"),
}
RESULTS = 3  # the child's file descriptor for its outcomes
FRAME = struct.Struct("!I")  # the length of the frame that follows
PR_SET_PDEATHSIG = 1


def main(kind: str, control: socket.socket) -> None:
    """Import what `kind` names, say what the machine can do, then clone until the socket is closed."""
    _preload(kind)
    level = confinement.level()
    if level != "process":
        import pyseccomp  # noqa: F401  (looks for the library once, here)
        import sandlock  # noqa: F401
    readable = confinement.readable_paths()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # clones are not waited for
    gc.freeze()
    control.sendall(level.encode().ljust(32))
    while True:
        scratch, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not scratch:
            return
        if os.fork() == 0:
            control.close()
            _clone(readable, scratch.decode(), socket.socket(fileno=descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])


def _clone(readable: list[str], scratch: str, control: socket.socket) -> None:
    """Serve one worker: fork a child for each job, hand out its pidfd, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _die_with_parent()
    memory = confinement.address_space()
    os.chdir(scratch)
    os.environ["TMPDIR"] = os.environ["HOME"] = scratch
    while True:
        header, descriptors, _, _ = socket.recv_fds(control, 64, 2)
        if not header:
            return
        megabytes, cpu_seconds = struct.unpack("!II", header)
        pid = os.fork()
        if pid == 0:
            try:
                _die_with_parent()
                confinement.confine_files(readable, scratch)
                run_job(*descriptors, memory + megabytes * 2**20, cpu_seconds, sandboxed=True)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [b"+"], [pidfd])
        os.close(pidfd)
        _, status = os.waitpid(pid, 0)
        control.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))


def run_job(job: int, results: int, memory: int, cpu_seconds: int, *, sandboxed: bool) -> None:
    """Read a job, give up all rights, and run it.

    Args:
        job: file descriptor of the encoded job, a list of exercises (see `run_exercises`).
        results: file descriptor for the outcomes.
        memory, cpu_seconds: limits, in bytes and seconds.
        sandboxed: filter system calls.
    """
    with os.fdopen(job, "rb") as file:
        exercises = plaindata.decode(file.read())
    os.dup2(results, RESULTS)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(RESULTS + 1, 4096)
    sys.stdin, sys.stdout, sys.stderr = (open(d, m) for d, m in ((0, "r"), (1, "w"), (2, "w")))  # noqa: SIM115
    confinement.limit_resources(memory, cpu_seconds)
    if sandboxed:
        confinement.filter_system_calls()
    run_exercises(exercises)


def run_alone(kind: str, megabytes: int, cpu_seconds: int) -> None:
    """Run one job without a sandbox: it comes by standard input, the outcomes go by standard output.

    The first byte on standard output says that the imports are done.
    """
    _preload(kind)
    os.write(1, b"+")
    run_job(0, 1, confinement.address_space() + megabytes * 2**20, cpu_seconds, sandboxed=False)


def _preload(kind: str) -> None:
    for module in PRELOADED[kind]:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def run_exercises(exercises: list[dict[str, Any]]) -> None:
    """Call each exercise's function on each of its cases, and send every outcome as it comes.

    Args:
        exercises: of each, its `name`, the `pieces` of its code, its encoded `cases`, and whether its
            arguments are `tensors`.
    """
    for number, exercise in enumerate(exercises):
        function, error = defining.define(exercise["name"], exercise["pieces"])
        if function is None:
            _send(
                {"exercise": number, "undefined": error and calling.Outcome(None, error, (), ()).to_plain()}
            )
            continue
        _send({"exercise": number})
        places = {place for place, _, _ in exercise["pieces"]}
        for case in exercise["cases"]:
            outcome = calling.call(
                function, plaindata.decode(case), tensors=exercise["tensors"], places=places
            )
            if outcome.raised and outcome.raised.type == "NameError" and error:
                outcome = calling.Outcome(None, error, (), ())
            _send({"exercise": number, "outcome": outcome.to_plain()})


def _send(message: dict[str, Any]) -> None:
    frame = plaindata.encode(message)
    view = memoryview(FRAME.pack(len(frame)) + frame)
    while view:
        view = view[os.write(RESULTS, view) :]


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
