"""A gradebook of before opens, reports, and goes on; `VERSION_1` is the schema of then, word for word."""

import contextlib
import os
import sqlite3
from datetime import UTC, datetime

import msgspec
import pytest

from grader.classes import sums
from grader.classes.course import Course
from grader.classes.gradebook import FILE, Gradebook
from grader.classes.results import Mark
from grader.classes.schema import APPLICATION_ID, VERSION
from grader.errors import GraderError
from grader.exercises import exercises_of
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report
from grader.submissions.intake import Handed

VERSION_1 = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = 1;
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
EARLIER = datetime(2026, 10, 1, 17, tzinfo=UTC)
LATER = datetime(2026, 10, 3, 17, tzinfo=UTC)


def report(name, status, error=None):
    _, relu, *rest = exercises_of("02_neural_networks")
    verdicts = [verdict_on(relu, status, "", credit=float(status == "passed")), *map(not_answered, rest)]
    return Report(name, "s", "landlock+seccomp", [] if error else verdicts, error)


def encoded(report):
    """A report as version 1 wrote it: without the lesson that a notebook names."""
    fields = msgspec.msgpack.decode(msgspec.msgpack.encode(report))
    del fields["lesson"]
    return msgspec.msgpack.encode(fields)


@pytest.fixture
def old(tmp_path):
    """Ada's notebook, graded twice and right in the end, with a mark; Ben's, not graded; Cy's, dropped."""
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as book, book:
        book.executescript(VERSION_1)
        book.execute("INSERT INTO class VALUES (1, 's', ?, 0, 3)", (msgspec.msgpack.encode(Course()),))
        book.executemany(
            "INSERT INTO submissions VALUES (?, ?, ?, '', ?, 0, 0, 'old state', ?, ?)",
            [
                ("e/hw.py", "Ada", "1", LATER.isoformat(), 3, 1),
                ("f/hw.py", "Ben", "2", None, 2, 1),
                ("g/hw.py", "Cy", "3", None, 1, 0),
            ],
        )
        book.executemany(
            "INSERT INTO results (submission, state, graded, report, answers) VALUES (?, ?, 'then', ?, ?)",
            [
                ("e/hw.py", "first state", encoded(report("e/hw.py", "failed")), msgspec.msgpack.encode({})),
                (
                    "e/hw.py",
                    "old state",
                    encoded(report("e/hw.py", "passed")),
                    msgspec.msgpack.encode({"relu": "def relu"}),
                ),
                ("g/hw.py", "old state", encoded(report("g/hw.py", "passed")), msgspec.msgpack.encode({})),
            ],
        )
        book.execute("INSERT INTO marks VALUES (1, '1', 'tanh', 0.5, 'Nearly.', 'then')")
    return tmp_path


def test_it_opens_and_reports_what_it_held(old):
    for _ in range(2):
        with Gradebook.open(old) as book:
            results = book.results()
            (ada,) = results.learners
            assert (ada.name, ada.points, ada.submitted) == ("Ada", 1.5, LATER.isoformat())
            assert ada.results["relu"].answer == "def relu"
            assert results.unfinished == 1, "Ben's"
            assert [r.score for _, r in book.history("e/hw.py")] == [0, 1]
            assert book.marks() == {("1", "tanh"): Mark(0.5, "Nearly.")}
            assert [r.submission for r in book.reports(of_this_time=True)] == ["e/hw.py"]
    with contextlib.closing(sqlite3.connect(old / FILE)) as book:
        assert book.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert book.execute("PRAGMA foreign_key_check").fetchall() == []


def handed(name, submitted, content):
    order = (int(submitted.timestamp() * 10**6),), (), (0,), (), (0,), ()
    return Handed(name, "Ada", "1", submitted, work=("hw",), order=order, state=content, content=content)


@pytest.mark.parametrize(
    ("name", "submitted", "status", "points"),
    [
        ("e/hw.py", LATER, "failed", 0.5),  # the same place, graded anew
        ("d/hw.py", EARLIER, "failed", 1.5),  # an older one, under another name
        ("h/hw.py", LATER.replace(day=5), "failed", 0.5),
    ],
)
def test_it_goes_on_and_times_decide_still(old, name, submitted, status, points):
    with Gradebook.create(old) as book:
        book.begin("s", Course(), [handed(name, submitted, "new")])
        assert book.waiting() == {name}
        book.add(name, "new", report(name, status), {})
        assert next(learner for learner in book.results().learners if learner.name == "Ada").points == points


def test_one_of_version_2_opens_and_goes_on(tmp_path):
    with Gradebook.create(tmp_path) as book:
        book.begin("s", Course(), [handed("e/hw.py", LATER, "old")])
        book.add("e/hw.py", "old", report("e/hw.py", "passed"), {})
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as book, book:
        for table in sums.COLUMNS:
            book.executescript(f"DROP TRIGGER {table}_insert; DROP TRIGGER {table}_update;")
            book.executescript(f"ALTER TABLE {table} DROP COLUMN sum;")
        book.executescript("DROP INDEX all_marks; ALTER TABLE attempts DROP COLUMN modules;")
        book.execute("PRAGMA user_version = 2")
    for _ in range(2):
        with Gradebook.create(tmp_path) as book:
            assert [learner.points for learner in book.results().learners] == [1]
            book.begin("s", Course(), [handed("e/hw.py", LATER, "old")._replace(modules={"utils.py": "x"})])
    with Gradebook.open(tmp_path) as book:
        assert book.results().learners[0].errors == ()


def test_what_can_not_be_read_leaves_what_it_held_in_force(old):
    with Gradebook.create(old) as book:
        book.begin("s", Course(), [handed("e/hw.py", LATER, "broken")])
        book.add("e/hw.py", "broken", report("e/hw.py", "", "It can't be read."), {})
        ada = next(learner for learner in book.results().learners if learner.name == "Ada")
        assert (ada.points, ada.errors) == (1.5, ("It can't be read.",))


def test_it_is_changed_as_a_whole_or_not_at_all(old):
    with contextlib.closing(sqlite3.connect(old / FILE)) as book, book:
        book.execute("CREATE TABLE attempts (theirs)")
    with pytest.raises(GraderError, match="attempts"), Gradebook.open(old):
        pass
    with contextlib.closing(sqlite3.connect(old / FILE)) as book:
        assert book.execute("SELECT count(*) FROM results").fetchone() == (3,)
        assert book.execute("PRAGMA user_version").fetchone() == (1,)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX alone knows such folders")
def test_where_it_can_not_be_written_it_is_read_all_the_same(old, monkeypatch):
    before = (old / FILE).read_bytes()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with Gradebook.open(old) as book:
        assert book.results().learners[0].points == 1.5
    with pytest.raises(GraderError, match="readonly"), Gradebook.open(old) as book:
        book.mark("1", "tanh", Mark(1.0, ""))
    assert (old / FILE).read_bytes() == before
