"""Names that an instructor or a learner chose: `ada.ipynb`, `ada/hw.ipynb`, `hw1-ada/hw.ipynb`."""

from itertools import takewhile

from grader.submissions.archives import ARCHIVES, stem, suffix_of
from grader.submissions.names import copy_levels, folded, original
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.submissions.submission import SUFFIXES


class Reader:
    """Takes the file's name, or its folder's, for the learner's."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._around = _folders_around(met)
        self._stems = {copy_levels(stem(f.parts[self._place(f)]))[0][0] for f in met.files}

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        """Return whose a file is, whatever `i` is: any name will do."""
        place = self._place(found)
        called, rest = found.parts[place], found.parts[place + 1 :]
        by_file = suffix_of(called) is not None and (not rest or suffix_of(called) in ARCHIVES)
        if by_file:
            called, rest = original(stem(called), self._stems)[0], found.parts[place:]
        return [Owner("", called, rest, None, called, by_file=by_file)]

    def _place(self, found: Found) -> int:
        return min(self._around, len(found.parts) - 1)


def _folders_around(met: Met) -> int:
    """Count the folders around all that was handed in: such a folder is the class's, and no learner's.

    A folder that was given may hold a class of one, so only what branches into folders is a class.
    """
    place, files, common = met.place, met.files, met.common
    if place.is_dir():
        depth = len(common)
        branches = {
            f.parts[depth]
            for f in files
            if len(f.parts) > depth + 1 or suffix_of(f.parts[depth]) not in SUFFIXES
        }
        return depth if len(branches) > 1 else 0
    if suffix_of(place.name) not in ARCHIVES:
        return 0
    around = len(list(takewhile(lambda part: suffix_of(part) not in ARCHIVES, common)))
    if len(files) > 1:
        return around
    is_class = around > 0 and folded(common[0]) == folded(stem(place.name))
    return max(int(is_class), around - 1)
