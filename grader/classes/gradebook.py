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
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader.classes.course import Course
from grader.classes.results import ClassResults, Mark
from grader.classes.tallying import GradedFile, class_results, weakest_sandbox
from grader.errors import GraderError, UnusableInput
from grader.judging.report import Report
from grader.submissions.intake import Handed

FILE = "gradebook.sqlite"
APPLICATION_ID = 0x646C6362  # "dlcb", in the file's header
VERSION = 1
SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE class (
    one INTEGER PRIMARY KEY CHECK (one = 1), seed TEXT NOT NULL, course BLOB NOT NULL,
    round INTEGER NOT NULL, batch INTEGER NOT NULL
);
CREATE TABLE submissions (
    name TEXT PRIMARY KEY, learner TEXT NOT NULL, key TEXT NOT NULL, platform TEXT NOT NULL,
    submitted TEXT, late INTEGER NOT NULL, rank INTEGER NOT NULL, state TEXT NOT NULL,
    batch INTEGER NOT NULL, counts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE results (
    id INTEGER PRIMARY KEY, submission TEXT NOT NULL REFERENCES submissions (name),
    state TEXT NOT NULL, graded TEXT NOT NULL, report BLOB NOT NULL, answers BLOB NOT NULL
);
CREATE INDEX results_of_submission ON results (submission, id);
CREATE TABLE marks (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, exercise TEXT NOT NULL,
    score REAL, comment TEXT NOT NULL, marked TEXT NOT NULL
);
"""
LAST_RESULTS = """
SELECT s.name, s.learner, s.key, s.platform, s.submitted, s.late, s.rank, s.batch,
    s.state = r.state AS settled, r.report, r.answers
FROM submissions s LEFT JOIN results r
    ON r.id = (SELECT max(id) FROM results WHERE submission = s.name)
WHERE s.counts ORDER BY s.name
"""
ANSWERS = msgspec.msgpack.Decoder(dict[str, str])
REPORTS = msgspec.msgpack.Decoder(Report)


class Gradebook:
    """An open gradebook; use `Gradebook.open` or `Gradebook.create`."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None):
        self._connection = connection
        self._path = path

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path) -> "Iterator[Gradebook]":
        """Open the gradebook in a folder.

        Raises:
            UnusableInput: there is none; it is damaged, of another version, or something else.
            GraderError: on the way, it can't be written.
        """
        path = folder / FILE
        if not path.is_file():
            raise UnusableInput(
                f"There is no gradebook in {folder}: `grader grade … --out {folder}` makes one."
            )
        with cls._connected(path) as book:
            book._require_ours()
            yield book

    @classmethod
    @contextlib.contextmanager
    def create(cls, folder: Path) -> "Iterator[Gradebook]":
        """Open the gradebook in a folder for one grader alone, and make folder and file if need be.

        Raises:
            UnusableInput: the folder can't be written; another grader is at work in it; as `open`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open(folder / ".lock", "ab")  # noqa: SIM115  (closed below; the lock goes with it)
        except OSError as error:
            raise UnusableInput(f"{folder} can't be written: {error.strerror}.") from None
        with lock:
            _lock(lock, folder)
            path = folder / FILE
            with cls._connected(path) as book:
                if book._is_empty():
                    with book._connection:
                        book._connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
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
        try:
            with contextlib.closing(_connect(path)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA foreign_keys = ON")
                yield cls(connection, path)
        except sqlite3.OperationalError as error:
            raise GraderError(
                f"The gradebook {path} can't be used: {error}. What it holds is safe; once that is mended, "
                "the same command goes on."
            ) from None
        except (sqlite3.DatabaseError, msgspec.DecodeError) as error:
            raise UnusableInput(
                f"{path} is damaged, or no gradebook ({error}): put it aside, or bring back a copy."
            ) from None

    def _is_empty(self) -> bool:
        return not self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    def _require_ours(self) -> None:
        application = self._connection.execute("PRAGMA application_id").fetchone()["application_id"]
        version = self._connection.execute("PRAGMA user_version").fetchone()["user_version"]
        if application != APPLICATION_ID:
            raise UnusableInput(f"{self._path} is no gradebook of this grader.")
        if version != VERSION:
            raise UnusableInput(
                f"{self._path} is a gradebook of version {version}, and this grader reads version {VERSION}: "
                "use the dlcourse that made it, or another folder."
            )
        sound = self._connection.execute("PRAGMA quick_check(1)").fetchone()["quick_check"]
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)

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
        unfinished = any(not row["settled"] for row in self._connection.execute(LAST_RESULTS))
        return last + 1 if regrade and row and not unfinished else last

    def begin(
        self, seed: str, course: Course, handed: Iterable[Handed], round_: int = 0, replace: bool = False
    ) -> None:
        """Write down the class as it was handed in this time.

        What was handed in before and is not among these still counts, unless it is to be replaced; its
        results are kept in any case.
        """
        with self._connection:
            row = self._connection.execute("SELECT batch FROM class").fetchone()
            batch = row["batch"] + 1 if row else 1
            self._connection.execute(
                "INSERT OR REPLACE INTO class VALUES (1, ?, ?, ?, ?)",
                (seed, msgspec.msgpack.encode(course), round_, batch),
            )
            if replace:
                self._connection.execute("UPDATE submissions SET counts = 0")
            self._connection.executemany(
                "INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1) "
                "ON CONFLICT (name) DO UPDATE SET "
                "learner = excluded.learner, key = excluded.key, platform = excluded.platform, "
                "submitted = excluded.submitted, late = excluded.late, rank = excluded.rank, "
                "state = excluded.state, batch = excluded.batch, counts = 1",
                [
                    (
                        *(e.name, e.learner, e.key, e.platform, e.submitted and e.submitted.isoformat()),
                        *(e.late, e.rank, e.state, batch),
                    )
                    for e in handed
                ],
            )

    def others(self) -> int:
        """Return how many submissions count that were not handed in this time."""
        query = "SELECT count(*) FROM submissions WHERE counts AND batch < (SELECT batch FROM class)"
        return self._connection.execute(query).fetchone()[0]

    def set_course(self, course: Course) -> None:
        """Change the settings, which reports go by; no verdict is lost."""
        with self._connection:
            self._connection.execute("UPDATE class SET course = ?", (msgspec.msgpack.encode(course),))

    def settled(self, name: str, state: str) -> bool:
        """Return whether the last result of a submission is of this state."""
        row = self._connection.execute(
            "SELECT state FROM results WHERE submission = ? ORDER BY id DESC LIMIT 1", (name,)
        ).fetchone()
        return row is not None and row["state"] == state

    def add(self, name: str, state: str, report: Report, answers: dict[str, str]) -> None:
        """Commit one result; once this returns, no kill and no power cut takes it away."""
        with self._connection:
            self._connection.execute(
                "INSERT INTO results (submission, state, graded, report, answers) VALUES (?, ?, ?, ?, ?)",
                (name, state, _now(), msgspec.msgpack.encode(report), msgspec.msgpack.encode(answers)),
            )

    def reports(self, of_this_time: bool = False) -> Iterator[Report]:
        """Yield the last report of every submission that counts, in the course's points, by the names.

        With `of_this_time`, only of what was handed in this time.
        """
        course = self.course()
        batch = self._connection.execute("SELECT batch FROM class").fetchone()
        for row in self._connection.execute(LAST_RESULTS):
            if row["report"] is not None and (not of_this_time or row["batch"] == batch["batch"]):
                report = REPORTS.decode(row["report"])
                exercises = [course.scored(verdict) for verdict in report.exercises]
                yield msgspec.structs.replace(report, exercises=exercises)

    def sandbox(self) -> str:
        """Return the weakest level that a submission which counts was graded at."""
        return weakest_sandbox(self.reports())

    def history(self, name: str) -> list[tuple[str, Report]]:
        """Return when a submission was graded and what came of it, the oldest first."""
        rows = self._connection.execute(
            "SELECT graded, report FROM results WHERE submission = ? ORDER BY id", (name,)
        )
        return [(row["graded"], REPORTS.decode(row["report"])) for row in rows]

    def learners(self) -> dict[str, str]:
        """Return each learner's name by key."""
        rows = self._connection.execute("SELECT key, learner FROM submissions WHERE counts ORDER BY learner")
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
        rows = self._connection.execute(LAST_RESULTS).fetchall()
        graded = [
            GradedFile(
                name=row["name"],
                learner=row["learner"],
                key=row["key"],
                platform=row["platform"],
                submitted=row["submitted"],
                late=bool(row["late"]),
                rank=row["rank"],
                batch=row["batch"],
                report=REPORTS.decode(row["report"]),
                answers=ANSWERS.decode(row["answers"]),
            )
            for row in rows
            if row["report"] is not None
        ]
        waiting = [row["key"] for row in rows if not row["settled"]]
        return class_results(self.course(), graded, self.marks(), waiting)


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None and path.exists() and not os.access(path.parent, os.W_OK):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    else:
        connection = sqlite3.connect(path or "", timeout=30)
    connection.row_factory = sqlite3.Row
    return connection


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _lock(file, folder: Path) -> None:
    """Take the folder for this process, until the file is closed or the process ends in whatever way."""
    try:
        if msvcrt := _windows_locking():
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UnusableInput(f"Another grader is at work in {folder}: wait for it, or end it.") from None


def _windows_locking():
    try:
        import msvcrt
    except ImportError:
        return None
    return msvcrt
