"""From a submission to its report: cut, run, judge."""

from collections.abc import Callable, Sequence

import msgspec

from grader.bank import bank_of
from grader.calling import Raised
from grader.cutting import Cut, Cutter, calls
from grader.exercise import Exercise
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judge import Attempt, judge, missing, report
from grader.report import ExerciseReport, Report
from grader.sandbox import Job, Kind, Worker, kind_of
from grader.submission import Submission


def grade(
    submission: Submission,
    worker: Worker,
    *,
    seed: str,
    sandbox: str,
    only: str | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> Report:
    """Return the report on one submission.

    Args:
        submission: what `submission.read` returned.
        worker: runs the learner's code.
        seed: which cases: `bank.PUBLIC_SEED`, or a class's secret.
        sandbox: the sandbox level, for the report.
        only: the name of one exercise; by default all exercises of the lessons that are in the submission.
        progress: called with each exercise's name as its verdict falls.
    """
    cutter = Cutter(submission)
    exercises = [all_exercises()[only]] if only else _expected(submission, cutter)
    verdicts: dict[str, ExerciseReport] = {}
    jobs: dict[Kind, list[Job]] = {"light": [], "full": []}
    for exercise in exercises:
        cut = cutter.cut(exercise.name)
        verdict = _verdict_unrun(exercise, cut)
        if verdict is None:
            worker.prepare(kind_of(exercise, cut))  # while its bank is built
            job = Job(exercise, cut, bank_of(exercise, seed))
            jobs[job.kind].append(job)
        else:
            verdicts[exercise.name] = verdict
            progress(exercise.name)
    for group in jobs.values():
        for job, attempt in _run(group, worker):
            verdict = judge(job.exercise, job.bank, attempt)
            verdicts[job.exercise.name] = _with_note(verdict, job.cut)
            progress(job.exercise.name)
    in_order = [verdicts[exercise.name] for exercise in exercises]
    return Report(submission.name, _shown(seed), sandbox, in_order)


def _expected(submission: Submission, cutter: Cutter) -> list[Exercise]:
    """Return the exercises of every lesson that the submission names, or has an answer of."""
    defined = cutter.defined()
    lessons = [
        lesson
        for lesson in LESSONS
        if lesson == submission.lesson or any(e.name in defined for e in exercises_of(lesson))
    ]
    return [exercise for lesson in lessons or LESSONS for exercise in exercises_of(lesson)]


def _verdict_unrun(exercise: Exercise, cut: Cut) -> ExerciseReport | None:
    """Return the verdict where the code need not run for it."""
    if cut.error is not None:
        message = f"{cut.place} has a syntax error in line {cut.error.lineno}: {cut.error.msg}."
        raised = Raised("SyntaxError", (), cut.error.msg or "", cut.error.lineno, cut.place)
        return report(exercise, "error", message, raised=raised)
    if not cut.definitions:
        return missing(exercise)
    if call := calls(cut.statements, exercise.forbidden):
        message = f"Your code uses `{call}`, which this exercise asks you to build yourself."
        return report(exercise, "refused", message)
    return None


def _run(jobs: Sequence[Job], worker: Worker) -> list[tuple[Job, Attempt]]:
    """Run the jobs in one process; give each that did not pass there a process of its own.

    Only the first in a process meets it as it was made: what comes after might be spoilt by what came before.
    """
    done: list[tuple[Job, Attempt]] = []
    waiting = list(jobs)
    while waiting:
        attempts = worker.run(waiting)
        for i, (job, attempt) in enumerate(zip(waiting, attempts, strict=False)):
            if i > 0 and judge(job.exercise, job.bank, attempt).status not in ("passed", "missing"):
                attempt = worker.run([job])[0]
            done.append((job, attempt))
        waiting = waiting[len(attempts) :]
    return done


def _with_note(verdict: ExerciseReport, cut: Cut) -> ExerciseReport:
    if cut.definitions < 2:
        return verdict
    note = f"`{verdict.name}` is defined {cut.definitions} times here: the last definition counts."
    return msgspec.structs.replace(verdict, message=f"{verdict.message} {note}")


def _shown(seed: str) -> int | str:
    return int(seed) if seed.isdecimal() and len(seed) < 19 else seed
