"""A top-level statement, read: which names it binds, changes and uses, and what it imports. `Statement`."""

import ast
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.submissions.submission import Cell

DYNAMIC = frozenset({"exec", "eval", "globals", "locals", "vars"})
MORE = re.compile(rb"[ \t]*;")  # another statement follows on the same line
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(eq=False)
class Statement:
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
        for node in walk_scope(self.node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DYNAMIC:
                return True
        return False

    @property
    def is_import_of_all(self) -> bool:
        """Whether it is a star import, or `from __future__`, which all code relies on as well."""
        return any(
            isinstance(node, ast.ImportFrom)
            and (node.module == "__future__" or any(alias.name == "*" for alias in node.names))
            for node in walk_scope(self.node)
        )

    @cached_property
    def text(self) -> str:
        return text_of(self.cell.lines, self.node)

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


def modules_imported(statement: ast.AST, package: str = "") -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield the modules that import statements name, and what they take from each; `None`: all of it.

    Args:
        statement: where to look, in bodies of functions too.
        package: the package of the module that it stands in, for `from . import losses`.

    >>> list(modules_imported(ast.parse("import a.b; from .c import d, e; from f import *"), "p"))
    [('a.b', None), ('p.c', ('d', 'e')), ('f', None)]
    """
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -(node.level - 1) or None] if node.level else []
            names = tuple(alias.name for alias in node.names)
            yield ".".join(filter(None, [*above, node.module])), None if "*" in names else names


def packages_in(statement: ast.AST) -> frozenset[str]:
    """Return the packages that the import statements in it name: `{"numpy"}` for `import numpy.linalg`."""
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return frozenset(names)


def text_of(lines: Sequence[bytes], node: ast.stmt) -> str:
    """Return a statement's lines; of a line that it shares with others, its own part only."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    chosen = list(lines[first - 1 : node.end_lineno])
    if MORE.match(chosen[-1], node.end_col_offset or 0):
        chosen[-1] = chosen[-1][: node.end_col_offset]
    if node.col_offset and first == node.lineno:
        chosen[0] = chosen[0][node.col_offset :]
    return b"\n".join(chosen).decode(errors="surrogatepass")


def walk_scope(node: ast.AST) -> Iterator[ast.AST]:
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
    yield from names_imported(statement)
    for node in walk_scope(statement):
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def names_imported(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement imports, in a block too: `with quiet(): import keras`."""
    for node in walk_scope(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names whose values a top-level statement changes: `W[0] = 1`, `del x`."""
    for node in walk_scope(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from filter(None, [_root(node)])
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            yield node.id


def _called(statement: ast.stmt) -> Iterator[str]:
    """Yield the names whose methods a top-level statement calls for their effect: `LAYERS.append(3)`."""
    for node in walk_scope(statement):
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
