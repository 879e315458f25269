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
import symtable
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.submissions.submission import Cell, Submission, lines_of

DYNAMIC = frozenset({"exec", "eval", "globals", "locals", "vars"})
MORE = re.compile(rb"[ \t]*;")  # another statement follows on the same line
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


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
            texts += [_text(lines, node) for node in piece.nodes]
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
            _Statement(cell, c, i, node)
            for c, cell in enumerate(submission.cells)
            if cell.tree is not None
            for i, node in enumerate(cell.tree.body)
        ]
        self._binders: dict[str, list[_Statement]] = defaultdict(list)
        self._always: list[_Statement] = []
        packages = {name for statement in self._statements for name in _imported(statement.node)}
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


def packages_in(statement: ast.AST) -> frozenset[str]:
    """Return the packages that the import statements in it name: `{"numpy"}` for `import numpy.linalg`."""
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return frozenset(names)


def disallowed_package(imports: Iterable[str], packages: tuple[str, ...]) -> str | None:
    """Return a package that is imported and is none of those that may be; any may, where none is named."""
    strange = set(imports) - set(packages) - sys.stdlib_module_names if packages else set()
    return min(strange, default=None)


def forbidden_call(statements: Sequence[ast.stmt], forbidden: tuple[str, ...]) -> str | None:
    """Return how the code uses one of the forbidden functions of a library, as `"np.tanh"`, or `None`.

    It reads the code and can be deceived: advice to the learner, no proof.
    """
    if not forbidden:
        return None
    last = {node.name: node for node in statements if isinstance(node, FUNCTIONS)}
    for statement in statements:
        if isinstance(statement, FUNCTIONS) and last[statement.name] is not statement:
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and node.attr in forbidden:
                return _dotted(node)
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.name in forbidden:
                        return f"{node.module}.{alias.name}"
    return None


def _dotted(node: ast.AST) -> str:
    """Return an attribute as it is written, or the end of it, however deep what it is of may be."""
    parts = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "…")
    return ".".join(reversed(parts))[:80]


@dataclass(eq=False)
class _Statement:
    """A top-level statement: what it binds or changes, what it calls for an effect, and what it uses."""

    cell: Cell
    cell_index: int
    index: int
    node: ast.stmt
    binds: frozenset[str] = field(init=False)
    calls: frozenset[str] = field(init=False)
    defines: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.defines = frozenset(_bound(self.node))
        self.binds = self.defines | frozenset(_changed(self.node))
        self.calls = frozenset(_called(self.node)) - self.binds

    @property
    def is_dynamic(self) -> bool:
        """Whether it may bind names that can't be read from it."""
        if isinstance(self.node, (*FUNCTIONS, ast.ClassDef)):
            return False
        for node in _walk_scope(self.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DYNAMIC:
                return True
        return False

    @property
    def is_import_of_all(self) -> bool:
        """Whether it is a star import, or `from __future__`, which all code relies on as well."""
        return any(
            isinstance(node, ast.ImportFrom)
            and (node.module == "__future__" or any(alias.name == "*" for alias in node.names))
            for node in _walk_scope(self.node)
        )

    @cached_property
    def text(self) -> str:
        return _text(self.cell.lines, self.node)

    @cached_property
    def uses(self) -> frozenset[str]:
        """The global names that it looks up, now or when its functions are called."""
        try:
            table = symtable.symtable(self.text, self.cell.place, "exec")
        except (SyntaxError, RecursionError, MemoryError):  # it shares a line with another, or is too deep
            return frozenset(n.id for n in ast.walk(self.node) if isinstance(n, ast.Name))
        names, tables = set(), [table]
        while tables:
            table = tables.pop()
            top = table.get_type() in ("module", "class")
            names |= {
                s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())
            }
            tables.extend(table.get_children())
        return frozenset(names)

    @cached_property
    def imports(self) -> frozenset[str]:
        """The packages that it imports, now or when its functions are called."""
        return packages_in(self.node) if "import" in self.text else frozenset()


def _text(lines: Sequence[bytes], node: ast.stmt) -> str:
    """Return a statement's lines; of a line that it shares with others, its own part only."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    chosen = list(lines[first - 1 : node.end_lineno])
    if MORE.match(lines[node.end_lineno - 1], node.end_col_offset):
        chosen[-1] = chosen[-1][: node.end_col_offset]
    if node.col_offset and first == node.lineno:
        chosen[0] = chosen[0][node.col_offset :]
    return b"\n".join(chosen).decode(errors="surrogatepass")


def _walk_scope(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a statement without entering the bodies of functions and classes."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            stack.extend(node.decorator_list)
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement gives a value to."""
    yield from _imported(statement)
    for node in _walk_scope(statement):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def _imported(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement imports, in a block too: `with quiet(): import keras`."""
    for node in _walk_scope(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names whose values a top-level statement changes: `W[0] = 1`, `del x`."""
    for node in _walk_scope(statement):
        targets = [node] if isinstance(node, ast.Attribute | ast.Subscript) else []
        if targets and not isinstance(node.ctx, ast.Load) and (root := _root(node)):
            yield root
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            yield node.id


def _called(statement: ast.stmt) -> Iterator[str]:
    """Yield the names whose methods a top-level statement calls for their effect: `LAYERS.append(3)`."""
    for node in _walk_scope(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and (root := _root(call.func))
            ):
                yield root


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _names_by_sight(source: str) -> Iterator[str]:
    for match in re.finditer(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)|^(\w+)[ \t]*=", source, re.MULTILINE):
        yield match[1] or match[2]


def _pieces(statements: Iterable[_Statement]) -> list[Piece]:
    by_cell: dict[int, list[_Statement]] = defaultdict(list)
    for statement in statements:
        by_cell[statement.cell_index].append(statement)
    pieces = []
    for _, group in sorted(by_cell.items()):
        group.sort(key=lambda statement: statement.index)
        cell = group[0].cell
        pieces.append(Piece(cell.place, cell.source, [s.index for s in group], [s.node for s in group]))
    return pieces
