"""Calling a function on one case and writing down all that can be seen from outside.

The same call serves the trusted process (references and known mistakes), the notebook's kernel and the
sandboxed child, so an outcome means the same everywhere.
"""

import sys
import warnings
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grader import plaindata

NUMERIC_WARNINGS = ("overflow", "divide by zero", "invalid value")


@dataclass(frozen=True)
class Raised:
    """An exception: its class and the built-in classes above it, its text, and the learner's own line."""

    type: str
    bases: tuple[str, ...]
    message: str
    line: int | None
    place: str  # the file or cell that `line` counts in


@dataclass(frozen=True)
class Outcome:
    """What a call did: its answer or exception, NumPy's warnings, and its arguments as they are now."""

    answer: Any
    raised: Raised | None
    warnings: tuple[str, ...]
    arguments: tuple

    def to_plain(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "raised": None if self.raised is None else asdict(self.raised),
            "warnings": list(self.warnings),
            "arguments": list(self.arguments),
        }

    @classmethod
    def from_plain(cls, plain: Any) -> "Outcome":
        """Read what `to_plain` wrote. Raises `plaindata.Malformed` for anything else."""
        try:
            raised = plain["raised"]
            if raised is not None:
                raised = Raised(
                    str(raised["type"]),
                    tuple(str(base) for base in raised["bases"]),
                    str(raised["message"]),
                    None if raised["line"] is None else int(raised["line"]),
                    str(raised["place"]),
                )
            warned = tuple(str(kind) for kind in plain["warnings"])
            return cls(plain["answer"], raised, warned, tuple(plain["arguments"]))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise plaindata.Malformed(f"no outcome of a call: {error!r}") from None


def call(
    function: Callable[..., Any], arguments: tuple, *, tensors: bool = False, places: Collection[str] = ()
) -> Outcome:
    """Call `function` on its own copies of `arguments`.

    Args:
        function: what to call.
        arguments: plain data; left as it is.
        tensors: array arguments are given as TensorFlow tensors.
        places: the file names of the learner's code, to find the learner's own line in a traceback.

    Returns:
        The outcome, as plain data that shares nothing with the learner's objects.
    """
    own = _copy(arguments)
    if tensors:
        own = _as_tensors(own)
    answer = raised = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = _copy(function(*own))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raised = describe(error, places)
    warned = {kind for kind in NUMERIC_WARNINGS for w in caught if str(w.message).startswith(kind)}
    try:
        after = _copy(own)
    except Exception:  # the learner left something in a list whose methods misbehave
        after = ()
    return Outcome(answer, raised, tuple(sorted(warned)), after)


def describe(error: BaseException, places: Collection[str]) -> Raised:
    """Return what a learner wants to know of an exception, even if its methods misbehave."""
    line, place = getattr(error, "lineno", None), ""
    traceback = error.__traceback__
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if filename in places:
            line, place = traceback.tb_lineno, filename
        traceback = traceback.tb_next
    try:
        message = str(error)[:300]
    except BaseException:
        message = ""
    bases = tuple(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
    return Raised(type(error).__name__, bases, message, line if isinstance(line, int) else None, place)


def _copy(value: Any) -> Any:
    return plaindata.decode(plaindata.encode(value))


def _as_tensors(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return sys.modules["tensorflow"].constant(value)
    if isinstance(value, list | tuple):
        return type(value)(_as_tensors(item) for item in value)
    return value
