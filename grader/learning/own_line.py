"""Where in a learner's own code the mistake is: the one change of it that makes every case right.

What is changed is never said, only where, and at what to look: finding it is the learner's.
"""

from __future__ import annotations

import ast
import contextlib
import io
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from grader.child.calling import call
from grader.exercise import Exercise
from grader.judging.bank import Bank
from grader.judging.changes import Change, versions
from grader.judging.findings import findings
from grader.judging.variants import within
from grader.learning.right_values import point_to_look_at

PATIENCE = 0.3  # seconds for all that is tried
SECONDS = 0.1  # of a call
# Code that may do more than compute is not run with changes in it.
DOING = frozenset(
    {"open", "input", "exec", "eval", "compile", "os", "sys", "shutil", "subprocess", "socket", "pathlib"}
    | {"Path", "requests", "urllib", "save", "savez", "savetxt", "tofile", "dump", "to_csv", "globals"}
)


def look_at(exercise: Exercise, bank: Bank, function: Callable[..., Any]) -> str:
    """Return which line of a wrong answer to look at, and at what there; nothing where no change is found.

    Args:
        exercise: what was asked; its answers are compared.
        bank: its cases.
        function: the learner's.
    """
    code = getattr(function, "__code__", None)
    if exercise.kind != "value" or exercise.heavy or code is None or DOING & {*code.co_names}:
        return ""
    until = time.monotonic() + PATIENCE
    first_line, is_right = code.co_firstlineno, partial(_is_right, exercise, bank)
    order = sorted(range(len(bank.cases)), key=lambda i: is_right(function, i))  # what fails tells most
    if found := _changed(function, is_right, order, until - PATIENCE / 2, pairs=False):
        return _said(found, first_line)
    if point := point_to_look_at(exercise, bank, function, is_right, until):
        return (
            f"It goes wrong in line {first_line + point.line - 1} at `{point.code}`, or before: with what is "
            "right there, all else that you wrote is right."
        )
    return _said(_changed(function, is_right, order, until, pairs=True), first_line)


def _changed(
    function: Callable[..., Any],
    is_right: Callable[[Callable[..., Any], int], bool],
    order: Sequence[int],
    until: float,
    *,
    pairs: bool,
) -> Sequence[Change]:
    """Return the changes with which every case is right; none where there are none in time."""
    for changes, made in versions(function, pairs=pairs):
        if all(is_right(made, i) for i in order):
            return changes
        if time.monotonic() > until:
            break
    return ()


def _said(changes: Sequence[Change], first_line: int) -> str:
    """Return where changes are, and at what to look there, without what they are."""
    places = sorted((first_line + change.old.lineno - 1, aspect(change)) for change in changes)
    where = " and at ".join(dict.fromkeys(f"{what} in line {line}" for line, what in places))
    if len(changes) > 1:
        return f"Look at {where}: changes there make every case right."
    return f"Look at {where}: one change there makes every case right." if changes else ""


def aspect(change: Change) -> str:
    """Return at what to look where a change helps, without what it is.

    >>> old, new = (ast.parse(code, mode="eval").body for code in ("a + b", "a - b"))
    >>> aspect(Change(0, old, new, "", ()))
    'the arithmetic'
    """
    old, new = change.old, change.node
    if isinstance(old, ast.keyword):
        return f"`{old.arg}`"
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        name = getattr(old.func, "attr", getattr(old.func, "id", ""))
        lost = {one.arg for one in old.keywords} - {one.arg for one in new.keywords}
        return f"`{lost.pop()}`" if lost else "the bounds of the loop" if name == "range" else f"`{name}`"
    for kind, words in ASPECTS.items():
        if isinstance(old, kind):
            return words
    return "what is computed"


ASPECTS: dict[type[ast.AST], str] = {
    ast.Constant: "the number",
    ast.Compare: "the comparison",
    ast.BoolOp: "the condition",
    ast.UnaryOp: "the sign or the `not`",
    ast.BinOp: "the arithmetic",
    ast.Name: "the variable",
    ast.Subscript: "the index",
    ast.Call: "the function that is called",
    ast.AugAssign: "how it is added up",
    ast.Assign: "what is assigned",
    ast.If: "the condition",
    ast.IfExp: "the condition",
    ast.For: "the loop, and where the `return` stands",
}


def _is_right(exercise: Exercise, bank: Bank, function: Callable[..., Any], i: int) -> bool:
    """Whether a function is right on the case of this number, whatever it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        outcome = within(SECONDS, partial(call, function, bank.cases[i]))
    found = findings(
        exercise,
        [outcome],
        cases=[bank.cases[i]],
        secrets=[bank.secrets[i]],
        groups=[bank.groups[i]],
        expected=[bank.expected[i]],
    )
    return found[0].right
