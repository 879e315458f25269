"""nbgrader: `ada+ps1+2026-10-01 12:00:00 UTC/hw.ipynb` of an exchange, and `submitted/ada/ps1/hw.ipynb`.

A random text may end the exchange's names. In `submitted`, `timestamp.txt` says when it was.
"""

import re

from grader.submissions.endings import TIMESTAMP
from grader.submissions.platforms.moments import moment, moment_in
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

# Unpacking on Windows takes colons away.
NAME = re.compile(
    r"(?P<user>.+)\+(?P<work>[^+]+)\+(?P<day>\d{4}-\d\d-\d\d)[ _](?P<clock>\d\d[:_.-]\d\d[:_.-]\d\d)"
    r"(?:\.\d+)?(?: [A-Z]+)?(?:\+[^+]+)?"
)
FORMATS = ("%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%d %H:%M:%S UTC")


class Reader:
    """Reads nbgrader's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._timestamps = met.metadata(TIMESTAMP)
        # Each of them is in the folder of a work, in the folder of a learner; Sakai's is in a learner's.
        works = [f for f in self._timestamps if f and not f[-1].endswith(")") and not _match(f[-1])]
        self._depths = {len(folder) - 2 for folder in works}

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        part, below = found.parts[i], found.parts[i + 1 :]
        if below and (match := _match(part)):
            clock = re.sub(r"\D", ":", match["clock"])
            time, user = moment(f"{match['day']} {clock}"), match["user"]
            return [Owner("nbgrader", user, (match["work"], *below), user, submitted=time)]
        if i not in self._depths or len(below) < 2:
            return None
        time = moment_in(self._timestamps.get(found.parts[: i + 2]), *FORMATS)
        return [Owner("nbgrader", part, below, printable_name(part), submitted=time)]


def _match(part: str) -> re.Match | None:
    return NAME.fullmatch(printable_name(part))
