"""Calling a function on one case and writing down all that can be seen from outside.

The same call serves the trusted process (references and known mistakes), the notebook's kernel and the
sandboxed child, so an outcome means the same everywhere.
"""

import contextlib
import warnings
from collections.abc import Callable, Collection
from typing import Annotated, Any

import msgspec
import numpy as np

from grader.child import live, plaindata

NUMERIC_WARNINGS = ("overflow", "divide by zero", "invalid value")
MAX_ANSWER_BYTES = 2 * 2**20
NONE = plaindata.encode(None)
MAX_NAME, MAX_TEXT, MAX_PLACE = 100, 300, 5000  # characters of a class, a message, a file name
MAX_BASES = 50
NO_TENSOR = "NumPy array"  # as an answer where a tensor is asked for
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class Raised(msgspec.Struct, frozen=True, array_like=True):
    """An exception: its class and the built-in classes above it, its text, and the learner's own line.

    Whoever decodes one need not fear for its length.
    """

    type: Name
    bases: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_BASES)]
    message: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    line: int | None
    place: Annotated[str, msgspec.Meta(max_length=MAX_PLACE)]  # the file or cell that `line` counts in


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What a call did: its answer or exception, NumPy's warnings, and its arguments as they are now.

    The answer and the arguments stay encoded (see `plaindata`) until somebody asks: most answers are the
    expected ones byte by byte, and untouched arguments always are.
    """

    answer: bytes = NONE
    raised: Raised | None = None
    warnings: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_BASES)] = ()
    arguments: bytes = b""

    def value(self) -> Any:
        """Return the answer; bytes that are none are a `Foreign`."""
        try:
            return plaindata.decode(self.answer)
        except plaindata.Malformed as error:
            return plaindata.Foreign("message that is no answer", str(error))


def call(
    function: Callable[..., Any],
    case: bytes,
    *,
    tensors: bool = False,
    artefact: bool = False,
    places: Collection[str] = (),
) -> Outcome:
    """Call `function` on its own copy of a case.

    Args:
        function: what to call.
        case: the encoded tuple of arguments.
        tensors: array arguments are given as TensorFlow tensors, and so are answers.
        artefact: the answer is a whole model or file, which may be larger than others.
        places: the file names of the learner's code, to find the learner's own line in a traceback.

    Returns:
        The outcome, as plain data that shares nothing with the learner's objects.
    """
    arguments = live.instantiate(plaindata.decode(case, ours=True))
    if tensors:
        arguments = _as_tensors(arguments)
    limit = live.MAX_ARTEFACT_BYTES if artefact else MAX_ANSWER_BYTES
    returned, answer, raised, after = None, NONE, None, b""
    with warnings.catch_warnings(record=True) as caught, contextlib.ExitStack() as afterwards:
        warnings.simplefilter("always")
        # As in a notebook's check, whatever the code around has set.
        afterwards.enter_context(np.errstate(all="warn", under="ignore"))
        afterwards.callback(live.discard, arguments)
        try:
            returned = function(*arguments)
            if tensors and isinstance(returned, np.ndarray | np.generic):
                returned = plaindata.Foreign(NO_TENSOR)
            answer = plaindata.encode(returned, limit, live.description)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raised = describe(error, places)
        try:
            left = live.after_call(arguments, returned)
            after = plaindata.encode(left, MAX_ANSWER_BYTES, live.description)
        except Exception:  # the learner left something in a list whose methods misbehave
            after = b""
    warned = {kind for kind in NUMERIC_WARNINGS for w in caught if str(w.message).startswith(kind)}
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
        message = str(error)[:MAX_TEXT].encode(errors="replace").decode()
    except BaseException:
        message = ""
    names = (base.__name__[:MAX_NAME] for base in type(error).__mro__ if base.__module__ == "builtins")
    name, bases = type(error).__name__[:MAX_NAME], tuple(names)[:MAX_BASES]
    return Raised(name, bases, message, line if isinstance(line, int) else None, place)


def _as_tensors(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        import tensorflow  # only the exercises that are about tensors wait for it

        return tensorflow.constant(value)
    if isinstance(value, list | tuple):
        return type(value)(_as_tensors(item) for item in value)
    return value
