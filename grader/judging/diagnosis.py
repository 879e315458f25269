"""Why an answer is wrong, told by its outcomes alone: `diagnose`.

known mistake → the same where it fails → two of them → how the outputs relate → a change of the reference

Whatever is said is true of every case that fails; a known mistake's message is said where all of them are as
that mistake gives them.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import msgspec

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.exercise import Exercise, Finding, Mistake
from grader.judging.additions import BRACKETS, PUT_IN
from grader.judging.bank import Bank
from grader.judging.comparison import compare
from grader.judging.conditions import condition
from grader.judging.findings import difference
from grader.judging.others import other_answered
from grader.judging.relations import Pair, relation, relation_of_a_part, step
from grader.judging.steps import steps_of
from grader.judging.variants import likely, outcome_of, variants_of

MAX_OTHERWISE = 0.2  # of the cases that fail: so many may differ that the learner has right
MIN_FAILING = 3
MAX_LIKELY = 8  # variants that are compared on every case
MOST = 1000  # outcomes whose diagnosis is remembered

Kind = Literal[
    "mistake",
    "where it fails",
    "two mistakes",
    "relation",
    "variant",
    "condition",
    "step",
    "own line",
    "unused argument",
]
WEAK = frozenset({"condition", "step"})  # beside which the line is worth looking for


class Diagnosis(NamedTuple):
    """What is wrong.

    Args:
        kind: how it was found.
        message: to the learner.
        mistake: the known mistake, if it is one.
    """

    kind: Kind
    message: str
    mistake: str | None = None


def diagnose(
    exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome], found: Sequence[Finding]
) -> Diagnosis | None:
    """Return why an answer is wrong, if its outcomes on all cases tell.

    Args:
        exercise: what was asked.
        bank: its cases.
        outcomes: the answer's, on every case.
        found: what is wrong with them, case by case; something is.
    """
    # Many in a class write the same mistake in their own words.
    key = hash((exercise, bank.cases, bank.expected)), _digest(outcomes)
    if key not in _KNOWN:
        if len(_KNOWN) >= MOST:
            _KNOWN.clear()
        _KNOWN[key] = next(_diagnoses(exercise, bank, outcomes, found), None)
    return _KNOWN[key]


_KNOWN: dict[tuple[int, bytes], Diagnosis | None] = {}


def _digest(outcomes: Sequence[Outcome]) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(outcomes)).digest()


def is_alike(
    exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome], found: Sequence[Finding], name: str
) -> bool:
    """Whether the known mistake of this name, if there is one, gives the learner's outcomes on every case."""
    alike = _alike(exercise, bank, outcomes, found, name)
    return alike is not None and all(map(alike, range(len(bank.cases))))


def _diagnoses(
    exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome], found: Sequence[Finding]
) -> Iterator[Diagnosis]:
    failing = [i for i, finding in enumerate(found) if not finding.right]
    alike = {
        mistake.name: test
        for mistake in exercise.mistakes
        if (test := _alike(exercise, bank, outcomes, found, mistake.name)) is not None
    }
    known = [mistake for mistake in exercise.mistakes if mistake.name in alike]
    for mistake in known:
        if all(map(alike[mistake.name], range(len(bank.cases)))):
            yield Diagnosis("mistake", mistake.message, mistake.name)
    if exercise.kind != "value":  # the same is said of many that are verified: it is no cause
        return
    telling = [i for i in failing if outcomes[i].raised is None]
    if not telling:
        return
    where = {m.name: [i for i in failing if alike[m.name](i)] for m in known}
    # A mistake that fails elsewhere, too, is another one than the learner's, with the same outcome here.
    for mistake in known:
        if len(where[mistake.name]) == len(failing) and _is_likely(
            _otherwise(exercise, bank, found, mistake), failing
        ):
            right = len(found) - len(failing)
            yield Diagnosis(
                "where it fails",
                f"{mistake.message} That is so on every case that fails; {right} of {len(found)} are right.",
                mistake.name,
            )
    only = [
        m for m in known if len(where[m.name]) >= MIN_FAILING and not _otherwise(exercise, bank, found, m)
    ]
    for one, other in combinations(only, 2):
        both = {*where[one.name], *where[other.name]}
        if both >= {*failing} and both & {*telling}:
            first = one if failing[0] in where[one.name] else other
            yield Diagnosis(
                "two mistakes", f"{first.message} Beside that, there is a second mistake.", first.name
            )
    pairs = _pairs(exercise, bank, outcomes, failing)
    if pairs and (said := relation(pairs, exercise.returns, exercise.tolerance)):
        yield Diagnosis("relation", f"{found[failing[0]].message} {said}")
    yield from _of_variants(exercise, bank, outcomes, found, failing)
    if other := other_answered(exercise, bank, outcomes, failing):
        said = f"On every case that fails it is what `{other}` gives."
        yield Diagnosis("relation", f"{found[failing[0]].message} {said}")
    if pairs and (said := relation_of_a_part(pairs, exercise.returns, exercise.tolerance)):
        yield Diagnosis("relation", f"{found[failing[0]].message} {said}")
    if said := condition([_arguments(exercise, case) for case in bank.cases], [one.right for one in found]):
        yield Diagnosis("condition", f"{found[failing[0]].message} {said}")
    if pairs:
        steps = [_last_steps(exercise, bank.cases[i]) for i in failing]
        if said := step(pairs, steps, exercise.returns, exercise.tolerance):
            yield Diagnosis("step", f"{found[failing[0]].message} {said}")


def _is_likely(otherwise: int, failing: Sequence[int]) -> bool:
    """Whether something is as wrong as the learner's answer that fails as that does, and `otherwise` as well.

    Args:
        otherwise: on how many cases it fails where the learner is right.
        failing: where the learner fails.
    """
    return otherwise == 0 or (len(failing) >= MIN_FAILING and otherwise <= MAX_OTHERWISE * len(failing))


def _otherwise(exercise: Exercise, bank: Bank, found: Sequence[Finding], mistake: Mistake) -> int:
    """Return on how many cases a known mistake fails where the learner's answer is right."""
    theirs = bank.findings(exercise, bank.mistakes[mistake.name])
    return sum(ours.right and not known.right for ours, known in zip(found, theirs, strict=True))


def _pairs(exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome], failing: Sequence[int]) -> list[Pair]:
    """Return the cases that fail as what is related; none where one of them raises, or answers rightly."""
    pairs = []
    for i in failing:
        expected, outcome = bank.expected[i], outcomes[i]
        if expected.raised or outcome.raised or not difference(exercise, expected, outcome):
            return []
        pairs.append(Pair(expected.value(), outcome.value(), _arguments(exercise, bank.cases[i])))
    return pairs


def _last_steps(exercise: Exercise, case: bytes) -> dict[int | str, Any]:
    """Return what the reference has last at each place on its way."""
    steps = steps_of(exercise, case)
    return {place: plaindata.decode(values[-1]) for place, values in steps.items() if values}


def _arguments(exercise: Exercise, case: bytes) -> dict[str, Any]:
    names = inspect.signature(exercise.reference).parameters
    return dict(zip(names, plaindata.decode(case), strict=False))


def _of_variants(
    exercise: Exercise,
    bank: Bank,
    outcomes: Sequence[Outcome],
    found: Sequence[Finding],
    failing: Sequence[int],
) -> Iterator[Diagnosis]:

    def alike(number: int, i: int) -> bool:
        return _same(exercise, bank.cases[i], outcome_of(exercise, number, bank.cases[i]), outcomes[i])

    first, *rest = sorted(failing, key=lambda i: outcomes[i].raised is not None)  # what tells most goes first
    same = [number for number in likely(exercise, bank.cases[first], outcomes[first]) if alike(number, first)]
    for i in rest:
        same = [number for number in same if alike(number, i)]
    if not same:
        return
    right = [i for i, finding in enumerate(found) if finding.right]
    otherwise = {n: sum(not alike(n, i) for i in right) for n in same[:MAX_LIKELY]}
    best = min(
        otherwise, key=lambda number: (otherwise[number], _rank(variants_of(exercise)[number].changed))
    )
    changed = variants_of(exercise)[best].changed
    # What is put in beside the rest is no cause where the answer is right: something else is missing there.
    if not _is_likely(otherwise[best], failing) or (otherwise[best] and changed in PUT_IN):
        return
    where = "On every case" if otherwise[best] == 0 else "On every case that fails"
    message = f"{found[failing[0]].message} {where} it is what a right answer gives with {changed}."
    yield Diagnosis("variant", message)


def _rank(changed: str) -> int:
    """Return how near a change is to what learners think: the lower, the nearer."""
    if changed.endswith("left out") or changed == BRACKETS:
        return 0
    return 2 if changed in PUT_IN or changed.endswith("another number") else 1


def _alike(
    exercise: Exercise, bank: Bank, outcomes: Sequence[Outcome], found: Sequence[Finding], name: str
) -> Callable[[int], bool] | None:
    """Return what tells whether the known mistake of this name gives the learner's outcome on a case.

    What is verified is told by what was found of it: the same as of the mistake.
    """
    if exercise.verify is not None:
        flaws = bank.flaws.get(name)
        return None if flaws is None else lambda i: i < len(found) and flaws[i] == found[i]
    known = bank.mistakes.get(name)
    if known is None:
        return None
    return lambda i: i < len(outcomes) and _same(exercise, bank.cases[i], known[i], outcomes[i])


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
        theirs, ours = plaindata.decode(known.arguments), plaindata.decode(outcome.arguments)
    except plaindata.Malformed:
        return False
    return compare(theirs, ours, exercise.tolerance) is None
