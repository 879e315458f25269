"""The processes that run learners' code, seen from the grader: zygotes, their clones, and lone ones."""

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

import dlcourse
from grader.child.confinement import LEVELS, Level
from grader.child.zygote import LIMITS, STARTED
from grader.errors import SandboxError
from grader.running import scratch
from grader.running.runs import START_SECONDS, ForkedRun, KilledFromOutside, Run, ending_of, is_readable

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
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",  # joblib's workers would be processes, which nobody may start
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: a fork copies a hundredth of the page table
    "MALLOC_ARENA_MAX": "2",  # each thread's arena counts against the address space
    "PYTHONHASHSEED": "0",
}
INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")


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
            ours.close()
            folder.rmdir()
            raise SandboxError(f"The sandbox stopped working: {error.strerror}.") from None
        return Clone(ours, folder)


class Zygote(ZygoteLink):
    """The parent's end of a zygote, which sleeps until `wake`, `level` or `clone` is called."""

    def __init__(self, kind: Kind):
        # Each message stays whole, even where several workers write.
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control)
        # Until it is woken, it imports nothing that others might have a processor for.
        woken = f"control = socket.socket(fileno={theirs.fileno()}); control.recv(1, socket.MSG_PEEK)"
        program = _program(f"main({PRELOADED[kind]!r}, control)", woken)
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
                told = ""
                if is_readable(self.control.fileno(), START_SECONDS):
                    with contextlib.suppress(OSError):  # it was killed
                        told = self.control.recv(32).decode().strip()
                self._level = next((level for level in LEVELS if level == told), None)
            if self._level is None:
                lines = self._errors.read().decode(errors="replace").strip().splitlines()
                raise SandboxError(f"The sandbox did not start: {lines[-1] if lines else 'no reason given'}.")
            return self._level

    def is_alive(self) -> bool:
        hung_up = select.poll()
        hung_up.register(self.control, 0)  # told at once, while the process may be ending still
        return self._process.poll() is None and not hung_up.poll(0)

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
            started, descriptors, _, _ = socket.recv_fds(self._control, STARTED.size, 1)
        except OSError as error:
            os.close(results)
            raise SandboxError(f"The sandbox stopped working: {error.strerror}.") from None
        finally:
            os.close(memory)
            os.close(theirs)
        if not descriptors:
            os.close(results)
            raise SandboxError("The sandbox stopped working: it could not confine itself.")
        (pid,) = STARTED.unpack(started)
        self._run = ForkedRun(results, self._scratch, pid, descriptors[0], self._control, cpu_seconds)
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
        return ending_of(self._process.wait())

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


def _program(call: str, before: str = "") -> str:
    root = str(Path(__file__).resolve().parents[2])
    lines = (f"import sys, socket; sys.path.append({root!r})", before, "from grader.child import zygote")
    return "\n".join([*lines, f"zygote.{call}"])


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | ENVIRONMENT


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
