"""Running the cut of an exercise, to get the learner's function. For processes that may run their code.

A statement that fails is passed over, as a learner would in a notebook: a later one may do without it. What
it would have given a name to is remembered with its exception, for whoever misses that name.
"""

import __future__

import ast
import contextlib
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

import msgspec

from grader.child import notebook
from grader.child.calling import Raised, describe

MISSING = re.compile(r"name '(\w+)' is not defined")
STAR = "*"
Pieces = list[tuple[str, str, list[int]]]  # what to call a cell, its code, which of its statements to run
Statement = tuple[str, int]  # what its cell is called, and its number in it
NOWHERE: Statement = ("", 0)
SURELY_ENDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom)  # most that there are


class OwnModule(msgspec.Struct, frozen=True, array_like=True):
    """A module of the learner's own: its dotted name, whether modules are in it, and its code."""

    name: str
    is_package: bool
    pieces: Pieces


class Defined(msgspec.Struct):
    """What the code around a function came to.

    Args:
        function: the function; `None` where there is none.
        failed: the exceptions of the statements that failed, by the names that they would have given a value.
        places: what the learner's cells and files are called.
    """

    function: Callable | None
    failed: dict[str, Raised]
    places: frozenset[str]

    def cause(self, raised: Raised | None) -> Raised | None:
        """Return the exception that an exception comes from: what failed to bind a name that was missed.

        What a star import would have bound nobody knows, so it is to blame for what nothing else binds.
        """
        followed: set[str] = set()
        while raised is not None and raised.type == "NameError":
            missing = MISSING.search(raised.message)
            earlier = self.failed.get(missing[1]) or self.failed.get(STAR) if missing else None
            if missing is None or earlier is None or missing[1] in followed:
                break
            followed.add(missing[1])
            raised = earlier
        return raised


@contextlib.contextmanager
def defined(
    name: str,
    pieces: Pieces,
    modules: Sequence[OwnModule] = (),
    tell: Callable[[Statement], None] = lambda statement: None,
) -> Iterator[Defined]:
    """Run the pieces as a notebook does, and lend the function called `name`.

    Args:
        name: the exercise's name.
        pieces: the cells.
        modules: the learner's own, which may be imported as long as the function is lent.
        tell: is told which statement is run next, and `NOWHERE` where none is any more.
    """
    places = frozenset(place for cells in (pieces, *(m.pieces for m in modules)) for place, _, _ in cells)
    failed: dict[str, Raised] = {}
    main = notebook.main()
    before = sys.modules["__main__"]
    running = _Running(places, failed, tell)
    finder = _Finder(modules, running)
    sys.modules["__main__"] = main
    sys.meta_path.insert(0, finder)
    try:
        running.run(pieces, vars(main))
        function = vars(main).get(name)
        yield Defined(function if callable(function) else None, failed, places)
    finally:
        with contextlib.suppress(ValueError):  # the code that ran may have removed it
            sys.meta_path.remove(finder)
        for module in modules:
            sys.modules.pop(module.name, None)
        sys.modules["__main__"] = before


class _Running:
    """Runs cells, and tells which statement it is at, in modules that these import too."""

    def __init__(self, places: Collection[str], failed: dict[str, Raised], tell: Callable[[Statement], None]):
        self._places = places
        self._failed = failed
        self._tell = tell
        self._at = NOWHERE

    def run(self, pieces: Pieces, namespace: dict[str, Any]) -> None:
        around, flags = self._at, 0
        for place, source, indices in pieces:
            body = _parsed(source, place)
            for i in indices:
                statement = body[i]
                if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                    for alias in statement.names:
                        if alias.name in __future__.all_feature_names:  # `compile` says so of another
                            flags |= getattr(__future__, alias.name).compiler_flag
                if not isinstance(statement, SURELY_ENDING):
                    self._go((place, i))
                try:
                    exec(_compiled(source, place, i, flags), namespace)
                except KeyboardInterrupt:
                    raise
                except BaseException as error:
                    raised = describe(error, self._places)
                    for name in _names(statement):
                        self._failed.setdefault(name, raised)
        self._go(around)

    def _go(self, statement: Statement) -> None:
        if statement != self._at:
            self._at = statement
            self._tell(statement)


@lru_cache(maxsize=64)
def _parsed(source: str, place: str) -> list[ast.stmt]:
    """Return a cell's statements: most exercises of a submission share a cell of imports and helpers."""
    return ast.parse(source, place).body


@lru_cache(maxsize=256)
def _compiled(source: str, place: str, i: int, flags: int) -> CodeType:
    module = ast.Module([_parsed(source, place)[i]], [])
    return compile(module, place, "exec", flags, dont_inherit=True)


def _names(statement: ast.stmt) -> Iterator[str]:
    """Yield what a statement may give a value to; `STAR` for what can't be read from it."""
    for node in ast.walk(statement):
        if isinstance(node, ast.alias):
            yield STAR if node.name == STAR else (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exec":
            yield STAR


class _Finder(MetaPathFinder, Loader):
    """Finds the learner's own modules before anybody else's, as a notebook's folder goes first."""

    def __init__(self, modules: Sequence[OwnModule], running: _Running):
        self._modules = {module.name: module for module in modules}
        self._running = running

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        own = self._modules.get(name)
        if own is None:
            return None
        spec = ModuleSpec(
            name, self, origin=own.pieces[0][0] if own.pieces else None, is_package=own.is_package
        )
        spec.has_location = spec.origin is not None
        return spec

    def get_source(self, name: str) -> str:
        """For tracebacks and `inspect`."""
        return "".join(source for _, source, _ in self._modules[name].pieces)

    def create_module(self, spec: ModuleSpec) -> None:
        return None  # an ordinary one will do

    def exec_module(self, module: ModuleType) -> None:
        self._running.run(self._modules[module.__name__].pieces, vars(module))
