"""From graded files to a class's results and reports: which verdict counts, points, lateness, marks."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grader.child.confinement import LEVELS
from grader.classes.asked import asked
from grader.classes.course import Course
from grader.classes.repeats import Entry, graded_without
from grader.classes.results import Asked, ClassResults, Learner, Mark, Result
from grader.exercises import all_exercises
from grader.judging.judge import not_answered
from grader.judging.report import Report, SandboxLevel, Verdict

Marks = Mapping[tuple[str, str], Mark]


def class_results(
    course: Course,
    entries: Sequence[Entry],
    marks: Marks,
    waiting: Sequence[str],
    replaced: Sequence[Entry] = (),
) -> ClassResults:
    """Return the class as reports see it.

    Args:
        course: its settings.
        entries: all that counts and has a verdict.
        marks: the instructor's, by learner's key and exercise; `""` stands for the whole.
        waiting: the learner's key of each submission that has no verdict on its present content.
        replaced: see `asked`.
    """
    exercises, basis = asked(course, entries, replaced)
    by_learner: dict[str, list[Entry]] = {}
    for entry in entries:
        by_learner.setdefault(entry.key, []).append(entry)
    learners = [
        _learner(key, theirs, exercises, course, marks, key in waiting) for key, theirs in by_learner.items()
    ]
    return ClassResults(
        title=course.title,
        sandbox=weakest_sandbox(entry.report for entry in entries if entry.report is not None),
        exercises=exercises,
        learners=tuple(sorted(learners, key=lambda learner: (learner.name.casefold(), learner.key))),
        unfinished=len(waiting),
        basis=basis,
    )


def reports(
    course: Course, entries: Sequence[Entry], replaced: Sequence[Entry] = ()
) -> list[tuple[Entry, Report]]:
    """Return the reports on single files, in the course's points, with the exercises that count.

    A file without an exercise adds none. But whoever handed in nothing else is shown what they were asked.

    Args:
        course: its settings.
        entries: all that counts and has a verdict.
        replaced: see `asked`.
    """
    exercises, _ = asked(course, entries, replaced)
    lessons = {exercise.lesson for exercise in exercises}
    found: list[tuple[Entry, Report]] = []
    for entry in entries:
        if entry.report is not None:
            verdicts = [course.scored(v) for v in entry.report.exercises if v.lesson in lessons]
            report = msgspec.structs.replace(entry.report, submission=entry.name, exercises=verdicts)
            found.append((entry, report))
    with_exercises = {entry.key for entry, report in found if report.exercises}
    nothing = [course.scored(not_answered(all_exercises()[exercise.name])) for exercise in exercises]
    return [
        (entry, report)
        if entry.key in with_exercises or report.error is not None
        else (entry, msgspec.structs.replace(report, exercises=nothing))
        for entry, report in found
    ]


def weakest_sandbox(reports: Iterable[Report]) -> SandboxLevel:
    """Return the weakest level that anything was run at; what could not be read was not run."""
    levels = (report.sandbox for report in reports if report.error is None)
    return max(levels, key=LEVELS.index, default=LEVELS[0])


def _learner(
    key: str,
    entries: Sequence[Entry],
    exercises: Sequence[Asked],
    course: Course,
    marks: Marks,
    unfinished: bool,
) -> Learner:
    found = _by_exercise(entries)
    results, late_days = {}, 0
    for exercise in exercises:
        entry, verdict = found.get(exercise.name, (None, None))
        days = entry.late_days(course, exercise.lesson) if entry is not None else 0
        late_days = max(late_days, days)
        results[exercise.name] = Result(
            report=course.scored(verdict or not_answered(all_exercises()[exercise.name])),
            answer=entry.answers.get(exercise.name, "") if entry is not None else "",
            late_factor=course.late_factor(days),
            mark=marks.get((key, exercise.name)),
        )
    whole = marks.get((key, ""))
    return Learner(
        name=entries[0].learner,
        key=key,
        submissions=tuple(entry.name for entry in entries),
        submitted=max((entry.submitted for entry in entries if entry.submitted), default=None),
        late_days=late_days,
        results=results,
        errors=(
            *(entry.report.error for entry in entries if entry.report and entry.report.error),
            *(sentence for _, sentence in graded_without(entries)),
        ),
        comment=whole.comment if whole else "",
        platform=entries[0].platform,
        unfinished=unfinished,
        predictions={
            name: choice
            for entry in sorted(entries, key=lambda entry: entry.place)
            if entry.report is not None
            for name, choice in entry.report.predictions.items()
        },
    )


def _by_exercise(entries: Sequence[Entry]) -> dict[str, tuple[Entry, Verdict]]:
    """Return the verdict that counts by exercise: of the last file that answers it."""
    found: dict[str, tuple[Entry, Verdict]] = {}
    for entry in sorted(entries, key=lambda entry: entry.place):
        for verdict in entry.report.exercises if entry.report is not None else ():
            if verdict.name not in found or verdict.status != "missing":
                found[verdict.name] = (entry, verdict)
    return found
