"""From graded files to a class's results: which verdict counts, points, lateness, marks. `class_results`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.child.confinement import LEVELS
from grader.classes.course import Course
from grader.classes.results import Asked, ClassResults, Learner, Mark, Result
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.judge import not_answered
from grader.judging.report import Report, SandboxLevel, Verdict

Marks = Mapping[tuple[str, str], Mark]


@dataclass(frozen=True)
class GradedFile:
    """A graded submission that counts: the gradebook's columns, see `intake.Handed`."""

    name: str
    learner: str
    key: str
    platform: str
    submitted: str | None
    late: bool
    rank: int
    batch: int
    report: Report
    answers: dict[str, str]

    @property
    def order(self) -> tuple:
        """Of a learner's files, the last in this order counts."""
        return self.batch, self.submitted or "", self.rank, self.name

    def late_days(self, course: Course, lesson: str) -> int:
        submitted = datetime.fromisoformat(self.submitted) if self.submitted else None
        return course.late_days(lesson, submitted, self.late)


def class_results(
    course: Course, files: Sequence[GradedFile], marks: Marks, waiting: Sequence[str]
) -> ClassResults:
    """Return the class as reports see it.

    Args:
        course: its settings.
        files: all that counts and has a verdict.
        marks: the instructor's, by learner's key and exercise; `""` stands for the whole.
        waiting: the learner's key of each submission that has no verdict on its present content.
    """
    asked = _asked(course, files)
    by_learner: dict[str, list[GradedFile]] = {}
    for file in files:
        by_learner.setdefault(file.key, []).append(file)
    learners = [
        _learner(key, theirs, asked, course, marks, key in waiting) for key, theirs in by_learner.items()
    ]
    return ClassResults(
        title=course.title,
        sandbox=weakest_sandbox(file.report for file in files),
        exercises=asked,
        learners=tuple(sorted(learners, key=lambda learner: (learner.name.casefold(), learner.key))),
        unfinished=len(waiting),
    )


def weakest_sandbox(reports: Iterable[Report]) -> SandboxLevel:
    """Return the weakest level that anything was run at; what could not be read was not run."""
    levels = (report.sandbox for report in reports if report.error is None)
    return max(levels, key=LEVELS.index, default=LEVELS[0])


def _asked(course: Course, files: Sequence[GradedFile]) -> tuple[Asked, ...]:
    """Return what counts: the exercises of the course's lessons, or of every lesson that was handed in."""
    handed_in = {verdict.lesson for file in files for verdict in file.report.exercises}
    wanted = course.lessons or [lesson for lesson in LESSONS if lesson in handed_in]
    return tuple(
        Asked(exercise.name, lesson, course.worth(exercise.name, lesson, exercise.points))
        for lesson in LESSONS
        if lesson in wanted
        for exercise in exercises_of(lesson)
    )


def _learner(
    key: str,
    files: Sequence[GradedFile],
    asked: Sequence[Asked],
    course: Course,
    marks: Marks,
    unfinished: bool,
) -> Learner:
    found = _counting(files)
    results, late_days = {}, 0
    for exercise in asked:
        file, verdict = found.get(exercise.name, (None, None))
        days = file.late_days(course, exercise.lesson) if file is not None else 0
        late_days = max(late_days, days)
        results[exercise.name] = Result(
            report=course.scored(verdict or not_answered(all_exercises()[exercise.name])),
            answer=file.answers.get(exercise.name, "") if file is not None else "",
            late_factor=course.late_factor(days),
            mark=marks.get((key, exercise.name)),
        )
    whole = marks.get((key, ""))
    return Learner(
        name=files[0].learner,
        key=key,
        submissions=tuple(file.name for file in files),
        submitted=max((file.submitted for file in files if file.submitted), default=None),
        late_days=late_days,
        results=results,
        errors=tuple(file.report.error for file in files if file.report.error),
        comment=whole.comment if whole else "",
        platform=files[0].platform,
        unfinished=unfinished,
    )


def _counting(files: Sequence[GradedFile]) -> dict[str, tuple[GradedFile, Verdict]]:
    """Return the verdict that counts by exercise: of the last file that answers it."""
    found: dict[str, tuple[GradedFile, Verdict]] = {}
    for file in sorted(files, key=lambda file: file.order):
        for verdict in file.report.exercises:
            if verdict.name not in found or verdict.status != "missing":
                found[verdict.name] = (file, verdict)
    return found
