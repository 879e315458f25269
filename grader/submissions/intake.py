"""How a class's submissions come in: files, folders and archives become a list of what counts, `collect`.

a path → the files below it, archives unpacked   `walking`, `archives`
       → whose each of them is                   `platforms`
       → one name for each learner and file      _name_learners, _name_files
       → the last of repeated submissions        _without_repeats
       → what a person should look at            _remarks
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from grader.errors import UnusableInput
from grader.submissions.archives import ARCHIVES, Store, stem, suffix_of
from grader.submissions.names import copy_levels, folded, original
from grader.submissions.platforms import owners
from grader.submissions.platforms.owners import Found, Owner
from grader.submissions.walking import NOTHING, found
from grader.text import MAX_NAME, printable_name

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_LISTED = 3  # files that a remark names, after the first


class Handed(NamedTuple):
    """A file that somebody handed in, and that counts.

    Args:
        name: what reports call it: its path in the folder or archive, printable, unique in the class.
        learner: whose it is, as people read it; unique in the class.
        key: the platform's id of the learner, or the learner's name where there is none; as unique.
        submitted: when, where the platform says so.
        late: the platform's own mark.
        platform: whose id the key is, "canvas", "moodle" or "gradescope"; "" where it is the learner's name.
        rank: among the learner's files, the higher goes first where no time decides.
        path: where it is now; nowhere, if it can't be read.
        state: stands for all that its verdict depends on: content, seed, exercises; `""` until that is known.
        content: stands for its bytes; `""` until they are read.
        work: which of the learner's works it is: the folded name without numbers of copies, by component. Two
            files of one learner and work are attempts of which one counts.
        order: of two attempts, in this run or in two, the greater is the later. Tuples of whole numbers: the
            platform's time in microseconds, then those of copies, what it is, the file's number, its date.
    """

    name: str
    learner: str
    key: str
    submitted: datetime | None = None
    late: bool = False
    platform: str = ""
    rank: int = 0
    path: Path = Path(os.devnull)
    state: str = ""
    content: str = ""
    work: tuple[str, ...] = ()
    order: tuple[tuple[int, ...], ...] = ()


class Problem(NamedTuple):
    """A file or an archive that could not be read.

    Args:
        name: what reports call it, as `Handed.name`, and unique among those, too.
        learner: whose it is, as `Handed.learner`; `None` where it is nobody's own.
        key: as `Handed.key`.
        reason: one sentence.
        platform: as `Handed.platform`.
        work: as `Handed.work`; of an archive, its name is where the works begin that it would have held.
        order: as `Handed.order`.
    """

    name: str
    learner: str | None
    key: str | None
    reason: str
    platform: str = ""
    work: tuple[str, ...] = ()
    order: tuple[tuple[int, ...], ...] = ()


class Intake(NamedTuple):
    """What a class handed in, the files and problems in the order of the names.

    Args:
        handed: the files that count.
        superseded: a sentence about each that does not, because a later one of its learner does; and, before
            those, what a person should look at.
        problems: what could not be read; it costs nothing but itself.
        repeats: the files that do not count, each before those of its work that go before it.
    """

    handed: list[Handed]
    superseded: list[str]
    problems: list[Problem]
    repeats: list[Handed]


def collect(paths: Sequence[Path | str], into: Path) -> Intake:
    """Find every submission that counts.

    Of one learner's files whose names differ only by the number of a copy, the last counts: by the time that
    the platform gives, then by that number. Then a notebook goes before a module of the same name, and
    Canvas's number of the file, the file's date and the order of the paths decide. A file that can't be read
    leaves an earlier one in force.

    Args:
        paths: notebooks, modules, folders, and archives as Canvas, Moodle and Gradescope give them out.
            One that is given twice is taken once.
        into: a private folder for what is unpacked; each call makes a folder of its own in it.

    Raises:
        UnusableInput: a path can't be read or holds no submission, or two learners can't be told apart.
    """
    store = Store(into)
    works: list[_Work] = []
    nobodys: list[Problem] = []
    for number, path in enumerate(_given(paths)):
        before = len(works)
        for file, learners in owners(path, found(path, store)):
            if not learners:
                name = "/".join(map(printable_name, file.parts))
                nobodys.append(Problem(name, None, None, f"{name} {file.reason}."))
            works += [_Work(path, number, file, owner, len(learners) > 1) for owner in learners]
        if len(works) == before:
            raise UnusableInput(f"{printable_name(str(path), MAX_NAME)} {NOTHING}.")
    _name_learners(works)
    _name_files(works)
    counting, losers, superseded = _without_repeats(works)
    ranks = _ranks(counting)
    unread = _not_made_good([work for work in works if work.found.path is None], counting)
    theirs = [
        Problem(w.name, w.learner, w.key, f"{w.name} {w.found.reason}.", w.platform, w.lesson, w.order)
        for w in unread
    ]
    return Intake(
        sorted(_handed(work, ranks[work]) for work in counting),
        [*_remarks(works, counting), *sorted(superseded)],
        sorted([*nobodys, *theirs]),
        [_handed(work) for work in sorted(losers, key=_order)],
    )


def _handed(work: "_Work", rank: int = 0) -> Handed:
    return Handed(
        name=work.name,
        learner=work.learner,
        key=work.key,
        submitted=work.owner.submitted,
        late=work.owner.late,
        platform=work.platform,
        rank=rank,
        path=work.found.path or Path(os.devnull),
        work=work.lesson,
        order=work.order,
    )


@dataclass(eq=False)
class _Work:
    """A file of one learner.

    Args:
        place: the path that was given and led to it.
        number: the number of that path, or of its folder where the folder says whose the file is.
        found: the file.
        owner: whose it is.
        is_shared: a group handed it in, and there is one of it for each member.
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
        return is_notebook, self.owner.file, self.found.date

    @property
    def order(self) -> tuple[tuple[int, ...], ...]:
        """The same as `handed_in` and `standing`, as whole numbers that a gradebook can keep."""
        moment = self.owner.submitted
        time = (round((moment - EPOCH) / timedelta(microseconds=1)),) if moment is not None else ()
        is_notebook, file, date = self.standing
        return time, *self.attempt, (int(is_notebook), file), date

    @property
    def where(self) -> str:
        inner = self.found.parts if self.place.is_dir() or self.place != self.found.path else ()
        return printable_name("/".join([str(self.place), *inner]), MAX_NAME)


def _given(paths: Sequence[Path | str]) -> list[Path]:
    """Return each path once."""
    if "" in paths:
        raise UnusableInput("A path is empty; name a file, a folder or an archive.")
    once: dict[str, Path] = {}
    for path in paths:
        once.setdefault(os.path.abspath(path), Path(path))
    return list(once.values())


def _name_learners(works: list[_Work]) -> None:
    """Give each learner a name and a key of their own; the platform's id tells two of one name apart."""
    namesakes: dict[str, dict[tuple, _Work]] = defaultdict(dict)
    for work in works:
        namesakes[folded(work.owner.called)].setdefault(work.identity, work)
    names: dict[tuple, str] = {}
    taken: dict[tuple[str, str], _Work] = {}
    for known in namesakes.values():
        without_id = [work for work in known.values() if not work.owner.key]
        for identity, work in known.items():
            name = printable_name(work.owner.called)
            if len(known) > 1 and work.owner.key:
                name = printable_name(f"{name} ({work.owner.key})")
            others = [w for w in without_id if w is not work]
            others += [taken[mark] for mark in _marks(name, work) if mark in taken]
            if others:
                raise UnusableInput(
                    f"{work.where} and {others[0].where} both seem to be "
                    f"{printable_name(work.owner.called)}'s; rename one, or, if they are one "
                    "learner's, put them into one folder of that name."
                )
            names[identity] = name
            taken |= dict.fromkeys(_marks(name, work), work)
    for work in works:
        work.learner = names[work.identity]


def _marks(name: str, work: _Work) -> tuple[tuple[str, str], ...]:
    """Return what no other learner may have."""
    return ("name", folded(name)), ("key", work.owner.key or name)


def _name_files(works: list[_Work]) -> None:
    taken: Counter[str] = Counter()
    for work in works:
        name = "/".join(map(printable_name, work.found.parts))
        if len(name) > MAX_NAME:
            name = printable_name(name, MAX_NAME)
        if work.is_shared:
            name += f" ({work.learner})"
        work.name = name
        while work.name in taken:
            taken[name] += 1
            work.name = f"{name} ({taken[name]})"
        taken[work.name] += 1


def _without_repeats(works: list[_Work]) -> tuple[list[_Work], list[_Work], list[str]]:
    """Return the files that count, those that do not, and sentences about these."""
    stems = defaultdict(set)
    for work in works:
        for i, part in _numbered(work):
            stems[work.learner, i].add(copy_levels(folded(stem(part)))[0][0])
    last: dict[tuple, _Work] = {}
    losers = []
    for work in works:
        lesson = list(work.owner.rest)
        attempt: list[tuple[int, ...]] = [()] * len(work.owner.rest)
        for i, part in _numbered(work):
            # Canvas numbers the copies of whatever it takes.
            known = None if i == 0 and work.owner.platform == "canvas" else stems[work.learner, i]
            lesson[i], attempt[i] = original(folded(stem(part)), known)
        work.lesson, work.attempt = tuple(map(folded, lesson)), tuple(attempt)
        if work.found.path is not None:
            other = last.setdefault((work.learner, work.lesson), work)
            if other is not work:
                loser, winner = sorted((other, work), key=_order)
                losers.append(loser)
                last[work.learner, work.lesson] = winner
    sentences = []
    for loser in losers:
        winner = last[loser.learner, loser.lesson]
        better = "is later" if winner.handed_in > loser.handed_in else "goes before it"
        sentences.append(f"{loser.name} does not count: {winner.name}, of {loser.learner} too, {better}.")
    return list(last.values()), losers, sentences


def _order(work: _Work) -> tuple:
    return *work.handed_in, *work.standing, work.number


def _numbered(work: _Work) -> Iterator[tuple[int, str]]:
    """Yield the components of a name that a program may have numbered: the file, and archives around it."""
    rest = work.owner.rest
    for i, part in enumerate(rest):
        is_titled = i == 0 and work.owner.platform == "canvas"
        if i == len(rest) - 1 or suffix_of(part) in ARCHIVES or is_titled:
            yield i, part


def _not_made_good(problems: list[_Work], counting: list[_Work]) -> list[_Work]:
    """Return the problems but for those after which the learner handed in the same again."""
    by_learner = defaultdict(list)
    for work in counting:
        by_learner[work.learner].append(work)

    def makes_good(work: _Work, problem: _Work) -> bool:
        size = len(problem.lesson)
        (submitted, attempt), before = work.handed_in, problem.handed_in
        later = (submitted, attempt[:size], work.owner.file) > (*before, problem.owner.file)
        return later and work.lesson[:size] == problem.lesson

    return [p for p in problems if not any(makes_good(work, p) for work in by_learner[p.learner])]


def _ranks(counting: list[_Work]) -> dict[_Work, int]:
    """Number each learner's files from 0 by what they are and by their dates; the same for what is equal."""
    standings = defaultdict(set)
    for work in counting:
        standings[work.learner].add(work.standing)
    ranks = {
        (learner, standing): rank
        for learner, known in standings.items()
        for rank, standing in enumerate(sorted(known))
    }
    return {work: ranks[work.learner, work.standing] for work in counting}


def _remarks(works: list[_Work], counting: list[_Work]) -> list[str]:
    """Return sentences about what nothing decides for sure, the most important first."""
    copies = defaultdict(set)
    for work in works:
        if work.owner.by_file:
            copies[work.learner].add(work.owner.rest[0])
    remarks = [
        f"Careful: {len(names)} files of the name {learner} were taken for repeats of one learner's work; "
        "if several people handed them in, name each file after its learner."
        for learner, names in sorted(copies.items())
        if len(names) > 2
    ]
    if (
        not remarks
        and len(works) > 1
        and len({work.learner for work in works}) == 1
        and not works[0].platform
    ):
        remarks.append(
            f"Careful: all {len(works)} files were taken for one learner's, {works[0].learner}; "
            "if they are several people's, put each learner's into a folder of that name."
        )
    return [*remarks, *sorted(_may_answer_the_same(counting))]


def _may_answer_the_same(counting: list[_Work]) -> Iterator[str]:
    """Say which of a learner's files goes first where neither times nor numbers in names tell them apart."""
    at_once = defaultdict(list)
    for work in counting:
        at_once[work.learner, work.owner.submitted, work.owner.file].append(work)
    for (learner, *_), works in at_once.items():
        parts = zip(*(work.lesson for work in works), strict=False)
        shared = len(list(takewhile(lambda part: len(set(part)) == 1, parts)))
        # A version's number, as in "hw_v2", is no lesson's.
        lessons = [tuple(re.findall(r"(?<![v\d])\d+", "/".join(work.lesson[shared:]))) for work in works]
        if len(works) == 1 or (all(lessons) and len(set(lessons)) == len(works)):
            continue
        first, *others = (w.name for w in sorted(works, key=lambda w: (w.standing, w.name), reverse=True))
        listed = ", ".join(others[:MAX_LISTED])
        more = f" and {len(others) - MAX_LISTED:,} more" if len(others) > MAX_LISTED else ""
        yield (
            f"{learner} handed in {len(works)} files that may answer the same exercises: "
            f"{'both' if len(works) == 2 else 'all'} are graded, and {first} goes before {listed}{more}."
        )
