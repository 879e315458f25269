"""Google Classroom: `Ada Lovelace - hw.ipynb`, the learner's name and the assignment's, beside each other."""

from collections import defaultdict

from grader.submissions.endings import stem
from grader.submissions.names import COPY_OF, copy_levels, folded
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

BETWEEN = " - "


class Reader:
    """Reads names of files that end alike, and begin with the names of several learners."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._place = len(met.common)
        names = defaultdict(set)
        for part in (f.parts[self._place] for f in met.files if len(f.parts) > self._place):
            if BETWEEN in part and stem(part) != part:
                name, title = _halves(part)
                names[_same(title)].add(folded(name))
        self._titles = {title for title, known in names.items() if len(known) > 1}

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        part = found.parts[i]
        if i != self._place or BETWEEN not in part or _same(_halves(part)[1]) not in self._titles:
            return None
        name = printable_name(_halves(part)[0])
        return [Owner("google", name, (_halves(part)[1], *found.parts[i + 1 :]), name)]


def _halves(part: str) -> tuple[str, str]:
    """Return the learner's name and the rest.

    >>> _halves("Copy of Ada Lovelace - hw.ipynb")
    ('Ada Lovelace', 'hw.ipynb')
    """
    name, _, title = part.partition(BETWEEN)
    return (name.split(" ", 2)[2] if COPY_OF.fullmatch(name) else name), title


def _same(title: str) -> str:
    """Return what the copies of a title have in common."""
    return copy_levels(folded(stem(title)))[-1][0]
