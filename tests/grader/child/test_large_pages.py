"""Large pages: the memory is the same, and its table is smaller."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.child import large_pages

MAPS = """\
56000000a000-560000700000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000200000 rw-p 00000000 00:00 0
7f0000300000-7f0000500000 rw-p 00000000 00:00 0
7f0000600000-7f0000a00000 r--p 00000000 00:00 0
7f0000a00000-7f0000e00000 rw-p 00000000 08:01 12345                      /usr/lib/a library with spaces.so
7f0000e00000-7f0001200000 rw-s 00000000 00:01 99                         /dev/shm/shared
7ffe00000000-7ffe00400000 rw-p 00000000 00:00 0                          [stack]
"""
PROGRAM = """
import os, sys
sys.path.append({root!r})
from grader.child import large_pages
here = [bytes([i]) * 2**20 for i in range(32)]
before = hash(tuple(here))
made = large_pages.collapse()
read, write = os.pipe()
if os.fork() == 0:
    here[3] = bytes(2**20)
    os.write(write, str(hash(tuple(here)) == before).encode())
    os._exit(0)
os.wait()
print(made, hash(tuple(here)) == before, os.read(read, 9).decode())
"""


def test_whole_pages_of_its_own_memory_and_of_nothing_else():
    found = list(large_pages._ranges(MAPS))
    assert found == [0x560000200000, 0x560000400000, 0x7F0000000000]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is done")
def test_memory_is_what_it_was_and_a_fork_has_its_own():
    program = PROGRAM.format(root=str(Path(large_pages.__file__).parents[2]))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    made, same, childs = ran.stdout.split()
    assert (same, childs) == ("True", "False")
    if int(made) == 0:
        pytest.skip("this kernel has no MADV_COLLAPSE (Linux 6.1 and newer), or no large pages")
    assert int(made) % large_pages.LARGE == 0


def test_where_there_is_no_such_call_nothing_is_done(monkeypatch):
    monkeypatch.setattr(large_pages.ctypes, "CDLL", lambda *_, **__: object())
    assert large_pages.collapse() == 0
