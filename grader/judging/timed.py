"""Calls that are ended where they take too long: changed code may go on for good."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

from grader.child.calling import Outcome, Raised

AGAIN = 0.005  # seconds until the next alarm, where one came at a moment that nothing could be ended
CALLED_BACK = {"weakref", "_weakrefset"}  # whose functions Python calls on its own account


def can_end() -> bool:
    """Whether a call that takes too long can be ended here: on Linux and macOS, in the main thread."""
    return hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()


def _swallows(frame: FrameType | None) -> bool:
    """Whether an exception here would be printed and end nothing: Python itself called the function."""
    collecting = {getattr(callback, "__code__", None) for callback in gc.callbacks}
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__del__" or code in collecting or frame.f_globals.get("__name__") in CALLED_BACK:
            return True
        frame = frame.f_back
    return False


class TooLong(BaseException):
    """A call takes more time than it has: no `Exception`, and no `OSError`, which code may let pass."""


TOO_LATE = Outcome(raised=Raised("TimeoutError", (), "", None, ""))


def within(seconds: float, run: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of a call, or that it took too long, where that can be seen to.

    A change may make much of little: the numbers that decide on loops and arrays are left alone, and this is
    for what nobody has thought of. An alarm that somebody else has set is set again.
    """
    if not can_end():
        return run()
    is_over = is_late = False

    def too_long(_: int, frame: FrameType | None) -> None:
        nonlocal is_late
        if not is_over and not _swallows(frame):
            is_late = True
            raise TooLong

    before, alarm = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    outcome = TOO_LATE
    try:
        try:
            signal.signal(signal.SIGALRM, too_long)
            signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
            outcome = run()
        finally:  # in which the alarm may come, too
            is_over = True
    except TooLong:  # as it was about to end
        is_over = True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if alarm[0]:
            signal.setitimer(signal.ITIMER_REAL, *alarm)
    return TOO_LATE if is_late else outcome
