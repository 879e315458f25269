"""Sakai: `Lovelace, Ada(alovelace)/Submission attachment(s)/hw.ipynb`, and when in `timestamp.txt`.

Also without folders, as `Lovelace, Ada(alovelace)_Submission attachment(s)_hw.ipynb`. What else is in a
learner's folder is Sakai's or the instructor's, but for the text that was typed in.
"""

import re

from grader.submissions.endings import TIMESTAMP
from grader.submissions.platforms.moments import moment_in
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

ATTACHMENTS = "Submission attachment(s)"
TEXT = "_submissionText.html"
NAME = re.compile(rf"(?P<name>.+)\((?P<key>[^()\s]+)\)(?:_{re.escape(ATTACHMENTS)}_(?P<rest>.+))?")


class Reader:
    """Reads Sakai's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._timestamps = met.metadata(TIMESTAMP)
        handed_in = (f.parts[: f.parts.index(ATTACHMENTS)] for f in met.files if ATTACHMENTS in f.parts)
        typed_in = (f.parts[:-1] for f in met.files if f.parts[-1].endswith(TEXT))
        self._learners = {*self._timestamps, *handed_in, *typed_in}

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match, below = NAME.fullmatch(printable_name(found.parts[i])), found.parts[i + 1 :]
        if match is None or not (match["rest"] or found.parts[: i + 1] in self._learners):
            return None
        time = moment_in(self._timestamps.get(found.parts[: i + 1]), "%Y%m%d%H%M%S%f")
        owner = Owner("sakai", match["name"], (), match["key"], submitted=time)
        if match["rest"]:
            return [owner._replace(rest=(match["rest"], *below))]
        if below[0] == ATTACHMENTS and len(below) > 1:
            return [owner._replace(rest=below[1:])]
        return [owner._replace(rest=below, aside=True)] if below[0].endswith(TEXT) else []
