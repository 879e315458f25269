"""A call that goes on is ended wherever the alarm may find it, and nothing else is."""

import contextlib
import gc
import signal
import time
import weakref

import numpy as np

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.judging.timed import TOO_LATE, within


class Key:
    """What a weak reference may be of."""


class Slow:
    """It takes most of its time to be forgotten."""

    def __del__(self):
        time.sleep(0.001)


def forgetting_in_a_dictionary():
    """Most of its time is spent where Python prints an exception, and goes on."""
    forgotten = weakref.WeakKeyDictionary()
    while True:
        keys = [Key() for _ in range(1000)]
        for key in keys:
            forgotten[key] = 1
        keys.clear()
        for _ in range(10_000):
            pass


def forgetting_what_is_slow():
    while True:
        Slow()
        for _ in range(10_000):
            pass


def looking_for_garbage():
    def slow(phase, found):
        for _ in range(5000):
            pass

    gc.callbacks.append(slow)
    try:
        while True:
            gc.collect(0)
            for _ in range(1000):
                pass
    finally:
        gc.callbacks.remove(slow)


def test_an_alarm_at_the_very_end_is_no_fault():
    """It may come between the end of a call and the end of its time."""
    before = signal.getsignal(signal.SIGALRM)
    for seconds in np.linspace(1e-6, 2e-4, 300):
        outcome = within(seconds, lambda: Outcome(plaindata.encode(sum(range(200)))))
        assert outcome.raised is None or outcome.raised.type == "TimeoutError"
    assert signal.getsignal(signal.SIGALRM) == before


def test_an_alarm_where_an_exception_would_be_lost_comes_again():
    """Python prints what is raised while it forgets an object, and goes on for good."""
    for forgetting in (forgetting_in_a_dictionary, forgetting_what_is_slow, looking_for_garbage):
        for seconds in np.linspace(1e-3, 3e-2, 4):
            assert within(seconds, forgetting).raised.type == "TimeoutError"


def passing_over():
    """What catches errors of files catches an alarm's, if that is one of them."""
    while True:
        with contextlib.suppress(Exception):
            while True:
                time.sleep(1e-4)


def passing_once():
    """It catches whatever ends it, the first time."""
    with Passing():
        while True:
            pass
    while True:
        pass


class Passing:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return True


def test_code_that_lets_errors_pass_is_ended_all_the_same():
    for endless in (passing_over, passing_once):
        assert within(0.01, endless) == TOO_LATE


def test_an_alarm_of_somebody_elses_is_set_again():
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 100, 7)
    try:
        assert within(1, lambda: Outcome(plaindata.encode(3))).value() == 3
        seconds, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 90 < seconds <= 100
        assert interval == 7
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
