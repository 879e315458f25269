"""Writing a lesson's exercises as the student edition has them, for `grader.exercises.edition` to read."""

import ast
import inspect
import sys
from collections.abc import Mapping, Sequence

import msgspec

from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises.edition import Public, Settings
from grader.judging.bank import bank_of
from grader.storage import sealed
from grader.submissions.cut import Cut
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

VERIFYING = "grader.exercises.verifying."


def encode(exercises: Sequence[Exercise], points: Mapping[str, float]) -> bytes:
    """Return a lesson's file.

    Args:
        exercises: the lesson's.
        points: what each is worth, by name.

    Raises:
        UnusableInput: an exercise is verified by a function that can't be released.
    """
    released = []
    for exercise in exercises:
        settings = {name: getattr(exercise, name) for name in Settings.__struct_fields__}
        settings["points"] = points[exercise.name]
        released.append(
            Public(
                name=exercise.name,
                settings=Settings(**settings),
                mistakes=tuple((mistake.name, mistake.message) for mistake in exercise.mistakes),
                verify=verified_by(exercise),
                bank=msgspec.msgpack.encode(bank_of(exercise)),
            )
        )
    return sealed(msgspec.msgpack.encode(released))


def verified_by(exercise: Exercise) -> str | None:
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
    module = sys.modules[exercises[0].reference.__module__]
    references = {exercise.name: exercise.stub for exercise in exercises}
    source = inspect.getsource(module)
    draft = [
        references.get(getattr(node, "name", ""), ast.get_source_segment(source, node) or "")
        for node in ast.parse(source).body
    ]
    cutter = Cutter(parse("\n\n\n".join(draft).encode(), ".py", module.__name__))
    needed: dict[int, str] = {}
    for exercise in exercises:
        name = exercise.name
        cut = cutter.cut(name)
        if not asks(cut, exercise):
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
            needed[node.lineno] = ast.get_source_segment(cut.pieces[0].source, node) or ""
    title = '"""What the exercises of a lesson ask; the answers are yours. See lessons/."""'
    return "\n\n\n".join([title, *(text for _, text in sorted(needed.items()))]) + "\n"


def asks(cut: Cut, exercise: Exercise) -> bool:
    """Whether what was cut asks the exercise: a stub, or the code to repair; defined once."""
    if len(cut.definitions) != 1:
        return False
    return cut.is_stub or exercise.is_as_given(cut.definitions[0].node)


def _is_harmless(node: ast.stmt, references: dict[str, str]) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name in references
    constant = isinstance(node, ast.Assign | ast.AnnAssign) and not any(
        isinstance(inner, ast.Lambda) for inner in ast.walk(node)
    )
    return constant or isinstance(node, ast.Import | ast.ImportFrom)
