"""What is wrong with the outcomes of a function, case by case: in words, and before anybody gives a verdict.

Values are compared with the reference's; what has many right answers is verified by its properties.
"""

import inspect
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from grader.child import plaindata
from grader.child.calling import Outcome, Raised
from grader.exercise import Answered, Exercise, Finding, Given, Tolerance
from grader.judging.comparison import NO_ANSWER, SINGLE, Difference, compare, path

FREE = b""  # the arguments of an expected outcome that a call may leave as it likes
OUT_OF_RANGE = "some part of the computation leaves the range of floats"
NO_NUMBER = re.compile(r"\bis (nan|-?inf)\b")
MAX_REMEMBERED_BYTES = 2000  # of an answer and what was expected, together


def findings(
    exercise: Exercise,
    outcomes: Sequence[Outcome],
    *,
    cases: Sequence[bytes],
    secrets: Sequence[bytes],
    groups: Sequence[str],
    expected: Sequence[Outcome],
) -> list[Finding]:
    """Return for each case that was run whether it is right, and if not, why.

    Args:
        exercise: what was asked.
        outcomes: the function's, in the order of the cases; perhaps not of all.
        cases, secrets, groups, expected: see `bank.Bank`.
    """
    found: list[Finding] = []
    answered: list[Answered] = []
    for i, (outcome, wanted) in enumerate(zip(outcomes, expected, strict=False)):
        finding = _compared_finding(exercise, wanted, outcome)
        if finding and finding.message.endswith(f"{SINGLE}.") and not _all_single(expected):
            finding = Finding(False, f"{finding.message.removesuffix('.')} in this case.")
        if exercise.verify is not None:
            case, secret = plaindata.decode(cases[i]), plaindata.decode(secrets[i])
            answered.append(Answered(case, secret, outcome.value()))
            first = groups.index(groups[i]) if ends_group(groups, i) else i + 1
            together = answered[first:] if all(earlier.right for earlier in found[first:]) else ()
            finding = finding or _verified(exercise, outcome, answered, together)
        finding = finding or Finding(True)
        if not outcome.raised and (changed := _changed(exercise, cases[i], wanted, outcome)):
            if finding.right:
                finding = Finding(False, sentence(f"Your answer is right, but {changed}"))
            elif wanted.arguments == cases[i]:
                finding = Finding(False, sentence(f"{finding.message} Beside that, {changed}"))
        found.append(finding)
    return found


def _all_single(expected: Sequence[Outcome]) -> bool:
    """Whether each case has a single number for an answer."""
    values = (one.value() for one in expected if one.raised is None)
    return not any(
        isinstance(one, list | tuple) or (isinstance(one, np.ndarray) and one.ndim) for one in values
    )


def ends_group(groups: Sequence[str], i: int) -> bool:
    """Whether the i-th case is the last of a group."""
    return bool(groups[i]) and groups[i + 1 : i + 2] != groups[i : i + 1]


def _verified(
    exercise: Exercise, outcome: Outcome, answered: Sequence[Answered], together: Sequence[Answered]
) -> Finding:
    """Judge the last answer, of which more than one can be right, and its whole group if it ends one."""
    assert exercise.verify is not None
    *earlier, (arguments, secret, answer) = answered
    given = Given(arguments, secret, earlier, _after(outcome), together)
    if answer is None:
        return Finding(False, f"Your answer {NO_ANSWER}")
    if isinstance(answer, plaindata.Foreign):
        reason = f" ({answer.reason})" if answer.reason else ""
        if answer.reason.endswith("bytes"):
            return Finding(False, f"Your answer is too large to be read: {answer.type_name}{reason}.")
        return Finding(False, f"Your answer is of type {answer.type_name}{reason}, which is not asked for.")
    if isinstance(answer, dict) and exercise.artefact and "problem" in answer:
        return Finding(False, str(answer["problem"]))
    try:
        with np.errstate(all="ignore"):  # numbers near the largest: whatever comes of them is wrong
            found = exercise.verify(given, answer)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return Finding(False, "Your answer has not the form that is asked for: look at its types and shapes.")
    if not isinstance(found, Finding):  # that is our fault, whatever the answer
        raise TypeError(f"What verifies {exercise.name} returned {found!r:.80}, and no Finding.")
    return found


def _compared_finding(exercise: Exercise, expected: Outcome, outcome: Outcome) -> Finding | None:
    """Return what is wrong with an outcome, or `None` where nothing is that a comparison can see."""
    if outcome.raised is not None:
        if expected.raised is not None and expected.raised.type in outcome.raised.bases:
            return None
        if expected.raised is not None:
            return Finding(
                False, f"Raise {expected.raised.type} here; your function raises {outcome.raised.type}."
            )
        return Finding(False, raised_message(outcome.raised, exercise))
    if expected.raised is not None:
        return Finding(False, f"Here your function must raise {expected.raised.type}, and it returned.")
    if exercise.verify is None and (differs := difference(exercise, expected, outcome)):
        said = sentence(f"Your answer {_named(exercise, differs)}")
        if outcome.warnings and NO_NUMBER.search(said):
            said = f"{said} NumPy warns on the way ({' and '.join(outcome.warnings)}): {OUT_OF_RANGE}."
        return Finding(False, said)
    if exercise.stable and outcome.warnings:
        return Finding(
            False,
            f"The number is right, but NumPy warns on the way ({' and '.join(outcome.warnings)}): "
            f"{OUT_OF_RANGE}.",
        )
    return None


def _named(exercise: Exercise, differs: Difference) -> str:
    """Return what differs, with the item of a tuple called by its name."""
    item, *within = differs.items or (None,)
    if not isinstance(item, int) or item >= len(exercise.returns):
        return differs.message
    return f"differs in `{exercise.returns[item]}{path(within)}`, which {differs.inner}"


def _changed(exercise: Exercise, case: bytes, expected: Outcome, outcome: Outcome) -> str | None:
    """Return how the arguments are not left as they must be, as the rest of a sentence."""
    wanted = expected.arguments
    if wanted in (FREE, outcome.arguments):
        return None
    if wanted == case:
        return "your function changed its input: work on a copy of it"
    try:
        differs = compare(plaindata.decode(wanted), plaindata.decode(outcome.arguments), exercise.tolerance)
    except plaindata.Malformed:
        return "its arguments can't be read any more"
    if differs is None:
        return None
    return f"what it was given is not left as it should be; something in it {differs.inner}"


def _after(outcome: Outcome) -> Any:
    """Return the arguments as the call has left them, or `None` where they can't be read any more."""
    try:
        return plaindata.decode(outcome.arguments)
    except plaindata.Malformed:
        return None


def difference(exercise: Exercise, expected: Outcome, outcome: Outcome) -> Difference | None:
    if outcome.answer == expected.answer:
        return None
    if len(outcome.answer) + len(expected.answer) > MAX_REMEMBERED_BYTES:
        return _compared(expected.answer, outcome.answer, exercise.tolerance)
    return _remembered(expected.answer, outcome.answer, exercise.tolerance)


def _compared(expected: bytes, answer: bytes, tolerance: Tolerance) -> Difference | None:
    return compare(Outcome(expected).value(), Outcome(answer).value(), tolerance)


# In a class most answers to a case are the same bytes.
_remembered = lru_cache(maxsize=20_000)(_compared)


def sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def raised_message(raised: Raised, exercise: Exercise) -> str:
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
