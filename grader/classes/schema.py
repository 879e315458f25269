"""What is in the gradebook's file, and how one of before becomes one of today: `SCHEMA`, `migrate`."""

import sqlite3

APPLICATION_ID = 0x646C6362  # "dlcb", in the file's header
VERSION = 2
ATTEMPTS = """
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, work TEXT NOT NULL, content TEXT NOT NULL,
    name TEXT NOT NULL, learner TEXT NOT NULL, platform TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, submitted TEXT, late INTEGER NOT NULL,
    state TEXT NOT NULL, given INTEGER NOT NULL, counts INTEGER NOT NULL,
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
PRAGMA user_version = {VERSION};
CREATE TABLE class (
    one INTEGER PRIMARY KEY CHECK (one = 1), seed TEXT NOT NULL, course BLOB NOT NULL,
    round INTEGER NOT NULL, since INTEGER NOT NULL
);
{ATTEMPTS}
CREATE TABLE marks (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, exercise TEXT NOT NULL,
    score REAL, comment TEXT NOT NULL, marked TEXT NOT NULL
);
"""
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
PRAGMA user_version = 2;
COMMIT;
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a gradebook of version 1 to the present one, all or nothing."""
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        connection.executescript(FROM_1)
    except sqlite3.Error:
        connection.rollback()
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
