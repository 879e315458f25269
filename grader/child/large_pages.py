"""Large pages for what is forked often: a fork copies one entry for two megabytes, in place of 512.

A process with TensorFlow imported holds some 200 MB of small pages, and to copy their table is most of what
a fork costs. Pages that a child writes to are split and copied small, so it takes no more memory.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path

MADV_COLLAPSE = 25  # madvise(2): Linux 6.1 and newer, no privilege needed
LARGE = 2**21  # bytes, on x86-64, and on ARM where pages are of 4 kB; madvise refuses what doesn't fit


def collapse() -> int:
    """Put this process's own memory into large pages, and return how many bytes were.

    Where a system can't (Windows, macOS, an older Linux, an ARM with other pages), nothing is done.
    """
    try:
        madvise = ctypes.CDLL(None, use_errno=True).madvise
        ranges = list(_ranges(Path("/proc/self/maps").read_text()))
    except (OSError, TypeError, AttributeError):
        return 0
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return sum(LARGE for start in ranges if madvise(start, LARGE, MADV_COLLAPSE) == 0)


def _ranges(maps: str) -> Iterator[int]:
    """Yield where each whole large page begins of memory that is writable, private and no file's."""
    for line in maps.splitlines():
        bounds, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(bound, 16) for bound in bounds.split("-"))
        yield from range(-(-start // LARGE) * LARGE, end // LARGE * LARGE, LARGE)
