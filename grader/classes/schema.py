"""What is in the gradebook's file, how it is read, and how one of before becomes one of today.

    SCHEMA, LAST_RESULTS → entry_of → report_of
    migrate

An attempt has 1 as `counts` until it is replaced, and one less each time that the class is: what was replaced
last has 0.
"""

import sqlite3

import msgspec

from grader.classes.repeats import Entry
from grader.classes.sums import SUMS
from grader.exercises import LESSONS, all_exercises, lesson_of
from grader.judging.report import Report, Verdict

APPLICATION_ID = 0x646C6362  # "dlcb", in the file's header
VERSION = 4
ATTEMPTS = """
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, work TEXT NOT NULL, content TEXT NOT NULL,
    name TEXT NOT NULL, learner TEXT NOT NULL, platform TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, submitted TEXT, late INTEGER NOT NULL,
    state TEXT NOT NULL, given INTEGER NOT NULL, counts INTEGER NOT NULL,
    modules TEXT NOT NULL DEFAULT '{}',
    UNIQUE (key, work, content)
);
CREATE TABLE results (
    id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL REFERENCES attempts (id),
    state TEXT NOT NULL, graded TEXT NOT NULL, report BLOB NOT NULL, answers BLOB NOT NULL
);
CREATE INDEX results_of_attempt ON results (attempt, id);
"""
SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE class (
    one INTEGER PRIMARY KEY CHECK (one = 1), seed TEXT NOT NULL, course BLOB NOT NULL,
    round INTEGER NOT NULL, since INTEGER NOT NULL
);
{ATTEMPTS}
CREATE TABLE marks (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, exercise TEXT NOT NULL,
    score REAL, comment TEXT NOT NULL, marked TEXT NOT NULL
);
{SUMS}
PRAGMA user_version = {VERSION};
"""
LAST_RESULTS = """
SELECT a.*, r.state = a.state AS settled, r.report, r.answers
FROM attempts a LEFT JOIN results r ON r.id = (SELECT max(id) FROM results WHERE attempt = a.id)
WHERE a.counts = ? ORDER BY a.name, a.id
"""
ORDER = msgspec.json.Decoder(tuple[tuple[int, ...], ...])
WORK = msgspec.json.Decoder(tuple[str, ...])
MODULES = msgspec.json.Decoder(dict[str, str])
ANSWERS = msgspec.msgpack.Decoder(dict[str, str])
REPORTS = msgspec.msgpack.Decoder(Report)
# Version 1 knew a submission by its name alone. What it was, and what it held, shows when it is given again:
# see `Gradebook.begin`.
FROM_1 = f"""
BEGIN IMMEDIATE;
ALTER TABLE results RENAME TO old_results;
DROP INDEX results_of_submission;
ALTER TABLE class RENAME COLUMN batch TO since;
{ATTEMPTS}
INSERT INTO attempts (key, work, content, name, learner, platform,
        first, last, submitted, late, state, given, counts)
    SELECT key, json_array('', name), json_array(name), name, learner, platform,
        place, place, submitted, late, state, batch, counts
    FROM (SELECT *, json_array(
        CASE WHEN submitted IS NULL THEN json_array()
            ELSE json_array(1000000 * CAST(strftime('%s', submitted) AS INTEGER)) END,
        json_array(rank, 0), json_array()
    ) AS place FROM submissions ORDER BY name);
INSERT INTO results
    SELECT r.id, a.id, r.state, r.graded, r.report, r.answers
    FROM old_results r JOIN attempts a ON a.name = r.submission ORDER BY r.id;
DROP TABLE old_results;
DROP TABLE submissions;
PRAGMA user_version = 3;
COMMIT;
"""
# Version 2 did not know what imports what.
FROM_2 = """
BEGIN IMMEDIATE;
ALTER TABLE attempts ADD COLUMN modules TEXT NOT NULL DEFAULT '{}';
PRAGMA user_version = 3;
COMMIT;
"""
# Version 3 did not know what had been changed on the disk.
FROM_3 = f"""
BEGIN IMMEDIATE;
{SUMS}
PRAGMA user_version = {VERSION};
COMMIT;
"""
EARLIER = {1: (FROM_1, FROM_3), 2: (FROM_2, FROM_3), 3: (FROM_3,)}


def entry_of(row: sqlite3.Row) -> Entry:
    """Return a row of `LAST_RESULTS` as it was written."""
    return Entry(
        id=row["id"],
        name=row["name"],
        learner=row["learner"],
        key=row["key"],
        platform=row["platform"],
        work=WORK.decode(row["work"]),
        first=ORDER.decode(row["first"]),
        last=ORDER.decode(row["last"]),
        submitted=row["submitted"],
        late=bool(row["late"]),
        content=row["content"],
        given=row["given"],
        settled=bool(row["settled"]),
        report=report_of(row["report"]) if row["report"] is not None else None,
        modules=MODULES.decode(row["modules"]),
        answers=ANSWERS.decode(row["answers"]) if row["answers"] is not None else {},
    )


def report_of(encoded: bytes) -> Report:
    """Return a report as it was written, its verdicts in the lessons of today."""
    report = REPORTS.decode(encoded)
    return msgspec.structs.replace(report, exercises=[_in_its_lesson(v) for v in report.exercises])


def _in_its_lesson(verdict: Verdict) -> Verdict:
    """Return the verdict; where its lesson is no more, in the one that asks its exercise now."""
    exercise = all_exercises().get(verdict.name)
    if verdict.lesson in LESSONS or exercise is None:
        return verdict
    return msgspec.structs.replace(verdict, lesson=lesson_of(exercise))


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a gradebook of an earlier version to the present one; each step all or nothing."""
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        for step in EARLIER[version]:
            connection.executescript(step)
    except sqlite3.Error:
        connection.rollback()
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
