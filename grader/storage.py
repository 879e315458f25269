"""Where the grader keeps its own files: the cache of case banks and a learner's progress."""

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import Literal

from dlcourse import files


def folder(kind: Literal["cache", "state"]) -> Path:
    """Return the folder for what can be made again (`cache`) or can't (`state`); it may not exist yet.

    `DLCOURSE_HOME`, where it is set, holds both. Otherwise the platform's custom decides.
    """
    if home := os.environ.get("DLCOURSE_HOME"):
        return Path(home) / kind
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
        return base / "dlcourse" / kind
    if sys.platform == "darwin":
        base = Path.home() / "Library" / ("Caches" if kind == "cache" else "Application Support")
        return base / "dlcourse"
    variable, default = {
        "cache": ("XDG_CACHE_HOME", ".cache"),
        "state": ("XDG_STATE_HOME", ".local/state"),
    }[kind]
    return Path(os.environ.get(variable) or Path.home() / default) / "dlcourse"


def write(path: Path, data: bytes) -> None:
    """Replace a file's content in one step, readable by its owner only; failing is no error."""
    with contextlib.suppress(OSError):
        files.write(path, data, private=True)


def salt() -> bytes:
    """Return what nobody else can guess, made once and kept: the name of a file that has it in tells nothing.

    Where nothing can be kept, it is empty.
    """
    path = folder("cache") / "salt"
    for _ in range(2):
        with contextlib.suppress(OSError):
            return path.read_bytes()
        write(path, os.urandom(32))
    return b""


def sealed(payload: bytes) -> bytes:
    """Return bytes with their checksum before them; `opened` undoes it.

    >>> opened(sealed(b"cases"))
    b'cases'
    """
    return hashlib.sha256(payload).digest() + payload


def opened(data: bytes) -> bytes:
    """Return what `sealed` was given.

    Raises:
        ValueError: these bytes are not as they were sealed.
    """
    payload = data[hashlib.sha256().digest_size :]
    if sealed(payload) != data:
        raise ValueError("another checksum")
    return payload
