"""Answers that run in the notebook's own kernel: they end, and the kernel is as it was."""

import contextlib
import random
import threading
import time
import warnings

import numpy as np
import pytest


def named(name, function):
    function.__name__ = name
    return function


def loop(x):
    while True:
        pass


def stubborn(x):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(0.001)


@pytest.mark.parametrize("function", [loop, stubborn])
def test_it_never_hangs(shown, function):
    assert "too slow" in shown(named("relu", function))


def test_an_interrupt_that_comes_late_shows_no_traceback(shown, monkeypatch):
    met = []
    monkeypatch.setattr("threading.excepthook", met.append)
    monkeypatch.setattr("sys.unraisablehook", met.append)

    def by_norm(Wh, fraction):
        steps, norm = 1, np.linalg.norm(Wh, 2)
        while norm**steps > fraction:
            steps += 1
        return steps

    for _ in range(2):
        assert "too slow" in shown(named("steps_until_vanished", by_norm))
    assert met == []


def test_an_interrupt_shows_nothing_where_no_error_can_be_raised(shown, monkeypatch):
    met = []
    monkeypatch.setattr("sys.unraisablehook", met.append)
    over = time.monotonic() + 6

    class Kept:
        def __del__(self):
            ends = time.monotonic() + 0.05
            while time.monotonic() < ends:
                pass

    def always_deleting(x):
        while time.monotonic() < over:
            Kept()

    assert "too slow" in shown(named("relu", always_deleting))
    assert met == []


def test_an_interrupt_shows_nothing_where_it_comes_too_late(shown, monkeypatch):
    met, threads = [], []
    monkeypatch.setattr("sys.unraisablehook", met.append)

    class Kept:
        def __del__(self):
            time.sleep(6)  # longer than the function is waited for

    def deleting(x):
        threads.append(threading.current_thread())
        Kept()

    assert "too slow" in shown(named("relu", deleting))
    assert threads[0].is_alive()
    threads[0].join()
    assert met == []


def test_the_learners_state_is_as_it_was(shown):
    def greedy(x):
        random.seed(1)
        np.random.seed(1)
        np.seterr(all="ignore")
        warnings.simplefilter("ignore")
        print("a lot")
        return np.maximum(x, 0)

    np.random.seed(5)
    random.seed(5)
    before = np.random.get_state()[1].tolist(), random.getstate(), np.geterr(), list(warnings.filters)
    text = shown(named("relu", greedy))
    assert text.startswith("relu: passed")
    assert "a lot" not in text
    assert (
        np.random.get_state()[1].tolist(),
        random.getstate(),
        np.geterr(),
        list(warnings.filters),
    ) == before
