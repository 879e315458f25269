"""Grading a class into a gradebook: what was handed in → what waits to be graded → results, as they come.

    with grade_class(paths, book, workers, seed=..., course=...) as (outlook, names):
        for name in names: ...

A submission's state is a hash of all that its verdict depends on. Whoever has a result of the same state is
settled, so a run that was ended in whatever way goes on where it was.
"""

import contextlib
import hashlib
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from grader.child.confinement import Level
from grader.classes.classwork import LEARNERS_SECONDS, GradingTask, version, whole
from grader.classes.course import Course
from grader.classes.executors import Failed, Workers, completed
from grader.classes.gradebook import Gradebook
from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.judging.grading import READING_SECONDS
from grader.judging.report import Report
from grader.running import scratch
from grader.submissions.beside import imported, mentioned
from grader.submissions.intake import Handed, Problem, collect
from grader.submissions.submission import load

LEARNERS_BYTES = 2**27  # of a learner's files, each with its modules; of a whole course it is a few megabytes
TOO_MUCH = "Your files have more than 128 MB together, each with the modules that it mentions: hand in fewer."
LONG = 60.0  # seconds of a learner's answers, after which others go first
MAX_GLANCED, GLANCED_BYTES = 1000, 2**20  # files, and of each
FAILED = "failed"  # the state of what could not be graded: it is tried again next time


@dataclass(frozen=True)
class Outlook:
    """A class before it is graded: how many submissions there are, and how many of them are settled already.

    `remarks` are sentences about what a person should look at, or that nobody handed in. Which of a
    learner's files do not count is known when all are graded: see `Gradebook.remarks`.
    """

    submissions: int
    settled: int
    remarks: list[str]


def seems_heavy(paths: Sequence[Path]) -> bool:
    """Return whether a first glance at files and folders finds one that may need TensorFlow.

    So its import can begin before anything else. Archives are not opened.
    """
    inside = itertools.chain.from_iterable([path] if path.is_file() else path.rglob("*") for path in paths)
    for path in itertools.islice(inside, MAX_GLANCED):
        with contextlib.suppress(OSError):
            if path.is_file():
                with path.open("rb") as file:
                    if _is_heavy(file.read(GLANCED_BYTES)):
                        return True
    return False


def _is_heavy(data: bytes) -> bool:
    return b"tensorflow" in data or b"keras" in data


@contextlib.contextmanager
def grade_class(
    paths: Sequence[Path],
    book: Gradebook,
    workers: Workers,
    *,
    seed: str,
    course: Course,
    unsafe: bool = False,
    regrade: bool = False,
    replace: bool = False,
) -> Iterator[tuple[Outlook, Iterator[str]]]:
    """Lend the outlook on a class, and what grades it: names of what was not settled, each as it is done.

    Args:
        paths: files, folders, archives.
        book: where results go, each as it comes.
        workers: who grades.
        seed: the class's.
        course: its settings.
        unsafe: grade even without a sandbox.
        regrade: grade the settled ones too.
        replace: what was handed in before, and is not among the paths, counts no more.

    Raises:
        UnusableInput: what was handed in can't be used.
        GraderError: grading can't go on; what is in the book stays there.
    """
    with tempfile.TemporaryDirectory(prefix=scratch.prefix()) as folder:
        intake = collect(paths, Path(folder), all_exercises())
        theirs = [problem for problem in intake.problems if problem.key is not None]
        nobodys = [problem.reason for problem in intake.problems if problem.key is None]
        level: Level = workers.level or "process"  # of what is not run, nothing better may be said
        round_ = book.round(regrade)
        enrolled = [_unreadable(problem, problem.reason, seed, round_) for problem in theirs]
        reasons = {problem.name: problem.reason for problem in theirs}
        contents: dict[Path, str] = {}
        heavy = False
        read: dict[str, int] = defaultdict(int)  # bytes, by a learner's key
        for handed in (*intake.repeats, *intake.handed):  # of equals, what is given last counts
            try:
                own, beside = _content(handed)
                data = whole(own, beside)
                read[handed.key] += len(data)
                if read[handed.key] > LEARNERS_BYTES:
                    raise UnusableInput(TOO_MUCH)
                heavy = heavy or _is_heavy(data)
                state = _state(round_, course.seed_of(seed, handed.key), data)
                content = contents[handed.path] = hashlib.sha256(data).hexdigest()
                modules = dict.fromkeys(imported(own, beside), "")
                enrolled.append(handed._replace(state=state, content=content, modules=modules))
            except UnusableInput as error:
                reasons[handed.name] = str(error)
                enrolled.append(_unreadable(handed, str(error), seed, round_))
        enrolled = [handed._replace(modules=_with_contents(handed, contents)) for handed in enrolled]
        book.begin(seed, course, enrolled, round_, replace)
        for item in enrolled:
            if item.name in reasons and not book.settled(item.name, item.state):
                report = Report(item.name, seed, level, [], error=reasons[item.name])
                book.add(item.name, item.state, report, {})
        waiting = book.waiting()
        if waiting and heavy:
            workers.prepare()
        submissions = len(enrolled) - len(intake.repeats)
        outlook = Outlook(submissions, submissions - len(waiting), [*intake.remarks, *nobodys])
        make_task = partial(_task, seed=seed, course=course, unsafe=unsafe)
        with contextlib.closing(_graded(enrolled, make_task, book, workers, seed, level, round_)) as names:
            yield outlook, names


def _graded(
    enrolled: Sequence[Handed],
    make_task: Callable[[Handed, float], GradingTask],
    book: Gradebook,
    workers: Workers,
    seed: str,
    level: Level,
    round_: int,
) -> Generator[str, None, None]:
    """Grade what counts, put each result into the book as it comes, and yield its name.

    Where nothing can be made of an attempt, the one before it counts, and has its turn then. All files of a
    learner share the time of one, and those of whom one took long come last.
    """
    todo = {handed.name: handed for handed in enrolled}
    keys = {handed.name: handed.key for handed in enrolled}
    spent: dict[str, float] = defaultdict(float)  # seconds, by a learner's key

    def tasks(names: Iterable[str]) -> Iterator[GradingTask]:
        slow: list[str] = []
        for name in itertools.chain(sorted(names), slow):  # which grows on the way
            if spent[keys[name]] > LONG and name not in slow:
                slow.append(name)
            else:
                yield make_task(todo.pop(name), LEARNERS_SECONDS - spent[keys[name]])

    while waiting := book.waiting() & todo.keys():
        for task, outcome in completed(tasks(waiting), workers):
            if isinstance(outcome, Failed):
                spent[keys[task.name]] += READING_SECONDS
                book.add(task.name, FAILED, Report(task.name, seed, level, [], error=outcome.reason), {})
            else:
                report = msgspec.structs.replace(outcome.report, seed=seed)  # a learner's own stays a secret
                spent[keys[task.name]] += outcome.seconds
                spent[keys[task.name]] += sum(verdict.seconds for verdict in report.exercises)
                state = _state(round_, task.seed, whole(task.data, task.beside))
                book.add(task.name, FAILED if outcome.unfinished else state, report, outcome.answers)
            yield task.name


def _task(handed: Handed, seconds: float, *, seed: str, course: Course, unsafe: bool) -> GradingTask:
    # Read again, when its turn comes: a class of notebooks is more than a memory should hold.
    data, beside = _content(handed)
    own = course.seed_of(seed, handed.key)
    return GradingTask(handed.name, handed.path.suffix.lower(), data, own, version(), unsafe, beside, seconds)


def _content(handed: Handed) -> tuple[bytes, dict[str, bytes]]:
    """Return a file's bytes, and those of its learner's own modules that it mentions.

    Raises:
        UnusableInput: it can't be read.
    """
    data = load(handed.path, handed.name)
    return data, mentioned(data, dict(handed.beside))


def _with_contents(handed: Handed, contents: Mapping[Path, str]) -> dict[str, str]:
    paths = dict(handed.beside)
    return {module: contents.get(paths.get(module, Path()), "") for module in handed.modules}


def _unreadable(item: Handed | Problem, reason: str, seed: str, round_: int) -> Handed:
    learner, key = item.learner or item.name, item.key or item.name
    data = reason.encode(errors="replace")
    state, content = _state(round_, seed, data), hashlib.sha256(data).hexdigest()
    return Handed(
        name=item.name,
        learner=learner,
        key=key,
        platform=item.platform,
        work=item.work,
        order=item.order,
        state=state,
        content=content,
    )


def _state(round_: int, seed: str, data: bytes) -> str:
    return hashlib.sha256(b"\0".join((version(), str(round_).encode(), seed.encode(), data))).hexdigest()
