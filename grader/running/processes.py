"""The processes that run learners' code, seen from the grader: zygotes, their clones, a run of a job."""

import contextlib
import os
import queue
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Literal

import msgspec

import dlcourse
from grader.child import plaindata
from grader.child.confinement import LEVELS, Level
from grader.child.defining import NOWHERE
from grader.child.zygote import FRAME, LIMITS, STATUS, Message
from grader.errors import SandboxError
from grader.running import scratch

Kind = Literal["light", "full"]
# What is not loaded of dlcourse stays so: no child may read its folder, for beside it lie the solutions.
COURSE = ("dlcourse", "dlcourse.console")
LIBRARY = tuple(
    f"dlcourse.{part}.{file.stem}"
    for part in ("models", "preprocessing", "training", "validation", "metrics")
    for file in sorted((Path(dlcourse.__file__).parent / part).glob("[a-z]*.py"))
)
PRELOADED: dict[Kind, tuple[str, ...]] = {
    "light": ("numpy", "math", "itertools", "functools", "random", "dataclasses", "typing", *COURSE),
    "full": (
        "numpy", "tensorflow", "keras", "pandas", "sklearn", "sklearn.datasets", "ai_edge_litert.interpreter",
        *COURSE, *LIBRARY,
    ),
}  # fmt: skip
MAX_FRAME_BYTES = 8 * 2**20
MAX_ATTEMPT_BYTES = 64 * 2**20  # all messages of one exercise
LOOK_SECONDS = 0.1  # from one look into the scratch folder to the next
BATCH_SECONDS = 0.003  # outcomes are read in batches: waking up for each costs more than computing it
MESSAGES = msgspec.msgpack.Decoder(Message)
START_SECONDS = 180
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",  # joblib's workers would be processes, which nobody may start
    "MALLOC_ARENA_MAX": "2",  # each thread's arena counts against the address space
    "PYTHONHASHSEED": "0",
}
INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")


class ScratchOverflow(Exception):
    pass


class KilledFromOutside(Exception):
    """Neither the code that ran nor the grader ended the process: memory was short, perhaps."""


class Run:
    """A process that runs a job; frames are read from it against the clock."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._position = 0  # in the buffer: what is before it has been read
        self.begin()

    def begin(self) -> None:
        """Begin to read the messages of an exercise."""
        self._allowance = MAX_ATTEMPT_BYTES
        self.statement, self.since = NOWHERE, time.monotonic()

    def receive(self, number: int, deadline: float) -> Message:
        """Return the next message, which must be of exercise `number` and come before `deadline`.

        What only tells which statement is run is kept as `statement`, with the time at which it came.

        Raises:
            TimeoutError, EOFError, plaindata.Malformed: no message came; the pipe is closed; it is none.
        """
        while (message := self._next(number, deadline)).statement is not None:
            self.statement, self.since = message.statement, time.monotonic()
            if self.since > deadline:  # whoever sends nothing else is not read without end
                raise TimeoutError
        return message

    def _next(self, number: int, deadline: float) -> Message:
        self._fill(FRAME.size, deadline)
        (length,) = FRAME.unpack_from(self._buffer, self._position)
        self._allowance -= length
        if length > MAX_FRAME_BYTES or self._allowance < 0:
            raise plaindata.Malformed(f"a message of {length:,} bytes")
        self._fill(FRAME.size + length, deadline)
        start = self._position + FRAME.size
        self._position = start + length
        frame = bytes(self._buffer[start : self._position])
        try:
            message = MESSAGES.decode(frame)
        except (msgspec.DecodeError, RecursionError) as error:
            raise plaindata.Malformed(str(error)) from None
        if message.exercise != number:
            raise plaindata.Malformed("a message out of turn")
        return message

    def _fill(self, size: int, deadline: float) -> None:
        if len(self._buffer) - self._position >= size:
            return
        del self._buffer[: self._position]
        self._position = 0
        while len(self._buffer) < size:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            chunk = self._read(min(remaining, LOOK_SECONDS))
            if chunk == b"":
                raise EOFError
            self._buffer += chunk or b""

    def _read(self, seconds: float) -> bytes | None:
        """Return what has come, `None` where nothing came in time, `b""` at the end."""
        raise NotImplementedError

    def kill(self) -> str:
        """End the process and return how it ended, in words.

        Raises:
            KilledFromOutside: somebody else had ended it.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End the process and free what it held."""
        raise NotImplementedError


def _readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _ending(code: int, used_up: bool = False) -> str:
    """Describe an exit status; negative ones are signals."""
    if code >= 0:
        return f"Your code ends the process (exit status {code}): return an answer instead."
    names: dict[int, str] = {signal.SIGSEGV: "a segmentation fault", signal.SIGABRT: "an abort"}
    name = names.get(-code)
    if used_up or -code == getattr(signal, "SIGXCPU", 0):
        return "Your code uses more processor time than it may."
    return f"Your code crashes the process ({name or f'signal {-code}'})."


class ZygoteLink:
    """A way to a zygote that may be another process's: it can be sent to a worker process.

    Args:
        control: our end of the zygote's socket.
    """

    def __init__(self, control: socket.socket):
        self.control = control

    def wake(self) -> None:
        """Let the imports begin."""
        with contextlib.suppress(OSError):  # it has ended: `clone` will say so
            self.control.send(b".")

    def clone(self) -> "Clone":
        """Return a fork of the zygote with a scratch folder of its own."""
        folder = Path(tempfile.mkdtemp(prefix=scratch.prefix()))
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [os.fsencode(folder)], [theirs.fileno()])
        except OSError as error:
            raise SandboxError(f"The sandbox stopped working: {error.strerror}.") from None
        return Clone(ours, folder)


class Zygote(ZygoteLink):
    """The parent's end of a zygote, which sleeps until `wake`, `level` or `clone` is called."""

    def __init__(self, kind: Kind):
        # Each message stays whole, even where several workers write.
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control)
        program = _program(f"main({PRELOADED[kind]!r}, socket.socket(fileno={theirs.fileno()}))")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-E", "-c", program],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        assert self._process.stderr is not None  # it is a pipe
        self._errors = self._process.stderr
        self._level: Level | None = None
        self._lock = threading.Lock()

    @property
    def level(self) -> Level:
        """The sandbox level, which the zygote tells once its imports are done."""
        with self._lock:
            if self._level is None:
                self.wake()
                if _readable(self.control.fileno(), START_SECONDS):
                    told = self.control.recv(32).decode().strip()
                    self._level = next((level for level in LEVELS if level == told), None)
            if self._level is None:
                lines = self._errors.read().decode(errors="replace").strip().splitlines()
                raise SandboxError(f"The sandbox did not start: {lines[-1] if lines else 'no reason given'}.")
            return self._level

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self.control.close()
        self._process.kill()  # it may be importing still
        self._errors.close()
        self._process.wait()


class Clone:
    """The parent's end of a worker's own fork of a zygote."""

    def __init__(self, control: socket.socket, folder: Path):
        self._control = control
        self._scratch = folder
        self._run: ForkedRun | None = None
        control.settimeout(START_SECONDS)

    def start(self, job: bytes, megabytes: int, cpu_seconds: int) -> "ForkedRun":
        self._clean()
        results, theirs = os.pipe()
        memory = os.memfd_create("job")
        try:
            _write(memory, job)
            os.lseek(memory, 0, os.SEEK_SET)
            socket.send_fds(self._control, [LIMITS.pack(megabytes, cpu_seconds)], [memory, theirs])
            _, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        except OSError as error:
            os.close(results)
            raise SandboxError(f"The sandbox stopped working: {error.strerror}.") from None
        finally:
            os.close(memory)
            os.close(theirs)
        if not descriptors:
            os.close(results)
            raise SandboxError("The sandbox stopped working: it could not confine itself.")
        self._run = ForkedRun(results, self._scratch, descriptors[0], self._control, cpu_seconds)
        return self._run

    def _clean(self) -> None:
        """Wait until the last run's process, killed long since, is gone, and remove what it wrote."""
        if self._run is not None:
            self._run.wait()
        scratch.empty(self._scratch)

    def close(self) -> None:
        self._clean()
        self._control.close()
        with contextlib.suppress(OSError):
            self._scratch.rmdir()


class ForkedRun(Run):
    def __init__(self, results: int, folder: Path, pidfd: int, control: socket.socket, cpu_seconds: int):
        super().__init__()
        self._results = results
        self._scratch = folder
        self._pidfd = pidfd
        self._control = control
        self._cpu_seconds = cpu_seconds
        self._next_look = time.monotonic() + LOOK_SECONDS

    def _read(self, seconds: float) -> bytes | None:
        readable = _readable(self._results, seconds)
        if time.monotonic() >= self._next_look:  # also while something comes: it may come byte by byte
            if scratch.overflows(self._scratch):
                raise ScratchOverflow
            self._next_look = time.monotonic() + LOOK_SECONDS
        if not readable:
            return None
        time.sleep(BATCH_SECONDS)
        return os.read(self._results, 2**20)

    def kill(self) -> str:
        gone = _readable(self._pidfd, 0.5)  # it may be about to end by itself, with a status worth telling
        self._end()
        status = b""
        with contextlib.suppress(OSError):  # the clone was killed too, and the next job gets a new one
            self._control.sendall(bytes(LIMITS.size))
            status = self._control.recv(STATUS.size, socket.MSG_WAITALL)
        if len(status) < STATUS.size:
            raise KilledFromOutside
        code, used = STATUS.unpack(status)
        used_up = used >= self._cpu_seconds  # the kernel ends who goes on after SIGXCPU, by SIGKILL
        if gone and code == -signal.SIGKILL and not used_up:
            raise KilledFromOutside
        return _ending(code, used_up)

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # it is gone, and has been waited for
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        self._end()
        os.close(self._results)

    def wait(self) -> None:
        """Wait for the end of the process, after `close`."""
        if self._pidfd >= 0:
            _readable(self._pidfd, START_SECONDS)
            os.close(self._pidfd)
            self._pidfd = -1


class LoneRun(Run):
    """A process without a sandbox, on any platform: a thread reads from it."""

    def __init__(self, kind: Kind, job: bytes, megabytes: int, cpu_seconds: int):
        super().__init__()
        self._folder = tempfile.mkdtemp(prefix=scratch.prefix())
        program = _program(f"run_alone({PRELOADED[kind]!r}, {megabytes}, {cpu_seconds})")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-E", "-c", program],
            env=_environment() | {"TMPDIR": self._folder, "TEMP": self._folder, "HOME": self._folder},
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin is not None  # both are pipes
        assert self._process.stdout is not None
        self._jobs, self._results = self._process.stdin, self._process.stdout
        self._chunks: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._pump, args=(job,), daemon=True)
        self._reader.start()
        try:
            self._fill(1, time.monotonic() + START_SECONDS)
        except (EOFError, TimeoutError):
            self.close()
            raise SandboxError("A process to run answers in did not start.") from None
        self._position = 1

    def _pump(self, job: bytes) -> None:
        with contextlib.suppress(OSError):
            self._jobs.write(job)
            self._jobs.close()
        with self._results:
            while chunk := os.read(self._results.fileno(), 2**16):
                self._chunks.put(chunk)
        self._chunks.put(b"")

    def _read(self, seconds: float) -> bytes | None:
        try:
            return self._chunks.get(timeout=seconds)
        except queue.Empty:
            return None

    def kill(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process.wait(0.5) == -9:
                raise KilledFromOutside
        self._end()
        return _ending(self._process.wait())

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)  # with all that it started
            else:
                self._process.kill()

    def close(self) -> None:
        self._end()
        self._process.wait()
        self._reader.join(1)  # no longer: a process that escaped may hold the pipe open
        shutil.rmtree(self._folder, ignore_errors=True)


def _program(call: str) -> str:
    root = str(Path(__file__).resolve().parents[2])
    imports = "import socket; from grader.child import zygote"
    return f"import sys; sys.path.append({root!r}); {imports}; zygote.{call}"


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | ENVIRONMENT


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
