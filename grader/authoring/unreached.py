"""What an exercise's cases don't tell from its reference, and which known mistakes a rule finds anyway."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from grader.child.calling import call
from grader.exercise import Exercise
from grader.judging.additions import PUT_IN
from grader.judging.bank import bank_of
from grader.judging.changes import versions
from grader.judging.diagnosis import is_alike
from grader.judging.timed import within
from grader.judging.variants import SECONDS, variants_of


class Unreached(NamedTuple):
    """A change of a reference that is right on every case: its line in the solutions, and words."""

    line: int
    words: str


def unreached(exercise: Exercise) -> list[Unreached]:
    """Return the changes of a reference, no more than one at a place, that no public case tells from it.

    Some are the same function written otherwise. Others are an edge that the cases lack. What is put in
    beside the rest, as an absolute value of what is never below 0, is mostly the first, and left out.
    """
    bank = bank_of(exercise)

    def is_right(function: Callable[..., Any]) -> bool:
        return all(
            bank.of_one(i).findings(exercise, [within(SECONDS, partial(call, function, case))])[0].right
            for i, case in enumerate(bank.cases)
        )

    if exercise.kind != "value" or exercise.heavy:
        return []
    first = exercise.reference.__code__.co_firstlineno
    found = [
        Unreached(first + changes[0].old.lineno - 1, changes[0].words)
        for changes, made in versions(exercise.reference)
        if len(changes) == 1 and changes[0].words not in PUT_IN and is_right(made)
    ]
    return list(dict.fromkeys(found))


def found_anyway(exercise: Exercise) -> dict[str, str]:
    """Return the known mistakes that are a change of the reference by a rule, and in words which."""
    bank = bank_of(exercise)
    found: dict[str, str] = {}
    for variant in variants_of(exercise) if exercise.kind == "value" else ():
        outcomes = [within(SECONDS, partial(call, variant.function, case)) for case in bank.cases]
        findings = bank.findings(exercise, outcomes)
        for mistake in exercise.mistakes:
            if mistake.name not in found and is_alike(exercise, bank, outcomes, findings, mistake.name):
                found[mistake.name] = variant.changed
    return found
