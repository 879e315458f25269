"""Microsoft Teams: `Submitted files/Ada Lovelace/Homework 1/Version 2/hw.ipynb`; drafts in `Working files`.

Microsoft translates these words, so what is below says what they are: only what was submitted has versions.
"""

from grader.submissions.endings import suffix_of
from grader.submissions.names import VERSION
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

DEPTH = 2  # folders from the learner's to the version's


class Reader:
    """Reads the folders of Teams, if all that was submitted has versions."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        versioned = {f: place for f in met.works if (place := _place_of_version(f)) is not None}
        self._learner = min(versioned.values(), default=0) - DEPTH
        # Above the learners is a folder of what was submitted, and perhaps another, of drafts.
        self._tops = {f.parts[: self._learner] for f in versioned}
        drafts = [f for f in met.works if f not in versioned]
        self._is_teams = len(set(versioned.values())) == 1 and not any(map(self._is_submitted, drafts))

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        if not self._is_teams or i not in (self._learner, self._learner - 1):
            return None
        if not self._is_submitted(found) or len(found.parts) <= self._learner + 1:
            return []
        name = printable_name(found.parts[self._learner])
        return [Owner("teams", name, found.parts[self._learner + 1 :], name)]

    def _is_submitted(self, found: Found) -> bool:
        return found.parts[: self._learner] in self._tops


def _place_of_version(found: Found) -> int | None:
    """Return which component of a name is a version's folder, under a learner's and an assignment's."""
    for i in range(DEPTH, len(found.parts) - 1):
        if VERSION.fullmatch(found.parts[i]) and suffix_of(found.parts[i - DEPTH]) is None:
            return i
    return None
