"""Microsoft Teams: `Submitted files/Ada Lovelace/Homework 1/Version 2/hw.ipynb`; drafts in `Working files`.

Microsoft translates these words, so what is below says what they are: only what was submitted has versions.
"""

import itertools

from grader.submissions.names import VERSION
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

DEPTH = 2  # folders from the learner's to the version's


class Reader:
    """Reads the folders of Teams, if most of what was submitted has versions."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._tops = _tops(met)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        if self._tops is None:
            return None
        submitted, drafts = self._tops
        learner = len(submitted)
        top = found.parts[:learner]
        if i not in (learner, learner - 1) or top not in (submitted, drafts):
            return None
        if len(found.parts) <= learner + 1:
            return [] if found.other else None
        name = printable_name(found.parts[learner])
        aside = "a draft" if top == drafts else ""
        return [Owner("teams", name, found.parts[learner + 1 :], name, aside=aside)]


Top = tuple[str, ...]


def _tops(met: Met) -> tuple[Top, Top | None] | None:
    """Return the folder of what was submitted, and the one of drafts if there is, or `None` if neither is.

    Anybody may hand in folders with versions, so they tell only where most of the class has them, or, if it
    is a class of one, all that it handed in.
    """
    top, place = (*met.common,), len(met.common)
    versioned = {f.parts[place] for f in met.works if _is_version(f, top)}
    if len(versioned) > 1 and met.are_most(versioned, place):
        return top, None
    for place in range(len(met.common) if met.works else 0):
        if len(met.heads(place)) == 1 and all(_is_version(f, top[:place]) for f in met.works):
            return top[:place], None
    tops = {f.parts[: len(met.common) + 1] for f in met.works}
    if len(tops) != 2:
        return None
    for submitted, drafts in itertools.permutations(tops):
        learners = {f.parts[len(submitted)] for f in met.works if _is_version(f, submitted)}
        versions = [_is_version(f, submitted) for f in met.works if _is_in(f, submitted)]
        # Who has submitted something has a draft of it, too.
        drafted = {
            f.parts[len(drafts)] for f in met.works if _is_in(f, drafts) and len(f.parts) > len(drafts)
        }
        if len(learners) > 1 and all(versions) and learners & drafted:
            return submitted, drafts
    return None


def _is_version(found: Found, top: Top) -> bool:
    """Tell whether a file is in a version's folder, in an assignment's, in a learner's under this one."""
    below = found.parts[len(top) :]
    return _is_in(found, top) and len(below) > DEPTH + 1 and VERSION.fullmatch(below[DEPTH]) is not None


def _is_in(found: Found, top: Top) -> bool:
    return found.parts[: len(top)] == top
