"""What learners forget: for a place in their code, what may stand there in the right one.

`rules` and `additions` make mistakes out of a right answer, and undo some; these undo others. Nothing here is
said to anyone: where it helps, `aspects` says at what to look.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from grader.judging.additions import around

REDUCING = frozenset({"sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "any", "all"})
OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Mult: (ast.Pow, ast.MatMult),
    ast.Sub: (ast.Div,),
    ast.Div: (ast.FloorDiv,),
}
MAX_CONDITIONS = 8  # of a definition, one of which may be missing elsewhere
WIDER = 100  # times as far apart: bounds that no case reaches
SIGMOID, TANH = "1 / (1 + np.exp(-X))", "np.tanh(X)"
COPY, ORDER, BEGIN, ROUNDS, STEP = (
    "a copy that is missing",
    "two steps in the wrong order",
    "where a part begins",
    "what begins anew in each round",
    "the step of a loop",
)
Mend = tuple[ast.AST, str]


def mends(
    node: ast.AST, parent: ast.AST, field: str, names: Sequence[str], conditions: Sequence[ast.expr]
) -> Iterator[Mend]:
    """Yield what may take a node's place, and what had been wrong with it, in words.

    Args:
        node: of the code.
        parent, field: where it stands.
        names: of all variables that the code has, arguments first.
        conditions: what the code compares.
    """
    if isinstance(node, ast.Name) and node.id in names and _is_kept(parent, field):
        yield ast.Call(ast.Attribute(node, "copy", ast.Load()), [], []), COPY
    elif isinstance(node, ast.Break | ast.Continue):
        yield ast.Pass(), "a loop that ends too early"
    elif isinstance(node, ast.Constant) and type(node.value) is float:
        for factor in (10.0, 0.1, 1e-6):
            yield ast.Constant(factor * node.value), "another number"
    elif isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right), "another operation"
        if field == "slice":
            for name in names:
                yield ast.Name(name, ast.Load()), "another index"
        if (inner := _inside(SIGMOID, node)) is not None:
            yield around(TANH, inner), "another function"
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    if field == "test" and isinstance(node, ast.expr) and isinstance(parent, ast.If | ast.IfExp):
        for other in conditions[:MAX_CONDITIONS]:
            if ast.dump(other) not in ast.dump(node):
                yield ast.BoolOp(ast.And(), [node, other]), "a condition that is missing"


def stepped(node: ast.AST, arguments: Sequence[str]) -> Iterator[Mend]:
    """Yield a `range` that goes on by more than one: its rounds become fewer."""
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "range":
        return
    if 0 < len(node.args) < 3:
        start = node.args[0] if len(node.args) == 2 else ast.Constant(0)
        for name in arguments:
            yield ast.Call(node.func, [start, node.args[-1], ast.Name(name, ast.Load())], []), STEP


def together(
    tree: ast.FunctionDef, arguments: Sequence[str]
) -> Iterator[tuple[str, list[tuple[ast.AST, ast.AST]]]]:
    """Yield what takes more than one place: what had been wrong, in words, and what takes whose place."""
    for one, other in _neighbours(tree):
        yield ORDER, [(one, other), (other, one)]
    for loop, other in _moved(tree):
        yield ROUNDS, [(loop, other)]
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension)]
    counted = {part.id for loop in loops for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
    begin = [
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.Slice)
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and part.id in counted
    ]
    factors: list[ast.expr] = [*(ast.Name(name, ast.Load()) for name in arguments), ast.Constant(2)]
    for factor in factors if begin else ():
        yield BEGIN, [(name, ast.BinOp(name, ast.Mult(), factor)) for name in begin]
    added: dict[ast.AST, ast.AST] = {
        node: ast.AugAssign(node.targets[0], ast.Add(), node.value)
        for loop in loops
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    }
    if len(added) > 1:
        yield "what is overwritten added up", [*added.items()]


def _moved(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield loops that begin with what is assigned before them, and those that no longer do."""
    for node in ast.walk(tree):
        for block in (getattr(node, "body", ()), getattr(node, "orelse", ())):
            for i, loop in enumerate(block) if isinstance(block, list) else ():
                if not isinstance(loop, ast.For):
                    continue
                before = [one for one in block[:i] if isinstance(one, ast.Assign)]
                for inner in (each for each in ast.walk(loop) if isinstance(each, ast.For)):
                    for one in before:
                        body = [one, *inner.body]
                        yield inner, ast.For(inner.target, inner.iter, body, inner.orelse, None)
                first, *rest = loop.body
                if isinstance(first, ast.Assign) and rest:
                    without = ast.For(loop.target, loop.iter, rest, loop.orelse, None)
                    yield loop, ast.If(ast.Constant(True), [first, without], [])


def _neighbours(tree: ast.AST) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Yield two statements of which each may stand where the other does."""
    for node in ast.walk(tree):
        for block in (getattr(node, "body", ()), getattr(node, "orelse", ())):
            for pair in itertools.pairwise(block) if isinstance(block, list) else ():
                if not any(isinstance(each, ast.Return | ast.Raise | ast.Break) for each in pair):
                    yield pair


def compared(tree: ast.AST) -> list[ast.expr]:
    """Return what a piece of code compares, each once."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    return [*{ast.dump(node): node for node in nodes}.values()]


def _of_call(node: ast.Call) -> Iterator[Mend]:
    function = node.func
    name = getattr(function, "attr", "")
    keywords = {keyword.arg for keyword in node.keywords}
    kept = ast.keyword("keepdims", ast.Constant(True))
    if name in REDUCING and "axis" not in keywords and len(node.args) < 2:
        for axis in (0, -1):
            keyword = ast.keyword("axis", ast.Constant(axis))
            yield ast.Call(function, node.args, [*node.keywords, keyword]), "an axis that is missing"
            if "keepdims" not in keywords:
                yield (
                    ast.Call(function, node.args, [*node.keywords, keyword, kept]),
                    "an axis that is missing",
                )
    elif name in REDUCING and "keepdims" not in keywords:
        yield ast.Call(function, node.args, [*node.keywords, kept]), "an axis that is not kept"
    if name == "clip" and len(node.args) == 3:
        wide = [ast.BinOp(ast.Constant(WIDER), ast.Mult(), bound) for bound in node.args[1:]]
        yield ast.Call(function, [node.args[0], *wide], node.keywords), "bounds that are too narrow"
    if (inner := _inside(TANH, node)) is not None:
        yield around(SIGMOID, inner), "another function"


def _is_kept(parent: ast.AST, field: str) -> bool:
    """Whether it is a value that gets a name, or goes into a list."""
    if isinstance(parent, ast.Call):
        return field == "args" and getattr(parent.func, "attr", "") == "append"
    return field == "value" and isinstance(parent, ast.Assign)


def _inside(pattern: str, node: ast.expr) -> ast.expr | None:
    """Return what stands in a piece of code where a pattern has X; `None` where it is no such code."""
    found: list[ast.expr] = []

    def fits(one: object, other: object) -> bool:
        if isinstance(one, ast.Name) and one.id == "X":
            found.append(other) if isinstance(other, ast.expr) else None
            return isinstance(other, ast.expr)
        if isinstance(one, ast.Constant) and isinstance(other, ast.Constant):
            return one.value == other.value  # 1 and 1.0
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(map(fits, one, other))
        if isinstance(one, ast.AST) and type(one) is type(other):
            return all(fits(getattr(one, name), getattr(other, name)) for name in one._fields)
        return one == other

    return found[0] if fits(ast.parse(pattern, mode="eval").body, node) else None
