"""Bounds of our own work: it ends in a sentence, and afterwards all is as before."""

import signal
import subprocess
import sys
import threading

import pytest

from grader.running.bounded import TooDear, bounded

resource = pytest.importorskip("resource", reason="Windows has no such bounds")


def state():
    kinds = (resource.RLIMIT_CPU, resource.RLIMIT_AS)
    limits = [resource.getrlimit(kind) for kind in kinds]
    return limits, signal.getsignal(signal.SIGPROF), signal.getitimer(signal.ITIMER_PROF)


@pytest.fixture(autouse=True)
def _all_is_as_before():
    before = state()
    yield
    assert state() == before


def test_what_takes_too_long_is_told_so():
    with pytest.raises(TooDear, match=r"m\.py takes more than 1 seconds"), bounded("m.py", 1, 1000):
        while True:
            pass


def test_what_takes_too_much_is_told_so():
    with pytest.raises(TooDear, match=r"m\.py takes more than 100 MB"), bounded("m.py", 60, 100):
        bytearray(300 * 2**20)


def test_what_keeps_within_them_meets_nothing():
    with bounded("m.py", 1, 100):
        pass


def test_another_thread_is_let_be():
    found = []

    def work():
        with bounded("m.py", 1, 10):
            found.append(bytearray(100 * 2**20))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found


def test_who_hears_nothing_is_ended():
    program = (
        "import signal\nfrom grader.running.bounded import bounded\n"
        "with bounded('m.py', 1, 1000):\n"
        "    signal.signal(signal.SIGPROF, signal.SIG_IGN)\n"
        "    while True: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGXCPU
