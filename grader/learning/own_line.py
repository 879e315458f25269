"""Where in a learner's own code the mistake is: the one change of it that makes every case right.

What is changed is never said, only where, and at what to look: finding it is the learner's.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import inspect
import io
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from grader.child.calling import call
from grader.child.forbidding import package_of
from grader.exercise import Exercise, Finding
from grader.judging.aspects import place_of
from grader.judging.bank import Bank
from grader.judging.changes import Change, compiled, definition, versions
from grader.judging.timed import can_end, within
from grader.learning.right_values import point_to_look_at

PATIENCE = 0.3  # seconds for all that is tried
SECONDS = 0.1  # of a call
MAX_NODES = 600  # of a definition, ten times what most have
# Code that may do more than compute is not run with changes in it.
DOING = frozenset(
    {"open", "input", "exec", "eval", "compile", "os", "sys", "shutil", "subprocess", "socket", "pathlib"}
    | {"Path", "requests", "urllib", "save", "savez", "savetxt", "tofile", "dump", "to_csv", "globals"}
    | {"unlink", "remove", "rmtree", "rmdir", "write", "write_text", "write_bytes", "mkdir", "rename"}
    | {"touch", "symlink_to", "chmod", "system", "popen", "Popen", "tempfile", "io", "logging", "sqlite3"}
    | {"pickle", "sleep", "asyncio", "threading"}
)
# What it finds around it is of these packages, own functions of this kind, or can't be changed.
COMPUTING = frozenset(
    {"numpy", "math", "cmath", "functools", "itertools", "collections", "operator", "statistics", "builtins"}
)
PLAIN = (bool, int, float, complex, str, bytes, range, np.generic, type(None))


@contextlib.contextmanager
def _chance_as_it_was() -> Iterator[None]:
    """Leave the learner's next random numbers as they would have been."""
    ours, numpys = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)


@_chance_as_it_was()
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
    inner = inspect.unwrap(function)
    code = getattr(inner, "__code__", None)
    tree = definition(function)
    if exercise.kind != "value" or exercise.heavy or not isinstance(code, CodeType) or tree is None:
        return ""
    if not can_end() or sum(1 for _ in ast.walk(tree)) > MAX_NODES or _does_more(inner, set()):
        return ""
    until = time.monotonic() + PATIENCE
    first_line, is_right = code.co_firstlineno, partial(_is_right, exercise, bank)
    right = [i < len(found) and found[i].right for i in range(len(bank.cases))]
    order = sorted(range(len(bank.cases)), key=right.__getitem__)  # what fails tells most
    again = compiled(tree, function, {**inner.__globals__})
    if again is None or any(is_right(again, i) != right[i] for i in order):
        return ""  # there is chance in it
    single = _changed(function, is_right, order, until - PATIENCE / 2, pairs=False)
    if single:
        return place_of(single, first_line, closely=closely)
    if point := point_to_look_at(exercise, bank, function, is_right, until):
        return (
            f"It goes wrong in line {first_line + point.line - 1} at `{point.code}`, or before: with what is "
            "right there, all else that you wrote is right."
        )
    if single is None:  # of two changes, one alone may do
        return ""
    return place_of(_changed(function, is_right, order, until, pairs=True) or (), first_line, closely=closely)


def _changed(
    function: Callable[..., Any],
    is_right: Callable[[Callable[..., Any], int], bool],
    order: Sequence[int],
    until: float,
    *,
    pairs: bool,
) -> Sequence[Change] | None:
    """Return the changes with which every case is right, none if there are none; `None` where time was up."""
    for changes, made in versions(function, pairs=pairs, is_learners=True, endless=True):
        if all(is_right(made, i) for i in order) and is_right(made, order[0]):
            return changes
        if time.monotonic() > until:
            return None
    return ()


def _does_more(function: FunctionType, known: set[FunctionType]) -> bool:
    """Whether a function, or one that it calls of the learner's own, may do more than compute."""
    known.add(function)
    codes = [function.__code__]
    for code in codes:
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    names = {name for code in codes for name in code.co_names}
    if names & DOING or (len(known) > 1 and function.__code__.co_exceptiontable):
        return True  # an `except` of a helper may catch what would end it
    around = [*_found_around(function, codes)]
    own = [one for one in around if _is_own(function, one)]
    if not all(_is_own(function, one) or _outlasts_nothing(one) for one in around):
        return True
    return any(_does_more(one, known) for one in own if one not in known)


def _found_around(function: FunctionType, codes: Sequence[CodeType]) -> Iterator[Any]:
    """Yield what a function takes from around it: variables of its module, of what it stands in, defaults."""
    for code in codes:
        for instruction in dis.get_instructions(code):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield function.__globals__.get(instruction.argval)
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # empty still
            yield cell.cell_contents


def _is_own(function: FunctionType, one: Any) -> bool:
    return isinstance(one, FunctionType) and one.__module__ == function.__module__


def _outlasts_nothing(value: Any) -> bool:
    """Whether nothing that is done with a value stays when the call is over."""
    if isinstance(value, tuple | frozenset):
        return all(map(_outlasts_nothing, value))
    if isinstance(value, PLAIN):
        return True
    return isinstance(value, ModuleType | Callable) and package_of(value) in COMPUTING


def _is_right(exercise: Exercise, bank: Bank, function: Callable[..., Any], i: int) -> bool:
    """Whether a function is right on the case of this number, whatever it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        outcome = within(SECONDS, partial(call, function, bank.cases[i]))
    return bank.of_one(i).findings(exercise, [outcome])[0].right
