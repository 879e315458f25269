"""What is told of a verdict on secret cases where a learner may hand in again at once: `discreet`.

Each report would show one more expected answer, and after as many as there are cases a table would pass. The
pages of `grader report` show them all the same, once a class is graded.
"""

import builtins

import msgspec

from grader.exercises import all_exercises
from grader.judging.report import Report, Verdict

TOLD = ("passed", "missing", "refused", "timeout")  # in words that are the same whatever the cases are


def discreet(report: Report) -> Report:
    """Return a report without what its cases gave, were given and should have given."""
    return msgspec.structs.replace(report, exercises=[_discreet(verdict) for verdict in report.exercises])


def _discreet(verdict: Verdict) -> Verdict:
    exercise = all_exercises()[verdict.name]
    if exercise.kind != "value" or verdict.status in TOLD or verdict.fault:
        return msgspec.structs.replace(verdict, counterexample=None)
    known = {mistake.name: mistake.message for mistake in exercise.mistakes}
    message, error = known.get(verdict.mistake or ""), verdict.error
    if message is None and error is not None:
        # The text is the learner's own words, and the name of a class of theirs: in both, a case could stand.
        error = msgspec.structs.replace(error, message="", type=_of_pythons_own(error.type))
        where = f" in line {error.line} of its cell or file" if error.line is not None else ""
        message = f"Your function raises {error.type}{where}."
    if message is None:
        message = "Your function gives a wrong answer to some of the cases."
    counted = f" {verdict.passed} of {verdict.cases} secret cases are right; `check({verdict.name})` in the "
    counted += "notebook shows what happens on public ones."
    return msgspec.structs.replace(verdict, message=message + counted, error=error, counterexample=None)


def _of_pythons_own(name: str) -> str:
    found = getattr(builtins, name, None)
    return name if isinstance(found, type) and issubclass(found, BaseException) else "an exception of its own"
