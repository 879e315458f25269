"""What a person should look at in what a class handed in, because nothing decides it for sure: `remarks`."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile

from grader.errors import UnusableInput
from grader.submissions.endings import stem, suffix_of
from grader.submissions.names import COPY_OF, is_test
from grader.submissions.submission import load
from grader.submissions.works import Work, place
from grader.text import listed

IMPORTS = re.compile(rb"\b(?:from|import)[ \t]+([\w., \t]+)")


def remarks(works: Sequence[Work], counting: Sequence[Work]) -> list[str]:
    """Return sentences, the most important first.

    Args:
        works: all files of learners.
        counting: those that count.
    """
    files = [work for work in works if not work.is_other]
    copies = defaultdict(set)
    for work in files:
        if work.owner.by_file:
            copies[work.learner].add(work.owner.rest[0])
    careful = [
        f"Careful: {len(names)} files of the name {learner} were taken for repeats of one learner's work; "
        "if several people handed them in, name each file after its learner."
        for learner, names in sorted(copies.items())
        if len(names) > 2
    ]
    careful += [
        f"Careful: {work.name} has the name of a copy, which says nobody's; name it after its learner."
        for work in counting
        if work.owner.by_file and COPY_OF.fullmatch(stem(work.owner.rest[0]))
    ]
    if (
        not careful
        and len(files) > 1
        and len({work.learner for work in works}) == 1
        and not files[0].platform
    ):
        careful.append(
            f"Careful: all {len(files)} files were taken for one learner's, {files[0].learner}; "
            "if they are several people's, put each learner's into a folder of that name."
        )
    return [*careful, *sorted(_may_answer_the_same(counting))]


def _may_answer_the_same(counting: Sequence[Work]) -> Iterator[str]:
    """Say which of a learner's files goes first where neither times nor numbers in names tell them apart."""
    at_once = defaultdict(list)
    for work in counting:
        at_once[work.learner, work.owner.submitted, work.owner.file].append(work)
    for (learner, *_), together in at_once.items():
        works = _without_helpers(together) if len(together) > 1 else together
        parts = zip(*(work.lesson for work in works), strict=False)
        shared = len(list(takewhile(lambda part: len(set(part)) == 1, parts)))
        # A version's number, as in "hw_v2", is no lesson's.
        lessons = [tuple(re.findall(r"(?<![v\d])\d+", "/".join(work.lesson[shared:]))) for work in works]
        if len(works) < 2 or (all(lessons) and len(set(lessons)) == len(works)):
            continue
        first, *others = (work.name for work in sorted(works, key=_place, reverse=True))
        yield (
            f"{learner} handed in {len(works)} files that may answer the same exercises: "
            f"{'both' if len(works) == 2 else 'all'} are graded, and {first} goes before {listed(others)}."
        )


def _place(work: Work) -> tuple:
    return place(work.lesson, work.order, work.name)


def _without_helpers(works: Sequence[Work]) -> list[Work]:
    """Return a learner's files but for tests, and for modules that others of them seem to import."""
    works = [work for work in works if not is_test(work.lesson)]
    imported: set[bytes] = set()
    for work in works:
        with contextlib.suppress(UnusableInput):
            code = load(work.found.path, work.name) if work.found.path else b""
            imported.update(*(re.findall(rb"\w+", names) for names in IMPORTS.findall(code)))
    return [work for work in works if not _is_helper(work, imported)]


def _is_helper(work: Work, imported: set[bytes]) -> bool:
    name = stem(work.owner.rest[-1])
    return suffix_of(work.owner.rest[-1]) == ".py" and (name == "__init__" or name.encode() in imported)
