"""A lesson of the student edition: all that checking needs, as data, and no solution. `load` reads it.

    grader/exercises/<lesson>.bank   public cases, hints, limits, mistakes by message
    grader/statements/<module>.py    the stubs that stand for the references; of a repair, with its faults

What only the judge sees of a case, as labels, is among the data: of the public seed, nothing is secret. A
function that verifies is named, and lies in `grader.exercises.verifying`.
"""

import dataclasses
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import msgspec

from grader.errors import NO_SECRETS, UnusableInput
from grader.exercise import Exercise, Mistake
from grader.storage import opened

APART = (
    "reference",
    "cases",
    "mistakes",
    "faults",
    "verify",
    "public",
)  # functions, and what is written down of them
Settings = msgspec.defstruct(
    "Settings",
    [(field.name, field.type) for field in dataclasses.fields(Exercise) if field.name not in APART],
    frozen=True,
)


class Public(msgspec.Struct, frozen=True):
    """An exercise in the file.

    Args:
        name: the exercise's.
        settings: hints, tolerance, limits and all else that is plain.
        mistakes: the name and the message of each.
        verify: where that function is: `"grader.exercises.verifying.training:is_shuffled"`.
        bank: the public cases, an encoded `bank.Bank`.
    """

    name: str
    settings: Settings  # type: ignore[valid-type]  # made above, from the fields of `Exercise`
    mistakes: tuple[tuple[str, str], ...]
    verify: str | None
    bank: bytes


def is_released() -> bool:
    """Tell whether this is the student edition."""
    return any(Path(__file__).parent.glob("*.bank"))


@cache
def load(path: Path, module: str) -> tuple[Exercise, ...]:
    """Return the exercises in a lesson's file, whose statements are in `grader.statements.<module>`.

    Raises:
        UnusableInput: the file is not as it was released.
    """
    try:
        released = msgspec.msgpack.decode(opened(path.read_bytes()), type=tuple[Public, ...])
        stubs = import_module(f"grader.statements.{module}")
        return tuple(_exercise(public, stubs) for public in released)
    except (OSError, ValueError, msgspec.DecodeError, ImportError, AttributeError) as error:
        raise UnusableInput(
            f"The public cases in {path.name} are not as they were released ({error}): get the course again."
        ) from None


def _exercise(public: Public, stubs: ModuleType) -> Exercise:
    verify = None
    if public.verify is not None:
        module, _, name = public.verify.partition(":")
        verify = getattr(import_module(module), name)
    return Exercise(
        reference=getattr(stubs, public.name),
        cases=_not_here,
        mistakes=tuple(Mistake(name, _not_here, message) for name, message in public.mistakes),
        verify=verify,
        public=public.bank,
        **msgspec.structs.asdict(public.settings),
    )


def _not_here(*arguments: Any) -> NoReturn:
    """Stand for what the student edition has not: case generators, and the answers that are mistakes."""
    raise UnusableInput(NO_SECRETS)
