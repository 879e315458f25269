"""How a class's submissions come in: files, folders and archives become a list of what counts, `collect`.

a path → the files below it, archives unpacked   `walking`, `archives`
       → whose each of them is                   `platforms`
       → modules that are nobody's work         `modules`
       → one name for each learner and file      _name_learners, _name_files
       → the last of repeated submissions        `attempts`
       → what a person should look at            `remarks`
"""

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from grader.errors import UnusableInput
from grader.submissions.archives import Store
from grader.submissions.attempts import decide
from grader.submissions.modules import apart
from grader.submissions.names import folded, told_apart
from grader.submissions.platforms import owners
from grader.submissions.remarks import remarks
from grader.submissions.walking import NOTHING, found
from grader.submissions.works import Order, Work, modules_beside
from grader.text import MAX_NAME, printable_name


class Handed(NamedTuple):
    """A file that somebody handed in, and that counts.

    Args:
        name: what reports call it: its path in the folder or archive, printable, unique in the class.
        learner: whose it is, as people read it; unique in the class.
        key: the platform's id of the learner, or the learner's name where there is none; as unique.
        submitted: when, where the platform says so.
        late: the platform's own mark.
        platform: whose id the key is, "canvas" or another of `platforms`; "" where it is the learner's name.
        path: where it is now; nowhere, if it can't be read.
        state: stands for all that its verdict depends on: content, seed, exercises; `""` until that is known.
        content: stands for its bytes; `""` until they are read.
        work: which of the learner's works it is: the folded name without numbers of copies, by component. Two
            files of one learner and work are attempts of which one counts.
        order: of two attempts, in this run or in two, the greater is the later. Tuples of whole numbers: the
            platform's time in microseconds, then those of copies, what it is, the file's number, its date.
        beside: the learner's modules in its folder and below, by their paths as seen from there.
        modules: what stands for the bytes of those that it imports, by path; `""` for what is not beside it.
    """

    name: str
    learner: str
    key: str
    submitted: datetime | None = None
    late: bool = False
    platform: str = ""
    path: Path = Path(os.devnull)
    state: str = ""
    content: str = ""
    work: tuple[str, ...] = ()
    order: Order = ()
    beside: tuple[tuple[str, Path], ...] = ()
    modules: Mapping[str, str] = MappingProxyType({})


class Problem(NamedTuple):
    """A file or an archive that is not graded: it can't be read, or its learner handed in no notebook at all.

    Args:
        name: what reports call it, as `Handed.name`, and unique among those, too.
        learner: whose it is, as `Handed.learner`; `None` where it is nobody's own.
        key: as `Handed.key`.
        reason: one sentence.
        platform: as `Handed.platform`.
        work: as `Handed.work`; where the works begin that it would have held: of an archive, with its name,
            and empty of what is no notebook.
        order: as `Handed.order`.
    """

    name: str
    learner: str | None
    key: str | None
    reason: str
    platform: str = ""
    work: tuple[str, ...] = ()
    order: Order = ()


class Intake(NamedTuple):
    """What a class handed in, the files and problems in the order of the names.

    Args:
        handed: the files that count.
        remarks: what a person should look at, in sentences, the most important first.
        problems: what could not be read; it costs nothing but itself.
        repeats: the files that another attempt at the same work goes before. One of them counts after all if
            there is no answer in that.
    """

    handed: list[Handed]
    remarks: list[str]
    problems: list[Problem]
    repeats: list[Handed]


def collect(paths: Sequence[Path | str], into: Path, answers: Collection[str] = ()) -> Intake:
    """Find every submission that counts.

    Of attempts at one work the last counts that can be read, as `attempts` has it. Who handed in something,
    but no notebook, is among the problems.

    Args:
        paths: notebooks, modules, folders, and archives as the platforms give them out. One that is given
            twice is taken once.
        into: a private folder for what is unpacked; each call makes a folder of its own in it.
        answers: the names of exercises; what defines one of them is no mere module of others.

    Raises:
        UnusableInput: a path can't be read or holds no submission, or two learners can't be told apart.
    """
    store = Store(into)
    works: list[Work] = []
    nobodys: list[Problem] = []
    for number, path in enumerate(_given(paths)):
        before = len(works)
        for file, learners in owners(path, found(path, store)):
            if not learners:
                name = "/".join(map(printable_name, file.parts))
                nobodys.append(Problem(name, None, None, f"{name} {file.reason}."))
            works += [Work(path, number, file, owner, len(learners) > 1) for owner in learners]
        if len(works) == before:
            raise UnusableInput(f"{printable_name(str(path), MAX_NAME)} {NOTHING}.")
    works, about_modules = apart(works, answers)
    _name_learners(works)
    _name_files(works)
    counting, without_notebook, problems, repeats = decide(works)
    by_learner = defaultdict(list)
    for work in counting:
        by_learner[work.learner].append(work)
    return Intake(
        sorted(_handed(work, by_learner[work.learner]) for work in counting),
        [*remarks(works, counting), *about_modules, *sorted(without_notebook)],
        sorted(
            [
                *nobodys,
                *(
                    Problem(w.name, w.learner, w.key, reason, w.platform, w.lesson, w.order)
                    for w, reason in problems
                ),
            ]
        ),
        [_handed(work, by_learner[work.learner]) for work in repeats],
    )


def _handed(work: Work, theirs: Sequence[Work]) -> Handed:
    return Handed(
        name=work.name,
        learner=work.learner,
        key=work.key,
        submitted=work.owner.submitted,
        late=work.owner.late,
        platform=work.platform,
        path=work.found.path or Path(os.devnull),
        work=work.lesson,
        order=work.order,
        beside=tuple(sorted(modules_beside(work, theirs).items())),
    )


def _given(paths: Sequence[Path | str]) -> list[Path]:
    """Return each path once."""
    if "" in paths:
        raise UnusableInput("A path is empty; name a file, a folder or an archive.")
    once: dict[str, Path] = {}
    for path in paths:
        once.setdefault(os.path.abspath(path), Path(path))
    return list(once.values())


def _name_learners(works: list[Work]) -> None:
    """Give each learner a name and a key of their own; the platform's id tells two of one name apart."""
    namesakes: dict[str, dict[tuple, Work]] = defaultdict(dict)
    for work in works:
        namesakes[folded(work.owner.called)].setdefault(work.identity, work)
    names: dict[tuple, str] = {}
    taken: dict[tuple[str, str], Work] = {}
    for known in namesakes.values():
        without_id = [work for work in known.values() if not work.owner.key]
        for identity, work in known.items():
            name = printable_name(work.owner.called)
            if len(known) > 1 and work.owner.key:
                name = _with_id(name, work)
            while (
                (other := taken.get(("name", folded(name))))
                and (other.owner.key and work.owner.key)  # else nothing tells one from the other
                and (longer := _with_id(name, work)) != name
            ):
                name = longer
            others = [w for w in without_id if w is not work]
            others += [taken[mark] for mark in _marks(name, work) if mark in taken]
            if others:
                one, two = told_apart(work.whole, others[0].whole)
                raise UnusableInput(
                    f"{one} and {two} both seem to be "
                    f"{printable_name(work.owner.called)}'s; rename one, or, if they are one "
                    "learner's, put them into one folder of that name."
                )
            names[identity] = name
            taken |= dict.fromkeys(_marks(name, work), work)
    for work in works:
        work.learner = names[work.identity]


def _with_id(name: str, work: Work) -> str:
    return printable_name(f"{name} ({work.owner.key})")


def _marks(name: str, work: Work) -> tuple[tuple[str, str], ...]:
    """Return what no other learner may have."""
    return ("name", folded(name)), ("key", work.owner.key or name)


def _name_files(works: list[Work]) -> None:
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
