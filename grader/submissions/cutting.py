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
- Of a learner's own module beside the file, the same for the names that are imported from it; all of it, for
  `import helper` and `from helper import *`.

Nothing else runs: no plots, no training that no exercise asks for.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.errors import UnusableInput
from grader.submissions.cells import names_by_sight
from grader.submissions.statements import FUNCTIONS, Statement, modules_imported, names_imported, text_of
from grader.submissions.submission import Cell, Submission, lines_of, parse


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
    def _every_piece(self) -> list[Piece]:
        return [*(piece for module in self.modules for piece in module.pieces), *self.pieces]

    @property
    def text(self) -> str:
        """The code as the learner wrote it, cell by cell, without what lies between."""
        texts = []
        for piece in self._every_piece:
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
        for piece in self._every_piece:
            for node in piece.nodes:
                for module, names in modules_imported(node):
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


class Beside:
    """The learner's own modules that lie beside a file, each read when it is first asked for.

    Args:
        files: their code by their paths, as seen from that file's folder: `"utils/losses.py"`.
    """

    def __init__(self, files: Mapping[str, bytes]):
        self._files: dict[str, tuple[str, bytes]] = {}
        self._packages: set[str] = set()
        for path, data in files.items():
            *folders, last = path.removesuffix(".py").split("/")
            parts = folders if last == "__init__" else [*folders, last]
            self._packages |= {".".join(folders[: i + 1]) for i in range(len(folders))}
            self._files[".".join(parts)] = path, data
        self._cutters: dict[str, Cutter] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._packages

    def is_package(self, name: str) -> bool:
        return name in self._packages

    def cutter(self, name: str) -> "Cutter | None":
        """Return what cuts a module; `None` where there is nothing to cut, or nothing that can be read."""
        if name in self._files and name not in self._cutters:
            path, data = self._files[name]
            try:
                module = parse(data, ".py", path)
            except UnusableInput:
                module = Submission(path, ())
            self._cutters[name] = Cutter(module)
        return self._cutters.get(name)


class Cutter:
    """Cuts exercises out of one submission; the work on its statements is done once."""

    def __init__(self, submission: Submission):
        self.cells = submission.cells
        self._beside = Beside(submission.beside)
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
        definitions = [Definition(s.cell.place, s.node) for s in own if name in s.defines]
        if not definitions:
            if (broken := self.broken.get(name)) is not None:
                return Cut([], frozenset(), [], error=broken.error, place=broken.place)
            if not any(map(self._may_bind, self._always)):
                return Cut([], frozenset(), [])
        needed = self.needed([name])
        modules = self._needed_of_modules(needed)
        everything = needed.union(*modules.values())
        imports = frozenset(name for statement in everything for name in statement.imports)
        cut = (Module(n, self._beside.is_package(n), _pieces(theirs)) for n, theirs in modules.items())
        return Cut(_pieces(needed), imports, definitions, tuple(cut))

    def needed(self, names: Iterable[str] | None) -> set[Statement]:
        """Return the statements that these names need; all statements for `None`."""
        if names is None:
            return set(self._statements)
        needed: set[Statement] = set()
        known: set[str] = set()
        todo, waiting = list(names), list(self._always)
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
                if wanted not in known:
                    known.add(wanted)
                    waiting.extend(self._binders.get(wanted, ()))
        return needed

    def _needed_of_modules(self, needed: set[Statement]) -> dict[str, set[Statement]]:
        """Return what is needed of the learner's own modules, by their names."""
        found: dict[str, set[Statement]] = {}
        todo = [("", statement) for statement in needed if statement.imports]
        while todo:
            package, statement = todo.pop()
            for module, names in modules_imported(statement.node, package):
                wanted: list[tuple[str, Iterable[str] | None]] = [(module, names)]
                wanted += [(f"{module}.{name}", None) for name in names or ()]
                above = module.split(".")[:-1]
                wanted += [(".".join(above[: i + 1]), ()) for i in range(len(above))]
                for name, taken in wanted:
                    if name not in self._beside:
                        continue
                    cutter = self._beside.cutter(name)
                    new = (cutter.needed(taken) if cutter else set()) - found.setdefault(name, set())
                    found[name] |= new
                    inside = name if self._beside.is_package(name) else name.rpartition(".")[0]
                    todo += [(inside, statement) for statement in new]
        return found

    def _may_bind(self, statement: Statement) -> bool:
        """Tell whether a statement may define an answer; what a library's star import brings is none."""
        stars = (module for module, names in modules_imported(statement.node) if names is None)
        return statement.is_dynamic or any(module in self._beside for module in stars)

    @cached_property
    def broken(self) -> dict[str, Cell]:
        """The first cell with a syntax error that seems to define a name, by the names."""
        found: dict[str, Cell] = {}
        for cell in self.cells:
            for name in names_by_sight(cell.source) if cell.tree is None else ():
                found.setdefault(name, cell)
        return found

    def defined(self) -> frozenset[str]:
        """Return every name that some statement, or some cell with a syntax error, seems to define."""
        return frozenset(self._binders) | self.broken.keys()

    def functions(self) -> frozenset[str]:
        """Return every name that some statement defines as a function."""
        return frozenset(
            name
            for statement in self._statements
            if isinstance(statement.node, FUNCTIONS)
            or isinstance(getattr(statement.node, "value", None), ast.Lambda)
            for name in statement.binds
        )

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
