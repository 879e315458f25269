"""The gradebook: one SQLite file that holds a class, safe against being killed at any moment.

    with Gradebook.open(folder) as book:
        book.begin(seed, course, handed)     # who handed in what
        book.settled(name, …)                # is there a verdict on just this content already?
        book.add(name, …)                    # a result, committed as it comes
        book.mark(key, exercise, …)          # the instructor's own decision
        book.results()                       # the view that every report is made of

Nothing is ever overwritten: a regrade adds a result, a mark adds a mark, and the last one counts.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.classes.course import Course
from grader.classes.repeats import Counted, Entry, Order, graded, remarks
from grader.classes.results import ClassResults, Mark
from grader.classes.schema import (
    APPLICATION_ID,
    EARLIER,
    LAST_RESULTS,
    ORDER,
    SCHEMA,
    VERSION,
    entry_of,
    migrate,
    report_of,
)
from grader.classes.sums import register, require_sound
from grader.classes.tallying import class_results, reports, weakest_sandbox
from grader.errors import GraderError, UnusableInput
from grader.exercises import COURSE
from grader.judging.report import Report
from grader.submissions.intake import Handed
from grader.text import printable_name

FILE = "gradebook.sqlite"


class Gradebook:
    """An open gradebook; use `Gradebook.open` or `Gradebook.create`."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None):
        self._connection = connection
        self._path = path
        self._read = (-1, -1), Counted(self._entries)
        self._names: dict[str, int] = {}  # the attempts of this time, by the names that they have in this run

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path) -> "Iterator[Gradebook]":
        """Open the gradebook in a folder.

        Raises:
            UnusableInput: there is none; it is empty, damaged, of another version, or something else.
            GraderError: on the way, it can't be written.
        """
        if not (folder / FILE).is_file():
            raise UnusableInput(
                f"There is no gradebook in {folder}: `grader grade … --out {folder}` makes one."
            )
        with cls._connected(folder / FILE) as book:
            book._require_ours()
            yield book

    @classmethod
    @contextlib.contextmanager
    def create(cls, folder: Path) -> "Iterator[Gradebook]":
        """Open the gradebook in a folder for one grader alone, and make folder and file if need be.

        Raises:
            UnusableInput: the folder can't be written; another grader is at work in it; as `open`.
        """
        from filelock import FileLock, Timeout

        from dlcourse import files

        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder / ".lock").acquire(blocking=False)  # it goes with the process
        except Timeout:
            raise UnusableInput(f"Another grader is at work in {folder}: wait for it, or end it.") from None
        except OSError as error:
            raise UnusableInput(f"{folder} can't be written: {error.strerror}.") from None
        with lock:
            try:
                if not (folder / FILE).exists():
                    for ending in ("-wal", "-shm", "-journal"):  # of one that was here before
                        (folder / f"{FILE}{ending}").unlink(missing_ok=True)
                    with cls.temporary() as book:  # whole or not at all, so that an empty file is never ours
                        files.write(folder / FILE, book._connection.serialize())
            except OSError as error:
                raise UnusableInput(f"{folder / FILE} can't be written: {error.strerror}.") from None
            with cls._connected(folder / FILE) as book:
                book._require_ours()
                book._connection.execute("PRAGMA journal_mode = WAL")
                yield book

    @classmethod
    @contextlib.contextmanager
    def temporary(cls) -> "Iterator[Gradebook]":
        """Open a gradebook that is gone when it is closed."""
        with cls._connected(None) as book:
            book._connection.executescript(SCHEMA)
            yield book

    @classmethod
    @contextlib.contextmanager
    def _connected(cls, path: Path | None) -> "Iterator[Gradebook]":
        if path is not None and path.is_file() and not path.stat().st_size:
            raise UnusableInput(
                f"{path} is empty, so a class's results and marks are lost in it: bring back a copy, or move "
                "it away to begin anew."
            )
        try:
            with contextlib.closing(_connect(path)) as connection:
                register(connection)
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                yield cls(connection, path)
        except sqlite3.OperationalError as error:
            raise GraderError(
                f"The gradebook {path} can't be used: {error}. What it holds is safe; once that is mended, "
                "the same command goes on."
            ) from None
        except (sqlite3.DatabaseError, msgspec.DecodeError, UnicodeDecodeError) as error:
            why = printable_name(str(error), 200)
            raise UnusableInput(
                f"{path} is damaged, or no gradebook ({why}): put it aside, or bring back a copy."
            ) from None

    def _require_ours(self) -> None:
        application = self._connection.execute("PRAGMA application_id").fetchone()["application_id"]
        version = self._connection.execute("PRAGMA user_version").fetchone()["user_version"]
        if application != APPLICATION_ID:
            raise UnusableInput(f"{self._path} is no gradebook of this grader.")
        if version in EARLIER:
            migrate(self._connection, version)
        elif version != VERSION:
            raise UnusableInput(
                f"{self._path} is a gradebook of version {version}, and this grader reads version {VERSION}: "
                "use the dlcourse that made it, or another folder."
            )
        if self._path is not None and _is_read_only(self._path):
            self._connection.execute("PRAGMA query_only = ON")
        require_sound(self._connection, self._path)

    @classmethod
    def own_course(cls, folder: Path) -> tuple[Path | None, set[str]]:
        """Return where the course of one's own lies that a class was graded with, and what of it was judged.

        Raises:
            UnusableInput: the gradebook there is damaged, of another version, or something else.
        """
        if not (folder / FILE).is_file():
            return None, set()
        with cls._connected(folder / FILE) as book:
            book._require_ours()
            row = book._connection.execute("SELECT course FROM class").fetchone()
            if not (named := row and msgspec.msgpack.decode(row["course"])["folder"]):
                return None, set()
            verdicts = [v for e in book._now_read().entries if e.report for v in e.report.exercises]
        return Path(named), {v.name for v in verdicts if v.lesson not in COURSE}

    def seed(self) -> str | None:
        """Return the class's seed, or `None` before the class has begun."""
        row = self._connection.execute("SELECT seed FROM class").fetchone()
        return row and row["seed"]

    def course(self) -> Course:
        """Return the class's settings."""
        row = self._connection.execute("SELECT course FROM class").fetchone()
        return msgspec.msgpack.decode(row["course"], type=Course) if row else Course()

    def round(self, regrade: bool) -> int:
        """Return which round of grading this is: a new one to regrade, unless the last is not finished."""
        row = self._connection.execute("SELECT round FROM class").fetchone()
        last = row["round"] if row else 0
        return last + 1 if regrade and row and not self._now_read().unsettled else last

    def begin(
        self, seed: str, course: Course, handed: Iterable[Handed], round_: int = 0, replace: bool = False
    ) -> None:
        """Write down the class as it was handed in this time.

        What was handed in before and is not among these still counts, unless it is to be replaced; its
        results are kept in any case. Of each learner and work there is one attempt for each content.
        """
        with self._connection:
            row = self._connection.execute("SELECT max(given) + 1 AS since FROM attempts").fetchone()
            since = row["since"] or 1
            self._connection.execute(
                "INSERT OR REPLACE INTO class (one, seed, course, round, since) VALUES (1, ?, ?, ?, ?)",
                (seed, msgspec.msgpack.encode(course), round_, since),
            )
            if replace:
                self._connection.execute("UPDATE attempts SET counts = counts - 1")
            self._names = {e.name: self._enrol(e, since + i) for i, e in enumerate(handed)}

    def _enrol(self, handed: Handed, given: int) -> int:
        """Write down one file, and return the number of its attempt.

        Content that is known moves to its latest place, and keeps the name and time with which it first came.
        """
        order = handed.order or _order(handed.submitted, len(handed.work))
        place, submitted = _json(order), handed.submitted and handed.submitted.isoformat()
        start: dict[str, Any] = {
            "first": place,
            "submitted": submitted,
            "late": handed.late,
            "name": handed.name,
            "learner": handed.learner,
            "platform": handed.platform,
        }
        which = {
            "key": handed.key,
            "work": _json(handed.work),
            "content": handed.content or handed.state,
        }
        # What version 1 knew by its name alone was another attempt at this work.
        self._connection.execute(
            "UPDATE attempts SET work = :work, first = :place, last = :place "
            "WHERE key = :key AND work = :before",
            {**which, "place": place, "before": _json(("", handed.name))},
        )
        known = self._connection.execute(
            "SELECT * FROM attempts WHERE key = :key AND work = :work AND content = :content AND counts = 1",
            which,
        ).fetchone()
        if known is not None and order >= ORDER.decode(known["first"]):
            start = {column: known[column] for column in start}
        if known is not None and order < ORDER.decode(known["last"]):
            place = known["last"]
        row = {**which, **start, "last": place, "state": handed.state, "given": given, "counts": 1}
        row["modules"] = msgspec.json.encode(dict(handed.modules)).decode()
        columns = ", ".join(row)
        values = ", ".join(f":{column}" for column in row)
        changes = ", ".join(f"{column} = excluded.{column}" for column in row)
        return self._connection.execute(
            f"INSERT INTO attempts ({columns}) VALUES ({values}) "
            f"ON CONFLICT (key, work, content) DO UPDATE SET {changes} RETURNING id",
            row,
        ).fetchone()["id"]

    def remarks(self) -> list[str]:
        """Return sentences about which of all that was handed in counts, where that is not plain."""
        return remarks(self._now_read().entries, self._since())

    def waiting(self) -> set[str]:
        """Return the names of what was handed in this time, counts, and waits to be graded."""
        names = {attempt: name for name, attempt in self._names.items()}
        return {names[entry.id] for entry in self._now_read().unsettled if entry.id in names}

    def set_course(self, course: Course) -> None:
        """Change the settings, which reports go by; no verdict is lost."""
        with self._connection:
            self._connection.execute("UPDATE class SET course = ?", (msgspec.msgpack.encode(course),))

    def settled(self, name: str, state: str) -> bool:
        """Return whether the last result of a submission is of this state."""
        row = self._connection.execute(
            "SELECT state FROM results WHERE attempt = ? ORDER BY id DESC LIMIT 1", (self._attempt(name),)
        ).fetchone()
        return row is not None and row["state"] == state

    def add(self, name: str, state: str, report: Report, answers: dict[str, str]) -> None:
        """Commit one result; once this returns, no kill and no power cut takes it away."""
        encoded = msgspec.msgpack.encode(report), msgspec.msgpack.encode(answers)
        with self._connection:
            self._connection.execute(
                "INSERT INTO results (attempt, state, graded, report, answers) VALUES (?, ?, ?, ?, ?)",
                (self._attempt(name), state, _now(), *encoded),
            )

    def _attempt(self, name: str) -> int | None:
        """Return the number of the attempt that was handed in under a name, this time or else last."""
        if name in self._names:
            return self._names[name]
        query = "SELECT id FROM attempts WHERE name = ? ORDER BY given DESC LIMIT 1"
        row = self._connection.execute(query, (name,)).fetchone()
        return row and row["id"]

    def reports(self, of_this_time: bool = False) -> Iterator[Report]:
        """Yield the last report of every submission that counts, in the course's points, by the names.

        With `of_this_time`, only of what was handed in this time.
        """
        since = self._since() if of_this_time else 0
        graded = self._now_read().graded
        for entry, report in reports(self.course(), graded, self._replaced(graded)):
            if entry.given >= since:
                yield report

    def sandbox(self) -> str:
        """Return the weakest level that a submission which counts was graded at."""
        return weakest_sandbox(self.reports())

    def history(self, name: str) -> list[tuple[str, Report]]:
        """Return when a submission was graded and what came of it, the oldest first."""
        rows = self._connection.execute(
            "SELECT graded, report FROM results r JOIN attempts a ON a.id = r.attempt "
            "WHERE name = ? ORDER BY r.id",
            (name,),
        )
        return [(row["graded"], report_of(row["report"])) for row in rows]

    def learners(self) -> dict[str, str]:
        """Return each learner's name by key."""
        rows = self._connection.execute("SELECT key, learner FROM attempts WHERE counts = 1 ORDER BY learner")
        return {row["key"]: row["learner"] for row in rows}

    def mark(self, key: str, exercise: str | None, mark: Mark) -> None:
        """Add the instructor's decision on one exercise, or a comment on the whole (`None`)."""
        with self._connection:
            self._connection.execute(
                "INSERT INTO marks (key, exercise, score, comment, marked) VALUES (?, ?, ?, ?, ?)",
                (key, exercise or "", mark.score, mark.comment, _now()),
            )

    def marks(self) -> dict[tuple[str, str], Mark]:
        """Return the last mark by learner's key and exercise; `""` stands for the whole."""
        rows = self._connection.execute("SELECT key, exercise, score, comment FROM marks ORDER BY id")
        marks = {(row["key"], row["exercise"]): Mark(row["score"], row["comment"]) for row in rows}
        return {what: mark for what, mark in marks.items() if mark != Mark(None, "")}  # it was taken back

    def results(self) -> ClassResults:
        """Return the class as reports see it: verdicts in the course's points, lateness, marks."""
        read = self._now_read()
        waiting = [entry.key for entry in read.unsettled]
        return class_results(self.course(), read.graded, self.marks(), waiting, self._replaced(read.graded))

    def _since(self) -> int:
        row = self._connection.execute("SELECT since FROM class").fetchone()
        return row["since"] if row else 0

    def _now_read(self) -> "Counted":
        """Return what is in the book: read again where it, or another connection, has changed the file."""
        (others,) = self._connection.execute("PRAGMA data_version").fetchone()
        present = self._connection.total_changes, others
        if self._read[0] != present:
            self._read = present, Counted(self._entries)
        return self._read[1]

    def _entries(self, counts: int = 1) -> list[Entry]:
        return [entry_of(row) for row in self._connection.execute(LAST_RESULTS, (counts,))]

    def _replaced(self, present: Sequence[Entry]) -> list[Entry]:
        """Return what was replaced last of all that has an answer, where nothing that counts has one."""
        if any(entry.answered for entry in present):
            return []
        rows = self._connection.execute(
            "SELECT DISTINCT counts FROM attempts ORDER BY counts DESC"
        ).fetchall()
        before = (graded(self._entries(row["counts"])) for row in rows)
        return next((entries for entries in before if any(entry.answered for entry in entries)), [])


def _order(submitted: datetime | None, size: int) -> Order:
    """Return the place in the order of a work that has nothing but a time, if that."""
    time = (round(submitted.timestamp() * 1e6),) if submitted else ()
    return time, *[()] * size, (0, 0), ()


def _json(value: tuple) -> str:
    return msgspec.json.encode(value).decode()


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None and _is_read_only(path):
        connection = sqlite3.connect(":memory:")  # a copy, which may be brought to another version
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as file:
            file.backup(connection)
    else:
        connection = sqlite3.connect(path or "", timeout=30)
    connection.row_factory = sqlite3.Row
    return connection


def _is_read_only(path: Path) -> bool:
    return path.exists() and not os.access(path.parent, os.W_OK)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
