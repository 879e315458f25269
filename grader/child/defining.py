"""Running the cut of an exercise, to get the learner's function. For processes that may run their code."""

import __future__

import ast
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from grader.child.calling import Raised, describe


@lru_cache(maxsize=64)
def _parsed(source: str, place: str) -> list[ast.stmt]:
    """Return a cell's statements: most exercises of a submission share a cell of imports and helpers."""
    return ast.parse(source, place).body


@lru_cache(maxsize=256)
def _compiled(source: str, place: str, i: int, flags: int) -> CodeType:
    module = ast.Module([_parsed(source, place)[i]], [])
    return compile(module, place, "exec", flags, dont_inherit=True)


def define(name: str, pieces: Sequence[tuple[str, str, list[int]]]) -> tuple[Callable | None, Raised | None]:
    """Run the pieces in a namespace of their own and return the function called `name`.

    A statement that fails is passed over, as a learner would in a notebook: a later one may do without it.

    Args:
        name: the exercise's name.
        pieces: `(place, source, statements)` of each cell: what to call it, its code, and the indices of the
            top-level statements to run.

    Returns:
        The function, or `None` where there is none; and the first exception, if there was one.
    """
    namespace: dict[str, Any] = {"__name__": "submission"}
    places = {place for place, _, _ in pieces}
    first_error, flags = None, 0
    for place, source, indices in pieces:
        body = _parsed(source, place)
        for i in indices:
            statement = body[i]
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                for alias in statement.names:
                    if alias.name in __future__.all_feature_names:  # `compile` says so of another
                        flags |= getattr(__future__, alias.name).compiler_flag
            try:
                code = _compiled(source, place, i, flags)
                exec(code, namespace)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                first_error = first_error or describe(error, places)
    function = namespace.get(name)
    return (function if callable(function) else None), first_error
