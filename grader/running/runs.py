"""A run of a job in a process, seen from the grader: what it sends, read against the clock, and its end."""

import contextlib
import os
import select
import signal
import socket
import time
from pathlib import Path

import msgspec

from grader.child import plaindata
from grader.child.defining import NOWHERE
from grader.child.zygote import FRAME, LIMITS, STATUS, Message
from grader.running import scratch

MAX_FRAME_BYTES = 8 * 2**20
MAX_ATTEMPT_BYTES = 64 * 2**20  # all messages of one exercise
MAX_THREADS = 64 + 8 * (os.cpu_count() or 1)  # TensorFlow has several for each processor
PATIENCE = 8  # times an exercise's seconds, where others have the processors
LOOK_SECONDS = 0.1  # from one look into the scratch folder to the next
BATCH_SECONDS = 0.003  # outcomes are read in batches: waking up for each costs more than computing it
MESSAGES = msgspec.msgpack.Decoder(Message)
START_SECONDS = 180


class Overuse(Exception):
    """A process takes more of something than it may; the text says of what."""


class KilledFromOutside(Exception):
    """Neither the code that ran nor the grader ended the process: memory was short, perhaps."""


class Run:
    """A process that runs a job; frames are read from it against the clock."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._position = 0  # in the buffer: what is before it has been read
        self.begin()

    def begin(self, seconds: float = 0.0) -> None:
        """Begin to read the messages of an exercise, which has so much time."""
        self._allowance = MAX_ATTEMPT_BYTES
        self._seconds, self._cpu_before = seconds, self._cpu()
        self.statement, self.since = NOWHERE, time.monotonic()

    def excused(self) -> float:
        """Return how much of its time the process has waited for a processor that others had.

        None, once it had as much of one as it was given time; and no more than makes its time eight times as
        long, for it may have others of its own threads to wait for.
        """
        if self._cpu() - self._cpu_before >= self._seconds:
            return 0.0
        return min(self._waited(), (PATIENCE - 1) * self._seconds)

    def _cpu(self) -> float:
        """Return the processor time that the process has used, in seconds; 0 where that is unknown."""
        return 0.0

    def _waited(self) -> float:
        """Return how long one of its threads has waited for a processor; 0 where that is unknown."""
        return 0.0

    def _remaining(self, deadline: float) -> float:
        remaining = deadline - time.monotonic()
        return remaining if remaining > 0 else remaining + self.excused()

    def receive(self, number: int, deadline: float) -> Message:
        """Return the next message, which must be of exercise `number` and come before `deadline`.

        What only tells which statement is run is kept as `statement`, with the time at which it came.

        Raises:
            TimeoutError, EOFError, plaindata.Malformed: no message came; the pipe is closed; it is none.
        """
        while (message := self._next(number, deadline)).statement is not None:
            self.statement, self.since = message.statement, time.monotonic()
            if self._remaining(deadline) <= 0:  # whoever sends nothing else is not read without end
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
            remaining = self._remaining(deadline)
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


def is_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def ending_of(code: int, used_up: bool = False) -> str:
    """Describe an exit status; negative ones are signals."""
    if code >= 0:
        return f"Your code ends the process (exit status {code}): return an answer instead."
    names: dict[int, str] = {signal.SIGSEGV: "a segmentation fault", signal.SIGABRT: "an abort"}
    name = names.get(-code)
    if used_up or -code == getattr(signal, "SIGXCPU", 0):
        return "Your code uses more processor time than it may."
    return f"Your code crashes the process ({name or f'signal {-code}'})."


class ForkedRun(Run):
    def __init__(
        self,
        results: int,
        folder: Path,
        pid: int,
        pidfd: int,
        control: socket.socket,
        cpu_seconds: int,
    ):
        self._pid = pid
        super().__init__()
        self._results = results
        self._scratch = folder
        self._pidfd = pidfd
        self._control = control
        self._cpu_seconds = cpu_seconds
        self._next_look = time.monotonic() + LOOK_SECONDS

    def _read(self, seconds: float) -> bytes | None:
        readable = is_readable(self._results, seconds)
        if time.monotonic() >= self._next_look:  # also while something comes: it may come byte by byte
            if scratch.overflows(self._scratch):
                raise Overuse("Your code writes more to disk than it may.")
            if len(self._threads()) > MAX_THREADS:
                raise Overuse(f"Your code starts more than {MAX_THREADS} threads.")
            self._next_look = time.monotonic() + LOOK_SECONDS
        if not readable:
            return None
        time.sleep(BATCH_SECONDS)
        return os.read(self._results, 2**20)

    def _threads(self) -> list[str]:
        try:
            return os.listdir(f"/proc/{self._pid}/task")
        except OSError:  # it has ended
            return []

    def _cpu(self) -> float:
        try:
            return time.clock_gettime((~self._pid << 3) | 2)  # of that process, as Linux numbers clocks
        except OSError:
            return 0.0

    def _waited(self) -> float:
        longest = 0
        for thread in self._threads():
            with contextlib.suppress(OSError):
                facts = Path(f"/proc/{self._pid}/task/{thread}/schedstat").read_text().split()
                longest = max(longest, int(facts[1]))  # nanoseconds ready to run, and not running
        return longest / 1e9

    def kill(self) -> str:
        gone = is_readable(self._pidfd, 0.5)  # it may be about to end by itself, with a status worth telling
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
        return ending_of(code, used_up)

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # it is gone, and has been waited for
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self) -> None:
        self._end()
        os.close(self._results)

    def wait(self) -> None:
        """Wait for the end of the process, after `close`."""
        if self._pidfd >= 0:
            is_readable(self._pidfd, START_SECONDS)
            os.close(self._pidfd)
            self._pidfd = -1
