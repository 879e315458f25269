"""Free pieces of the heap are taken, so that a fork writes to few of its parent's pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.child import free_lists

# Pieces of the heap, every other of which is given back, and leaves a hole.
PROGRAM = """
import ctypes, os, resource, sys
sys.path.append({root!r})
from grader.child import free_lists
malloc, free = ctypes.CDLL(None).malloc, ctypes.CDLL(None).free
malloc.restype, free.argtypes, malloc.argtypes = ctypes.c_void_p, [ctypes.c_void_p], [ctypes.c_size_t]
kept, dropped = [], []
for i in range(40_000):
    (dropped if i % 2 else kept).append(malloc(600))
for piece in dropped:
    free(piece)

def pages_of_a_fork():
    read, write = os.pipe()
    if os.fork() == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for i in range(2_000):
            ctypes.memset(malloc(600), 1, 600)
        os.write(write, str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before).encode())
        os._exit(0)
    os.wait()
    return int(os.read(read, 20))

with_holes = pages_of_a_fork()
taken = free_lists.take()
print(with_holes, taken, pages_of_a_fork(), free_lists.take())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is done")
def test_a_fork_writes_to_fewer_pages():
    program = PROGRAM.format(root=str(Path(free_lists.__file__).parents[2]))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    with_holes, taken, without, again = map(int, ran.stdout.split())
    if taken == 0:
        pytest.skip("this C library is not glibc 2.33 or newer")
    assert taken >= 20_000 - 1
    assert without < 0.8 * with_holes
    assert again < taken / 100


def test_where_there_is_no_glibc_nothing_is_done(monkeypatch):
    monkeypatch.setattr(free_lists.ctypes, "CDLL", lambda *_, **__: object())
    assert free_lists.take() == 0
