"""A top-level statement, read: which names it binds and uses, and what it imports. `Statement`."""

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from grader.submissions.submission import Cell

MORE = re.compile(rb"[ \t]*;")  # another statement follows on the same line
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Fields that hold no nodes, or contexts and operators.
NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "name", "module", "level", "type_comment"})
NODES_IN: dict[type[ast.AST], list[str]] = {ast.Constant: []}  # fields, by the kind of node; grows with use
NAMED = (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


@dataclass(eq=False)
class Statement:
    """A top-level statement: which names it gives a value to, and what it uses."""

    cell: Cell
    index: int
    node: ast.stmt
    scope: list[ast.AST] = field(init=False)
    defines: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.scope = walk_scope(self.node)
        self.defines = frozenset(_bound(self.scope))

    @property
    def runs_code(self) -> bool:
        """Whether it runs code that may bind names here: `exec(text)`, but not in a namespace of its own."""
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "exec"
            and len(node.args) < 2
            for node in self.scope
        )

    @property
    def is_import_of_all(self) -> bool:
        """Whether it is a star import, or `from __future__`, which all code relies on as well."""
        return any(
            isinstance(node, ast.ImportFrom)
            and (node.module == "__future__" or any(alias.name == "*" for alias in node.names))
            for node in self.scope
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
                s.get_name()
                for s in table.get_symbols()
                if (s.is_referenced() and (top or s.is_global())) or s.is_declared_global()
            }
            tables.extend(table.get_children())
        added = (n.target for n in self.scope if isinstance(n, ast.AugAssign))
        return frozenset(names).union(target.id for target in added if isinstance(target, ast.Name))

    @cached_property
    def imports(self) -> frozenset[str]:
        """The packages that it imports, now or when its functions are called."""
        if "import" not in self.text:
            return frozenset()
        return frozenset(module.partition(".")[0] for module in modules_imported(self.node))


@lru_cache(maxsize=1_000)
def statements_of(cell: Cell) -> tuple[Statement, ...]:
    """Return a cell's statements, read; in a class, most notebooks have the lesson's cells."""
    return tuple(Statement(cell, i, node) for i, node in enumerate(cell.tree.body if cell.tree else ()))


def imports_in(statement: ast.AST, package: str = "") -> Iterator[tuple[str, str | None, str]]:
    """Yield what import statements take: a module, a name in it or `None`, and what it is called here.

    Args:
        statement: where to look, in bodies of functions too.
        package: the package of the module that it stands in, for `from . import losses`.

    A call of `importlib.import_module` with a name in quotes is one, too.

    >>> list(imports_in(ast.parse("import a.b as c; from .d import e, f as g; from h import *"), "p"))
    [('a.b', None, 'c'), ('p.d', 'e', 'e'), ('p.d', 'f', 'g'), ('h', '*', '*')]
    """
    for node in walk(statement):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -(node.level - 1) or None] if node.level else []
            module = ".".join(filter(None, [*above, node.module]))
            yield from ((module, alias.name, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function, name = node.func, node.args[0].value
            called = getattr(function, "id", None) or getattr(function, "attr", None)
            if called in ("import_module", "__import__") and isinstance(name, str):
                yield name, None, name


def modules_imported(statement: ast.AST, package: str = "") -> dict[str, tuple[str, ...] | None]:
    """Return the modules that import statements name, and what they take from each; `None`: all of it.

    >>> modules_imported(ast.parse("import a.b; from .c import d, e; from f import *"), "p")
    {'a.b': None, 'p.c': ('d', 'e'), 'f': None}
    """
    found: dict[str, tuple[str, ...] | None] = {}
    for module, name, _ in imports_in(statement, package):
        names = found.get(module, ())
        found[module] = None if name is None or name == "*" or names is None else (*names, name)
    return found


def text_of(lines: Sequence[bytes], node: ast.stmt) -> str:
    """Return a statement's lines; of a line that it shares with others, its own part only."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    chosen = list(lines[first - 1 : node.end_lineno])
    if MORE.match(chosen[-1], node.end_col_offset or 0):
        chosen[-1] = chosen[-1][: node.end_col_offset]
    if node.col_offset and first == node.lineno:
        chosen[0] = chosen[0][node.col_offset :]
    return b"\n".join(chosen).decode(errors="surrogatepass")


def walk(node: ast.AST) -> list[ast.AST]:
    """Return what `ast.walk` yields but for contexts and operators, in half the time."""
    found = [node]
    for node in found:
        _add_children(node, found)
    return found


def walk_scope(node: ast.AST) -> list[ast.AST]:
    """Return a statement's nodes without the bodies of functions and classes."""
    found = [node]
    for node in found:
        if isinstance(node, FUNCTIONS):
            found += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.ClassDef):
            found += [*node.decorator_list, *node.bases, *node.keywords]
        else:
            _add_children(node, found)
    return found


def _add_children(node: ast.AST, to: list[ast.AST]) -> None:
    kind = type(node)
    if (names := NODES_IN.get(kind)) is None:
        names = NODES_IN[kind] = [name for name in kind._fields if name not in NO_NODES]
    for name in names:
        value = getattr(node, name, None)
        if type(value) is list:
            to += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            to.append(value)


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that the nodes of a top-level statement give a value to."""
    yield from names_imported(nodes)
    for node in nodes:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id
        elif isinstance(node, NAMED):
            if node.name:
                yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest


def names_imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that nodes import."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
