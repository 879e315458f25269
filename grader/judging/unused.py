"""An argument that an answer never looks at, though what is asked for depends on it: `unused_arguments`."""

from __future__ import annotations

import ast
import inspect
from functools import lru_cache

from grader.exercise import Exercise
from grader.judging.changes import definition

# What may reach any variable.
BY_NAME = frozenset({"locals", "vars", "eval", "exec", "globals", "inspect", "sys"})
BOUND = frozenset({"self", "cls"})


def unused_arguments(exercise: Exercise, node: ast.AST | None) -> str:
    """Return in a sentence which arguments a wrong answer never reads, of those that the reference reads.

    Args:
        exercise: what was asked.
        node: the answer's definition; of anything else nothing is said.
    """
    if exercise.kind != "value" or not isinstance(node, ast.FunctionDef):
        return ""  # of what has many right answers, some need not look at all that is given
    if node.decorator_list or node.args.vararg or node.args.kwarg:
        return ""
    read = _read(node)
    if read & BY_NAME:
        return ""
    wanted = _wanted(exercise)
    arguments = [argument.arg for argument in node.args.posonlyargs + node.args.args]
    arguments = arguments[1:] if arguments and arguments[0] in BOUND else arguments
    unused = [
        name for name, is_wanted in zip(arguments, wanted, strict=False) if is_wanted and name not in read
    ]
    *others, last = [f"`{name}`" for name in unused] or [""]
    named = f"{', '.join(others)} and {last}" if others else last
    return f"Your code never looks at {named}." if named else ""


@lru_cache(maxsize=256)
def _wanted(exercise: Exercise) -> tuple[bool, ...]:
    """Return whether the reference reads each of its arguments; empty where its source isn't there."""
    reference = definition(inspect.unwrap(exercise.reference))
    if reference is None:
        return ()
    read = _read(reference)
    return tuple(argument.arg in read for argument in reference.args.posonlyargs + reference.args.args)


def _read(node: ast.FunctionDef) -> set[str]:
    """Return the names that are read inside of a definition; `x += 1` reads x."""
    inside = [part for statement in node.body for part in ast.walk(statement)]
    changed = [part.target for part in inside if isinstance(part, ast.AugAssign)]
    names = [part for part in (*inside, *changed) if isinstance(part, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Load) or name in changed}
