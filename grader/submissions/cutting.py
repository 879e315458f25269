"""Cutting an exercise's code out of a submission, by names.

The cut of an exercise is every top-level statement that its function needs, in the order of the file:

- All statements that bind a name which is used, transitively: definitions, imports, assignments, and `if`,
  `for`, `with` and `try` blocks around them. Decorators, defaults and annotations count as used. They run in
  order, so the last definition wins, as it does in a notebook that is run from top to bottom.
- Statements that change a used name: `LAYERS.append(3)`, `W[0] = 1`, `x += 1`, and calls of the learner's
  own functions that declare a used name `global`.
- Settings of a package that is used: `np.seterr(all="ignore")`, `keras.utils.set_random_seed(SEED)`. A call
  of a package's function is one if it is a statement by itself, with arguments that need no further code:
  else each `plt.plot(losses)` would bring a lesson's experiments into every answer that plots.
- Star imports, `from __future__`, and statements that can bind any name (`exec`, `globals()`): always.
- Everything, where a function that is needed looks names up by itself (`globals()`, `eval`).

Nothing else runs: no plots, no training that no exercise asks for.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.submissions.statements import FUNCTIONS, Statement, names_imported, text_of
from grader.submissions.submission import Cell, Submission, lines_of


@dataclass(frozen=True)
class Piece:
    """A cell, and which of its top-level statements are needed."""

    place: str
    source: str
    statements: list[int]
    nodes: list[ast.stmt]


@dataclass(frozen=True)
class Cut:
    """The code of one exercise.

    Args:
        pieces: what to run, in order.
        imports: the top-level packages that it imports: `{"numpy", "tensorflow"}`.
        definitions: the top-level statements that define the exercise's function; the last one counts.
        error: where no statement defines it, but a cell with a syntax error seems to: that error.
        place: and that cell.
    """

    pieces: list[Piece]
    imports: frozenset[str]
    definitions: list[ast.stmt]
    error: SyntaxError | None = None
    place: str = ""

    @property
    def statements(self) -> list[ast.stmt]:
        return [node for piece in self.pieces for node in piece.nodes]

    @property
    def text(self) -> str:
        """The code as the learner wrote it, cell by cell, without what lies between."""
        texts = []
        for piece in self.pieces:
            lines = lines_of(piece.source)
            texts += [text_of(lines, node) for node in piece.nodes]
        return "\n\n".join(texts)

    @property
    def is_stub(self) -> bool:
        """Whether the function is as the lesson gives it: a docstring, then `raise NotImplementedError`."""
        last = self.definitions[-1] if self.definitions else None
        if not isinstance(last, FUNCTIONS):
            return False
        body = last.body[1:] if ast.get_docstring(last) is not None else last.body
        match body:
            case [ast.Raise(exc=ast.Name(id="NotImplementedError"), cause=None)]:
                return True
        return False


class Cutter:
    """Cuts exercises out of one submission; the work on its statements is done once."""

    def __init__(self, submission: Submission):
        self.cells = submission.cells
        self._statements = [
            Statement(cell, c, i, node)
            for c, cell in enumerate(submission.cells)
            if cell.tree is not None
            for i, node in enumerate(cell.tree.body)
        ]
        self._binders: dict[str, list[Statement]] = defaultdict(list)
        self._always: list[Statement] = []
        packages = {name for statement in self._statements for name in names_imported(statement.node)}
        for statement in self._statements:
            for name in statement.binds | (statement.calls - packages):
                self._binders[name].append(statement)
            if statement.is_dynamic or statement.is_import_of_all:
                self._always.append(statement)
        self._add_settings(packages)
        self._add_calls_with_global()

    def cut(self, name: str) -> Cut:
        """Return the code that defines `name`, a function."""
        own = self._binders.get(name, [])
        definitions = [s.node for s in own if name in s.defines]
        if not definitions:
            broken = self._broken_cell(name)
            if broken is not None:
                return Cut([], frozenset(), [], broken.error, broken.place)
            if not any(statement.is_dynamic for statement in self._always):
                return Cut([], frozenset(), [])  # what a star import brings is a library's, and no answer
        needed, names, todo = set(), set(), [name]
        waiting = list(self._always)
        while todo or waiting:
            while waiting:
                statement = waiting.pop()
                if statement in needed:
                    continue
                needed.add(statement)
                todo.extend(statement.uses)
                if not statement.is_dynamic and statement.uses & {"globals", "eval", "exec"}:
                    waiting.extend(self._statements)
            while todo:
                wanted = todo.pop()
                if wanted not in names:
                    names.add(wanted)
                    waiting.extend(self._binders.get(wanted, ()))
        imports = frozenset(name for statement in needed for name in statement.imports)
        return Cut(_pieces(needed), imports, definitions)

    def defined(self) -> frozenset[str]:
        """Return every name that some statement, or some cell with a syntax error, seems to define."""
        broken = (c.source for c in self.cells if c.tree is None)
        return frozenset(self._binders) | {n for source in broken for n in _names_by_sight(source)}

    def functions(self) -> frozenset[str]:
        """Return every name that some statement defines as a function."""
        return frozenset(
            name
            for statement in self._statements
            if isinstance(statement.node, FUNCTIONS)
            or isinstance(getattr(statement.node, "value", None), ast.Lambda)
            for name in statement.binds
        )

    def _broken_cell(self, name: str) -> Cell | None:
        cells = (c for c in self.cells if c.tree is None and name in _names_by_sight(c.source))
        return next(cells, None)

    def _add_settings(self, packages: set[str]) -> None:
        """Let a call of a package's function change the package, where it needs no code but constants."""
        for statement in self._statements:
            if isinstance(statement.node, ast.Expr) and statement.calls & packages:
                others = statement.uses - packages
                if not any(binder.uses for name in others for binder in self._binders.get(name, ())):
                    for name in statement.calls & packages:
                        self._binders[name].append(statement)

    def _add_calls_with_global(self) -> None:
        """Let a statement that calls a function bind what the function declares `global`."""
        bound_by_call = {
            node.name: {n for inner in ast.walk(node) if isinstance(inner, ast.Global) for n in inner.names}
            for statement in self._statements
            for node in [statement.node]
            if isinstance(node, FUNCTIONS) and "global" in statement.text
        }
        bound_by_call = {name: bound for name, bound in bound_by_call.items() if bound}
        if not bound_by_call:
            return
        for statement in self._statements:
            if isinstance(statement.node, (*FUNCTIONS, ast.ClassDef)):
                continue
            for inner in ast.walk(statement.node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                    for name in bound_by_call.get(inner.func.id, ()):
                        self._binders[name].append(statement)


def _names_by_sight(source: str) -> Iterator[str]:
    for match in re.finditer(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)|^(\w+)[ \t]*=", source, re.MULTILINE):
        yield match[1] or match[2]


def _pieces(statements: Iterable[Statement]) -> list[Piece]:
    by_cell: dict[int, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_cell[statement.cell_index].append(statement)
    pieces = []
    for _, group in sorted(by_cell.items()):
        group.sort(key=lambda statement: statement.index)
        cell = group[0].cell
        pieces.append(Piece(cell.place, cell.source, [s.index for s in group], [s.node for s in group]))
    return pieces
