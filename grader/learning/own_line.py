"""Where in a learner's own code the mistake is: the one change of it that makes every case right.

What is changed is never said, only where, and at what to look: finding it is the learner's.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from grader.child.calling import call
from grader.exercise import Exercise, Finding
from grader.judging.aspects import place_of
from grader.judging.bank import Bank
from grader.judging.changes import Change, versions
from grader.judging.variants import within
from grader.learning.right_values import point_to_look_at

PATIENCE = 0.3  # seconds for all that is tried
SECONDS = 0.1  # of a call
# Code that may do more than compute is not run with changes in it.
DOING = frozenset(
    {"open", "input", "exec", "eval", "compile", "os", "sys", "shutil", "subprocess", "socket", "pathlib"}
    | {"Path", "requests", "urllib", "save", "savez", "savetxt", "tofile", "dump", "to_csv", "globals"}
)


def look_at(
    exercise: Exercise,
    bank: Bank,
    function: Callable[..., Any],
    found: Sequence[Finding],
    *,
    closely: bool = False,
) -> str:
    """Return which line of a wrong answer to look at, and at what there; nothing where no change is found.

    Args:
        exercise: what was asked; its answers are compared.
        bank: its cases.
        function: the learner's.
        found: what is wrong with it, case by case.
        closely: say which part of the line.
    """
    code = getattr(function, "__code__", None)
    if exercise.kind != "value" or exercise.heavy or code is None or DOING & {*code.co_names}:
        return ""
    until = time.monotonic() + PATIENCE
    first_line, is_right = code.co_firstlineno, partial(_is_right, exercise, bank)
    order = sorted(range(len(bank.cases)), key=lambda i: i < len(found) and found[i].right)  # failing first
    if changes := _changed(function, is_right, order, until - PATIENCE / 2, pairs=False):
        return place_of(changes, first_line, closely=closely)
    if point := point_to_look_at(exercise, bank, function, is_right, until):
        return (
            f"It goes wrong in line {first_line + point.line - 1} at `{point.code}`, or before: with what is "
            "right there, all else that you wrote is right."
        )
    changes = _changed(function, is_right, order, until, pairs=True)
    return place_of(changes, first_line, closely=closely)


def _changed(
    function: Callable[..., Any],
    is_right: Callable[[Callable[..., Any], int], bool],
    order: Sequence[int],
    until: float,
    *,
    pairs: bool,
) -> Sequence[Change]:
    """Return the changes with which every case is right; none where there are none in time."""
    for changes, made in versions(function, pairs=pairs, is_learners=True):
        if all(is_right(made, i) for i in order):
            return changes
        if time.monotonic() > until:
            break
    return ()


def _is_right(exercise: Exercise, bank: Bank, function: Callable[..., Any], i: int) -> bool:
    """Whether a function is right on the case of this number, whatever it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        outcome = within(SECONDS, partial(call, function, bank.cases[i]))
    return bank.of_one(i).findings(exercise, [outcome])[0].right
