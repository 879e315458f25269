"""A checksum in each row of a gradebook: what was changed on the disk is known when the book is opened.

SQLite's own check sees whether its pages hang together, not whether what is in them is what was written.
"""

import hashlib
import sqlite3
from pathlib import Path

from grader.errors import UnusableInput

COLUMNS = {
    "class": "one seed course round since",
    "attempts": (
        "id key work content name learner platform first last submitted late state given counts modules"
    ),
    "results": "id attempt state graded report answers",
    "marks": "id key exercise score comment marked",
}
# What to call a row in a sentence.
CALLED = {
    "class": "SELECT 'the seed and the settings of the class'",
    "attempts": "SELECT name FROM attempts WHERE id = :row",
    "results": "SELECT name FROM attempts WHERE id = (SELECT attempt FROM results WHERE id = :row)",
    "marks": "SELECT 'a mark of the instructor'",
}


def _sum_of(table: str) -> str:
    return f"checksum({', '.join(f'CAST({column} AS BLOB)' for column in COLUMNS[table].split())})"


def _triggers(table: str) -> str:
    update = f"UPDATE {table} SET sum = {_sum_of(table)}"
    return "".join(
        f"CREATE TRIGGER {table}_{act.lower()} AFTER {act} ON {table} "
        f"BEGIN {update} WHERE rowid = new.rowid; END;\n"
        for act in ("INSERT", "UPDATE")
    )


# Adds sums to tables that have none. SQLite runs no trigger within itself, so none is summed without end. By
# the indexes it is known that no row is gone; the other tables have theirs.
SUMS = "".join(
    f"ALTER TABLE {table} ADD COLUMN sum BLOB;\n"
    f"UPDATE {table} SET sum = {_sum_of(table)};\n{_triggers(table)}"
    for table in COLUMNS
)
SUMS += "CREATE INDEX all_marks ON marks (id, key);\n"


def register(connection: sqlite3.Connection) -> None:
    """Teach a connection how rows are summed; without it, nothing can be written."""
    connection.create_function("checksum", -1, _checksum, deterministic=True)


def _checksum(*values: bytes | None) -> bytes:
    return hashlib.sha256(repr(values).encode()).digest()[:16]


def require_sound(connection: sqlite3.Connection, path: Path | None) -> None:
    """Make sure that a gradebook holds what was written.

    Raises:
        UnusableInput: rows are not what was written; says which.
        sqlite3.DatabaseError: the file doesn't hang together.
    """
    try:
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone()["integrity_check"]
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)
        lost = [
            str(_called(connection, table, row["number"]))
            for table in COLUMNS
            for row in connection.execute(
                f"SELECT rowid AS number FROM {table} WHERE sum IS NOT {_sum_of(table)}"
            )
        ]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # the disk is full, the file is locked
            raise
        raise sqlite3.DatabaseError(str(error)) from None  # a table or column is not there
    if lost:
        others = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise UnusableInput(
            f"{path} is damaged: what it holds of {lost[0]}{others} is not what was written. Bring back a "
            "copy; or put it aside, and grade all again."
        )


def _called(connection: sqlite3.Connection, table: str, row: int) -> str:
    named = connection.execute(CALLED[table], {"row": row}).fetchone()
    return named[0] if named else f"a row in {table}"
