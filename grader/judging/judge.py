"""The judge: outcomes in, verdict out. It runs in the trusted process and never calls a learner's code.

compare each case → smallest failing case → which known mistake gives the same outcomes → message
"""

import inspect
from dataclasses import dataclass
from typing import Any, Literal

from grader.child import plaindata
from grader.child.calling import Outcome, Raised
from grader.exercise import Exercise, Mistake
from grader.exercises import lesson_of
from grader.judging.bank import Bank
from grader.judging.comparison import compare
from grader.judging.findings import difference, findings, raised_message
from grader.judging.report import Counterexample, Verdict, LearnerError, Status, presentable

RIGHT = "Right on every case."
MAX_SHOWN_CHARACTERS = 20_000  # characters of an answer in a report


@dataclass(frozen=True)
class Attempt:
    """What a runner saw of a learner's function: the outcomes, in the order of the cases, and how it ended.

    Args:
        outcomes: fewer than there are cases where it did not come to the end.
        end: `"complete"`; `"timeout"`; `"died"` (the process ended); `"killed"` (somebody else ended it);
            `"malformed"` (it sent no outcomes); `"undefined"` (the code did not define the function).
        seconds: wall clock, kept by the runner.
        detail: for `"died"`, `"malformed"` and `"undefined"`: what happened, in words.
        error: for `"undefined"`: the exception that the definition ended in.
        spoilt: exercises that ran before in the same process have changed what this one relies on.
    """

    outcomes: tuple[Outcome, ...]
    end: Literal["complete", "timeout", "died", "killed", "malformed", "undefined"] = "complete"
    seconds: float = 0.0
    detail: str = ""
    error: Raised | None = None
    spoilt: bool = False


def judge(exercise: Exercise, bank: Bank, attempt: Attempt) -> Verdict:
    """Return the verdict on one attempt at one exercise."""
    found = findings(exercise, bank, attempt.outcomes)
    passed = sum(finding.right for finding in found)
    first = next((i for i, finding in enumerate(found) if not finding.right), None)
    if first is None and attempt.end == "complete" and passed == len(bank.cases):
        notes = [finding.message for finding in found if finding.message]
        return report(
            exercise, "passed", notes[-1] if notes else RIGHT, passed, passed, attempt.seconds, credit=1.0
        )
    right = sum(weight for weight, finding in zip(bank.weights, found, strict=False) if finding.right)
    credit = right / sum(bank.weights)
    if first is None:
        return _cut_short(exercise, bank, passed, attempt, credit)
    outcome, failure = attempt.outcomes[first], found[first]
    if all(o.raised is not None and o.raised.type == "NotImplementedError" for o in attempt.outcomes):
        return not_answered(exercise, len(bank.cases))
    mistake = _matching_mistake(exercise, bank, attempt) if attempt.end == "complete" else None
    got = f"{outcome.raised.type}: {outcome.raised.message}" if outcome.raised else _shown(outcome.value())
    raised = outcome.raised is not None and bank.expected[first].raised is None
    return report(
        exercise,
        "error" if raised else "failed",
        mistake.message if mistake else failure.message,
        len(bank.cases),
        passed,
        attempt.seconds,
        mistake=mistake and mistake.name,
        counterexample=_counterexample(exercise, bank, first, got),
        raised=outcome.raised,
        credit=credit,
    )


def not_answered(exercise: Exercise, cases: int = 0) -> Verdict:
    """Return the verdict on an exercise that is not there, or still a stub."""
    return report(exercise, "missing", f"Not answered yet: write the body of `{exercise.name}`.", cases)


def refused(exercise: Exercise, used: str) -> Verdict:
    """Return the verdict on an answer that uses a function or package which it is asked to do without."""
    return report(
        exercise, "refused", f"Your code uses `{used}`, which this exercise asks you to do without."
    )


def report(
    exercise: Exercise,
    status: Status,
    message: str,
    cases: int = 0,
    passed: int = 0,
    seconds: float = 0.0,
    *,
    mistake: str | None = None,
    counterexample: Counterexample | None = None,
    raised: Raised | None = None,
    credit: float = 0.0,
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
        message=message,
        counterexample=counterexample,
        error=raised and LearnerError(raised.type, raised.message, raised.line),
        credit=credit,
    )


def _matching_mistake(exercise: Exercise, bank: Bank, attempt: Attempt) -> Mistake | None:
    """Return the first known mistake that gives the learner's outcomes on every case that was run."""
    if exercise.verify is not None:
        flaws = tuple(findings(exercise, bank, attempt.outcomes))
        return next((m for m in exercise.mistakes if bank.flaws.get(m.name) == flaws), None)
    for mistake in exercise.mistakes:
        outcomes = zip(attempt.outcomes, bank.mistakes[mistake.name], bank.cases, strict=False)
        if all(_same(exercise, case, known, outcome) for outcome, known, case in outcomes):
            return mistake
    return None


def _same(exercise: Exercise, case: bytes, known: Outcome, outcome: Outcome) -> bool:
    if known.raised is not None or outcome.raised is not None:
        return bool(known.raised and outcome.raised and known.raised.type == outcome.raised.type)
    if difference(exercise, known, outcome):
        return False
    if exercise.stable and bool(known.warnings) != bool(outcome.warnings):
        return False
    if (known.arguments != case) != (outcome.arguments != case):
        return False
    return known.arguments == outcome.arguments or _left_alike(exercise, known, outcome)


def _left_alike(exercise: Exercise, known: Outcome, outcome: Outcome) -> bool:
    """Whether two calls did the same to their arguments: to the weights of a model, say."""
    try:
        left = [plaindata.decode(each.arguments) for each in (known, outcome)]
    except plaindata.Malformed:
        return False
    return compare(*left, exercise.tolerance) is None


def _cut_short(
    exercise: Exercise, bank: Bank, passed: int, attempt: Attempt, credit: float
) -> Verdict:
    """Return the verdict on an attempt that was right as far as it came."""
    reached = len(attempt.outcomes)
    counterexample = None
    if attempt.end != "undefined" and reached < len(bank.cases):
        got = {"timeout": "no answer in time", "died": attempt.detail}.get(attempt.end, "no answer")
        counterexample = _counterexample(exercise, bank, reached, got)
    status: Status = {"timeout": "timeout", "malformed": "refused"}.get(attempt.end, "error")
    if attempt.end == "timeout":
        message = (
            f"No answer within {exercise.seconds:g} seconds: is there a loop that does not end, "
            "or one over single numbers where arrays would do?"
        )
    elif attempt.error is not None:
        message = raised_message(attempt.error, exercise)
    else:
        message = attempt.detail
    return report(
        exercise,
        status,
        message,
        len(bank.cases),
        passed,
        attempt.seconds,
        counterexample=counterexample,
        raised=attempt.error,
        credit=credit,
    )


def _shown(answer: Any) -> Any:
    """Return a learner's answer as a report shows it: a report has a place for much, but not for anything."""
    shown = presentable(answer)
    return shown if len(repr(shown)) <= MAX_SHOWN_CHARACTERS else f"<{type(answer).__name__}, too long to show>"


def _counterexample(exercise: Exercise, bank: Bank, i: int, got: Any) -> Counterexample | None:
    if exercise.artefact or exercise.kind == "goal":
        return None  # a whole training set, or a model: nothing to look at
    expected = bank.expected[i]
    if exercise.verify is not None:
        right = "whatever holds to the statement"
    else:
        right = f"raises {expected.raised.type}" if expected.raised else presentable(expected.value())
    names, case = inspect.signature(exercise.reference).parameters, plaindata.decode(bank.cases[i])
    arguments = {name: presentable(value) for name, value in zip(names, case, strict=False)}
    return Counterexample(arguments, right, got)
