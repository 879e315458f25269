"""The code of one exercise, cut out of a submission: `Cut`."""

import ast
import sys
from collections.abc import Collection
from dataclasses import dataclass

from grader.submissions.statements import FUNCTIONS, modules_imported, text_of
from grader.submissions.submission import lines_of


@dataclass(frozen=True)
class Piece:
    """A cell, and which of its top-level statements are needed."""

    place: str
    source: str
    statements: list[int]
    nodes: list[ast.stmt]


@dataclass(frozen=True)
class Module:
    """What is needed of a learner's own module: `utils.losses`. A package may have no code at all."""

    name: str
    is_package: bool
    pieces: list[Piece]


@dataclass(frozen=True)
class Definition:
    """A top-level statement that gives an exercise's function a value, and where it stands."""

    place: str
    node: ast.stmt

    @property
    def is_stub(self) -> bool:
        """Whether it is as the lesson gives it: a docstring, then `raise NotImplementedError`."""
        return isinstance(self.node, FUNCTIONS) and is_stub(self.node)


@dataclass(frozen=True)
class Cut:
    """The code of one exercise.

    Args:
        pieces: what to run, in order.
        imports: the top-level packages that it imports: `{"numpy", "tensorflow"}`.
        definitions: what defines the exercise's function; the last one counts.
        modules: the learner's own modules that it imports.
        error: where no statement defines it, but a cell with a syntax error seems to: that error.
        place: and that cell.
    """

    pieces: list[Piece]
    imports: frozenset[str]
    definitions: list[Definition]
    modules: tuple[Module, ...] = ()
    error: SyntaxError | None = None
    place: str = ""

    @property
    def statements(self) -> list[ast.stmt]:
        return [node for piece in self.pieces for node in piece.nodes]

    @property
    def every_piece(self) -> list[Piece]:
        """Its code, that of the learner's own modules first."""
        return [*(piece for module in self.modules for piece in module.pieces), *self.pieces]

    @property
    def text(self) -> str:
        """The code as the learner wrote it, cell by cell, without what lies between."""
        texts = []
        for piece in self.every_piece:
            lines = lines_of(piece.source)
            texts += [text_of(lines, node) for node in piece.nodes]
        return "\n\n".join(texts)

    def installed(self, loaded: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return what it imports of packages that are neither Python's nor the learner's, nor loaded already.

        By the name of each module, with the names that are taken from it.
        """
        if self.imports <= sys.stdlib_module_names.union(loaded):
            return {}
        own = {module.name for module in self.modules}
        found: dict[str, tuple[str, ...]] = {}
        for piece in self.every_piece:
            for node in piece.nodes:
                for module, names in modules_imported(node).items():
                    package = module.partition(".")[0]
                    if package not in sys.stdlib_module_names and package not in own:
                        found[module] = (*found.get(module, ()), *(names or ()))
        return found

    @property
    def is_stub(self) -> bool:
        """Whether the last definition is the lesson's stub."""
        return bool(self.definitions) and self.definitions[-1].is_stub


def is_stub(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function's body is a docstring, if any, then `raise NotImplementedError`.

    >>> is_stub(ast.parse("def f(x):\\n    raise NotImplementedError").body[0])
    True
    """
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    match body:
        case [ast.Raise(exc=ast.Name(id="NotImplementedError"), cause=None)]:
            return True
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError")), cause=None)]:
            return True
    return False
