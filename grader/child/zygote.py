"""The process that is forked for every run of a learner's code. It holds no reference and no answer.

    grader ──"clone" + socket──▶ zygote (imports done, TensorFlow warm)
                                  └─ clone: one a worker, with a scratch folder
                                      └─ child: one a run; Landlock, limits, seccomp, the learner's code

Started as a program of its own, so that nothing of the grader's memory is in it. A TensorFlow that has run an
operation can't be forked, but for what `warming` does.
"""

import contextlib
import ctypes
import gc
import os
import signal
import socket
import struct
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from grader.child import (
    calling,
    confinement,
    defining,
    examining,
    forbidding,
    free_lists,
    later,
    live,
    plaindata,
    warming,
)

# Where one exercise's code could change something for the next.
WATCHED = (
    "builtins", "math", "random", "warnings", "numpy", "numpy.linalg", "numpy.random", "tensorflow",
    "tensorflow._api.v2.math", "tensorflow._api.v2.nn", "keras", "keras.ops", "keras.activations",
)  # fmt: skip
RESULTS = 3  # the child's file descriptor for its outcomes
FRAME = struct.Struct("!I")  # the length of the message that follows
LIMITS = struct.Struct("!II")  # sent with a job: megabytes, seconds of processor time
STARTED = struct.Struct("!i")  # a child's number, sent with its pidfd
STATUS = struct.Struct("!id")  # the last child's end and processor time: the answer to LIMITS without a job
PR_SET_PDEATHSIG = 1
COLD = "GRADER_COLD"  # set where TensorFlow is not to be warmed up


class RunRequest(msgspec.Struct, frozen=True, array_like=True):
    """What to run: the code of an exercise, in cells of which some statements count, and its cases.

    With `examine`, no code of a learner's, but `examining.examine` on what one of their functions made.
    While the code runs, functions that are `forbidden` raise, and of packages there are the `packages` alone,
    if any are named. What is in `imports`, modules with the names that are taken from them, is imported
    before, as it takes nobody's time.
    """

    name: str
    pieces: defining.Pieces
    cases: tuple[bytes, ...]
    modules: tuple[defining.OwnModule, ...] = ()
    imports: dict[str, tuple[str, ...]] = {}
    tensors: bool = False
    artefact: bool = False
    examine: str | None = None
    forbidden: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Message(msgspec.Struct, frozen=True, array_like=True):
    """What a child sends: that its imports are done, the beginning of an exercise, the outcome of each case.

    The first comes only where there is something to import. Between these come others, which tell what
    statement around the function is run next.

    Args:
        exercise: its number in the job.
        outcome: `None` at the beginning, and before.
        undefined: at the beginning: whether the code does not define the function.
        error: at the beginning: the first exception of the code around the function.
        spoilt: at the beginning: whether exercises before it have changed what all of them share.
        statement: what is run next; `None` in all other messages.
    """

    exercise: int
    outcome: calling.Outcome | None = None
    undefined: bool = False
    error: calling.Raised | None = None
    spoilt: bool = False
    statement: defining.Statement | None = None


def main(preloaded: Sequence[str], control: socket.socket) -> None:
    """Import the modules named, tell what the machine can do, then clone until the end.

    Messages are datagrams, for all workers share the socket: one without a file descriptor only wakes; one
    with it names a scratch folder. The end is when nobody holds the other side any more.
    """
    gc.disable()
    with later.brisk():
        _preload(preloaded)
    gc.freeze()
    if "tensorflow" in preloaded and COLD not in os.environ and not warming.warm_up():
        os.environ[COLD] = "1"
        os.execv(sys.executable, sys.orig_argv)  # the socket is the same
    level = confinement.level()
    system_calls = confinement.system_call_filter() if level != "process" else None
    readable, roots = confinement.readable_paths(), confinement.roots()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # clones are not waited for
    with forbidding.without((), packages=("numpy",)):
        pass  # what is installed, and what is loaded of it, was looked up now, for all forks
    gc.freeze()
    gc.enable()
    free_lists.take()
    control.sendall(level.encode().ljust(32))
    while True:
        scratch, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not scratch:
            return
        if not descriptors:
            continue
        if os.fork() == 0:
            control.close()
            _clone(readable, roots, scratch.decode(), system_calls, socket.socket(fileno=descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])


def _clone(
    readable: list[str], roots: list[str], scratch: str, system_calls: Any, control: socket.socket
) -> None:
    """Serve one worker: fork a child for each job and hand out its pidfd; when asked, tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    memory = confinement.address_space()
    confinement.confine_worker(readable, scratch)
    os.chdir(scratch)
    os.environ["TMPDIR"] = os.environ["HOME"] = tempfile.tempdir = scratch
    pid = 0
    while True:
        limits, descriptors, _, _ = socket.recv_fds(control, LIMITS.size, 2)
        if not limits:
            return
        if not descriptors:
            _, status, used = os.wait4(pid, 0)
            control.sendall(STATUS.pack(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))
            pid = 0
            continue
        if pid:
            os.waitpid(pid, 0)
        megabytes, cpu_seconds = LIMITS.unpack(limits)
        pid = os.fork()
        if pid == 0:
            try:
                die_with_parent()
                os.setsid()  # where Linux shares out processors by session, threads gain it nothing
                confinement.confine_files(roots, scratch)
                job, results = descriptors
                run_job(job, results, memory + megabytes * 2**20, cpu_seconds, system_calls)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [STARTED.pack(pid)], [pidfd])
        os.close(pidfd)


def run_alone(preloaded: Sequence[str], megabytes: int, cpu_seconds: int) -> None:
    """Run one job without a sandbox: it comes by standard input, the outcomes go by standard output.

    The first byte on standard output says that the imports are done.
    """
    _preload(preloaded)
    os.write(1, b"+")
    run_job(0, 1, confinement.address_space() + megabytes * 2**20, cpu_seconds)


def run_job(job: int, results: int, memory: int, cpu_seconds: int, system_calls: Any = None) -> None:
    """Read a job, give up all rights, and run it.

    Args:
        job: file descriptor of the encoded job, a list of `RunRequest`.
        results: file descriptor for the outcomes.
        memory, cpu_seconds: limits, in bytes and seconds.
        system_calls: the filter of system calls to load, where there is a sandbox.
    """
    with os.fdopen(job, "rb") as file:
        exercises = msgspec.msgpack.decode(file.read(), type=list[RunRequest])
    os.dup2(results, RESULTS)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(RESULTS + 1, 4096)
    sys.stdin, sys.stdout, sys.stderr = (open(d, m) for d, m in ((0, "r"), (1, "w"), (2, "w")))  # noqa: SIM115
    confinement.limit_resources(memory, cpu_seconds)
    warming.seed_anew()
    if system_calls is not None:
        system_calls.load()
    run_exercises(exercises)


def run_exercises(exercises: list[RunRequest]) -> None:
    """Call each exercise's function on each of its cases, and send every outcome as it comes."""
    before = _shared_state() if len(exercises) > 1 else []
    for number, exercise in enumerate(exercises):
        if exercise.examine is not None:
            _send(Message(number))
            for case in exercise.cases:
                _send(Message(number, examined(exercise.examine, case)))
            continue
        spoilt = number > 0 and _shared_state() != before
        with forbidding.without(exercise.forbidden, packages=exercise.packages):
            _run_exercise(number, exercise, spoilt)


def _run_exercise(number: int, exercise: RunRequest, spoilt: bool) -> None:
    if exercise.imports:
        _import(exercise.imports)
        _send(Message(number))

    def tell(statement: defining.Statement) -> None:
        _send(Message(number, statement=statement))

    with defining.defined(exercise.name, exercise.pieces, exercise.modules, tell) as defined:
        function = defined.function
        error = defined.cause(defined.failed.get(exercise.name)) or next(iter(defined.failed.values()), None)
        _send(Message(number, None, function is None, error, spoilt))
        if function is None:
            return
        for case in exercise.cases:
            outcome = calling.call(
                function, case, tensors=exercise.tensors, artefact=exercise.artefact, places=defined.places
            )
            if outcome.raised and (cause := defined.cause(outcome.raised)) is not outcome.raised:
                outcome = calling.Outcome(raised=cause)
            _send(Message(number, outcome))


def examined(artefact: str, case: bytes) -> calling.Outcome:
    """Return what `examining` finds; `case` is what `attempt.to_examine` puts together."""
    try:
        return calling.Outcome(
            plaindata.encode(examining.examine(artefact, *plaindata.decode(case)), live.MAX_FOUND_BYTES)
        )
    except Exception as error:
        return calling.Outcome(raised=calling.describe(error, ()))


def _shared_state() -> list[Any]:
    """Return what one exercise's code could change for the next: a function of NumPy that it replaced, say.

    A learner who deceives this spoils their own exercises only.
    """
    modules = (vars(sys.modules[name]) for name in WATCHED if name in sys.modules)
    state: list[Any] = [hash(tuple(map(id, names.values()))) for names in modules]
    errors = sys.modules["numpy"].geterr()
    return [*state, errors, len(warnings.filters), threading.active_count(), sys.getrecursionlimit()]


def _send(message: Message) -> None:
    frame = msgspec.msgpack.encode(message)
    view = memoryview(FRAME.pack(len(frame)) + frame)
    while view:
        view = view[os.write(RESULTS, view) :]


def _import(modules: Mapping[str, Sequence[str]]) -> None:
    """Import modules, and those of the names that are taken from them which are modules, too."""
    for module, names in modules.items():
        with contextlib.suppress(Exception):  # the code that wants it meets the same
            __import__(module, fromlist=names)


def _preload(modules: Sequence[str]) -> None:
    _import(dict.fromkeys(modules, ()))
    if "sklearn" in modules:
        with contextlib.suppress(ImportError):
            from sklearn.utils.parallel import _get_threadpool_controller

            _get_threadpool_controller()  # it looks into /proc/self/maps once, which no child may read
    if sys.platform != "win32":
        import resource  # noqa: F401  (so that no child has to import it)


def die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
