"""Brightspace: `11111-90001 - Ada Lovelace - Oct 1, 2026 1130 PM/hw.ipynb`; also without folders.

The first number is the learner's, in most installations. Times are the server's, and taken for UTC.
"""

import re
from collections import defaultdict
from datetime import datetime

from grader.submissions.platforms.moments import moment
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

TIME = r"(?:[^\W\d]+\.? \d{1,2}|\d{1,2} [^\W\d]+\.?),? \d{4},? \d{1,2}[:.]?\d\d(?: ?[AaPp][Mm])?"
NAME = re.compile(
    rf"(?P<first>\d+)-(?P<second>\d+) - (?P<name>.+?) - (?P<time>{TIME})(?: - (?P<rest>.+))?", re.IGNORECASE
)


class Reader:
    """Reads Brightspace's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        firsts, seconds = defaultdict(set), set()
        for match in map(_match, met.components):
            if match is not None:
                firsts[match["name"]].add(match["first"])
                seconds.add(match["second"])
        # Else it numbers submissions, and the name alone says whose they are.
        self._has_ids = len(seconds) == 1 or all(len(known) == 1 for known in firsts.values())

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match, below = _match(found.parts[i]), found.parts[i + 1 :]
        if match is None or not (match["rest"] or below):
            return None
        name, rest = match["name"], (match["rest"], *below) if match["rest"] else below
        key = match["first"] if self._has_ids else name
        return [Owner("brightspace", name, rest, key, submitted=_moment(match["time"]))]


def _match(part: str) -> re.Match | None:
    return NAME.fullmatch(printable_name(part))


def _moment(text: str) -> datetime | None:
    """Return a time as Brightspace writes it, in American or European order.

    >>> _moment("Oct 1, 2026 1130 PM") == _moment("1 October 2026 23:30")
    True
    """
    words = re.sub(r"[.,:]", "", text).split()
    day, month, year, clock, *half = words if words[0].isdigit() else [words[1], words[0], *words[2:]]
    plain = f"{day} {month[:3]} {year} {clock[:-2]}:{clock[-2:]} {''.join(half)}".strip()
    return moment(plain, "%d %b %Y %I:%M %p") if half else moment(plain, "%d %b %Y %H:%M")
