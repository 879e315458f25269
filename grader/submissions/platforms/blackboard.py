"""Blackboard: `Homework 1_alovelace_attempt_2026-10-01-12-30-45_hw.ipynb`, title, login, time in UTC, file.

The text of an attempt is beside it, as `…_attempt_2026-10-01-12-30-45.txt`. nbgrader's `zip_collect` takes
such names too.
"""

import re

from grader.submissions.platforms.moments import moment
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

NAME = re.compile(
    r"(?P<before>.+?_.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|(?P<text>\.txt))?"
)


class Reader:
    """Reads Blackboard's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        matches = map(_match, met.components)
        self._titles = sorted({m["before"].rpartition("_")[0] for m in matches if m}, key=len)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match, below = _match(found.parts[i]), found.parts[i + 1 :]
        if match is None or not (match["rest"] or match["text"] or below):
            return None
        # A login may hold `_`, but a title that stands alone before another login ends where that one does.
        before = match["before"]
        title = next(title for title in self._titles if before.startswith(f"{title}_"))
        login = before.removeprefix(f"{title}_")
        rest = (title, *filter(None, [match["rest"] or match["text"]]), *below)
        time = moment(match["time"], "%Y-%m-%d-%H-%M-%S")
        return [Owner("blackboard", login, rest, login, submitted=time)]


def _match(part: str) -> re.Match | None:
    return NAME.fullmatch(printable_name(part))
