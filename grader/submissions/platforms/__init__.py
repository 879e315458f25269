"""Learning platforms: whose a file is by the names that each gives, and the grades as each imports them.

owners       what readers are given and return
moments      times in names and files
canvas, moodle, gradescope, blackboard, brightspace, sakai, ilias, nbgrader, github, google, teams
             a file a platform: its `Reader`, and its writer where it has one
plain        names that people chose, where no platform did
grades       what writers are given and return
worksheet    Moodle's own table of grades, filled in

The answer stands in one component of a file's name: where the class branches. What comes before it holds
all of the class; what comes after it a learner wrote, and it is never asked. A new platform is a file here,
and an entry below.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.submissions.platforms import (
    blackboard,
    brightspace,
    canvas,
    github,
    google,
    gradescope,
    ilias,
    moodle,
    nbgrader,
    plain,
    sakai,
    teams,
)
from grader.submissions.platforms.grades import Grades, Written
from grader.submissions.platforms.owners import Found, Met, Owner, Reader

READERS: tuple[type[Reader], ...] = (
    *(
        moodle.Reader,
        canvas.Reader,
        gradescope.Reader,
        blackboard.Reader,
        brightspace.Reader,
        nbgrader.Reader,
    ),
    *(sakai.Reader, ilias.Reader, github.Reader, google.Reader, teams.Reader),
)
WRITERS: dict[str, Callable[[Grades], Written]] = {
    "canvas.csv": canvas.grades_csv,
    "moodle.csv": moodle.grades_csv,
}
"""Files with the grades of the class, by name."""


def owners(place: Path, found: Sequence[Found]) -> Iterator[tuple[Found, list[Owner]]]:
    """Say of each file whose it is: one learner's, a group's, or, with an empty list, nobody's own.

    Files that are no notebook, module or archive are somebody's if a platform says so. Where none does,
    `plain` has the rule.

    Args:
        place: the file, folder or archive that the files were met in.
        found: all of them.
    """
    met = Met(place, found)
    readers = [reader(met) for reader in READERS]
    known = [(file, _owners_of(file, readers, len(met.common) + 1)) for file in met.files]
    place = len(met.common)
    named = {f.parts[place] for f, theirs in known if theirs is not None and not f.other}
    by_name = plain.Reader(met, named=met.are_most(named, place))
    for file, theirs in known:
        if theirs is None:
            theirs = by_name.owners(file, 0)
        if theirs:
            yield file, theirs
    for reader in readers:
        yield from ((file, []) for file in reader.problems)


def _owners_of(file: Found, readers: Sequence[Reader], depth: int) -> list[Owner] | None:
    """Return what the first reader says that knows a component of the name, the outermost first."""
    for i in range(len(file.parts[:depth])):
        for reader in readers:
            if (theirs := reader.owners(file, i)) is not None:
                return theirs
    return None
