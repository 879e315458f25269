"""Bounds of our own work on a submission: of what isn't run in the sandbox, reading, cutting and judging.

    with bounded("Your file", seconds=20, megabytes=1024): ...

What a learner wrote decides how much there is to do. Known ways to make it much are mended where they are;
this is for those that nobody has thought of yet. Such blocks don't stand in each other.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

from grader.child.confinement import address_space
from grader.errors import UnusableInput

HARD = 5  # times the seconds: then the process is ended, where it is deep in C


class TooDear(UnusableInput):
    """Our own work on what a learner wrote took more than its bounds."""


@contextlib.contextmanager
def bounded(what: str, seconds: int, megabytes: int) -> Iterator[None]:
    """Bound the processor time of this process, and the memory that it takes on top of what it has.

    Where the system has no such bounds, and in a thread that isn't the main one (a worker of Dask, which has
    its own bound of memory), nothing is done.

    Args:
        what: the work is on it, for a sentence.

    Raises:
        TooDear: it took more. Past `HARD` times the seconds, the process is ended.
    """
    try:
        import resource
    except ImportError:  # Windows
        resource = None  # type: ignore[assignment]
    if resource is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(number: int, frame: object) -> None:
        raise TooDear(f"{what} takes more than {seconds} seconds to read: none that is meant well does.")

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    bounds = {
        resource.RLIMIT_CPU: spent + HARD * seconds,
        resource.RLIMIT_AS: address_space() + megabytes * 2**20,
    }
    before = {kind: resource.getrlimit(kind) for kind in bounds}
    handler = signal.signal(signal.SIGPROF, too_long)
    try:
        for kind, bound in bounds.items():
            soft, hard = before[kind]
            lowest = min(value for value in (bound, soft, hard) if value != resource.RLIM_INFINITY)
            resource.setrlimit(kind, (lowest, hard))
        signal.setitimer(signal.ITIMER_PROF, seconds)
        yield
    except MemoryError:
        raise TooDear(
            f"{what} takes more than {megabytes:,} MB of memory to read: none that is meant well does."
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        for kind, limits in before.items():
            resource.setrlimit(kind, limits)
