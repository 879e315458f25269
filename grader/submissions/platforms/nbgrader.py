"""nbgrader: `ada+ps1+2026-10-01 12:00:00 UTC/hw.ipynb` of an exchange, and `submitted/ada/ps1/hw.ipynb`.

A random text may end the exchange's names. In `submitted`, `timestamp.txt` says when it was.
"""

import re
from collections.abc import Collection

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
        places = (p for p in range(len(met.common) + 1) if _are_learners(met, p, self._timestamps))
        self._learner = next(places, None)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        part, below = found.parts[i], found.parts[i + 1 :]
        if below and (match := _match(part)):
            clock = re.sub(r"\D", ":", match["clock"])
            time, user = moment(f"{match['day']} {clock}"), match["user"]
            return [Owner("nbgrader", user, (match["work"], *below), user, submitted=time)]
        if i != self._learner or len(below) < 2:
            return None
        time = moment_in(self._timestamps.get(found.parts[: i + 2]), *FORMATS)
        return [Owner("nbgrader", part, below, printable_name(part), submitted=time)]


def _are_learners(met: Met, place: int, timestamps: Collection[tuple[str, ...]]) -> bool:
    """Tell whether the folders there are learners': most hold a timestamp in a folder of a work.

    Anybody may hand in a file of that name, so one learner's say nothing. Where there is but one folder, it
    may be the class's; it is a learner's in nbgrader's own folder, where each of its works has a timestamp.
    """
    heads = met.heads(place)
    if len(heads) == 1:
        works = {f.parts[: place + 2] for f in met.works}
        return "submitted" in met.common[:place][-1:] and works <= set(timestamps)
    around = (*met.common[:place],)
    stamped = {f[place] for f in timestamps if len(f) == place + 2 and f[:place] == around}
    return met.are_most(stamped, place)


def _match(part: str) -> re.Match | None:
    return NAME.fullmatch(printable_name(part))
