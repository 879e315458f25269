"""The judge: outcomes in, verdict out. It never calls a learner's code, and trusts nothing that came of it.

compare each case → smallest failing case → what the outcomes tell of the cause (`diagnosis`) → message

For a grade it runs in the trusted process; a notebook's own check runs it in the learner's, on public cases.
"""

import ast
import inspect
import re
from collections.abc import Sequence
from typing import Any, TypeGuard

import msgspec

from grader.child import plaindata
from grader.child.calling import Raised
from grader.child.forbidding import ForbiddenFunction, ForbiddenPackage
from grader.exercise import Exercise, Finding
from grader.exercises import lesson_of
from grader.judging.bank import AS_GIVEN, Bank
from grader.judging.diagnosis import WEAK, diagnose, is_alike
from grader.judging.findings import ends_group, raised_message
from grader.judging.report import Counterexample, LearnerError, Shown, Status, Verdict
from grader.judging.showing import Sentence, indented, presentable, says_itself, shown
from grader.judging.unused import unused_arguments
from grader.running.attempt import Attempt

RIGHT = "Right on every case."
MAX_SHOWN_CHARACTERS = 20_000  # of an answer in a report


def judge(exercise: Exercise, bank: Bank, attempt: Attempt) -> Verdict:
    """Return the verdict on one attempt at one exercise."""
    if used := _forbidden(attempt):
        return refused(exercise, used)
    found = bank.findings(exercise, attempt.outcomes)
    passed, credit = _counted(bank, found)
    first = next((i for i, finding in enumerate(found) if not finding.right), None)
    if first is None and attempt.end == "complete" and passed == len(bank.units):
        notes = [finding.message for finding in found if finding.message]
        return verdict_on(
            exercise,
            "passed",
            notes[-1] if notes else RIGHT,
            cases=passed,
            passed=passed,
            seconds=attempt.seconds,
            credit=1.0,
        )
    if first is None:
        return _cut_short(exercise, bank, passed, attempt, credit)
    if all(_is_of_a_stub(outcome.raised) for outcome in attempt.outcomes):
        return not_answered(exercise, len(bank.units))
    diagnosis = None
    if attempt.end == "complete":
        if is_alike(exercise, bank, attempt.outcomes, found, AS_GIVEN):
            return unchanged(exercise, len(bank.units))
        diagnosis = diagnose(exercise, bank, attempt.outcomes, found)
    message = diagnosis.message if diagnosis else found[first].message
    if diagnosis and bank.groups[first]:  # a rate or a mean: what it came to belongs to the message
        message = f"{found[first].message} {message}"
    raised = attempt.outcomes[first].raised
    got = Sentence(f"{raised.type}: {raised.message}") if raised else attempt.outcomes[first].value()
    return verdict_on(
        exercise,
        "error" if raised and bank.expected[first].raised is None else "failed",
        message,
        cases=len(bank.units),
        passed=passed,
        seconds=attempt.seconds,
        mistake=diagnosis.mistake if diagnosis else None,
        diagnosis=diagnosis.kind if diagnosis else "",
        counterexample=_counterexample(exercise, bank, first, got, attempt.outcomes[first].warnings),
        raised=raised,
        credit=credit,
    )


def is_unexplained(verdict: Verdict) -> bool:
    """Whether an answer is wrong, and little or nothing tells why: then its line is worth looking for."""
    is_wrong = verdict.status in ("failed", "error")
    return is_wrong and (not verdict.diagnosis or verdict.diagnosis in WEAK)


def located(exercise: Exercise, verdict: Verdict, where: str, definition: ast.AST | None) -> Verdict:
    """Return a verdict with what the learner's own code tells of the cause.

    Args:
        exercise: what was asked.
        verdict: on an answer that little else tells of.
        where: the line to look at, if one was found.
        definition: the answer's.
    """
    if where:
        return msgspec.structs.replace(verdict, message=f"{verdict.message} {where}", diagnosis="own line")
    unused = unused_arguments(exercise, definition)
    if not unused or verdict.diagnosis:
        return verdict
    return msgspec.structs.replace(
        verdict, message=f"{verdict.message} {unused}", diagnosis="unused argument"
    )


def not_answered(exercise: Exercise, cases: int = 0) -> Verdict:
    """Return the verdict on an exercise that is not there, or still a stub."""
    return verdict_on(
        exercise, "missing", f"Not answered yet: write the body of `{exercise.name}`.", cases=cases
    )


def unchanged(exercise: Exercise, cases: int = 0) -> Verdict:
    """Return the verdict on a repair that hasn't begun."""
    message = "It still does what it did as you were given it: find what is wrong in it, and mend that."
    return verdict_on(exercise, "missing", message, cases=cases)


def left_over(exercise: Exercise, verdict: Verdict, attempt: Attempt) -> Verdict:
    """Return the verdict on an answer that is no stub, of a verdict that takes it for one.

    It has a body, in which the stub's `raise` is left.
    """
    raised = next((outcome.raised for outcome in attempt.outcomes), None)
    if verdict.status != "missing" or not _is_of_a_stub(raised):
        return verdict
    where = f" in line {raised.line}" if raised.line is not None else ""
    where += f" ({raised.place})" if raised.place else ""
    message = f"A `raise NotImplementedError` is left{where}: take it out, or write there what is missing."
    return verdict_on(exercise, "error", message, cases=verdict.cases, raised=raised)


def _is_of_a_stub(raised: Raised | None) -> TypeGuard[Raised]:
    """Whether it is what a stub raises; libraries say in words what they haven't got."""
    return raised is not None and raised.type == "NotImplementedError" and not raised.message


def refused(exercise: Exercise, used: str) -> Verdict:
    """Return the verdict on an answer that uses a function or package which it is asked to do without."""
    message = f"Your code uses `{used}`, which this exercise asks you to do without."
    if exercise.packages and used not in exercise.forbidden:
        allowed = ", ".join(f"`{package}`" for package in exercise.packages)
        message = (
            f"Your code uses `{used}`, or something that comes from it. Write this one with {allowed} and "
            "Python's own modules alone."
        )
    return verdict_on(exercise, "refused", message)


def verdict_on(
    exercise: Exercise,
    status: Status,
    message: str,
    *,
    cases: int = 0,
    passed: int = 0,
    seconds: float = 0.0,
    mistake: str | None = None,
    diagnosis: str = "",
    counterexample: Counterexample | None = None,
    raised: Raised | None = None,
    credit: float = 0.0,
    fault: str = "",
) -> Verdict:
    """Return a verdict with the exercise's own facts filled in."""
    return Verdict(
        name=exercise.name,
        lesson=lesson_of(exercise),
        status=status,
        score=exercise.points if status == "passed" else 0.0,
        out_of=exercise.points,
        cases=cases,
        passed=passed,
        seconds=round(seconds, 6),
        mistake=mistake,
        diagnosis=diagnosis,
        message=message,
        counterexample=counterexample,
        error=LearnerError(raised.type, raised.message, raised.line) if raised else None,
        credit=credit,
        fault=fault,
    )


def _forbidden(attempt: Attempt) -> str | None:
    """Return the forbidden function or package that a run met, if it met one."""
    for raised in (attempt.error, *(outcome.raised for outcome in attempt.outcomes)):
        if raised is not None and raised.type in (ForbiddenFunction.__name__, ForbiddenPackage.__name__):
            named = re.search(r"`(\w{1,40})`", raised.message)  # nobody else's words get into the verdict
            return named[1] if named else "something"
    return None


def _counted(bank: Bank, found: Sequence[Finding]) -> tuple[int, float]:
    """Return how many cases are right, a group as one, and the share of their weight."""
    right = [
        places
        for places in bank.units.values()
        if places[-1] < len(found) and all(found[place].right for place in places)
    ]
    credit = sum(bank.weights[place] for places in right for place in places) / sum(bank.weights)
    return len(right), credit


def _cut_short(exercise: Exercise, bank: Bank, passed: int, attempt: Attempt, credit: float) -> Verdict:
    """Return the verdict on an attempt that was right as far as it came."""
    reached = len(attempt.outcomes)
    counterexample = None
    if attempt.end != "undefined" and attempt.stuck is None and reached < len(bank.cases):
        got = {"timeout": "no answer in time", "died": attempt.detail}.get(attempt.end, "no answer")
        counterexample = _counterexample(exercise, bank, reached, Sentence(got))
    statuses: dict[str, Status] = {"timeout": "timeout", "malformed": "refused", "unaffordable": "refused"}
    status = statuses.get(attempt.end, "error")
    if attempt.stuck is not None:
        message = (
            f"No answer within {exercise.seconds:g} seconds, as line {attempt.stuck.statement.lineno} of "
            f"{attempt.stuck.place} had not ended by then: is there a loop that does not end, or work that "
            "no answer needs?"
        )
    elif attempt.end == "timeout":
        message = (
            f"No answer within {exercise.seconds:g} seconds: is there a loop that does not end, "
            "or one over single numbers where arrays would do?"
        )
    elif attempt.error is not None:
        message = raised_message(attempt.error, exercise)
    else:
        message = attempt.detail
    return verdict_on(
        exercise,
        status,
        message,
        cases=len(bank.units),
        passed=passed,
        seconds=attempt.seconds,
        counterexample=counterexample,
        raised=attempt.error,
        credit=credit,
    )


def _counterexample(
    exercise: Exercise, bank: Bank, i: int, got: Any, warnings: Sequence[str] = ()
) -> Counterexample | None:
    if exercise.artefact or exercise.kind == "goal" or ends_group(bank.groups, i):
        return None  # a whole training set, a model, or what many cases come to: nothing to look at
    expected: Any = Sentence("whatever holds to the statement")
    if exercise.verify is None:
        raised = bank.expected[i].raised
        expected = Sentence(f"raises {raised.type}") if raised else bank.expected[i].value()
    held = presentable(got)
    if len(repr(held)) > MAX_SHOWN_CHARACTERS:  # a report has a place for much, but not for anything
        got = Sentence(f"<{type(got).__name__}, too long to show>")
        held = presentable(got)
    names, case = inspect.signature(exercise.reference).parameters, plaindata.decode(bank.cases[i])
    arguments = dict(zip(names, case, strict=False))
    texts = None
    warned = f", with NumPy's warning of {' and '.join(warnings)}" if exercise.stable and warnings else ""
    if warned or exercise.returns or not all(map(says_itself, (*arguments.values(), expected, got))):
        given = {name: shown(value) for name, value in arguments.items()}
        texts = Shown(given, _shown(exercise, expected), _shown(exercise, got) + warned)
    return Counterexample(
        arguments={name: presentable(value) for name, value in arguments.items()},
        expected=presentable(expected),
        got=held,
        shown=texts,
    )


def _shown(exercise: Exercise, answer: Any) -> str:
    """Return an answer as text, the items of a tuple under their names."""
    if not isinstance(answer, list | tuple) or not 0 < len(answer) == len(exercise.returns):
        return shown(answer)
    pairs = zip(exercise.returns, answer, strict=True)
    return "\n".join(f"{name} = {indented(shown(item), len(name) + 3)}" for name, item in pairs)
