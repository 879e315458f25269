"""The judge: outcomes in, verdict out. It runs in the trusted process and never calls a learner's code.

compare each case → smallest failing case → which known mistake gives the same outcomes → message
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from grader import plaindata
from grader.bank import Bank
from grader.calling import Outcome, Raised
from grader.comparison import Difference, compare
from grader.exercise import Exercise, Finding, Given, Mistake, Tolerance
from grader.exercises import lesson_of
from grader.report import Counterexample, ExerciseReport, LearnerError, Status, presentable

RIGHT = "Right on every case."
MAX_REMEMBERED_BYTES = 2000  # of an answer and what was expected, together
LONGEST_SHOWN = 20_000  # characters of an answer in a report


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


def judge(exercise: Exercise, bank: Bank, attempt: Attempt) -> ExerciseReport:
    """Return the verdict on one attempt at one exercise."""
    findings = _findings(exercise, bank, attempt.outcomes)
    passed = sum(finding.right for finding in findings)
    first = next((i for i, finding in enumerate(findings) if not finding.right), None)
    if first is None and attempt.end == "complete" and passed == len(bank.cases):
        notes = [finding.message for finding in findings if finding.message]
        return report(
            exercise, "passed", notes[-1] if notes else RIGHT, passed, passed, attempt.seconds, credit=1.0
        )
    right = sum(weight for weight, finding in zip(bank.weights, findings, strict=False) if finding.right)
    credit = right / sum(bank.weights)
    if first is None:
        return _cut_short(exercise, bank, passed, attempt, credit)
    outcome, failure = attempt.outcomes[first], findings[first]
    if all(o.raised is not None and o.raised.type == "NotImplementedError" for o in attempt.outcomes):
        return missing(exercise, len(bank.cases))
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


def missing(exercise: Exercise, cases: int = 0) -> ExerciseReport:
    """Return the verdict on an exercise that is not there, or still a stub."""
    return report(exercise, "missing", f"Not answered yet: write the body of `{exercise.name}`.", cases)


def refused(exercise: Exercise, call: str) -> ExerciseReport:
    """Return the verdict on an answer that uses a function it is asked to build."""
    return report(
        exercise, "refused", f"Your code uses `{call}`, which this exercise asks you to build yourself."
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
) -> ExerciseReport:
    """Return a verdict with the exercise's own facts filled in."""
    return ExerciseReport(
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


def _findings(exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome]) -> list[Finding]:
    """Return for each case that was run whether it is right, and if not, why."""
    findings, earlier = [], []
    for i, outcome in enumerate(outcomes[: len(bank.cases)]):
        findings.append(
            _finding(exercise, bank, i, outcome) or _verified(exercise, bank, i, outcome, earlier)
        )
    return findings


def _verified(exercise: Exercise, bank: Bank, i: int, outcome: Outcome, earlier: list) -> Finding:
    """Judge an answer of which more than one can be right, and add it to the earlier ones."""
    if exercise.verify is None:
        return Finding(True)
    answer, arguments = outcome.value(), plaindata.decode(bank.cases[i])
    given = Given(arguments, plaindata.decode(bank.secrets[i]), tuple(earlier))
    earlier.append((arguments, answer))
    if answer is None:
        return Finding(False, "Your answer is None: is the `return` missing?")
    if isinstance(answer, plaindata.Foreign):
        reason = f" ({answer.reason})" if answer.reason else ""
        return Finding(False, f"Your answer is of type {answer.type_name}{reason}, which is not asked for.")
    if isinstance(answer, dict) and exercise.artefact and "problem" in answer:
        return Finding(False, str(answer["problem"]))
    try:
        return exercise.verify(given, answer)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return Finding(False, "Your answer has not the form that is asked for: look at its types and shapes.")


def _finding(exercise: Exercise, bank: Bank, i: int, outcome: Outcome) -> Finding | None:
    """Return what is wrong with case `i`, or `None` where nothing is that a comparison can see."""
    expected = bank.expected[i]
    if outcome.raised is not None:
        if expected.raised is not None and expected.raised.type in outcome.raised.bases:
            return None
        if expected.raised is not None:
            return Finding(
                False, f"Raise {expected.raised.type} here; your function raises {outcome.raised.type}."
            )
        return Finding(False, _raised_message(outcome.raised, exercise))
    if expected.raised is not None:
        return Finding(False, f"Here your function must raise {expected.raised.type}, and it returned.")
    if exercise.verify is None and (difference := _difference(exercise, expected, outcome)):
        return Finding(False, f"Your answer {difference.message}.")
    if changed := _changed(exercise, bank, i, outcome):
        return Finding(False, changed)
    if exercise.stable and outcome.warnings:
        return Finding(
            False,
            f"The number is right, but NumPy warns on the way ({' and '.join(outcome.warnings)}): "
            "some part of the computation leaves the range of floats.",
        )
    return None


def _changed(exercise: Exercise, bank: Bank, i: int, outcome: Outcome) -> str | None:
    """Return in words how the arguments are not left as they must be."""
    wanted = bank.expected[i].arguments
    if wanted in (b"", outcome.arguments):
        return None
    if wanted == bank.cases[i]:
        return "Your answer is right, but your function changed its input: work on a copy of it."
    try:
        difference = compare(
            plaindata.decode(wanted), plaindata.decode(outcome.arguments), exercise.tolerance
        )
    except plaindata.Malformed:
        return "Your answer is right, but its arguments can't be read any more."
    if difference is None:
        return None
    return (
        f"Your answer is right, but what it was given is not left as it should be; it {difference.message}."
    )


def _difference(exercise: Exercise, expected: Outcome, outcome: Outcome) -> Difference | None:
    if outcome.answer == expected.answer:
        return None
    if len(outcome.answer) + len(expected.answer) > MAX_REMEMBERED_BYTES:
        return _compared(expected.answer, outcome.answer, exercise.tolerance)
    return _remembered(expected.answer, outcome.answer, exercise.tolerance)


def _compared(expected: bytes, answer: bytes, tolerance: Tolerance) -> Difference | None:
    return compare(Outcome(expected).value(), Outcome(answer).value(), tolerance)


# In a class most answers to a case are the same bytes.
_remembered = lru_cache(maxsize=20_000)(_compared)


def _matching_mistake(exercise: Exercise, bank: Bank, attempt: Attempt) -> Mistake | None:
    """Return the first known mistake that gives the learner's outcomes on every case that was run."""
    if exercise.verify is not None:
        return _mistake_with_the_same_flaws(exercise, bank, attempt)
    for mistake in exercise.mistakes:
        outcomes = zip(attempt.outcomes, bank.mistakes[mistake.name], bank.cases, strict=False)
        if all(_same(exercise, case, known, outcome) for outcome, known, case in outcomes):
            return mistake
    return None


def _mistake_with_the_same_flaws(exercise: Exercise, bank: Bank, attempt: Attempt) -> Mistake | None:
    """Return the first known mistake that `verify` says the same of, case by case."""
    flaws = _findings(exercise, bank, attempt.outcomes)
    for mistake in exercise.mistakes:
        if mistake.name in bank.mistakes and _findings(exercise, bank, bank.mistakes[mistake.name]) == flaws:
            return mistake
    return None


def _same(exercise: Exercise, case: bytes, known: Outcome, outcome: Outcome) -> bool:
    if known.raised is not None or outcome.raised is not None:
        return bool(known.raised and outcome.raised and known.raised.type == outcome.raised.type)
    if _difference(exercise, known, outcome):
        return False
    if exercise.stable and bool(known.warnings) != bool(outcome.warnings):
        return False
    return (known.arguments != case) == (outcome.arguments != case)


def _cut_short(
    exercise: Exercise, bank: Bank, passed: int, attempt: Attempt, credit: float
) -> ExerciseReport:
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
        message = _raised_message(attempt.error, exercise)
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


def _raised_message(raised: Raised, exercise: Exercise) -> str:
    where = f" ({raised.place}, line {raised.line})" if raised.line is not None and raised.place else ""
    if raised.type == "MemoryError":
        return f"Your function asks for more than the {exercise.megabytes} MB that it may use{where}."
    if raised.type == "RecursionError":
        return f"Your function calls itself without end{where}."
    if raised.type == "TypeError" and raised.line is None and "argument" in raised.message:
        parameters = ", ".join(inspect.signature(exercise.reference).parameters)
        return f"It must be callable as `{exercise.name}({parameters})`; Python says: {raised.message}."
    if raised.type == "SystemExit":
        return f"Your function ends the program{where}: return an answer instead."
    return (
        f"Your function raises {raised.type}{where}: {raised.message or 'without a message'}".rstrip(".")
        + "."
    )


def _shown(answer: Any) -> Any:
    """Return a learner's answer as a report shows it: a report has a place for much, but not for anything."""
    shown = presentable(answer)
    return shown if len(repr(shown)) <= LONGEST_SHOWN else f"<{type(answer).__name__}, too long to show>"


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
