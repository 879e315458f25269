"""What an answer may use, read from its code: packages and functions.

It can be deceived, and so is advice to the learner and no proof; `grader.child.forbidding` holds to it while
the code runs.
"""

import ast
import builtins
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec

from grader.submissions.statements import FUNCTIONS, Statement, packages_in, walk_scope

COURSE = "dlcourse"
OURS = frozenset({COURSE, "grader", "solutions"})


def packages_used(statements: Iterable[Statement], names: set[str], bound: Container[str]) -> frozenset[str]:
    """Return the packages that code uses: what it imports under a needed name, or inside a function.

    Of a star import that can't be told: it counts if a name is looked up that nothing else binds.
    The lessons import TensorFlow inside of `dlcourse.quiet()`; that alone is no use of `dlcourse`.

    Args:
        statements: the code's.
        names: all names that it looks up.
        bound: what statements bind, of the submission.
    """
    statements = list(statements)
    if any(name not in bound and not hasattr(builtins, name) for name in names):
        names = {*names, "*"}
    used = {package for statement in statements for package in _used(statement, names)}
    if COURSE in used and all(_is_quiet_only(statement) for statement in statements):
        used.remove(COURSE)
    return frozenset(used)


def _used(statement: Statement, names: set[str]) -> Iterator[str]:
    if "import" not in statement.text:
        return
    scope = set(walk_scope(statement.node))
    for node in ast.walk(statement.node):
        if node not in scope or not isinstance(node, ast.Import | ast.ImportFrom):
            yield from packages_in(node, deep=False)
            continue
        module = getattr(node, "module", None)
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            if bound in names:
                yield (module or alias.name).partition(".")[0]


def _is_quiet_only(statement: Statement) -> bool:
    """Tell whether `dlcourse` stands in it only as `import dlcourse`, `dlcourse.quiet` or an import of it."""
    if COURSE not in statement.text:
        return True
    nodes = list(ast.walk(statement.node))
    quiet = [n.value for n in nodes if isinstance(n, ast.Attribute) and n.attr == "quiet"]
    return not any(_reaches_into_the_course(node) for node in nodes if node not in quiet)


def _reaches_into_the_course(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name):
            return name == COURSE
        case ast.Import(names=aliases):
            return any(
                alias.name.startswith(f"{COURSE}.") or (alias.name == COURSE and alias.asname)
                for alias in aliases
            )
        case ast.ImportFrom(module=module, names=aliases):
            of_course = (module or "").partition(".")[0] == COURSE
            return of_course and [alias.name for alias in aliases] != ["quiet"]
    return False


def disallowed_package(used: Iterable[str], allowed: tuple[str, ...]) -> str | None:
    """Return a package that is used and is none of those that may be; any may, where none is named.

    What is no installed library is not meant: a name that is misspelt, or a module of the learner's own.
    """
    disallowed = set(used) - set(allowed) - sys.stdlib_module_names if allowed else set()
    return min(filter(_is_library, disallowed), default=None)


@cache
def _is_library(package: str) -> bool:
    if package in OURS:
        return True
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any("-packages" in place for place in places)


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
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "…")
    return ".".join(reversed(parts))[:80]
