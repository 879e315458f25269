"""Files that are written whole or not at all, and are the same each time: `write`, `repeatable`."""

import contextlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import BinaryIO


def write(
    path: str | PathLike[str], content: bytes | Callable[[BinaryIO], object], *, private: bool = False
) -> Path:
    """Replace a file's content in one step: whoever reads it, or a kill, finds the old or the new one.

    Args:
        path: where; the folder is made if there is none.
        content: the bytes, or a function that writes them into the open file it is given.
        private: whether only its owner may read it, and enter a folder that is made for it.

    Returns:
        The path.

    Raises:
        OSError: the file can't be written, and the error names it; what was there is as it was.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write(Path(folder) / "new" / "digits.txt", b"0123456789").read_text()
        '0123456789'
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content) if isinstance(content, bytes) else content(file)
            file.flush()
            os.fsync(file.fileno())
        if not private:  # as it is, it is the owner's alone
            with contextlib.suppress(OSError):  # not every file system has modes
                os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        # A full disk names no file, and a folder at `path` the temporary one.
        if isinstance(error, OSError) and error.errno and error.filename in (None, name):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    return path


def repeatable(model: bytes) -> bytes:
    """Return the bytes of a `.keras` file so that equal models have equal bytes: no dates, no addresses.

    Args:
        model: what Keras wrote, a zip archive.

    Example:
        >>> archive = io.BytesIO()
        >>> with zipfile.ZipFile(archive, "w") as file:
        ...     file.writestr("metadata.json", '{"date_saved": "today"}')
        >>> zipfile.ZipFile(io.BytesIO(repeatable(archive.getvalue()))).read("metadata.json")
        b'{}'
    """
    written, whole = zipfile.ZipFile(io.BytesIO(model)), io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(written.namelist()):
            content = b"{}" if name == "metadata.json" else written.read(name)
            member = zipfile.ZipInfo(name)  # of 1980
            member.create_system = 3  # as if on Unix, wherever it is
            archive.writestr(member, _numbered(content) if name == "config.json" else content)
    return whole.getvalue()


def _numbered(config: bytes) -> bytes:
    """Number the objects that several layers share, which Keras calls by their addresses in memory."""
    numbers: dict[bytes, int] = {}
    return re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda found: b"%d" % numbers.setdefault(found[0], len(numbers) + 1),
        config,
    )


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
