"""A file of one learner on its way through the intake: `Work`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.submissions.endings import ARCHIVES, stem, suffix_of
from grader.submissions.names import is_test, original, versions
from grader.submissions.platforms.owners import Found, Owner
from grader.text import MAX_NAME, printable_name

Order = tuple[tuple[int, ...], ...]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Work:
    """A file of one learner.

    Args:
        place: the path that was given and led to it.
        number: the number of that path, or of its folder where the folder says whose the file is.
        found: the file.
        owner: whose it is.
        is_shared: a group handed it in, and there is one of it for each member.
        modules: those in its folder that it imports and that are nobody's own work.
    """

    place: Path
    number: int
    found: Found
    owner: Owner
    is_shared: bool
    # Known when all of the class is:
    name: str = ""
    learner: str = ""
    lesson: tuple[str, ...] = ()
    attempt: tuple[tuple[int, ...], ...] = ()
    modules: list["Work"] = field(default_factory=list)

    @property
    def is_other(self) -> bool:
        """Whether it is nothing that could be graded."""
        return self.found.other or bool(self.owner.aside)

    @property
    def kind(self) -> str:
        """What it is, if it is nothing that could be graded."""
        return self.owner.aside or "no notebook"

    @property
    def identity(self) -> tuple:
        """What makes two files one learner's: the platform's id, or else the name in this place."""
        return self.owner.platform, self.owner.key or (self.number, self.owner.label)

    @property
    def key(self) -> str:
        return self.owner.key or self.learner

    @property
    def platform(self) -> str:
        return self.owner.platform if self.owner.key else ""

    @property
    def handed_in(self) -> tuple:
        return self.owner.submitted or datetime.min.replace(tzinfo=UTC), self.attempt

    @property
    def standing(self) -> tuple:
        """What decides between files that were handed in at one time."""
        is_notebook = self.found.path is not None and suffix_of(self.found.path.name) == ".ipynb"
        return is_notebook, versions("/".join(self.lesson)), self.owner.file, self.found.date

    @property
    def order(self) -> Order:
        """The same as `handed_in` and `standing`, as whole numbers that a gradebook can keep."""
        moment = self.owner.submitted
        time = (round((moment - EPOCH) / timedelta(microseconds=1)),) if moment is not None else ()
        is_notebook, numbers, file, date = self.standing
        return time, *self.attempt, (int(is_notebook),), numbers, (file,), date

    @property
    def upload(self) -> tuple:
        """What files share that were handed in together: learner, time, and the folders above."""
        above = self.found.parts[: len(self.found.parts) - len(self.owner.rest)]
        return self.learner, self.number, self.owner.submitted, above

    @property
    def whole(self) -> str:
        """The path, as it is."""
        inner = self.found.parts if self.place.is_dir() or self.place != self.found.path else ()
        return "/".join([str(self.place), *inner])

    @property
    def where(self) -> str:
        return printable_name(self.whole, MAX_NAME)

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Yield the components of the name that a program may have numbered: file, and archives around it."""
        rest = self.owner.rest
        for i, part in enumerate(rest):
            is_titled = i == 0 and self.owner.platform == "canvas"
            if i == len(rest) - 1 or suffix_of(part) in ARCHIVES or is_titled:
                yield i, part


def place(work: tuple[str, ...], order: Order, name: str, is_imported: bool = False) -> tuple:
    """Return the place of a file among different works of one learner, of which the last goes first.

    At one time, a file goes before modules that it imports, a notebook before other modules, an answer before
    its tests, and what lies further out before what lies further in.

    Args:
        work: as `Work.lesson`.
        order: as `Work.order`.
        name: what reports call it; it decides between equals.
        is_imported: whether another of the files imports it.
    """
    size = len(work)
    time, kind, rest = order[0], order[1 + size : 2 + size], order[2 + size :]
    return time, not is_imported, kind, not is_test(work), -size, rest, name


def modules_beside(work: Work, others: Iterable[Work]) -> dict[str, Path]:
    """Return a file's modules: its own, and those in its folder and below, by their paths from there."""
    around = work.owner.rest[:-1]
    found: dict[str, Path] = {}
    for other in (*others, *work.modules):
        *folders, last = other.owner.rest
        path = other.found.path
        if path is None or suffix_of(last) != ".py" or other.lesson == work.lesson:
            continue
        if tuple(folders[: len(around)]) == around:
            # Canvas numbers the copies of whatever it takes: `helper-1.py`.
            name = original(stem(last), None)[0] if other.owner.platform == "canvas" else stem(last)
            found["/".join([*folders[len(around) :], f"{name}.py"])] = path
    return found
