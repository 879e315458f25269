"""The folder that a learner's code may write to: watched while it runs, emptied afterwards."""

import os
import stat
from pathlib import Path

MAX_ENTRIES = 1000
MAX_BYTES = 256 * 2**20


def overflows(folder: Path) -> bool:
    """Return whether the folder holds more than it may; looks at no more entries than that."""
    entries = total = 0
    stack = [str(folder)]
    while stack:
        try:
            with os.scandir(stack.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
                    if entries > MAX_ENTRIES or total > MAX_BYTES:
                        return True
        except OSError:  # the code that runs is renaming or removing it
            continue
    return False


def empty(folder: Path) -> None:
    """Remove everything in the folder, however deep it is and whatever its modes are.

    Folders inside folders are first moved to the top, so that no path grows long.
    """
    os.chmod(folder, stat.S_IRWXU)
    while True:
        with os.scandir(folder) as found:
            entries = list(found)
        if not entries:
            return
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, stat.S_IRWXU)
            with os.scandir(entry.path) as found:
                inside = list(found)
            for inner in inside:
                if inner.is_dir(follow_symlinks=False):
                    os.chmod(inner.path, stat.S_IRWXU)
                    os.rename(inner.path, folder / os.urandom(16).hex())
                else:
                    os.unlink(inner.path)
            os.rmdir(entry.path)
