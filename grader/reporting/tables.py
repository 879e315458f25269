"""A class's results as files for machines: a table, rows for the writers of platforms, and JSON.

Every cell goes through `text.cell`, every string in JSON through `text.visible`.
"""

import math
import statistics
from typing import Any

import msgspec

from grader.classes.results import Asked, ClassResults, Learner, Result
from grader.learning.card import counterexample_text
from grader.submissions.platforms.grades import ExerciseGrade, Grade, Grades, csv_text
from grader.text import json_text, number, points_of, visible

BYTE_ORDER_MARK = "\ufeff"


def grades_csv(results: ClassResults) -> str:
    """Return the grades as a table, with the mark by which Excel knows UTF-8; imports go without it."""
    names = [asked.name for asked in results.exercises]
    rows: list[list[str | float]] = [
        ["name", "key", "submissions", "late days", "unfinished", "total", "out of", *names]
    ]
    for learner in results.learners:
        points = [learner.results[name].points for name in names]
        files, unfinished = "; ".join(learner.submissions), "yes" if learner.unfinished else ""
        facts: list[str | float] = [learner.name, learner.key, files, learner.late_days, unfinished]
        rows.append([*facts, learner.points, results.out_of, *points])
    return BYTE_ORDER_MARK + csv_text(rows)


def times_csv(results: ClassResults) -> str:
    """Return how long the answers to each exercise ran, in seconds: no two runs take the same."""
    rows: list[list[str | float]] = [["exercise", "answers", "median", "longest"]]
    for asked in results.exercises:
        verdicts = [learner.results[asked.name].report for learner in results.learners]
        ran = [v.seconds for v in verdicts if v.cases and v.status not in ("missing", "refused")]
        if ran:
            rows.append([asked.name, len(ran), round(statistics.median(ran), 3), round(max(ran), 3)])
    return BYTE_ORDER_MARK + csv_text(rows)


def grades(results: ClassResults) -> Grades:
    """Return the class as the writers of platforms want it."""
    return Grades(
        title=results.title,
        out_of=results.out_of,
        is_sandboxed=results.sandbox == "landlock+seccomp",
        learners=tuple(
            Grade(
                name=learner.name,
                key=learner.key,
                platform=learner.platform,
                points=learner.points,
                unfinished=learner.unfinished,
                comments=(_extra(learner), learner.comment, *learner.errors),
                exercises=tuple(
                    _exercise_grade(learner.results[asked.name], asked) for asked in results.exercises
                ),
            )
            for learner in results.learners
        ),
    )


def _exercise_grade(result: Result, asked: Asked) -> ExerciseGrade:
    return ExerciseGrade(
        name=asked.name,
        points=result.points,
        out_of=asked.out_of,
        passed=_counts_as_passed(result),
        message=result.report.message,
        counterexample=counterexample_text(result.report),
        notes=tuple(_notes(result)),
    )


def reports_jsonl(results: ClassResults) -> str:
    """Return one JSON object a line for each learner: the report's contract, with points and marks."""
    return "".join(f"{json_text(_report(learner, results))}\n" for learner in results.learners)


def _extra(learner: Learner) -> str:
    """Return what the instructor gave above what exercises are worth, or nothing."""
    return (
        f"{number(learner.extra)} of the points are given by hand, above what exercises are worth."
        if learner.extra
        else ""
    )


def _notes(result: Result) -> list[str]:
    """Return what the instructor decided, and what lateness costs."""
    notes = []
    if result.mark is not None:
        score = result.mark.score
        above = ", above what it is worth" if result.extra else ""
        decided = "" if score is None else f": {points_of(score, result.report.out_of)}{above}"
        notes = [f"Marked by the instructor{decided}. {result.mark.comment}".strip()]
    if result.points != result.report.score and (result.mark is None or result.mark.score is None):
        notes.append(f"Late: {number(result.late_factor)} of the points count.")
    return notes


def _counts_as_passed(result: Result) -> bool:
    if result.mark is not None and result.mark.score is not None:
        return result.mark.score >= result.report.out_of
    return result.report.status == "passed"


def _report(learner: Learner, results: ClassResults) -> dict[str, Any]:
    report = {
        "schema": 1,
        "learner": learner.name,
        "key": learner.key,
        "submissions": learner.submissions,
        "submitted": learner.submitted,
        "late_days": learner.late_days,
        "score": number(learner.points),
        "out_of": number(results.out_of),
        "exercises": [_exercise(learner.results[asked.name]) for asked in results.exercises],
    }
    if learner.unfinished:
        report["unfinished"] = True
    if learner.errors:
        report["errors"] = learner.errors
    if learner.comment:
        report["comment"] = learner.comment
    return _plain(report)


def _exercise(result: Result) -> dict[str, Any]:
    verdict = result.report.published()
    verdict["seconds"] = 0.0  # they differ from run to run: see `times_csv`
    return {**verdict, "points": number(result.points), "mark": result.mark}


def _plain(value: Any) -> Any:
    """Return the value as JSON can hold it, its text made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        return {visible(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
