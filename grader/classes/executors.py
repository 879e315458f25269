"""Where a class is graded: worker processes of this machine, or a Dask cluster.

    with local(jobs, unsafe=False) as workers:          # or cluster("tcp://scheduler:8786")
        for name, graded in completed(tasks, workers):
            ...

`completed` survives workers that die: what they had in hand is graded again, each submission by itself, so
that one which kills its worker costs only itself.
"""

import contextlib
import itertools
import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from grader.child.confinement import LEVELS, Level, what_is_missing
from grader.classes import classwork
from grader.classes.classwork import GradingTask
from grader.errors import GraderError, SandboxError, UnusableInput
from grader.judging.grading import Graded
from grader.running import scratch
from grader.running.sandbox import Sandbox

CONNECT_SECONDS = 10
GIVE_UP = 3  # submissions in a row, each graded by itself, for which the sandbox stops working
PATIENCE_SECONDS = 15  # without any result, before somebody asks whether there are workers still
END_SECONDS = 5  # for workers to end in, once no answer runs any more
GRADED = msgspec.msgpack.Decoder(Graded)


@dataclass
class Workers:
    """Something to submit tasks to.

    Args:
        make: makes the executor, again whenever it has broken; who lends the workers ends it.
        level: the sandbox level; `None` where each worker has its own.
        ahead: how many tasks to have under way.
        alive: whether there is a worker.
        prepare: lets the import of TensorFlow begin, for a submission needs it.
    """

    make: Callable[[], Executor]
    level: Level | None
    ahead: int
    alive: Callable[[], bool] = lambda: True
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Failed:
    """A submission that could not be graded this time, and why, in one sentence."""

    reason: str


def completed(
    tasks: Iterable[GradingTask], workers: Workers
) -> Iterator[tuple[GradingTask, Graded | Failed]]:
    """Yield each task with what came of it, as they are completed.

    Raises:
        SandboxError: the sandbox stopped working for three submissions in a row, each graded by itself.
        GraderError: the cluster is gone, or has workers of another version.
    """
    waiting = iter(tasks)
    suspects: list[GradingTask] = []
    running: dict[Future[bytes], GradingTask] = {}
    executor = workers.make()
    broken = 0  # times in a row that the sandbox stopped working
    try:
        while True:
            alone = bool(suspects)
            batch = [suspects.pop()] if alone else list(itertools.islice(waiting, workers.ahead))
            if not batch:
                return
            running = {_submit(executor, task): task for task in batch}
            lost: list[GradingTask] = []
            while running:
                for future in _some_done(running, workers):
                    task = running.pop(future)
                    result = _result(future)
                    broken = broken + 1 if isinstance(result, SandboxError) and alone else 0
                    if isinstance(result, SandboxError) and broken == GIVE_UP:
                        raise result
                    if result is None or isinstance(result, SandboxError):
                        lost.append(task)
                        continue
                    yield task, result
                    if not lost and not alone and (following := next(waiting, None)):
                        running[_submit(executor, following)] = following
            if lost:
                executor.shutdown(wait=False)
                executor = workers.make()
                if alone:
                    yield (
                        lost[0],
                        Failed("What graded it ended, and again when it was graded alone."),
                    )
                else:
                    suspects += lost
    finally:
        for future in running:
            future.cancel()


def _some_done(running: Iterable[Future[bytes]], workers: Workers) -> set[Future[bytes]]:
    """Wait for one at least, as long as there is somebody to wait for."""
    while True:
        done, _ = wait(running, PATIENCE_SECONDS, FIRST_COMPLETED)
        if done:
            return done
        if not workers.alive():
            raise GraderError("The cluster has no workers any more; with --out, the same command goes on.")


def _submit(executor: Executor, task: GradingTask) -> "Future[bytes]":
    try:
        return executor.submit(classwork.run, msgspec.msgpack.encode(task))
    except (BrokenProcessPool, RuntimeError) as error:
        future: Future[bytes] = Future()
        future.set_exception(BrokenProcessPool(str(error)))
        return future


def _result(future: "Future[bytes]") -> Graded | Failed | SandboxError | None:
    """Return what came of a task, or `None` where its worker was lost, or why the sandbox there was."""
    try:
        return GRADED.decode(future.result())
    except BrokenProcessPool:
        return None
    except SandboxError as error:
        return error
    except GraderError:
        raise
    except (CancelledError, OSError) as error:
        raise GraderError(f"The cluster was lost on the way ({_short(error)}).") from None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask gave up on it, though a neighbour may be the killer
            return None
        return Failed(f"The grader itself failed on it: {type(error).__name__}: {str(error)[:300]}")


@contextlib.contextmanager
def local(jobs: int, unsafe: bool, *, heavy: bool = False) -> Iterator[Workers]:
    """Lend worker processes of this machine, which share one sandbox.

    Args:
        jobs: how many.
        unsafe: go on where there is no sandbox.
        heavy: TensorFlow will be wanted, so its import begins first.

    Raises:
        UnusableInput: there is no sandbox, and nobody said `--unsafe`.
    """
    scratch.sweep(Path(tempfile.gettempdir()))
    folder = tempfile.mkdtemp(prefix=scratch.prefix())
    pools: list[Executor] = []
    try:
        with Sandbox() as sandbox:
            if heavy:
                sandbox.prepare("full")

            def make(level: Level) -> Executor:
                context = multiprocessing.get_context("spawn")
                sockets = {} if level == "process" else sandbox.sockets()  # of new zygotes for killed ones
                settings = (os.getpid(), folder, level, sockets)
                pools.append(ProcessPoolExecutor(jobs, context, classwork.join, settings))
                return pools[-1]

            begun = [make(LEVELS[0])] if sys.platform == "linux" else []
            for executor in begun:
                executor.submit(classwork.prepare)  # a process of it imports while the sandbox does
            level = sandbox.level
            if level == "process" and not unsafe:
                raise UnusableInput(
                    f"There is no sandbox on this machine ({what_is_missing()}), so a submission could do "
                    "harm or cheat; --unsafe grades all the same."
                )
            if level != LEVELS[0]:
                begun.clear()

            def begun_or_new() -> Executor:
                return begun.pop() if begun else make(level)

            yield Workers(begun_or_new, level, 2 * jobs, prepare=partial(sandbox.prepare, "full"))
    finally:
        _end(pools)
        with contextlib.suppress(OSError):
            scratch.empty(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _end(pools: Iterable[Executor]) -> None:
    """Wait until pools have ended, but not long for one that judges still: it ends with this process.

    Where the interpreter ends at the same moment as a pool's thread, it prints an exception of its own.
    """
    for pool in pools:
        ending = threading.Thread(target=pool.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        ending.join(END_SECONDS)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """Lend the workers of a Dask cluster; dlcourse must be installed there.

    Raises:
        UnusableInput: Dask is not installed here, or nobody answers at the address.
    """
    try:
        from distributed import Client
        from distributed.comm import resolve_address
    except ImportError:
        raise UnusableInput('A cluster needs Dask here too: pip install "dlcourse[cluster]".') from None
    for name in ("distributed", "tornado", "asyncio"):  # what they say of a lost connection is said by us
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        resolve_address(address)  # a client that fails half-way takes long to go
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UnusableInput(f"No Dask scheduler answers at {address} ({_short(error)}).") from None
    try:
        try:
            client.wait_for_workers(1, CONNECT_SECONDS)
        except TimeoutError:
            raise UnusableInput(f"The cluster at {address} has no workers.") from None
        threads = sum(client.nthreads().values())
        _require_our_version(client, address)
        make = partial(client.get_executor, pure=False)
        yield Workers(make, None, 2 * threads + 2, lambda: bool(client.nthreads()))
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            client.close(timeout=2)


def _require_our_version(client, address: str) -> None:
    """Make sure that every worker judges as this machine would."""
    try:
        versions = set(client.run(classwork.version).values())
    except Exception as error:
        raise UnusableInput(
            f"A worker at {address} can't grade ({_short(error)}): install dlcourse there."
        ) from None
    if versions != {classwork.version()}:
        raise UnusableInput(
            f"A worker at {address} has another version of the course: install this one there."
        )


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
