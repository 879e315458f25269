"""What was seen of a learner's function, and how it ended: `Attempt`."""

import ast
from dataclasses import dataclass
from typing import Literal

from grader.child import plaindata
from grader.child.calling import Outcome, Raised
from grader.child.plaindata import Live
from grader.errors import ExaminationFailed

Ending = Literal["complete", "timeout", "died", "killed", "malformed", "undefined", "unaffordable"]


@dataclass(frozen=True)
class Stuck:
    """A statement around the function that did not end in time, where it stands, and how long it ran."""

    statement: ast.stmt
    place: str
    seconds: float


@dataclass(frozen=True)
class Attempt:
    """What a runner saw of a learner's function: the outcomes, in the order of the cases, and how it ended.

    Args:
        outcomes: fewer than there are cases where it did not come to the end.
        end: `"complete"`; `"timeout"`; `"died"` (the process ended); `"killed"` (somebody else ended it);
            `"malformed"` (it sent no outcomes); `"undefined"` (the code did not define the function);
            `"unaffordable"` (it did not run, as those before it had used up the time for all).
        seconds: wall clock, kept by the runner.
        detail: for `"died"`, `"malformed"` and `"undefined"`: what happened, in words.
        error: for `"undefined"`: the exception that the definition ended in.
        spoilt: exercises that ran before in the same process have changed what this one relies on.
        stuck: for `"timeout"`: the statement that was run then, if it is one around the function.
    """

    outcomes: tuple[Outcome, ...]
    end: Ending = "complete"
    seconds: float = 0.0
    detail: str = ""
    error: Raised | None = None
    spoilt: bool = False
    stuck: Stuck | None = None


def to_examine(outcome: Outcome, inputs: bytes) -> bytes:
    """Return what `zygote.examined` opens: an answer, what it is run on, and a model's file that was left."""
    try:
        left = plaindata.decode(outcome.arguments)
    except plaindata.Malformed:
        left = ()
    paths = (item.value for item in left if isinstance(item, Live) and item.kind == "path")
    path = next(paths, None) if isinstance(left, list | tuple) else None
    file = path.get("file") if isinstance(path, dict) else None
    return plaindata.encode(
        (outcome.value(), plaindata.decode(inputs), file if isinstance(file, bytes) else None)
    )


def require_examined(found: Outcome) -> None:
    """Make sure that what was made could be opened or refused: that it fails otherwise is our fault.

    Raises:
        ExaminationFailed: says how. Running out of memory is the fault of what was made.
    """
    if found.raised is not None and found.raised.type != "MemoryError":
        raise ExaminationFailed(f"{found.raised.type}: {found.raised.message}")
