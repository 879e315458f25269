"""A lesson's exercises as the student edition has them: all that checking needs, as data, and no solution.

    encode(exercises)  ──▶ grader/exercises/<module>.bank ──▶ load(path)
    statements(…)      ──▶ grader/statements/<module>.py       the stubs that stand for the references

The data are the public cases with the expected outcomes, and each known mistake by its message and its
outcomes. What only the judge sees of a case, as labels, is among them: of the public seed, nothing is secret.
A function that verifies is named, and lies in `grader.exercises.verifying`.
"""

import ast
import dataclasses
import hashlib
import inspect
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import msgspec

from grader.errors import UnusableInput
from grader.exercise import Exercise, Mistake
from grader.judging.bank import NO_SECRETS, bank_of
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

VERIFYING = "grader.exercises.verifying."
APART = ("reference", "cases", "mistakes", "verify", "public")  # functions, and what is written down of them
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
    settings: Settings
    mistakes: tuple[tuple[str, str], ...]
    verify: str | None
    bank: bytes


@cache
def load(path: Path) -> tuple[Exercise, ...]:
    """Return the exercises in a lesson's file.

    Raises:
        UnusableInput: the file is not as it was released.
    """
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            raise ValueError("another checksum")
        released = msgspec.msgpack.decode(data[32:], type=tuple[Public, ...])
        stubs = import_module(f"grader.statements.{path.stem}")
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


def encode(exercises: Sequence[Exercise], points: Callable[[Exercise], float]) -> bytes:
    """Return a lesson's file.

    Args:
        exercises: the lesson's.
        points: what each is worth.

    Raises:
        UnusableInput: an exercise is verified by a function that can't be released.
    """
    released = []
    for exercise in exercises:
        settings = {name: getattr(exercise, name) for name in Settings.__struct_fields__}
        settings["points"] = points(exercise)
        released.append(
            Public(
                name=exercise.name,
                settings=Settings(**settings),
                mistakes=tuple((mistake.name, mistake.message) for mistake in exercise.mistakes),
                verify=_verified_by(exercise),
                bank=msgspec.msgpack.encode(bank_of(exercise)),
            )
        )
    payload = msgspec.msgpack.encode(released)
    return hashlib.sha256(payload).digest() + payload


def _verified_by(exercise: Exercise) -> str | None:
    """Return where the exercise's `verify` is, if the student edition has it too."""
    if exercise.verify is None:
        return None
    module = str(getattr(exercise.verify, "__module__", ""))
    name = str(getattr(exercise.verify, "__name__", ""))
    if not module.startswith(VERIFYING) or getattr(sys.modules[module], name, None) is not exercise.verify:
        raise UnusableInput(
            f"{exercise.name} can't be released: what verifies it must be a function in a module of "
            f"grader/exercises/verifying/, for {module or 'its module'} is no part of the student edition."
        )
    return f"{module}:{name}"


def statements(exercises: Sequence[Exercise]) -> str:
    """Return a module that asks a lesson's exercises: signatures, docstrings, and what those rely on.

    Raises:
        UnusableInput: a signature relies on more than imports and constants.
    """
    module = inspect.getmodule(exercises[0].reference)
    references = {exercise.name: _stub(exercise) for exercise in exercises}
    source = inspect.getsource(module)
    draft = [
        references.get(getattr(node, "name", ""), ast.get_source_segment(source, node))
        for node in ast.parse(source).body
    ]
    cutter = Cutter(parse("\n\n\n".join(draft).encode(), ".py", module.__name__))
    needed: dict[int, str] = {}
    for name in references:
        cut = cutter.cut(name)
        if not cut.is_stub or len(cut.definitions) != 1:
            raise UnusableInput(
                f"{name} can't be released: its reference must be a plain function, defined once, with a "
                "docstring that ends its line."
            )
        for node in cut.statements:
            if not _is_harmless(node, references):
                raise UnusableInput(
                    f"{name} can't be released: its signature relies on more than imports and constants, on "
                    f"`{ast.unparse(node).splitlines()[0]}`."
                )
            needed[node.lineno] = ast.get_source_segment(cut.pieces[0].source, node)
    title = '"""What the exercises of a lesson ask; the answers are yours. See lessons/."""'
    return "\n\n\n".join([title, *(text for _, text in sorted(needed.items()))]) + "\n"


def _stub(exercise: Exercise) -> str:
    source = inspect.getsource(exercise.reference)
    function = ast.parse(source).body[0]
    lines = source.splitlines()[function.lineno - 1 : function.body[0].end_lineno]
    return "\n".join([*lines, "    raise NotImplementedError"])


def _is_harmless(node: ast.stmt, references: dict[str, str]) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name in references
    constant = isinstance(node, ast.Assign | ast.AnnAssign) and not any(
        isinstance(inner, ast.Lambda) for inner in ast.walk(node)
    )
    return constant or isinstance(node, ast.Import | ast.ImportFrom)
