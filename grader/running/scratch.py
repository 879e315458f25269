"""The folder that a learner's code may write to: watched while it runs, emptied afterwards."""

import contextlib
import os
import stat
from pathlib import Path

MAX_ENTRIES = 1000
MAX_BYTES = 256 * 2**20


def prefix() -> str:
    """Return what the names of this process's temporary folders begin with."""
    return f"grader-{os.getpid()}-"


def sweep(folder: Path) -> None:
    """Remove what graders that were killed have left in a folder for temporary files."""
    for entry in folder.glob("grader-*-*"):
        owner = entry.name.split("-")[1]
        if owner.isdecimal() and not _is_alive(int(owner)):
            with contextlib.suppress(OSError):  # another user's
                empty(entry)
                entry.rmdir()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def overflows(folder: Path) -> bool:
    """Return whether the folder holds more than it may; looks at no more entries than that.

    A folder that can't be looked into, for its mode or its depth, may hold anything: it is too much.
    """
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
                        with contextlib.suppress(FileNotFoundError):
                            total += entry.stat(follow_symlinks=False).st_size
                    if entries > MAX_ENTRIES or total > MAX_BYTES:
                        return True
        except (FileNotFoundError, NotADirectoryError):  # the code that runs is renaming or removing it
            continue
        except OSError:
            return True
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
