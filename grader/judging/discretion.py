"""What is told of a verdict on secret cases where a learner may hand in again at once: `discreet`.

Each report would show one more expected answer, and after as many as there are cases a table would pass. How
many cases are right, which exception came and in which line would tell as much, in a few tries more: a table
is right in one case more if one of its entries is. So a report tells whether all are right, and a known
mistake, for which all must be as that gives them. The pages of `grader report` show the rest all the same,
once a class is graded.
"""

import msgspec

from grader.exercises import all_exercises
from grader.judging.report import Report, Verdict

TOLD = ("passed", "missing", "refused", "timeout")  # in words that are the same whatever the cases are


def discreet(report: Report) -> Report:
    """Return a report that tells of no case what it gave, got or should have given, nor if it is right."""
    return msgspec.structs.replace(report, exercises=[_discreet(verdict) for verdict in report.exercises])


def _discreet(verdict: Verdict) -> Verdict:
    exercise = all_exercises()[verdict.name]
    if verdict.status == "passed" or exercise.kind != "value":
        return msgspec.structs.replace(verdict, counterexample=None)
    bare = msgspec.structs.replace(verdict, counterexample=None, error=None, passed=0, credit=0.0)
    if verdict.diagnosis != "mistake":  # what is true of the cases that fail says which these are
        bare = msgspec.structs.replace(bare, mistake=None, diagnosis="")
    if verdict.status in TOLD or verdict.fault:
        return bare
    known = {mistake.name: mistake.message for mistake in exercise.mistakes}
    message = known.get(bare.mistake or "")
    if message is None and verdict.status == "error":
        message = "Your function raises an exception in some of the secret cases."
    if message is None:
        message = "Your function gives a wrong answer to some of the secret cases."
    public = f" `check({verdict.name})` in the notebook shows what happens on public ones."
    return msgspec.structs.replace(bare, message=message + public)
