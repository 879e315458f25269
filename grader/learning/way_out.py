"""A way out for who is stuck: after the third hint and five failed tries, the solution may be seen.

A try is a failed check of code that no failed check had before. What is counted, the strongest hint that was
shown and when the solution was seen stand in the progress file. Who has seen a solution writes the exercise
again: `grader review` brings it back, and the first pass after it is no test of memory.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from types import CodeType
from typing import Any

from grader.learning.progress import History, Review, change, days_between, histories, in_utc, local_now

TRIES = 5
LAST_HINT = 3


def note(name: str, code: str, *, failed: bool, hint: int = 0, now: datetime | None = None) -> None:
    """Count a check.

    Args:
        name: the exercise's.
        code: of the answer, see `code_of`.
        failed: whether the check failed.
        hint: the strongest hint that was shown with it.
        now: the time, with its zone.
    """

    def add(known: dict[str, History]) -> None:
        history = known.setdefault(name, History())
        history.hint = max(history.hint, min(hint, LAST_HINT))
        if failed and not history.passed and code not in history.failed_code:
            history.failed_code = [*history.failed_code, code][:TRIES]

    if failed or hint > 0:
        change(add, now or local_now())


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

    def mark(known: dict[str, History]) -> None:
        history = known.setdefault(name, History())
        history.seen = in_utc(now)
        if history.reviews and days_between(history.reviews[-1].at, now) == 0:
            history.reviews[-1].rating = "again"
        else:
            history.reviews.append(Review(in_utc(now), "again"))

    change(mark, now)


def code_of(function: Callable[..., Any]) -> str:
    """Return what tells a function's code from other code, whatever its comments, docstring and layout are.

    >>> code_of(lambda x: x + 1) == code_of(lambda x: x + 2)
    False
    """
    compiled = getattr(function, "__code__", None)
    facts = _facts(compiled, function.__doc__) if isinstance(compiled, CodeType) else repr(type(function))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _facts(code: CodeType, documentation: str | None = None) -> tuple:
    constants = [
        _facts(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts if c != documentation
    ]
    return code.co_code, code.co_names, constants
