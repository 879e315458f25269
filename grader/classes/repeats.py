"""Of what a learner has handed in, in one run or in many: what counts, since when, and why. `counting`.

An entry is a content that a learner handed in as one of their works. Of the entries of one work the last
counts, by the platform's time, by the numbers of attempts and files, and by the file's date, whichever run
brought it; where all these are equal, the one that was given last. Two things go before that order:

- One that can't be read, or holds no answer, leaves an earlier one in force.
- The same content, handed in again, keeps the time at which it first came.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from grader.classes.course import Course
from grader.judging.report import Report
from grader.submissions.names import folded, is_test
from grader.submissions.works import Order, place
from grader.text import listed


@dataclass(frozen=True)
class Entry:
    """One content that a learner handed in, and what came of it: a row of the gradebook.

    Args:
        id: the gradebook's number of it.
        name, learner, key, platform, work: see `intake.Handed`.
        first, last: its place in the order (`Handed.order`), when it came first and when it came last.
        submitted, late: as the platform had it when it came first.
        content: stands for its bytes.
        given: counts what graders were given; it grows from run to run, and within one.
        settled: whether `report` is the verdict on its present state.
        report: its last one, if there is any.
        answers: the code of its answers by the name of their exercises.
        modules: see `intake.Handed`.
        is_imported: whether another file of the learner that counts imports it.
    """

    id: int
    name: str
    learner: str
    key: str
    platform: str
    work: tuple[str, ...]
    first: Order
    last: Order
    submitted: str | None
    late: bool
    content: str
    given: int
    settled: bool
    report: Report | None
    answers: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    is_imported: bool = False

    @property
    def standing(self) -> int:
        """How good it is, whenever it came: what can't be read 0, without an answer 1, all else 2."""
        if not self.settled or self.report is None:
            return 2  # whoever grades it will see
        if self.report.error is not None:
            return 0
        return 2 if self.answered else 1

    @property
    def answered(self) -> list[str]:
        """The exercises that it answers, right or wrong."""
        verdicts = self.report.exercises if self.report is not None else ()
        return [verdict.name for verdict in verdicts if verdict.status != "missing"]

    @property
    def place(self) -> tuple:
        """Among different works of a learner, the last in this order goes first, exercise by exercise."""
        return place(self.work, self.last, self.name, self.is_imported)

    def late_days(self, course: Course, lesson: str) -> int:
        submitted = datetime.fromisoformat(self.submitted) if self.submitted else None
        return course.late_days(lesson, submitted, self.late)


def counting(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that count, each with the time at which its content first came."""
    found = []
    for of_learner in _by_learner(entries):
        kept = _kept(of_learner)
        users = _users(kept)
        found += [
            replace(_since_its_first(entry, of_learner), is_imported=bool(users(entry))) for entry in kept
        ]
    return found


class Counted:
    """What counts of what a gradebook holds at one time, each part found when it is first asked for.

    Args:
        read: returns all that was not dropped.
    """

    def __init__(self, read: Callable[[], list[Entry]]):
        self._read = read

    @cached_property
    def entries(self) -> list[Entry]:
        """All that was not dropped."""
        return self._read()

    @cached_property
    def graded(self) -> list[Entry]:
        """What counts of all that has a verdict."""
        return graded(self.entries)

    @cached_property
    def unsettled(self) -> list[Entry]:
        """What counts and has no verdict on its present state."""
        return [entry for entry in counting(self.entries) if not entry.settled]


def graded(entries: Iterable[Entry]) -> list[Entry]:
    """Return what counts of all that has a verdict; of its present state, or of one before."""
    return counting([entry for entry in entries if entry.report is not None])


def graded_without(entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Return what one learner's files import, but were graded without, each with a sentence.

    Args:
        entries: those of the learner that count.
    """
    users = _users(entries)
    return [
        (module, f"{user.name} was graded without {module.name}, which it imports: hand in both together.")
        for module in entries
        for user, content in users(module)
        if module.standing and content != module.content
    ]


def _users(entries: Iterable[Entry]) -> Callable[[Entry], list[tuple[Entry, str]]]:
    """Return what tells which of a learner's files import another, each with the content that it imports."""
    importing: dict[tuple[str, ...], list[tuple[Entry, str]]] = defaultdict(list)
    for user in entries:
        for path, content in user.modules.items():
            work = *user.work[:-1], *folded(path.removesuffix(".py")).split("/")
            importing[work].append((user, content))

    def users(module: Entry) -> list[tuple[Entry, str]]:
        if not module.name.lower().endswith(".py"):
            return []
        return [(user, content) for user, content in importing[module.work] if user.id != module.id]

    return users


def _kept(entries: Sequence[Entry]) -> list[Entry]:
    """Return what counts of one learner's: of each work an entry, and what could not be read since."""
    works: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        works[entry.work].append(entry)
    kept = [max(repeats, key=_rank) for repeats in works.values()]
    unread = [max(bad, key=_rank) for r in works.values() if (bad := [e for e in r if not e.standing])]
    good = [entry for entry in entries if entry.standing]
    kept = [entry for entry in kept if entry.standing]
    return kept + [entry for entry in unread if not any(_makes_good(other, entry) for other in good)]


def _rank(entry: Entry) -> tuple:
    return entry.standing, entry.last, entry.given


def _makes_good(entry: Entry, unread: Entry) -> bool:
    """Tell whether it came after what could not be read: the same work, or one of those in an archive."""
    size = len(unread.work)
    dates = entry.last[-1], unread.last[-1]
    moments = []
    for one, date in zip((entry, unread), dates, strict=True):
        time, attempts, file = one.last[0], one.last[1 : 1 + size], one.last[-2][-1:]
        moments.append((time, attempts, file, date if all(dates) else (), one.given))
    return entry.work[:size] == unread.work and moments[0] > moments[1]


def _since_its_first(entry: Entry, entries: Iterable[Entry]) -> Entry:
    same = [other for other in entries if other.content == entry.content]
    first = min(same, key=lambda other: (other.first[0], other.first[-2:]))  # time, number of file, date
    return replace(entry, submitted=first.submitted, late=first.late)


def _by_learner(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    learners: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        learners[entry.key].append(entry)
    return learners.values()


def remarks(entries: Sequence[Entry], since: int) -> list[str]:
    """Return sentences about what the last run has changed, or has not.

    Args:
        entries: all that were not dropped.
        since: where `given` begins to be of the last run.
    """
    counted = counting(entries)
    kept = {entry.id for entry in counted}
    winners: dict[tuple, Entry] = {}
    for entry in entries:
        winner = winners.setdefault((entry.key, entry.work), entry)
        winners[entry.key, entry.work] = max(winner, entry, key=_rank)
    said: dict[str, list[str]] = defaultdict(list)
    passed_over = []
    for entry in entries:
        winner = winners[entry.key, entry.work]
        if sentence := _sentence(entry, winner, since):
            said[sentence].append(entry.name)
        elif entry is not winner and min(entry.given, winner.given) >= since:
            passed_over.append(_passed_over(entry, winner))
        if entry.given < since and entry.id in kept and entry.standing:
            said["Not among these, but handed in before: {}. They still count; --replace drops them."].append(
                entry.name
            )
    apart = [
        sentence
        for of_learner in _by_learner(counted)
        for module, sentence in graded_without(of_learner)
        if module.given >= since
    ]
    return sorted([*passed_over, *apart, *_answering_the_same(counted, since)]) + [
        sentence.format(f"{len(names):,} ({listed(sorted(names))})")
        for sentence, names in sorted(said.items())
    ]


def _answering_the_same(entries: Iterable[Entry], since: int) -> Iterator[str]:
    """Say which of a learner's files goes first where the platform's times and numbers do not tell."""
    by_exercise: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in entries:
        for exercise in () if is_test(entry.work) else entry.answered:
            by_exercise[entry.learner, entry.last[0], entry.last[-2], exercise].append(entry)
    exercises: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for (learner, *_, exercise), together in by_exercise.items():
        if len(together) > 1 and max(entry.given for entry in together) >= since:
            in_order = sorted(together, key=lambda entry: entry.place, reverse=True)
            exercises[learner, *(entry.name for entry in in_order)].append(exercise)
    for (learner, first, *others), names in exercises.items():
        yield (
            f"{learner} handed in {1 + len(others)} files that answer {listed(names)}: "
            f"{first} goes before {listed(others)}."
        )


def _passed_over(entry: Entry, winner: Entry) -> str:
    """Say why an attempt does not count of which another was handed in together with it."""
    handed_in = 1 + len(entry.work)  # the time, and the numbers of copies
    why = "is later" if winner.last[:handed_in] > entry.last[:handed_in] else "goes before it"
    return f"{entry.name} does not count: {winner.name}, of {entry.learner} too, {why}."


def _sentence(entry: Entry, winner: Entry, since: int) -> str:
    """Return what is to be said of an entry, its name left out; nothing, if the last run changed nothing.

    Of two that were handed in together, `_passed_over` has what else is to be said.
    """
    is_new, by_new = entry.given >= since, winner.given >= since
    if entry is winner:
        again = is_new and entry.first[:-1] != entry.last[:-1]
        return "Handed in again as it was, so the time of the first counts: {}." if again else ""
    if not (is_new or by_new):
        return ""
    if entry.standing < winner.standing and entry.last >= winner.last:
        what = "without an answer" if entry.standing else "not readable"
        return f"Later, but {what}, so what was handed in before still counts: {{}}."
    if is_new and by_new:
        return ""
    if is_new:
        return "Not counting, since what was handed in before is later: {}."
    if entry.last < winner.last and winner.id < entry.id:
        return ""  # it was in the book first, and has counted all along
    if entry.last[:-1] < winner.last[:-1]:
        return "Handed in before, and not counting any more, since it is handed in again: {}."
    how = "the file's date says" if entry.last < winner.last else "nothing says, so the one given now counts"
    return f"Changed since it was handed in before (which is later, {how}): {{}}."
