"""Names that an instructor or a learner chose: `ada.ipynb`, `ada/hw.ipynb`, `hw1-ada/hw.ipynb`.

Beside such there are files that nobody handed in: a read-me, data, pictures, the task. So what is no
notebook, module or archive is somebody's only
- in a folder beside the learners' folders, whatever it is, if most of the class has folders;
- where notebooks lie without folders, if it is a document as may be handed in in a notebook's place;
and never where a platform gave names to most of the class, or where there is no notebook at all.
"""

from itertools import takewhile

from grader.submissions.endings import ARCHIVES, is_document, is_read, stem, suffix_of
from grader.submissions.names import COPY_OF, copy_levels, folded, original
from grader.submissions.platforms.owners import Found, Met, Owner


class Reader:
    """Takes the file's name, or its folder's, for the learner's.

    Args:
        met: all of the class.
        named: whether a platform gave names to most of it.
    """

    def __init__(self, met: Met, named: bool = False) -> None:
        self.problems: list[Found] = []
        self._around = _folders_around(met)
        self._above = (*met.common,)[: self._around]
        self._stems = {copy_levels(stem(f.parts[self._place(f)]))[0][0] for f in met.works}
        self._has_others = bool(met.works) and not named
        flat = {f.parts[self._place(f)] for f in met.works if self._is_by_file(f)}
        self._has_flat, self._has_folders = bool(flat), not met.are_most(flat, self._around)

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        """Return whose a file is, whatever `i` is: any name will do."""
        if found.other and not self._is_somebodys(found):
            return None
        place, by_file = self._place(found), self._is_by_file(found)
        called, rest = found.parts[place], found.parts[place + 1 :]
        if by_file:
            name = stem(called)
            # A copy that Drive made has lost its learner's name, and is not another's of that name.
            called = name if COPY_OF.fullmatch(name) else original(name, self._stems)[0]
            rest = found.parts[place:]
        return [Owner("", called, rest, None, called, by_file=by_file)]

    def _is_somebodys(self, other: Found) -> bool:
        if not self._has_others or other.parts[: self._around] != self._above:
            return False
        if self._has_flat and is_document(other.parts[-1]):
            return True
        return self._has_folders and len(other.parts) > self._around + 1

    def _is_by_file(self, found: Found) -> bool:
        part, rest = found.parts[self._place(found)], found.parts[self._place(found) + 1 :]
        return not rest or suffix_of(part) in ARCHIVES

    def _place(self, found: Found) -> int:
        return min(self._around, len(found.parts) - 1)


def _folders_around(met: Met) -> int:
    """Count the folders around all that was handed in: such a folder is the class's, and no learner's.

    A folder that was given may hold a class of one, so only what branches into folders is a class.
    """
    place, files, common = met.place, met.works, met.common
    if place.is_dir():
        depth = len(common)
        branches = {
            f.parts[depth]
            for f in files
            if len(f.parts) > depth + 1 or not is_read(suffix_of(f.parts[depth]))
        }
        return depth if len(branches) > 1 else 0
    if suffix_of(place.name) not in ARCHIVES:
        return 0
    around = len(list(takewhile(lambda part: suffix_of(part) not in ARCHIVES, common)))
    if len(files) > 1:
        return around
    is_class = around > 0 and folded(common[0]) == folded(stem(place.name))
    return max(int(is_class), around - 1)
