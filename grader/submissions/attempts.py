"""Which of a learner's files count: of attempts at one work the last that can be read, `decide`.

Attempts are files of one learner whose names differ only by the number of a copy or of a version. They are in
the order of the platform's times, then of those numbers; then a notebook goes before a module, and Canvas's
number of the file, the file's date and the order of the paths decide. Only files that compete are read.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UnusableInput
from grader.submissions.endings import stem
from grader.submissions.names import VERSION, copy_levels, folded, original
from grader.submissions.platforms.owners import TYPED
from grader.submissions.submission import load, parse
from grader.submissions.works import Work, modules_beside
from grader.text import listed

Uploads = dict[tuple, list[Work]]


class Decision(NamedTuple):
    """What becomes of a class's files.

    Args:
        counting: those that count, unless what is graded shows that there is no answer in them.
        remarks: sentences about later uploads that hold no notebook.
        problems: files of learners, each with a sentence why it is not graded.
        repeats: those that another goes before; of one work, in their order.
    """

    counting: list[Work]
    remarks: list[str]
    problems: list[tuple[Work, str]]
    repeats: list[Work]


def decide(works: Sequence[Work]) -> Decision:
    """Tell which files count, and which could not be used.

    A later attempt that can't be read leaves the earlier in force. One that holds the same, byte for byte,
    but came later by the platform's time or mark, changes nothing: the time of the first is kept. What is no
    notebook, module or archive is a problem where its learner handed in nothing else.
    """
    files = [work for work in works if not work.is_other]
    _number(files)
    attempts = defaultdict(list)
    for work in files:
        if work.found.path is not None:
            attempts[work.learner, work.lesson].append(work)
    decision = Decision([], [], [], [])
    uploads: Uploads = defaultdict(list)
    for work in files:
        uploads[work.upload].append(work)
    for competing in attempts.values():
        _choose(sorted(competing, key=_order), uploads, decision)
    for work in _not_made_good([work for work in files if work.found.path is None], decision.counting):
        sentence = f"{work.name} {work.found.reason}."
        earlier = (w for w in decision.counting if w.learner == work.learner)
        is_made_up_for = any(w.lesson[: len(work.lesson)] == work.lesson for w in earlier)
        decision.problems.append((work, _with_another(sentence) if is_made_up_for else sentence))
    _add_others([work for work in works if work.is_other], decision)
    return decision


def _number(files: Sequence[Work]) -> None:
    """Tell which work each file is an attempt at, and which attempt."""
    stems = defaultdict(set)
    for work in files:
        for i, part in work.numbered():
            stems[work.learner, i].add(copy_levels(folded(stem(part)))[0][0])
    for work in files:
        lesson = list(work.owner.rest)
        attempt: list[tuple[int, ...]] = [()] * len(lesson)
        for i, part in enumerate(lesson[:-1]):
            if match := VERSION.fullmatch(part.strip()):
                lesson[i], attempt[i] = "version", (int(match[1]),)
        for i, part in work.numbered():
            # Canvas numbers the copies of whatever it takes.
            known = None if i == 0 and work.owner.platform == "canvas" else stems[work.learner, i]
            lesson[i], attempt[i] = original(folded(stem(part)), known)
        work.lesson, work.attempt = tuple(map(folded, lesson)), tuple(attempt)


def _choose(competing: Sequence[Work], uploads: Uploads, decision: Decision) -> None:
    """Decide between attempts at one work, the last of which is the last here."""
    bad: list[tuple[Work, str]] = []
    if len(competing) > 1:
        for work in reversed(competing):
            if not (reason := _why_unusable(work)):
                break
            bad.append((work, reason))
    if len(bad) == len(competing):
        bad = []  # none is better than the last
    usable = competing[: len(competing) - len(bad)]
    winner = usable[-1]
    for earlier in reversed(usable[:-1]):
        if _mark(earlier) == _mark(winner) or not _hold_the_same(earlier, winner, uploads):
            break
        winner = earlier
    decision.counting.append(winner)
    decision.problems.extend((work, _with_another(reason)) for work, reason in bad)
    decision.repeats.extend(work for work in usable if work is not winner)


def _order(work: Work) -> tuple:
    return *work.handed_in, *work.standing, work.number


def _mark(work: Work) -> tuple:
    """Return what lateness is told by."""
    return work.owner.submitted, work.owner.late


def _why_unusable(work: Work) -> str:
    """Return a sentence, or `""` if it can be graded."""
    assert work.found.path is not None
    try:
        data = load(work.found.path, work.name)
        if not data.strip():
            return f"{work.name} is empty."
        parse(data, work.found.path.suffix, work.name)
    except UnusableInput as error:
        return str(error)
    return ""


def _hold_the_same(one: Work, other: Work, uploads: Uploads) -> bool:
    """Tell whether two attempts are byte for byte the same, and so are the modules beside them."""
    mine, theirs = (modules_beside(work, uploads[work.upload]) for work in (one, other))
    return (
        _are_equal(one.found.path, other.found.path)
        and mine.keys() == theirs.keys()
        and all(_are_equal(path, theirs[inner]) for inner, path in mine.items())
    )


def _are_equal(one: Path | None, other: Path | None) -> bool:
    assert one is not None and other is not None
    try:
        return one.stat().st_size == other.stat().st_size and load(one, "") == load(other, "")
    except (OSError, UnusableInput):
        return False


def _with_another(sentence: str) -> str:
    """Say that another counts; which of them is known when they are graded."""
    return f"{sentence.removesuffix('.')}; another file counts in its place."


def _not_made_good(problems: Sequence[Work], counting: Sequence[Work]) -> Iterator[Work]:
    """Yield the problems but for those after which the learner handed in the same again."""
    by_learner = defaultdict(list)
    for work in counting:
        by_learner[work.learner].append(work)

    def makes_good(work: Work, problem: Work) -> bool:
        size = len(problem.lesson)
        (submitted, attempt), before = work.handed_in, problem.handed_in
        later = (submitted, attempt[:size], work.owner.file) > (*before, problem.owner.file)
        return later and work.lesson[:size] == problem.lesson

    for problem in problems:
        if not any(makes_good(work, problem) for work in by_learner[problem.learner]):
            yield problem


def _add_others(others: Sequence[Work], decision: Decision) -> None:
    """Say who handed in no notebook, and whose last upload holds none."""
    counting, theirs = defaultdict(list), defaultdict(list)
    for work in decision.counting:
        counting[work.learner].append(work)
    for work in others:
        theirs[work.learner].append(work)
    known = counting.keys() | {work.learner for work, _ in decision.problems}
    for learner, files in theirs.items():
        files.sort(key=lambda work: (work.handed_in[0], work.name))
        if learner not in known:
            names = listed([work.name for work in files])
            kinds = {work.kind for work in files}
            what = f"which is {files[0].kind}" if len(files) == 1 else "and none of them is a notebook"
            if len(files) > 1 and kinds != {TYPED}:
                what = "and none of them is an answer that was handed in"
            decision.problems.append((files[0], f"{learner} handed in {names}, {what}."))
        elif counting[learner]:
            kept = max(counting[learner], key=lambda work: work.handed_in[0])
            if files[-1].handed_in[0] > kept.handed_in[0]:
                decision.remarks.append(_with_another(f"{files[-1].name}, of {learner}, is no notebook."))
