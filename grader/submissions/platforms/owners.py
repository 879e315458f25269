"""What was met in a class's folder or archive, and whose it is: `Met`, `Found`, `Owner`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, Protocol

from grader.submissions.endings import METADATA

TYPED = "no notebook"  # what a text is that was typed in where files are handed in


class Found(NamedTuple):
    """A file that was met.

    Args:
        parts: its name's components, below the path that was given and through archives, as they are there.
        path: where it is now; `None` where it can't be read, or is not.
        date: its own, or the one in an archive, without a zone: good for comparing only.
        reason: why it can't be read; follows its name in a sentence.
        other: it is no notebook, module or archive, but may show that somebody handed in something.
    """

    parts: tuple[str, ...]
    path: Path | None
    date: tuple[int, ...] = ()
    reason: str = ""
    other: bool = False


class Owner(NamedTuple):
    """Whose a file is.

    Args:
        platform: which wrote it; `""` for a plain name.
        called: the learner's name.
        rest: the components of the name that say which work it is.
        key: the platform's id of the learner.
        label: what tells learners apart where there is no id.
        late: the platform's own mark.
        submitted: when, where the platform says so; where it does not say the zone, in UTC.
        file: Canvas's number of the file.
        by_file: the name is the file's own, and not that of a folder.
        aside: what it is instead, if it is no file that the learner handed in: "no notebook", but a text that
            was typed in, "a draft".
    """

    platform: str
    called: str
    rest: tuple[str, ...]
    key: str | None = None
    label: str = ""
    late: bool = False
    submitted: datetime | None = None
    file: int = 0
    by_file: bool = False
    aside: str = ""


@dataclass(frozen=True)
class Met:
    """All that was met in one place, as readers of a platform's names need it.

    Args:
        place: the file, folder or archive that it was met in.
        found: every file of it.
    """

    place: Path
    found: Sequence[Found]

    @cached_property
    def files(self) -> list[Found]:
        """All of them; what has the name of a platform's own file may be a learner's, and is no work."""
        return [f._replace(other=True) if f.parts[-1].lower() in METADATA else f for f in self.found]

    @cached_property
    def works(self) -> list[Found]:
        """Notebooks, modules and archives."""
        return [f for f in self.files if not f.other]

    @cached_property
    def common(self) -> list[str]:
        """The folders around all works, or, where there are none, around all files."""
        heads = zip(*(f.parts[:-1] for f in self.works or self.files), strict=False)
        return [head[0] for head in takewhile(lambda head: len(set(head)) == 1, heads)]

    @cached_property
    def components(self) -> list[str]:
        """The components of names that may say whose a file is: down to where the class branches."""
        return [part for f in self.files for part in f.parts[: len(self.common) + 1]]

    def heads(self, place: int) -> set[str]:
        """Return the components of names that would say whose a file is, were it component `place` of them.

        What lies flat there is somebody's if it is a work.
        """
        around = (*self.common[:place],)
        inside = (f for f in self.files if f.parts[:place] == around)
        return {f.parts[place] for f in inside if len(f.parts) > place + f.other}

    def are_most(self, heads: Collection[str], place: int) -> bool:
        """Tell whether these are the names of most of the class, so that no one learner made them so."""
        return 2 * len(heads) > len(self.heads(place))

    def metadata(self, name: str) -> dict[tuple[str, ...], Found]:
        """Return a platform's own files of this name, by the folder that they are in."""
        return {f.parts[:-1]: f for f in self.found if f.parts[-1].lower() == name}


class Reader(Protocol):
    """Reads the names that one platform gives.

    `problems` are its own files that can't be read.
    """

    problems: list[Found]

    def __init__(self, met: Met) -> None: ...

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        """Return whose a file is if component `i` of its name is this platform's, and `None` if it is not.

        An empty list says that it is no work of anybody's, and to be passed over.
        """
