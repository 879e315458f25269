"""Cutting an exercise's code out of a submission, by names.

The cut of an exercise is every top-level statement that its function needs, in the order of the file:

- All statements that bind a name which is used, transitively: definitions, imports, assignments, and `if`,
  `for`, `with` and `try` blocks around them. Decorators, defaults and annotations count as used. They run in
  order, so the last definition wins, as it does in a notebook that is run from top to bottom.
- Statements that may change what a used name stands for, as `effects` sees them: `LAYERS.append(3)`,
  `W[0] = 1`, `q = W; q[0] = 1`, and calls of the learner's own functions that do such things.
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
import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property

from grader.errors import UnusableInput
from grader.submissions.cells import names_by_sight
from grader.submissions.changing import ANY, Effect, called_by_itself, only_changed, root
from grader.submissions.cut import Cut, Definition, Module, Piece
from grader.submissions.effects import Effects
from grader.submissions.statements import (
    FUNCTIONS,
    Statement,
    imports_in,
    modules_imported,
    names_imported,
    statements_of,
)
from grader.submissions.submission import Cell, Submission, parse

# Where modules are looked for, too: `sys.path.append("src")`, `os.chdir("src")`.
ADDED_PATH = re.compile(r"(?:\bsys\.path\b|\bos\.chdir\(|['\"]cd['\"],)(.*)")


class Beside:
    """The learner's own modules that lie beside a file, each read when it is first asked for.

    Args:
        files: their code by their paths, as seen from that file's folder: `"utils/losses.py"`.
        roots: folders that the file adds to `sys.path`: `"src"`.
    """

    def __init__(self, files: Mapping[str, bytes], roots: Iterable[str] = ()):
        self._files: dict[str, tuple[str, bytes]] = {}
        self._packages: set[str] = set()
        for folder in ("", *(f"{name}/" for name in roots)):
            for path in (path for path in files if path.startswith(folder)):
                *folders, last = path.removeprefix(folder).removesuffix(".py").split("/")
                parts = folders if last == "__init__" else [*folders, last]
                self._packages |= {".".join(folders[: i + 1]) for i in range(len(folders))}
                self._files.setdefault(".".join(parts), (path, files[path]))
        self._cutters: dict[str, Cutter | None] = {}

    def __bool__(self) -> bool:
        return bool(self._files)

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._packages

    def is_package(self, name: str) -> bool:
        return name in self._packages

    def package_of(self, name: str) -> str:
        """Return where a module's relative imports begin."""
        return name if self.is_package(name) else name.rpartition(".")[0]

    def cutter(self, name: str) -> "Cutter | None":
        """Return what cuts a module; `None` where there is nothing to cut, or nothing that can be read.

        Of modules that import each other, too, the second knows nothing of the first.
        """
        if name in self._files and name not in self._cutters:
            path, data = self._files[name]
            try:
                module = parse(data, ".py", path)
            except UnusableInput:
                module = Submission(path, ())
            self._cutters[name] = None
            self._cutters[name] = Cutter(module, self, self.package_of(name))
        return self._cutters.get(name)

    def pieces(self, name: str, statements: Iterable[Statement]) -> list[Piece]:
        """Return statements of a module, as `Cutter.pieces` does."""
        cutter = self.cutter(name)
        return cutter.pieces(statements) if cutter is not None else []


class Cutter:
    """Cuts exercises out of one submission; the work on its statements is done once.

    Args:
        submission: what was handed in.
        beside: the modules beside it; by default, the submission's.
        package: the package that it is in, if it is a module of the learner's own.

    Attributes:
        beside: the modules beside it.
        effects: what its statements change.
        reaches_out: whether one of them changes an own module.
    """

    def __init__(self, submission: Submission, beside: Beside | None = None, package: str = ""):
        self.cells = submission.cells
        self.beside = Beside(submission.beside, _roots(submission)) if beside is None else beside
        self._package = package
        self._statements = [statement for cell in self.cells for statement in statements_of(cell)]
        imported = {name for statement in self._statements for name in names_imported(statement.scope)}
        self._taken = self._taken_names() if self.beside else {}
        self._linked = {name for names in self._taken.values() for name in names}
        packages = imported - self._linked
        self.effects = self._effects(packages)
        self._binders: dict[str, list[Statement]] = defaultdict(list)
        self._always: list[Statement] = []
        self.reaches_out = False
        self._changed: set[str] = set()  # by others than those that define them
        for statement in self._statements:
            changes = self.effects.of(statement)
            if self._changes_modules(statement):
                changes |= self._linked
            self.reaches_out = self.reaches_out or not changes.isdisjoint(self._linked)
            self._changed |= changes - statement.defines
            for name in statement.defines | changes:
                self._binders[name].append(statement)
            if statement.runs_code or statement.is_import_of_all or ANY in changes:
                self._always.append(statement)
        self._add_settings(packages)

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
        cut = (Module(n, self.beside.is_package(n), self.beside.pieces(n, s)) for n, s in modules.items())
        return Cut(self.pieces(needed), imports, definitions, tuple(cut))

    def pieces(self, statements: Iterable[Statement]) -> list[Piece]:
        """Return statements of this submission, cell by cell."""
        by_cell: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            by_cell[statement.cell.place].append(statement)
        pieces = []
        for cell in self.cells:
            if group := sorted(by_cell.get(cell.place, ()), key=lambda statement: statement.index):
                pieces.append(
                    Piece(cell.place, cell.source, [s.index for s in group], [s.node for s in group])
                )
        return pieces

    def needed(self, names: Iterable[str] | None) -> set[Statement]:
        """Return the statements that these names need; all statements for `None`."""
        if names is None:
            return set(self._statements)
        needed: set[Statement] = set()
        known: set[tuple[str, bool]] = set()
        always = set(self._always)
        all_wait = False
        todo, waiting = [(name, False) for name in names], list(self._always)
        while todo or waiting:
            while waiting:
                statement = waiting.pop()
                if statement in needed:
                    continue
                needed.add(statement)
                unread = self._unread(statement)
                todo.extend((name, name in unread) for name in statement.uses)
                looks_up = statement.uses & {"globals", "eval", "exec"}
                if looks_up and not all_wait and statement not in always:
                    all_wait = True
                    waiting.extend(self._statements)
            while todo:
                name, is_unread = wanted = todo.pop()
                if wanted not in known:
                    known.add(wanted)
                    binders = self._binders.get(name, ())
                    waiting.extend(s for s in binders if not is_unread or name in s.defines)
        return needed

    def _unread(self, statement: Statement) -> Collection[str]:
        """Return the names that a function changes and never reads: what else changes them is all one."""
        if not isinstance(statement.node, (*FUNCTIONS, ast.ClassDef)) or not statement.uses & self._changed:
            return ()
        return only_changed(statement.node)

    def _needed_of_modules(self, needed: set[Statement]) -> dict[str, set[Statement]]:
        """Return what is needed of the learner's own modules, by their names."""
        found: dict[str, set[Statement]] = {}
        todo = [("", statement) for statement in needed if statement.imports]
        while todo:
            package, statement = todo.pop()
            for module, names in modules_imported(statement.node, package).items():
                wanted: list[tuple[str, Iterable[str] | None]] = [(module, names)]
                wanted += [(f"{module}.{name}", None) for name in names or ()]
                above = module.split(".")[:-1]
                wanted += [(".".join(above[: i + 1]), ()) for i in range(len(above))]
                for name, taken in wanted:
                    if name not in self.beside:
                        continue
                    cutter = self.beside.cutter(name)
                    new = (cutter.needed(taken) if cutter else set()) - found.setdefault(name, set())
                    found[name] |= new
                    todo += [(self.beside.package_of(name), statement) for statement in new]
        return found

    def _may_bind(self, statement: Statement) -> bool:
        """Tell whether a statement may define an answer; what a library's star import brings is none."""
        stars = (module for module, names in modules_imported(statement.node).items() if names is None)
        return (
            statement.runs_code
            or ANY in self.effects.of(statement)
            or any(module in self.beside for module in stars)
        )

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
            for name in statement.defines
        )

    def _taken_names(self) -> dict[str, dict[str, str | None]]:
        """Return the names that stand here for something of an own module, by the module.

        Each with what it is called there, `None` for the module itself.
        """
        found: dict[str, dict[str, str | None]] = defaultdict(dict)
        for statement in self._statements:
            for module, name, here in imports_in(statement.node, self._package):
                if name is not None and f"{module}.{name}" in self.beside:
                    found[f"{module}.{name}"][here] = None
                elif name == "*" and (cutter := self.beside.cutter(module)) is not None:
                    found[module] |= {own: own for own in cutter.defined() if not own.startswith("_")}
                elif module in self.beside:
                    found[module][here] = name
        return found

    def _effects(self, packages: set[str]) -> Effects:
        """Return what statements change; what changes in an own module may change what is taken of any."""
        own: dict[str, list[Effect]] = defaultdict(list)
        here_all = frozenset(self._linked)
        for module, names in self._taken.items():
            if (cutter := self.beside.cutter(module)) is None:
                continue
            for there, effects in cutter.effects.by_name.items():
                for here, name in names.items():
                    if name in (None, there):
                        changed = (replace(e, names=here_all if e.names else e.names) for e in effects)
                        own[here if name == there else there] += changed
        return Effects(self._statements, packages, own, dict.fromkeys(here_all, here_all))

    def _changes_modules(self, statement: Statement) -> bool:
        """Tell whether a statement imports an own module that changes another."""
        if not self._taken:
            return False
        modules = (module for module, _, _ in imports_in(statement.node, self._package))
        cutters = (self.beside.cutter(module) for module in modules if module in self._taken)
        return any(cutter is not None and cutter.reaches_out for cutter in cutters)

    def _add_settings(self, packages: set[str]) -> None:
        """Let a call of a package's function change the package, where it needs no code but constants."""

        @cache
        def needs_code(name: str) -> bool:
            return any(binder.uses for binder in self._binders.get(name, ()))

        for statement in self._statements:
            owner = called_by_itself(statement.node)
            name = root(owner) if owner is not None else None
            if name in packages and not any(map(needs_code, statement.uses - packages)):
                self._binders[name].append(statement)


def _roots(submission: Submission) -> set[str]:
    """Return the folders that a file's code adds to `sys.path`."""
    if not submission.beside:
        return set()
    calls = (call for cell in submission.cells for call in ADDED_PATH.findall(cell.source))
    return {posixpath.normpath(text) for call in calls for text in re.findall(r"[\"']([^\"']+)[\"']", call)}
