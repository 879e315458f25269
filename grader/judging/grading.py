"""From a submission to its report: cut, run, judge."""

import ast
import contextlib
import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from grader.child.calling import Raised
from grader.errors import GraderError
from grader.exercise import Exercise
from grader.exercises import LESSONS, all_exercises, exercises_of, lessons_of
from grader.judging.bank import bank_of
from grader.judging.explaining import Explainer
from grader.judging.faults import KILLED, fault, killed
from grader.judging.judge import (
    is_unexplained,
    judge,
    left_over,
    located,
    not_answered,
    unchanged,
    verdict_on,
)
from grader.judging.own_changes import line_to_look_at
from grader.judging.own_modules import OwnModules
from grader.judging.report import Report, SandboxLevel, Verdict
from grader.judging.verdicts import VERDICTS
from grader.predictions import questions
from grader.running.attempt import Attempt
from grader.running.bounded import TooDear, bounded
from grader.running.impatient import ImpatientWorker
from grader.running.sandbox import Job, Worker, kind_of
from grader.submissions.cut import Cut
from grader.submissions.cutting import Cutter
from grader.submissions.predicted import predicted
from grader.submissions.submission import Submission

# With these imports alone, code can't easily change, unseen, what the next exercise in its process relies on.
SHARING = frozenset(
    ("numpy", "tensorflow", "keras", "dlcourse", "math", "typing", "functools", "itertools", "__future__")
)

MAX_ANSWER_CHARACTERS = 20_000  # of one exercise's code, kept to be shown beside its verdict
MAX_REMEMBERED_STATEMENTS = 100
MAX_SECONDS_TO_LOOK = 0.5  # that an answer may have taken, for its line to be looked for
# Of our own work on a file, and on an answer: a hundred times what honest ones take.
READING_SECONDS, JUDGING_SECONDS, MEGABYTES = 30, 60, 2048


class Graded(msgspec.Struct, frozen=True):
    """A submission's report, and the code of its answers by the name of their exercises.

    It is `unfinished` where a process was ended from outside: next time it is graded again. `seconds` are the
    grader's own, of processor time: what it took to read, cut and judge.
    """

    report: Report
    answers: dict[str, str]
    unfinished: bool = False
    seconds: float = 0.0


def grade(
    submission: Submission,
    worker: Worker,
    *,
    seed: str,
    sandbox: SandboxLevel,
    only: str | None = None,
    seconds: float = math.inf,
) -> Graded:
    """Return the report on one submission, and the code that it is about.

    A fault of ours in one exercise costs that exercise alone: see `faults`.

    Args:
        submission: what `submission.read` returned.
        worker: runs the learner's code.
        seed: which cases: `bank.PUBLIC_SEED`, or a class's secret.
        sandbox: the sandbox level, for the report.
        only: the name of one exercise; by default all exercises of the lessons that are in the submission.
        seconds: that all answers have together.
    """
    try:
        with bounded(submission.name, READING_SECONDS, MEGABYTES):
            cutter = Cutter(submission)
            modules = OwnModules(cutter.beside)
            explainer = Explainer(submission, cutter, modules)
            exercises = [all_exercises()[only]] if only else _expected(submission, cutter, explainer)
            cuts = {exercise.name: modules.as_imported(cutter.cut(exercise.name)) for exercise in exercises}
    except TooDear as error:
        return Graded(Report(submission.name, seed, sandbox, [], error=str(error)), {})
    verdicts: dict[str, Verdict] = {}
    jobs: list[Job] = []
    for exercise in exercises:
        cut = cuts[exercise.name]
        verdict = _verdict_unrun(exercise, cut)
        if verdict is None:
            worker.prepare(kind_of(exercise, cut))  # while its bank is built
            verdict = _prepared(jobs, exercise, cut, seed)
        if verdict is not None:
            verdicts[exercise.name] = verdict
    impatient = ImpatientWorker(worker, seconds)
    for group in _groups(jobs):
        for job, verdict in _run(group, impatient, seed):
            verdicts[job.exercise.name] = verdict
    in_order = [explainer.explained(verdicts[e.name], cuts[e.name]) for e in exercises]
    answered = [verdict.name for verdict in in_order if verdict.status != "missing"]
    answers = {name: cuts[name].text[:MAX_ANSWER_CHARACTERS] for name in answered}
    lesson = submission.lesson if lessons_of(submission.lesson) else None
    report = Report(submission.name, seed, sandbox, in_order, lesson=lesson, predictions=_made(submission))
    return Graded(report, answers, any(verdict.message == KILLED for verdict in verdicts.values()))


def _made(submission: Submission) -> dict[str, str]:
    """Return the learner's predictions, of the questions that there are."""
    known = questions()
    made = predicted(submission).items()
    return {name: choice for name, choice in made if name in known and known[name].has(choice)}


def _prepared(jobs: list[Job], exercise: Exercise, cut: Cut, seed: str) -> Verdict | None:
    """Add an exercise's job, with its cases, or return the verdict where these can't be had."""
    try:
        bank = bank_of(exercise, seed)
    except GraderError:
        raise
    except Exception as error:
        return fault(exercise, error)
    jobs.append(Job(exercise, cut, bank.cases, bank.inputs))
    return None


def _expected(submission: Submission, cutter: Cutter, explainer: Explainer) -> list[Exercise]:
    """Return the exercises of every lesson that the submission names, or has an answer of.

    Where there is none, of every lesson that it seems to answer: there is something to be said then.
    """
    # A lesson's notebook has many names, and some are another lesson's functions: accuracy, a number here.
    named = lessons_of(submission.lesson)
    defined = cutter.functions() if named else cutter.defined()
    known = all_exercises().values()
    answered = {exercise.module for exercise in known if exercise.name in defined}
    if not named and not answered:
        answered = {exercise.module for exercise in known if explainer.seems_to_answer(exercise.name)}
    lessons = [lesson for lesson, module in LESSONS.items() if lesson in named or module in answered]
    return [exercise for lesson in lessons for exercise in exercises_of(lesson)]


def _verdict_unrun(exercise: Exercise, cut: Cut) -> Verdict | None:
    """Return the verdict where the code need not run for it."""
    if cut.error is not None:
        message = f"{cut.place} has a syntax error in line {cut.error.lineno}: {cut.error.msg}."
        raised = Raised("SyntaxError", (), cut.error.msg or "", cut.error.lineno, cut.place)
        return verdict_on(exercise, "error", message, raised=raised)
    if not cut.pieces or cut.is_stub:
        return not_answered(exercise)
    untouched = bool(cut.definitions) and exercise.is_as_given(cut.definitions[-1].node)
    if untouched and exercise.kind == "goal":  # others are known by what they do
        return unchanged(exercise)
    return None


def _groups(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Put exercises together that can share a process; one whose imports reach further gets its own."""
    for kind in ("light", "full"):
        yield [job for job in jobs if job.kind == kind and job.cut.imports <= SHARING]
    yield from ([job] for job in jobs if not job.cut.imports <= SHARING)


def _run(jobs: Sequence[Job], worker: ImpatientWorker, seed: str) -> Iterator[tuple[Job, Verdict]]:
    """Run the jobs in one process and judge them; where there is any doubt, in a process of their own.

    Only the first in a process meets it as it was made. One that fails after others have changed something,
    runs out of time or memory, or ends the process, gets a second chance in a fresh one. Code that somebody
    else has handed in already is run alone, once, for all who hand it in after them.
    """
    keys = {job.exercise.name: _key(job, seed) for job in jobs}
    waiting = []
    for job in jobs:
        key = keys[job.exercise.name]
        if len(jobs) > 1 and key is not None and VERDICTS.is_again(key):
            yield job, _run_alone(job, key, worker, seed)
        else:
            waiting.append(job)
    while len(waiting) > 1:
        attempts = worker.run(waiting)
        for i, (job, attempt) in enumerate(zip(waiting, attempts, strict=False)):
            key = keys[job.exercise.name]
            verdict = _judged(job, attempt, worker, seed)
            if attempt.end == "killed" or (i > 0 and verdict.status != "passed" and _doubtful(attempt)):
                verdict = _run_alone(job, key, worker, seed)
            else:
                verdict = _located(job, key, attempt, verdict, worker, seed)
            yield job, verdict
        waiting = waiting[len(attempts) :]
    for job in waiting:
        yield job, _run_alone(job, keys[job.exercise.name], worker, seed)


def _run_alone(job: Job, key: str | None, worker: ImpatientWorker, seed: str) -> Verdict:
    """Run one job in a fresh process; word for word the same code, run alone, has the same verdict."""
    if key is not None:
        if located := VERDICTS.get(_with_place(key, job)):
            return located
        if (known := VERDICTS.get(key)) and not is_unexplained(known):
            return known
    attempt = worker.run([job])[0]
    if attempt.end == "killed":
        attempt = worker.run([job])[0]
    if attempt.end == "killed":
        return killed(job.exercise, attempt.seconds)
    verdict = _judged(job, attempt, worker, seed)
    if key is not None and attempt.end == "complete" and verdict.error is None and not verdict.fault:
        VERDICTS.add(key, verdict)
    elif key is not None:  # chance is in it, or the number of a line
        VERDICTS.give_up(key)
    return _located(job, key, attempt, verdict, worker, seed)


def _key(job: Job, seed: str) -> str | None:
    """Return what stands for the code, or `None` where its verdict may be chance."""
    statements = job.cut.statements
    if job.exercise.kind != "value" or not job.cut.imports <= SHARING:
        return None
    if len(statements) > MAX_REMEMBERED_STATEMENTS:
        return None
    try:
        code = "\n".join(map(_dumped, statements))
    except (RecursionError, ValueError):  # too deep; an integer of more digits than Python prints
        return None
    if "random" in code:
        return None
    parts = (job.exercise.name, seed, repr(bank_of(job.exercise, seed).weights), code)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


@lru_cache(maxsize=MAX_REMEMBERED_STATEMENTS)
def _dumped(statement: ast.stmt) -> str:
    """Return a statement's code with its lines, which an answer may look at; what several need, once."""
    return ast.dump(statement, include_attributes=True)


def _judged(job: Job, attempt: Attempt, worker: ImpatientWorker, seed: str) -> Verdict:
    try:
        if job.exercise.artefact is not None:
            attempt = worker.examined(job, attempt)
        bank = bank_of(job.exercise, seed)
        with bounded("Your answer", JUDGING_SECONDS, MEGABYTES):
            verdict = judge(job.exercise, bank, attempt)
        verdict = left_over(job.exercise, verdict, attempt)  # a stub is not run
    except TooDear as error:
        return verdict_on(job.exercise, "refused", str(error), seconds=attempt.seconds)
    except GraderError:
        raise
    except Exception as error:
        return fault(job.exercise, error)
    if attempt.end == "undefined" and not job.cut.definitions:  # something else might have bound it
        return not_answered(job.exercise)
    return verdict


def _located(
    job: Job, key: str | None, attempt: Attempt, verdict: Verdict, worker: ImpatientWorker, seed: str
) -> Verdict:
    """Return the verdict with the line to look at, where little else tells the cause."""
    if not is_unexplained(verdict):
        return verdict
    if attempt.end != "complete" or job.exercise.kind != "value" or not job.cut.definitions:
        return verdict
    is_quick = job.kind == "light" and attempt.seconds <= MAX_SECONDS_TO_LOOK
    bank = bank_of(job.exercise, seed)
    if key is not None and (known := VERDICTS.get(_with_place(key, job))):
        return msgspec.structs.replace(known, seconds=verdict.seconds)
    with contextlib.suppress(Exception):  # the verdict stands without it
        found = bank.findings(job.exercise, attempt.outcomes)
        where = line_to_look_at(job, bank, found, worker) if is_quick else ""
        verdict = located(job.exercise, verdict, where, job.cut.definitions[-1].node)
    if key is not None and verdict.error is None:
        VERDICTS.add(_with_place(key, job), verdict)
    return verdict


def _with_place(key: str, job: Job) -> str:
    """Return what stands for code in its place: a line is told with that, and equal code stands in others."""
    place = job.cut.definitions[-1].place if job.cut.definitions else ""
    return f"{key}-{hashlib.sha256(place.encode(errors='replace')).hexdigest()}"


def _doubtful(attempt: Attempt) -> bool:
    out_of_memory = any(o.raised is not None and o.raised.type == "MemoryError" for o in attempt.outcomes)
    return attempt.spoilt or out_of_memory or attempt.end not in ("complete", "undefined")
