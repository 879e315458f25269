"""Unpacking archives that nobody vouches for: `unpack`.

Nothing that an archive says is believed. A member's name never reaches the file system: what is unpacked
is written under a number. Links, devices and pipes are not made, and what can't be a submission is not read.
Bytes are counted as they come out, against limits for one member, for the archive and for all that is nested
in it. The standard library reads the formats; what it would do without bounds is refused before it starts.
"""

import bz2
import gzip
import io
import itertools
import lzma
import re
import stat
import struct
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

from grader.errors import GraderError, UnusableInput
from grader.submissions.endings import ARCHIVES, FOREIGN, kept_as, suffix_of
from grader.submissions.names import is_hidden
from grader.submissions.submission import MAX_FILE_BYTES

OPENERS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open, ".tgz": gzip.open,
    ".bz2": bz2.open, ".tbz2": bz2.open,
    ".xz": lzma.open, ".txz": lzma.open,
}  # fmt: skip

MAX_DEPTH = 3  # archives in archives, the outermost counted
MAX_RATIO = 100  # unpacked to packed
MEMBER_FLOOR = 8 * 2**20  # that much one member may unpack to, however small it is packed
MAX_INNER_BYTES = 512 * 2**20  # of an archive in an archive
MAX_HEADER_BYTES = 16 * 2**10  # of a tar member's extended header
HEADER_WORK = 2**20  # for each member, see `_Headers`
MAX_PART = 255  # characters of a component of a name
MAX_PARTS = 50  # components of a name
CHUNK = 2**16

DAMAGED = (  # what the standard library raises where an archive's bytes make no sense
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    ValueError, RuntimeError, ArithmeticError, LookupError, TypeError, MemoryError,
)  # fmt: skip


class BadArchive(GraderError):
    """An archive can't be used as a whole; the text follows its name: "is damaged"."""


class _BadMember(Exception):
    """A member can't be used; the text follows its name."""


class Limits(NamedTuple):
    """How many members an archive may have, and how many bytes it may unpack to, whatever its size."""

    members: int
    bytes_always: int
    bytes_at_most: int


CLASS = Limits(100_000, 4 * 2**30, 64 * 2**30)
LEARNER = Limits(2_000, 64 * 2**20, 256 * 2**20)


class Budget:
    """What an archive and all that is nested in it may still unpack.

    Args:
        limits: the rules.
        packed: the archive's size in bytes.
        outer: the budget of the class that it is a part of, which pays as well.
    """

    def __init__(self, limits: Limits, packed: int, outer: "Budget | None" = None):
        self.limits = limits
        self.members = limits.members
        self.bytes = min(limits.bytes_at_most, max(limits.bytes_always, MAX_RATIO * packed))
        self.outer = outer

    def take_members(self, count: int) -> None:
        self.members -= count
        if self.members < 0:
            raise BadArchive(f"holds more than {self.limits.members:,} files")

    def take_bytes(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise BadArchive("unpacks to far more than a submission needs")
        if self.outer is not None:
            self.outer.take_bytes(count)


class Store:
    """Files that are called by numbers, in a new folder, which is made when the first of them is.

    Args:
        into: where the folder goes.
    """

    def __init__(self, into: Path):
        self._into = into
        self._folder: Path | None = None
        self._numbers = itertools.count(1)

    def place(self, suffix: str) -> Path:
        """Return the path of a new file."""
        if self._folder is None:
            try:
                self._into.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._folder = Path(tempfile.mkdtemp(prefix="intake-", dir=self._into))
            except OSError as error:
                raise UnusableInput(f"{self._into} can't be written: {error.strerror}.") from None
        return self._folder / f"{next(self._numbers)}{suffix}"


class Member(NamedTuple):
    """A file of an archive.

    Args:
        parts: the components of its name, as they stand in the archive, without `..` and the like.
        path: where it is unpacked; `None` where it can't be, or is not.
        date: its own date, year first, without a zone: good for comparing only.
        reason: why it can't be unpacked; follows its name in a sentence.
        other: it is nothing that is read here, and was left where it is.
    """

    parts: tuple[str, ...]
    path: Path | None
    date: tuple[int, ...] = ()
    reason: str = ""
    other: bool = False


def unpack(archive: Path, store: Store, budget: Budget) -> list[Member]:
    """Unpack what may be a submission: notebooks, modules, archives, and what platforms say of them.

    Args:
        archive: a file whose name ends in one of `ARCHIVES`.
        store: where the files go.
        budget: what may be unpacked still; it is charged for everything that is read.

    Returns:
        The members in the archive's order, but for folders and programs' own files. Of two of one name both
        are there.

    Raises:
        BadArchive: it is damaged, hostile or too large; nothing of it is kept.
        UnusableInput: the store can't be written.
    """
    members: list[Member] = []
    try:
        if archive.suffix.lower() == ".zip":
            _unpack_zip(archive, store, budget, members)
        else:
            _unpack_tar(archive, store, budget, members)
    except BaseException as error:
        for member in members:
            if member.path is not None:
                member.path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.strerror:
            raise BadArchive(f"can't be read: {error.strerror}") from None
        if isinstance(error, DAMAGED):
            raise BadArchive("is damaged") from None
        raise
    return members


def _copy(
    source: IO[bytes], target: Path, budget: Budget | None, limit: int, size: int | None = None
) -> None:
    """Write what a reader gives into a new file; it is removed again where that fails.

    Args:
        source: the reader.
        target: the new file.
        budget: is charged for every byte.
        limit: more bytes than that are an error.
        size: how many bytes to read; all there are by default.
    """
    left = limit + 1 if size is None else size
    try:
        with _created(target) as file:
            while left > 0 and (chunk := source.read(min(CHUNK, left))):
                left -= len(chunk)
                if budget is not None:
                    budget.take_bytes(len(chunk))
                _write(file, chunk)
        if size is None and left <= 0:
            raise _BadMember(f"unpacks to more than {limit // 2**20} MB")
        if size is not None and left > 0:
            raise EOFError
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _created(target: Path) -> IO[bytes]:
    try:
        return target.open("xb", buffering=0)
    except OSError as error:
        raise UnusableInput(f"{target} can't be written: {error.strerror}.") from None


def _write(file: IO[bytes], chunk: bytes) -> None:
    """Write all of it; that the disk is full is no fault of the archive."""
    try:
        while chunk:
            chunk = chunk[file.write(chunk) :]
    except OSError as error:
        raise UnusableInput(f"{file.name} can't be written: {error.strerror}.") from None


class _Headers(io.FileIO):
    """An archive's file, for a library that reads headers of any size into memory: it gets bounded ones.

    Args:
        path: the archive.
        most: the largest header.
        work: the sum of the squares of the headers that are larger than a block: older versions of
            `tarfile` search them in quadratic time.
        entries: how many entries a zip's directory may hold.
    """

    def __init__(self, path: Path, most: int, work: int | None = None, entries: int | None = None):
        super().__init__(path)
        self._most = most
        self._work = work
        self._entries = entries

    def read(self, size: int | None = -1) -> bytes:
        size = -1 if size is None else size
        if size > self._most:
            raise BadArchive("claims a directory larger than any that is honest")
        if self._work is not None and size > tarfile.BLOCKSIZE:
            self._work -= size**2
            if self._work < 0:
                raise BadArchive("has larger headers than any archive that is honest")
        data = super().read(size)
        if self._entries is not None and data.count(b"PK\x01\x02") > self._entries:
            raise BadArchive(f"holds more than {self._entries:,} files")
        return data


def _unpack_zip(archive: Path, store: Store, budget: Budget, members: list[Member]) -> None:
    limits = budget.limits
    directory = limits.members * 2**10
    # A member that is itself a zip holds entries of its own, so only the directory is counted.
    with _Headers(archive, directory, entries=limits.members) as file, zipfile.ZipFile(file) as opened:
        file._entries = None
        infos = opened.infolist()
        budget.take_members(len(infos))
        if sum(info.compress_size for info in infos) > archive.stat().st_size:
            raise BadArchive("has members that overlap, which no honest archive has")
        for info in infos:
            parts = _parts(_zip_name(info))
            if _is_nobodys(parts) or info.is_dir():
                continue
            suffix = suffix_of(parts[-1])
            if suffix is None:
                members.append(Member(parts, None, info.date_time, other=True))
                continue
            path, reason = None, _zip_obstacle(info, suffix)
            if not reason:
                path = store.place(kept_as(suffix))
                limit = min(_most(suffix), max(MEMBER_FLOOR, MAX_RATIO * info.compress_size))
                try:
                    with opened.open(info) as source:
                        _copy(source, path, budget, limit)
                except _BadMember as error:
                    path, reason = None, str(error)
                except DAMAGED:
                    path, reason = None, "is damaged"
            members.append(Member(parts, path, info.date_time, reason))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many programs write UTF-8 and forget to say so."""
    if not info.flag_bits & 0x800:
        try:
            return info.orig_filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.orig_filename


def _zip_obstacle(info: zipfile.ZipInfo, suffix: str) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if suffix in FOREIGN:
        return foreign(suffix)
    if info.flag_bits & 0x41:
        return "is encrypted"
    # The other methods are rare, and `zipfile` reads them without bounds.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in an unusual way, which is not read here"
    return ""


def foreign(suffix: str) -> str:
    """Say that an archive is of a kind that nothing here reads."""
    return f"is a {suffix} archive, which is not read here; a .zip is"


def _unpack_tar(archive: Path, store: Store, budget: Budget, members: list[Member]) -> None:
    opener = OPENERS.get(archive.suffix.lower())
    if opener is None:
        _read_tar(archive, store, budget, members)
        return
    plain = store.place(".tar")
    room = Budget(budget.limits, archive.stat().st_size)
    try:
        with opener(archive) as source:
            _copy(source, plain, room, room.bytes + 1)
        _read_tar(plain, store, budget, members)
    finally:
        plain.unlink(missing_ok=True)


def _read_tar(archive: Path, store: Store, budget: Budget, members: list[Member]) -> None:
    headers = _Headers(archive, MAX_HEADER_BYTES, work=HEADER_WORK * budget.limits.members)
    # `tarfile` is shown the headers only; a member's bytes are read beside it, as they lie in the file.
    with headers, archive.open("rb") as data, tarfile.open(fileobj=headers, mode="r:") as opened:
        while (info := opened.next()) is not None:
            opened.members.clear()  # type: ignore[attr-defined]  # documented; else it keeps all headers
            budget.take_members(1)
            parts = _parts(info.name)
            if info.size < 0:
                raise BadArchive("is damaged")
            if _is_nobodys(parts) or info.isdir():
                continue
            suffix = suffix_of(parts[-1])
            if suffix is None:
                members.append(Member(parts, None, date_of(info.mtime), other=True))
                continue
            path, reason = None, ""
            if not info.isreg() or info.issparse():
                reason = "is a link or a device, not a file"
            elif suffix in FOREIGN:
                reason = foreign(suffix)
            elif info.size > _most(suffix):
                reason = f"is larger than {_most(suffix) // 2**20} MB"
            else:
                path = store.place(kept_as(suffix))
                data.seek(info.offset_data)
                _copy(data, path, budget, info.size, info.size)
            members.append(Member(parts, path, date_of(info.mtime), reason))
        # It also returns `None` where it meets no header, and that is the end only of a whole archive.
        data.seek(opened.offset)
        if data.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise BadArchive("is damaged")


def date_of(seconds: float) -> tuple[int, ...]:
    """Return a time as archives write it, year first; empty where there is none such."""
    try:
        return time.gmtime(seconds)[:6]
    except (ValueError, OverflowError, OSError):
        return ()


def _parts(name: str) -> tuple[str, ...]:
    """Return the components of a member's name.

    >>> _parts("C:\\\\class/../ada/hw.ipynb")
    ('class', 'ada', 'hw.ipynb')
    """
    parts = [re.sub(r"^[A-Za-z]:", "", part) for part in re.split(r"[/\\]", name)]
    parts = [part for part in parts if part not in ("", ".", "..")]
    shortened = [part if len(part) <= MAX_PART else part[:200] + part[-50:] for part in parts]
    return tuple(shortened if len(parts) <= MAX_PARTS else shortened[:20] + shortened[-20:])


def _is_nobodys(parts: tuple[str, ...]) -> bool:
    return not parts or any(map(is_hidden, parts))


def _most(suffix: str) -> int:
    return MAX_INNER_BYTES if suffix in ARCHIVES else MAX_FILE_BYTES
