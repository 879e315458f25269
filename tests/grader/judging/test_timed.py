"""A call that goes on is ended wherever the alarm may find it, and nothing else is."""

import signal
import time
import weakref

import numpy as np

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.judging.timed import within


class Key:
    """What a weak reference may be of."""


class Slow:
    """It takes most of its time to be forgotten."""

    def __del__(self):
        time.sleep(0.01)


def forgetting_in_a_dictionary():
    """Nearly all of its time is spent where Python prints an exception, and goes on."""
    forgotten = weakref.WeakKeyDictionary()
    while True:
        keys = [Key() for _ in range(1000)]
        for key in keys:
            forgotten[key] = 1
        keys.clear()


def forgetting_what_is_slow():
    while True:
        Slow()


def test_an_alarm_at_the_very_end_is_no_fault():
    """It may come between the end of a call and the end of its time."""
    before = signal.getsignal(signal.SIGALRM)
    for seconds in np.linspace(1e-6, 2e-4, 300):
        outcome = within(seconds, lambda: Outcome(plaindata.encode(sum(range(200)))))
        assert outcome.raised is None or outcome.raised.type == "TimeoutError"
    assert signal.getsignal(signal.SIGALRM) == before


def test_an_alarm_where_an_exception_would_be_lost_comes_again():
    """Python prints what is raised while it forgets an object, and goes on for good."""
    for forgetting in (forgetting_in_a_dictionary, forgetting_what_is_slow):
        for seconds in np.linspace(1e-3, 3e-2, 25):
            assert within(seconds, forgetting).raised.type == "TimeoutError"
