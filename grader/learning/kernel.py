"""Running a learner's function in the notebook's own kernel: at once, on public cases, never for a grade."""

import contextlib
import ctypes
import io
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from dlcourse import quiet
from grader.child import forbidding
from grader.child.calling import Outcome, call, describe
from grader.exercise import Exercise
from grader.judging.bank import Bank, examined
from grader.running.attempt import Attempt

STACK_BYTES = 16 * 2**20
PLACE = "in your cell"


def attempt(exercise: Exercise, bank: Bank, function: Callable[..., Any], *, place: str = PLACE) -> Attempt:
    """Call `function` on every case in a thread, against the clock, and leave the kernel as it was.

    Args:
        exercise: what is asked.
        bank: its cases.
        function: the answer.
        place: how one calls where the function stands, if it raises.

    Raises:
        KeyboardInterrupt: the learner interrupted the kernel; the function has been stopped.
    """
    run = _Run(exercise, bank, function, place)
    began = time.monotonic()
    silence = quiet() if exercise.heavy else contextlib.nullcontext()  # TensorFlow's converter talks
    variables = getattr(function, "__globals__", {})
    restricted = forbidding.without(
        exercise.forbidden, variables, packages=exercise.packages, whole_process=False
    )
    with kept_state(), silence, restricted:
        if exercise.tensors:  # here, and not in the thread: neither its time nor its failing is the answer's
            import tensorflow  # noqa: F401
        previous = threading.stack_size(STACK_BYTES)
        try:
            run.start()
        finally:
            threading.stack_size(previous)
        try:
            run.join(exercise.seconds)
        finally:
            alive = run.is_alive()
            run.stop()
    outcomes, seconds = tuple(run.outcomes), time.monotonic() - began
    if exercise.artefact is not None:
        outcomes = tuple(
            outcome if outcome.raised else examined(exercise.artefact, outcome, inputs)
            for outcome, inputs in zip(outcomes, bank.inputs, strict=False)
        )
    return Attempt(outcomes, "timeout" if alive else "complete", seconds)


class _Stopped(BaseException):
    """Ends a function that takes too long."""


class _Run(threading.Thread):
    def __init__(self, exercise: Exercise, bank: Bank, function: Callable[..., Any], place: str):
        super().__init__(daemon=True)
        self._exercise = exercise
        self._bank = bank
        self._function = function
        self._place = place
        self._stopping = False
        self._ended = False
        self._ending = threading.Lock()
        self.outcomes: list[Outcome] = []

    def run(self) -> None:
        # An interrupt may come even at the end. So no call stands outside of `try`, nor does `suppress`.
        try:  # noqa: SIM105
            self._answer()
        except _Stopped:
            pass
        while True:
            try:
                with self._ending:
                    self._ended = True
                    _interrupt(self.ident, None)  # one on its way would end Python's own code in a traceback
                return
            except _Stopped:
                pass

    def _answer(self) -> None:
        code = getattr(self._function, "__code__", None)
        places = {code.co_filename} if code else set()
        for case in self._bank.cases:
            try:
                outcome = call(
                    self._function,
                    case,
                    tensors=self._exercise.tensors,
                    artefact=self._exercise.artefact is not None,
                    places=places,
                )
            except KeyboardInterrupt as error:  # the function's own: a real one goes to the main thread
                outcome = Outcome(raised=describe(error, places))
            if self._stopping:
                return
            if outcome.raised and outcome.raised.place:
                raised = msgspec.structs.replace(outcome.raised, place=self._place)
                outcome = msgspec.structs.replace(outcome, raised=raised)
            self.outcomes.append(outcome)

    def stop(self) -> None:
        """Interrupt the function, again and again, as its code may catch the first; then leave it alone."""
        self._stopping = True
        said = _unseen(_Stopped)
        try:
            for _ in range(100):
                if not self.is_alive():
                    return
                if self._ending.acquire(timeout=0.01):
                    try:
                        if not self._ended:
                            _interrupt(self.ident, _Stopped)
                    finally:
                        self._ending.release()
                self.join(0.01)
        finally:
            if not self.is_alive():  # else it is deep in C, and meets the interrupt later
                sys.unraisablehook = said


def _interrupt(thread: int | None, error: type[BaseException] | None) -> None:
    """Let a thread raise an error as soon as it can; with none, take back what it has yet to raise."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread or 0), None if error is None else ctypes.py_object(error)
    )


def _unseen(error: type[BaseException]) -> Callable[[Any], Any]:
    """Let Python say nothing of an error that it met where none can be raised: in `__del__`, in a callback of
    the garbage collector. Returns what said so until now, to be put back."""
    said = sys.unraisablehook

    def say(met: Any) -> None:
        if not issubclass(met.exc_type, error):
            said(met)

    sys.unraisablehook = say
    return said


@contextlib.contextmanager
def kept_state() -> Iterator[None]:
    """Put back what a learner's function may change: random generators, warning filters; hide its output."""
    generators = random.getstate(), np.random.get_state()
    filters, stdout = list(warnings.filters), sys.stdout
    sys.stdout = io.StringIO()
    try:
        yield
    finally:
        sys.stdout = stdout
        warnings.filters[:] = filters  # type: ignore[index]  # it is a list
        random.setstate(generators[0])
        np.random.set_state(generators[1])
