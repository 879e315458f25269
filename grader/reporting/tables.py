"""A class's results as files for machines: CSV for spreadsheets, Canvas and Moodle, and JSON.

Every cell goes through `text.cell`, every string in JSON through `text.visible`.
"""

import csv
import html
import io
import math
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from grader.classes.results import ClassResults, Learner, Result
from grader.learning.card import counterexample_text
from grader.text import FORMULA, cell, json_text, line, number, visible

BYTE_ORDER_MARK = "\ufeff"
PARTICIPANT = "Participant "  # Moodle's importer takes the number after this word


def grades_csv(results: ClassResults) -> str:
    """Return the grades as a table, with the mark by which Excel knows UTF-8; imports go without it."""
    names = [asked.name for asked in results.exercises]
    rows = [["name", "key", "submissions", "late days", "unfinished", "total", "out of", *names]]
    for learner in results.learners:
        points = [learner.results[name].points for name in names]
        files, unfinished = "; ".join(learner.submissions), "yes" if learner.unfinished else ""
        facts = [learner.name, learner.key, files, learner.late_days, unfinished]
        rows.append([*facts, learner.points, results.out_of, *points])
    return BYTE_ORDER_MARK + _csv(rows)


def canvas_csv(results: ClassResults) -> str:
    """Return the totals as Canvas's gradebook imports them, for the assignment called like the course.

    Canvas looks for its own number of the learner first, then for the school's id, the login and the name.
    Gradescope's key is such an id, or the e-mail address. What is not graded yet has no grade.
    """
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", results.title]]
    rows.append(["Points Possible", "", "", "", "", results.out_of])
    for learner in results.learners:
        rows.append([learner.name, *_canvas_ids(learner), "", _grade(learner)])
    return _csv(rows)


def moodle_csv(results: ClassResults) -> str:
    """Return the totals and messages as Moodle's offline grading worksheet.

    Moodle refuses a worksheet without the column of the last change; where it is empty, grades that are
    in Moodle already are only replaced if the import is told to. It knows learners by its own number only,
    and passes over a row without one. Comments are HTML to it. What is not graded yet has no grade.
    """
    header = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    rows = [[*header, "Feedback comments"]]
    for learner in results.learners:
        identifier = PARTICIPANT + learner.key if _is_number_of(learner, "moodle") else ""
        rows.append([identifier, learner.name, _grade(learner), results.out_of, "", _feedback(learner)])
    return _csv(rows)


def reports_jsonl(results: ClassResults) -> str:
    """Return one JSON object a line for each learner: the report's contract, with points and marks."""
    return "".join(f"{json_text(_report(learner, results))}\n" for learner in results.learners)


def gradescope_results(learner: Learner, results: ClassResults) -> dict[str, Any]:
    """Return what Gradescope reads from `results.json`; all text in it is plain text."""
    head = [_waiting(learner), learner.comment, *learner.errors]
    if results.sandbox != "landlock+seccomp":
        head.append("Graded without a sandbox.")
    return _plain(
        {
            "score": number(learner.points),
            "output": "\n".join([f"{_points(learner.points, results.out_of)}.", *filter(None, head)]),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "tests": [
                {
                    "name": asked.name,
                    "name_format": "text",
                    "score": number(learner.results[asked.name].points),
                    "max_score": number(asked.out_of),
                    "status": "passed" if _counts_as_passed(learner.results[asked.name]) else "failed",
                    "output": _output(learner.results[asked.name]),
                    "output_format": "text",
                    "visibility": "visible",
                }
                for asked in results.exercises
            ],
        }
    )


def _csv(rows: Iterable[list[str | float]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def _canvas_ids(learner: Learner) -> tuple[str, str, str]:
    """Return the learner's number in Canvas, id in the school and login, each where it is known."""
    if _is_number_of(learner, "canvas"):
        return learner.key, "", ""
    if learner.platform != "gradescope" or learner.key == learner.name:
        return "", "", ""
    return ("", "", learner.key) if "@" in learner.key else ("", learner.key, "")


def _is_number_of(learner: Learner, platform: str) -> bool:
    return learner.platform == platform and learner.key.isascii() and learner.key.isdigit()


def _grade(learner: Learner) -> str | float:
    return "" if learner.unfinished else learner.points


def _waiting(learner: Learner) -> str:
    return "Not graded yet: these points will change." if learner.unfinished else ""


def _points(points: float, out_of: float) -> str:
    return f"{number(points)} of {number(out_of)} points"


def _notes(result: Result) -> list[str]:
    """Return what the instructor decided, and what lateness costs."""
    notes = []
    if result.mark is not None:
        score = result.mark.score
        decided = "" if score is None else f": {_points(score, result.report.out_of)}"
        notes = [f"Marked by the instructor{decided}. {result.mark.comment}".strip()]
    if result.points != result.report.score and (result.mark is None or result.mark.score is None):
        notes.append(f"Late: {number(result.late_factor)} of the points count.")
    return notes


def _output(result: Result) -> str:
    shown = [result.report.message, counterexample_text(result.report), *_notes(result)]
    return "\n".join(filter(None, shown))


def _counts_as_passed(result: Result) -> bool:
    if result.mark is not None and result.mark.score is not None:
        return result.mark.score >= result.report.out_of
    return result.report.status == "passed"


def _feedback(learner: Learner) -> str:
    """Return the learner's messages as HTML in one line."""
    if learner.unfinished:
        return "Not graded yet."
    paragraphs = [learner.comment, *learner.errors]
    for result in learner.results.values():
        paragraphs.append(" ".join([f"{result.report.name}: {result.report.message}", *_notes(result)]))
    text = "<br>".join(html.escape(line(paragraph), quote=False) for paragraph in paragraphs if paragraph)
    # `&lt;=` holds a semicolon, after which some spreadsheets see a new cell, and here a formula in it.
    return re.sub(rf"(?<=;)[\s{re.escape(FORMULA)}]+", lambda match: _as_entities(match[0]), text)


def _as_entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c in FORMULA else c for c in text)


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
    verdict["seconds"] = math.floor(result.report.seconds)
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
