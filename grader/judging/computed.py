"""What a function computes on its way, place by place; and the same with other values in one of them.

watch = Watch()
function = watched(function, watch)
function(...)               # watch.seen[n]: what was computed at watch.points[n], time after time
watch.begin({n: values})
function(...)               # as if these had been computed there
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from grader.child import plaindata
from grader.judging.aspects import shortened
from grader.judging.changes import Place, compiled, definition, places_of

HANDLER = "__computed__"
MAX_BYTES = 50_000  # of a value that is kept
DATA = (bool, int, float, np.ndarray, np.generic, list, tuple, dict)
EXPRESSIONS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Subscript, ast.Attribute, ast.IfExp),
    *(ast.List, ast.ListComp, ast.Tuple, ast.Dict),
)
UNUSUAL = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr, ast.ClassDef)


class Point(NamedTuple):
    """Where something is computed: in which line, counted from the definition's first, and its code.

    A variable stands for what is assigned to it.
    """

    line: int
    code: str


class Exhausted(BaseException):
    """A place was reached more often than there are values for it; no `except Exception` may catch that."""


class Watch:
    """Sees what is computed at each place, or puts something else there.

    Args:
        most: how many values are kept of one point in a call.
    """

    def __init__(self, most: int = 300) -> None:
        self.points: list[Point] = []
        self._most = most
        self.begin()

    def begin(self, values: Mapping[int, Sequence[bytes]] = MappingProxyType({})) -> None:
        """Forget what was seen, and have these values, encoded, at the points of these numbers."""
        self.seen: dict[int, list[bytes]] = {}  # in the order in which they were computed first
        self.times: Counter[int] = Counter()  # that a point was reached
        self._values = {number: iter(at_point) for number, at_point in values.items()}

    def __call__(self, number: int, compute: Callable[[], Any]) -> Any:
        if number in self._values:
            for value in self._values[number]:
                return plaindata.decode(value, ours=True)
            raise Exhausted
        value = compute()
        if not self._values:
            self._see(number, value)
        return value

    def _see(self, number: int, value: Any) -> None:
        self.times[number] += 1
        values = self.seen.setdefault(number, [])
        if len(values) < self._most and isinstance(value, DATA) and getattr(value, "nbytes", 0) < MAX_BYTES:
            values.append(plaindata.encode(value, MAX_BYTES))


def watched(function: Callable[..., Any], watch: Watch, **others: Any) -> Callable[..., Any] | None:
    """Return a function that is watched; `None` where its source isn't there, or is unusual.

    Args:
        function: of which.
        watch: gets its points, after those that it has.
        others: what it finds by these names, in place of what it would.
    """
    tree = definition(function)
    if tree is None or any(isinstance(node, UNUSUAL) for node in ast.walk(tree)):
        return None
    begun = {argument.arg: 0 for argument in tree.args.args}  # by variable, the line it is there from
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            begun[node.id] = min(node.lineno, begun.get(node.id, node.lineno))
    for place in places_of(tree):
        node = place.node
        if isinstance(node, ast.For | ast.While):
            made = _made(node).items()
            kept = [_kept(watch, *one) for one in made if begun.get(one[0], node.lineno) < node.lineno]
            if kept:
                place.put(ast.If(ast.Constant(True), [node, *kept], []))
        elif _is_computed(place):
            place.put(_handled(watch, _point(place), node))
    known = {**inspect.unwrap(function).__globals__, **others, HANDLER: watch}
    return compiled(ast.fix_missing_locations(tree), function, known)


def _is_computed(place: Place) -> bool:
    if place.field in ("func", "target", "targets", "defaults", "kw_defaults", "annotation", "returns"):
        return False
    if not isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load):
        return False
    is_compared = isinstance(place.parent, ast.Compare) and any(
        isinstance(one, ast.Constant) for one in (place.parent.left, *place.parent.comparators)
    )
    if is_compared:  # what is put there would mend a wrong limit, too
        return False
    is_assigned = place.field == "value" and isinstance(
        place.parent, ast.Assign | ast.AnnAssign | ast.AugAssign
    )
    return isinstance(place.node, EXPRESSIONS) or is_assigned


def _point(place: Place) -> Point:
    parent: Any = place.parent
    node: Any = place.node
    target = parent.targets[0] if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else None
    if isinstance(target, ast.Name):
        return Point(parent.lineno, target.id)
    return Point(node.lineno, shortened(node))


def _handled(watch: Watch, point: Point, node: Any) -> ast.Call:
    watch.points.append(point)
    arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    number = ast.Constant(len(watch.points) - 1)
    return ast.Call(ast.Name(HANDLER, ast.Load()), [number, ast.Lambda(arguments, node)], [])


def _kept(watch: Watch, name: str, line: int) -> ast.Assign:
    """Return a statement that has a variable, which was made in this line, as it is after a loop."""
    handled = _handled(watch, Point(line, name), ast.Name(name, ast.Load()))
    return ast.Assign([ast.Name(name, ast.Store())], handled)


def _made(loop: ast.For | ast.While) -> dict[str, int]:
    """Return the variables that a loop assigns, adds to, or appends to, and in which line it does so last."""
    found: dict[str, int] = {}
    for statement in loop.body:
        for node in ast.walk(statement):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                targets = [getattr(node.value.func, "value", None)]
            elif not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            for target in targets:
                while isinstance(target, ast.Subscript):
                    target = target.value
                if isinstance(target, ast.Name):
                    found[target.id] = max(node.lineno, found.get(target.id, 0))
    return found
