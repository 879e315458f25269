"""Free memory in small pieces is taken away before a fork, so that forks take theirs from one place.

An import leaves holes all over the heap. What a fork allocates would fill them, and each page that is written
to has to be copied: with TensorFlow, a thousand pages for the first product of two matrices.
"""

import ctypes

SIZES = (*(2**k for k in range(16, 10, -1)), *range(1024, 0, -16))  # bytes, those of glibc's bins
MAX_PIECES = 2_000_000  # a hundred times as many as there are


class _Heap(ctypes.Structure):
    """What glibc tells of its heap: struct mallinfo2, see mallinfo(3)."""

    _fields_ = (("others", ctypes.c_size_t * 9), ("keepcost", ctypes.c_size_t))


def take() -> int:
    """Allocate all free pieces of this process's heap but what lies behind its end; return how many.

    They are never given back: a fork would have copied their pages. Where there is no glibc, nothing is done.
    """
    try:
        libc = ctypes.CDLL(None)
        malloc, free, sbrk, mallinfo = libc.malloc, libc.free, libc.sbrk, libc.mallinfo2
    except (OSError, TypeError, AttributeError):
        return 0
    malloc.argtypes, malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    free.argtypes = [ctypes.c_void_p]
    sbrk.argtypes, sbrk.restype = [ctypes.c_ssize_t], ctypes.c_void_p
    mallinfo.restype = _Heap
    unused = sbrk(0) - mallinfo().keepcost  # from here on the heap has not been used yet
    taken = 0
    for size in SIZES:
        while taken < MAX_PIECES and (piece := malloc(size)):
            if piece >= unused:
                free(piece)
                break
            taken += 1
    return taken
