"""Modules that lie flat in a class's folder and are no learner's work, but what others there import: `apart`.

    hw.ipynb   from helper import act    →  hw's work, with helper.py beside it
    helper.py  def act(x): ...

A file with a name of its own in a class's folder is taken for a learner's. But a module that other such files
import, and that has no answer, is theirs. One that has answers may be another learner's, and nobody gets it;
nor one that is called like a module of Python or an installed package, since that is what they import.
"""

import contextlib
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from grader.errors import UnusableInput
from grader.submissions.cutting import Cutter
from grader.submissions.endings import stem, suffix_of
from grader.submissions.statements import imports_in
from grader.submissions.submission import load, parse
from grader.submissions.works import Work
from grader.text import listed, printable_name

OURS = ("dlcourse", "grader")  # which an installation for development has elsewhere


def apart(works: Sequence[Work], answers: Collection[str]) -> tuple[list[Work], list[str]]:
    """Return the works without such modules, which their users have as `modules`, and remarks on both kinds.

    Args:
        works: all that was handed in.
        answers: the names of exercises.
    """
    folders: dict[tuple[Path, tuple[str, ...]], list[Work]] = defaultdict(list)
    for work in works:
        if work.owner.by_file and not work.is_other and work.found.path and len(work.owner.rest) == 1:
            folder = work.place.parent if work.place == work.found.path else work.place
            folders[folder.absolute(), work.found.parts[:-1]].append(work)
    users: dict[Work, list[str]] = defaultdict(list)
    wishing: dict[Work, list[str]] = defaultdict(list)
    for together in folders.values():
        for user, modules, others in _importing(together, answers):
            user.modules = modules
            for module in modules:
                users[module].append(_name(user))
            for other in others:
                wishing[other].append(_name(user))
    remarks = [
        f"{_name(module)} was taken for a module of {listed(sorted(names))}, where it is imported; if it is "
        "somebody's own work, put it into a folder of that name."
        for module, names in users.items()
    ]
    remarks += [
        f"{_name(other)} was taken for its own learner's work, and is not there where it is imported, in "
        f"{listed(sorted(names))}; files of one learner belong into a folder of that name."
        for other, names in wishing.items()
    ]
    return [work for work in works if work not in users], sorted(remarks)


def _importing(
    together: Sequence[Work], answers: Collection[str]
) -> Iterator[tuple[Work, list[Work], list[Work]]]:
    """Yield a folder's files that are works, the mere modules that each uses, and what else it imports."""
    named = {stem(work.owner.rest[0]): work for work in together if suffix_of(work.owner.rest[0]) == ".py"}
    imported = {work: _imported(work, named) for work in together} if named else {}
    asked = set().union(*imported.values())
    mere = {name for name in asked if not _is_there(name) and _is_without(named[name], answers)}
    for user, names in imported.items():
        if stem(user.owner.rest[0]) in mere and named[stem(user.owner.rest[0])] is user:
            continue
        waiting, found = set(names), set[str]()
        while waiting:
            found.add(name := waiting.pop())
            if name in mere:
                waiting |= imported[named[name]] - found
        yield (
            user,
            [named[name] for name in sorted(found & mere)],
            [named[name] for name in sorted(names - mere)],
        )


def _imported(work: Work, named: Collection[str]) -> set[str]:
    """Return which of these names of modules a file imports, its own left out."""
    path, own = work.found.path, stem(work.owner.rest[0])
    found: set[str] = set()
    assert path is not None
    with contextlib.suppress(UnusableInput):
        data = load(path, work.where)
        if not any(name.encode(errors="replace") in data for name in named if name != own):
            return set()  # most files, and they need not be parsed
        for cell in parse(data, path.suffix, work.where).cells:
            for module, name, _ in imports_in(cell.tree) if cell.tree is not None else ():
                found.add((module or name or "").partition(".")[0])
    return (found & set(named)) - {own}


@cache
def _is_there(name: str) -> bool:
    """Tell whether Python or an installed package has a module of this name, without an import."""
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    has_spec = name.isidentifier() and PathFinder.find_spec(name, sorted(installed)) is not None
    return name in sys.stdlib_module_names or name in OURS or has_spec


def _is_without(module: Work, answers: Collection[str]) -> bool:
    """Tell whether a module can be read, and has no name of an exercise in it."""
    path = module.found.path
    assert path is not None
    try:
        defined = Cutter(parse(load(path, module.where), path.suffix, module.where)).defined()
    except UnusableInput:
        return False
    return defined.isdisjoint(answers)


def _name(work: Work) -> str:
    return "/".join(map(printable_name, work.found.parts))
