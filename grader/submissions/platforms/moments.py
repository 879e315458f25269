"""Times as platforms write them into names and files: `moment`."""

from datetime import UTC, datetime

from grader.submissions.platforms.owners import Found

MAX_BYTES = 200  # of a file that holds one time


def moment(text: str, *formats: str) -> datetime | None:
    """Return the time that a text says in one of some formats, or `None`.

    Where it does not say its zone it is taken to be in UTC: attempts are in order then, and against a due
    date it is wrong by the zone of the platform's server, which nothing here knows.

    Args:
        text: the text.
        formats: as `datetime.strptime` has them; ISO 8601 if there are none.

    >>> moment("2026-10-01-12-30-45", "%Y-%m-%d-%H-%M-%S").isoformat()
    '2026-10-01T12:30:45+00:00'
    """
    for form in formats or (None,):
        try:
            found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def moment_in(found: Found | None, *formats: str) -> datetime | None:
    """Return the time that is all that a file holds, as `moment` does."""
    if found is None or found.path is None:
        return None
    try:
        with found.path.open("rb") as file:
            text = file.read(MAX_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return None
    return moment(text, *formats) or moment(text.removesuffix(" UTC"))
