"""Running learners' code in forks of a zygote, or, where there is no sandbox, in plain child processes.

    with Sandbox() as sandbox:
        worker = sandbox.worker()
        attempts = worker.run([Job(exercise, cut, cases, inputs), ...])

The jobs that a worker is given at once run in one fork, one after the other. What comes out is only what the
learner's functions returned, as plain data; time and deaths are seen from here.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec

from grader.child import live, plaindata
from grader.child.calling import MAX_ANSWER_BYTES, Outcome
from grader.child.confinement import Level
from grader.child.defining import OwnModule, Pieces
from grader.child.zygote import RunRequest
from grader.errors import SandboxError
from grader.exercise import Exercise
from grader.running.attempt import Attempt, Ending, Stuck, require_examined, to_examine
from grader.running.processes import PRELOADED, Clone, Kind, LoneRun, Zygote, ZygoteLink
from grader.running.runs import ForkedRun, KilledFromOutside, Overuse, Run
from grader.submissions.cut import Cut, Piece

HEAVY = frozenset({"tensorflow", "keras", "pandas", "sklearn", "scipy", "dlcourse"})
MIN_MEGABYTES = 2048  # of a process with TensorFlow, whose threads each reserve their own
MAX_JOB_BYTES = 64 * 2**20
IMPORT_SECONDS = 60  # for packages that no zygote has loaded, as PyTorch
EXAMINE_SECONDS = 30  # for opening what an exercise made, and running it on hidden inputs


def kind_of(exercise: Exercise, cut: Cut) -> Kind:
    """Return `"full"` where TensorFlow and its like are needed: NumPy-only exercises never wait for them."""
    usable = HEAVY & set(exercise.packages) if exercise.packages else HEAVY
    return "full" if exercise.heavy or cut.imports & usable else "light"


@dataclass(frozen=True)
class Job:
    """One exercise to run: its code, and its cases, encoded.

    Args:
        exercise: what was asked.
        cut: the learner's code.
        cases: the arguments of each call.
        inputs: what the artefact of each is run on.
    """

    exercise: Exercise
    cut: Cut
    cases: tuple[bytes, ...]
    inputs: tuple[bytes, ...]

    @property
    def kind(self) -> Kind:
        return kind_of(self.exercise, self.cut)

    def to_run(self) -> RunRequest:
        return RunRequest(
            name=self.exercise.name,
            pieces=_pieces(self.cut.pieces),
            modules=tuple(OwnModule(m.name, m.is_package, _pieces(m.pieces)) for m in self.cut.modules),
            imports=self.cut.installed(PRELOADED[self.kind]),
            cases=self.cases,
            tensors=self.exercise.tensors,
            artefact=self.exercise.artefact is not None,
            forbidden=self.exercise.forbidden,
            packages=self.exercise.packages,
        )


def _pieces(pieces: Sequence[Piece]) -> Pieces:
    return [(piece.place, piece.source, piece.statements) for piece in pieces]


class Sandbox:
    """All zygotes of one run of the grader.

    Args:
        level: `"landlock+seccomp"` or `"process"`; what this machine can do by default.
        links: the zygotes of another process's sandbox, to use instead of zygotes of one's own.
    """

    def __init__(
        self,
        level: Level | None = None,
        links: "Mapping[Kind, ZygoteLink] | None" = None,
    ):
        self._zygotes: dict[Kind, Zygote] = {}
        self._links = links
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._level: Level | None = level or ("process" if sys.platform != "linux" else None)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process; also of those that run."""
        for worker in self._workers:
            worker.close()
        for zygote in self._zygotes.values():
            zygote.close()

    def sockets(self) -> "dict[Kind, socket.socket]":
        """Return a way to each zygote, for worker processes; started, they sleep until woken."""
        return {kind: self.zygote(kind).control for kind in ("light", "full")}

    @property
    def level(self) -> Level:
        """What protects this machine from the code that runs."""
        if self._level is None:
            zygote = self.zygote("light")
            if not isinstance(zygote, Zygote):
                raise SandboxError("A sandbox that shares another's zygotes must be told its level.")
            self._level = zygote.level
        return self._level

    def worker(self) -> "Worker":
        """Return a new worker, which one thread at a time may use."""
        worker = Worker(self)
        self._workers.append(worker)
        return worker

    @contextmanager
    def borrowed_worker(self) -> "Iterator[Worker]":
        """Lend a worker that is idle, or a new one."""
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = self.worker()
        try:
            yield worker
        finally:
            self._idle.append(worker)

    def prepare(self, kind: Kind) -> None:
        """Let the imports of a zygote begin, also where it isn't known yet what protects this machine."""
        if self._level != "process":
            self.zygote(kind).wake()

    def zygote(self, kind: Kind) -> ZygoteLink:
        """Return the zygote of this kind, started on need, and anew where it was killed."""
        if self._links is not None:
            return self._links[kind]
        with self._lock:
            if (killed := self._zygotes.get(kind)) and not killed.is_alive():
                self._zygotes.pop(kind).close()
            if kind not in self._zygotes:
                self._zygotes[kind] = Zygote(kind)
            return self._zygotes[kind]


class Worker:
    """Runs one job at a time, in a scratch folder of its own."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox
        self._clones: dict[Kind, Clone] = {}

    def close(self) -> None:
        for clone in self._clones.values():
            clone.close()

    def prepare(self, kind: Kind) -> None:
        """Let the imports of a zygote begin, for a job of this kind is on its way."""
        self._sandbox.prepare(kind)

    def run(self, jobs: Sequence[Job]) -> list[Attempt]:
        """Run the jobs in one process, in order; all must be of one kind.

        Returns:
            An attempt a job; fewer where the process did not live to begin the others.
        """
        requests = [job.to_run() for job in jobs]
        encoded = msgspec.msgpack.encode(requests)
        if len(encoded) > MAX_JOB_BYTES:
            return [Attempt((), "malformed", detail="The code of this exercise is too large to run.")]
        megabytes = max(job.exercise.megabytes for job in jobs)
        if jobs[0].kind == "full":
            megabytes = max(megabytes, MIN_MEGABYTES)
        seconds = sum(job.exercise.seconds for job in jobs)
        seconds += sum(IMPORT_SECONDS for request in requests if request.imports)
        cpu_seconds = int(seconds * (os.cpu_count() or 1)) + 2
        run = self._run(jobs[0].kind, encoded, megabytes, cpu_seconds)
        try:
            return _collect(jobs, requests, run)
        finally:
            run.close()

    def examined(self, job: Job, attempt: Attempt) -> Attempt:
        """Return an attempt with what was made in it opened, in a process that ran no learner's code.

        Raises:
            ExaminationFailed: our own code failed on it.
        """
        made = {
            i: to_examine(outcome, inputs)
            for i, (outcome, inputs) in enumerate(zip(attempt.outcomes, job.inputs, strict=False))
            if outcome.raised is None
        }
        if not made:
            return attempt
        opened = dict(zip(made, self._opened(job.exercise, tuple(made.values())), strict=True))
        outcomes = tuple(
            msgspec.structs.replace(opened[i], arguments=outcome.arguments, warnings=outcome.warnings)
            if i in opened
            else outcome
            for i, outcome in enumerate(attempt.outcomes)
        )
        return replace(attempt, outcomes=outcomes)

    def _opened(self, exercise: Exercise, made: tuple[bytes, ...]) -> list[Outcome]:
        """Return what is found of each artefact, or, where the process did not come that far, the problem."""
        request = RunRequest("examined", [], made, examine=exercise.artefact)
        encoded = msgspec.msgpack.encode([request])
        run = self._run("full", encoded, exercise.megabytes, EXAMINE_SECONDS * (os.cpu_count() or 1))
        try:
            found = _collect_one(0, len(made), run, EXAMINE_SECONDS, live.MAX_FOUND_BYTES)
        finally:
            run.close()
        for outcome in found.outcomes:
            require_examined(outcome)
        problem = {"timeout": "takes too long to open and run", "died": "crashes the process that opens it"}
        sentence = f"What your function made {problem.get(found.end, 'sent no outcome')}."
        unopened = Outcome(plaindata.encode({"problem": sentence}))
        return [*found.outcomes, *[unopened] * (len(made) - len(found.outcomes))]

    def _run(self, kind: Kind, job: bytes, megabytes: int, cpu_seconds: int) -> Run:
        if self._sandbox.level == "process":
            return LoneRun(kind, job, megabytes, cpu_seconds)
        return self._start(kind, job, megabytes, cpu_seconds)

    def _start(self, kind: Kind, job: bytes, megabytes: int, cpu_seconds: int) -> "ForkedRun":
        try:
            return self._clone(kind).start(job, megabytes, cpu_seconds)
        except SandboxError:  # something was killed, perhaps for want of memory: once more, with new ones
            if kind in self._clones:
                self._clones.pop(kind).close()
            return self._clone(kind).start(job, megabytes, cpu_seconds)

    def _clone(self, kind: Kind) -> "Clone":
        if kind not in self._clones:
            self._clones[kind] = self._sandbox.zygote(kind).clone()
            _try_out(self._clones[kind])
        return self._clones[kind]


def _try_out(clone: "Clone") -> None:
    """Run a function of our own, so that a sandbox that can't work is never mistaken for a wrong answer."""
    pieces = [("trial", "def trial(x): return x + 1", [0])]
    cases = [plaindata.encode((1,))]
    job = msgspec.msgpack.encode([RunRequest("trial", pieces, tuple(cases))])
    run = clone.start(job, 512, 60)
    try:
        deadline = time.monotonic() + 60
        run.receive(0, deadline)
        outcome = run.receive(0, deadline).outcome
        if outcome is None or outcome.value() != 2:
            raise SandboxError("The sandbox does not work here: a trial function gave a wrong answer.")
    except (TimeoutError, EOFError, plaindata.Malformed):
        raise SandboxError("The sandbox does not work here: a trial function gave no answer.") from None
    finally:
        run.close()


def _collect(jobs: Sequence[Job], requests: Sequence[RunRequest], run: "Run") -> list[Attempt]:
    """Read the outcomes as they come, until the last one, the end of the process, or of its time."""
    attempts = []
    for number, (job, request) in enumerate(zip(jobs, requests, strict=True)):
        limit = live.MAX_ARTEFACT_BYTES if job.exercise.artefact else MAX_ANSWER_BYTES
        seconds = job.exercise.seconds
        attempt = _collect_one(number, len(job.cases), run, seconds, limit, imports=bool(request.imports))
        if attempt.end == "undefined":
            attempt = replace(attempt, detail=f"No function called `{job.exercise.name}` is defined.")
        if attempt.end == "timeout":
            attempt = replace(attempt, stuck=_stuck(job, run))
        attempts.append(attempt)
        if attempt.end not in ("complete", "undefined"):
            break
    return attempts


def _stuck(job: Job, run: "Run") -> Stuck | None:
    """Return the statement that is run, if the process has named one that there is."""
    place, number = run.statement
    for piece in job.cut.every_piece:
        if piece.place == place and number in piece.statements:
            node = piece.nodes[piece.statements.index(number)]
            return Stuck(node, place, time.monotonic() - run.since - run.excused())
    return None


def _collect_one(
    number: int, cases: int, run: "Run", seconds: float, limit: int, imports: bool = False
) -> Attempt:
    began = time.monotonic()
    run.begin(seconds)
    outcomes: list[Outcome] = []
    end: Ending = "complete"
    detail, error, spoilt = "", None, number > 0
    try:
        if imports:  # of installed packages: how long that takes is not the learner's
            run.receive(number, began + IMPORT_SECONDS)
            began = time.monotonic()
        deadline = began + seconds
        beginning = run.receive(number, deadline)
        spoilt = beginning.spoilt
        if beginning.undefined:
            end, error = "undefined", beginning.error
        while end == "complete" and len(outcomes) < cases:
            if (outcome := run.receive(number, deadline).outcome) is None:
                raise plaindata.Malformed("a message without an outcome")
            if len(outcome.answer) > limit or len(outcome.arguments) > MAX_ANSWER_BYTES:
                raise plaindata.Malformed("a larger answer than one may send")
            if len(outcome.answer) > plaindata.MAX_NODES:  # only so many bytes can hold too many elements:
                plaindata.decode(outcome.answer)  # one such message is enough, and the judge meets none
            outcomes.append(outcome)
    except TimeoutError:
        end = "timeout"
    except EOFError:
        try:
            end, detail = "died", run.kill()
        except KilledFromOutside:
            end, detail = "killed", "The process was killed from outside."
    except plaindata.Malformed as problem:
        end, detail = "malformed", f"The process sent something that is no answer ({problem})."
    except Overuse as problem:
        end, detail = "died", str(problem)
    return Attempt(tuple(outcomes), end, time.monotonic() - began, detail, error, spoilt)
