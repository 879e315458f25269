"""What beginners put in, move or mix up: for a place in a piece of code, what may stand there, and in words.

The words complete "what a right answer gives with …", as those of `rules`, and say as little of the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeGuard

AROUND = {
    "-X": "a sign too many",
    "1 - X": "1 minus something in its place",
    "1 / X": "1 divided by something in its place",
    "np.sqrt(X)": "a square root too many",
    "np.square(X)": "a square too many",
    "np.abs(X)": "an absolute value too many",
    "np.exp(X)": "an exponential too many",
    "np.log(X)": "a logarithm too many",
    "np.mean(X)": "a mean too many",
    "np.sum(X)": "a sum too many",
    "np.maximum(X, 0)": "a bound at 0 too many",
    "np.round(X)": "a rounding too many",
    "np.transpose(X)": "a transposition too many",
    "X / len(X)": "a division by a length too many",
    "2 * X": "a factor of 2 too many",
    "X / 2": "a half too many",
    "X + 1": "a 1 too many",
    "X - 1": "a 1 too few",
}
PUT_IN = frozenset(AROUND.values())
STEPS = frozenset(
    {"sqrt", "exp", "log", "abs", "square", "sum", "mean", "maximum", "minimum", "ceil", "floor"}
)
BRACKETS = "brackets in another place"


def additions(
    node: ast.AST, parent: ast.AST, field: str, names: Sequence[str]
) -> Iterator[tuple[ast.AST, str]]:
    """Yield what may take a node's place, and what is changed by it in words.

    Args:
        node: of the code.
        parent, field: where it stands.
        names: of all variables that the code has, arguments first.
    """
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name | ast.Subscript):
        what = "added up" if isinstance(node.op, ast.Add | ast.Sub) else "multiplied up"
        yield ast.Assign([node.target], node.value), f"what is {what} overwritten in each round"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Subscript):
        added = ast.AugAssign(node.targets[0], ast.Add(), node.value)
        yield added, "what is overwritten added up"
    if not isinstance(node, ast.expr) or field in ("func", "slice", "targets", "target", "keywords", "test"):
        return
    if isinstance(node, ast.Name) and (node.id not in names or not isinstance(node.ctx, ast.Load)):
        return
    if isinstance(parent, ast.Attribute | ast.keyword) or not isinstance(
        node, ast.Name | ast.BinOp | ast.Call | ast.Subscript | ast.Attribute
    ):
        yield from _moved(node)
        return
    for text, words in AROUND.items():
        yield around(text, node), words
    yield from _moved(node)


def returned(node: ast.AST, last: ast.stmt) -> Iterator[tuple[ast.AST, str]]:
    """Yield a loop that ends a function in its first round, and one that no longer does."""
    if not isinstance(node, ast.For):
        return
    if isinstance(last, ast.Return):
        yield ast.For(node.target, node.iter, [*node.body, last], [], None), "the `return` inside of the loop"
    if len(node.body) > 1 and isinstance(end := node.body[-1], ast.Return):
        loop = ast.For(node.target, node.iter, node.body[:-1], node.orelse, None)
        yield ast.If(ast.Constant(True), [loop, end], []), "the `return` behind the loop"


def _moved(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield what comes out if brackets stand elsewhere, or two steps come in the other order."""
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if isinstance(left, ast.BinOp):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right)), BRACKETS
        if isinstance(right, ast.BinOp):
            yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right), BRACKETS
        if _is_step(left):
            yield _stepped(left, ast.BinOp(left.args[0], node.op, right)), BRACKETS
        if _is_step(right):
            yield _stepped(right, ast.BinOp(left, node.op, right.args[0])), BRACKETS
    elif _is_step(node):
        inner = node.args[0]
        if isinstance(inner, ast.BinOp):
            yield ast.BinOp(_stepped(node, inner.left), inner.op, inner.right), BRACKETS
            yield ast.BinOp(inner.left, inner.op, _stepped(node, inner.right)), BRACKETS
        if _is_step(inner):
            yield _stepped(inner, _stepped(node, inner.args[0])), "two steps in the other order"


def _is_step(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is a call of a usual function, whose first argument is what it is taken of."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STEPS
        and bool(node.args)
    )


def _stepped(call: ast.Call, of: ast.expr) -> ast.Call:
    return ast.Call(call.func, [of, *call.args[1:]], call.keywords)


def around(text: str, node: ast.expr) -> ast.expr:
    """Return a piece of code with a node where it has X."""
    return _Around(node).visit(ast.parse(text, mode="eval").body)


class _Around(ast.NodeTransformer):
    """Puts a node where X is."""

    def __init__(self, node: ast.expr):
        self._node = node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._node if node.id == "X" else node
