"""A way out for who is stuck: after the third hint and five failed tries, the solution may be seen.

A try is a failed check of code that no failed check had before. What is counted, the strongest hint that was
shown and when the solution was seen stand in the progress file. Who has seen a solution writes the exercise
again: `grader review` brings it back, and until then a pass is no test of memory.
"""

import hashlib
from datetime import datetime
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from grader.learning.progress import (
    MAX_FAILED_CODE,
    History,
    Known,
    Review,
    change,
    histories,
    in_utc,
    local_now,
    review_of_the_day,
)

TRIES = MAX_FAILED_CODE
LAST_HINT = 3
WRAPPING = ("__wrapped__", "pyfunc", "func")  # what decorators, np.vectorize and partials hold


def lacking(name: str) -> str:
    """Return what is still to be done before the solution may be seen, as a sentence; nothing if it may."""
    history = histories().get(name, History())
    tries = max(0, TRIES - len(history.failed_code))
    if history.passed or history.seen is not None or (tries == 0 and history.hint >= LAST_HINT):
        return ""
    owed = [f"after {tries} more failed {'try' if tries == 1 else 'tries'} of other code"] * (tries > 0)
    owed += [f"after the third hint, `check({name}, hint=3)`"] * (history.hint < LAST_HINT)
    return f"A solution is shown once your answer passes, or {' and '.join(owed)}."


def mark_seen(name: str, now: datetime | None = None) -> None:
    """Note that the solution was shown before an answer passed, so that the exercise comes back in review."""
    now = now or local_now()

    def mark(known: Known) -> None:
        history = known.exercises.setdefault(name, History())
        history.seen = in_utc(now)
        if today := review_of_the_day(history, now):
            today.rating = "again"
        else:
            history.reviews.append(Review(in_utc(now), "again"))

    change(mark, now)


def code_of(function: Any) -> str:
    """Return what tells an answer's code from other code, whatever its comments and layout are.

    What it wraps and what it calls of the same module belong to it.

    >>> code_of(lambda x: x + 1) == code_of(lambda x: x + 2)
    False
    """
    return hashlib.sha256(repr(_facts(function, set())).encode()).hexdigest()[:12]


def _facts(value: Any, seen: set[int]) -> Any:
    if isinstance(value, bool | int | float | str | tuple | None):
        return repr(value)
    if not callable(value) or id(value) in seen:
        return type(value).__name__
    seen.add(id(value))
    inner = [getattr(value, name) for name in WRAPPING if callable(getattr(value, name, None))]
    if not isinstance(value, FunctionType):
        inner.append(getattr(type(value), "__call__", None))  # noqa: B004
        inner = [one for one in inner if isinstance(one, FunctionType | MethodType | partial)]
        return type(value).__name__, [_facts(one, seen) for one in inner]
    helpers = [value.__globals__.get(name) for name in sorted(_names_in(value.__code__))]
    inner += [h for h in helpers if callable(h) and getattr(h, "__module__", None) == value.__module__]
    held = [cell.cell_contents for cell in value.__closure__ or () if cell != CellType()]
    settings = [value.__defaults__, tuple((value.__kwdefaults__ or {}).items()), *held]
    return _facts_of_code(value.__code__, value.__doc__), [_facts(one, seen) for one in (*settings, *inner)]


def _facts_of_code(code: CodeType, documentation: str | None = None) -> tuple:
    constants = [
        _facts_of_code(constant)
        if isinstance(constant, CodeType)
        else repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)
        for constant in code.co_consts
        if constant is None or constant != documentation
    ]
    return code.co_code, code.co_names, constants


def _names_in(code: CodeType) -> set[str]:
    nested = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names_in, nested))
