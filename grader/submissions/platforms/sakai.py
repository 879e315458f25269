"""Sakai: `Lovelace, Ada(alovelace)/Submission attachment(s)/hw.ipynb`, and when in `timestamp.txt`.

Also without folders, as `Lovelace, Ada(alovelace)_Submission attachment(s)_hw.ipynb`. What else is in a
learner's folder is Sakai's or the instructor's, but for the text that was typed in.
"""

import re

from grader.submissions.endings import TIMESTAMP
from grader.submissions.platforms.moments import moment_in
from grader.submissions.platforms.owners import TYPED, Found, Met, Owner
from grader.text import printable_name

ATTACHMENTS = "Submission attachment(s)"
TEXT = "_submissionText.html"
NAME = re.compile(rf"(?P<name>.+)\((?P<key>[^()\s]+)\)(?:_{re.escape(ATTACHMENTS)}_(?P<rest>.+))?")


class Reader:
    """Reads Sakai's names."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._timestamps = met.metadata(TIMESTAMP)
        places = (p for p in range(len(met.common) + 1) if _are_learners(met, p))
        self._learner = next(places, None)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match, below = NAME.fullmatch(printable_name(found.parts[i])), found.parts[i + 1 :]
        if match is None or not (match["rest"] or (below and i == self._learner)):
            return None
        time = moment_in(self._timestamps.get(found.parts[: i + 1]), "%Y%m%d%H%M%S%f")
        owner = Owner("sakai", match["name"], (), match["key"], submitted=time)
        if match["rest"]:
            return [owner._replace(rest=(match["rest"], *below))]
        if below[0] == ATTACHMENTS and len(below) > 1:
            return [owner._replace(rest=below[1:])]
        return [owner._replace(rest=below, aside=TYPED)] if below[0].endswith(TEXT) else []


def _are_learners(met: Met, place: int) -> bool:
    """Tell whether the folders there are learners': most hold what was handed in, or the only one does."""
    around = (*met.common[:place],)
    inside = [f.parts for f in met.files if len(f.parts) > place + 1 and f.parts[:place] == around]
    handed_in = {parts[place] for parts in inside if parts[place + 1] == ATTACHMENTS}
    typed_in = {parts[place] for parts in inside if parts[place + 1].endswith(TEXT)}
    is_class = len(met.heads(place)) > 1
    return bool(handed_in or is_class or not met.works) and met.are_most(handed_in | typed_in, place)
