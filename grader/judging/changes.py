"""Functions with one thing changed in them, as `rules` and `additions` say: `versions`."""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import itertools
import textwrap
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from grader.judging.additions import PUT_IN, additions, returned
from grader.judging.mends import compared, mends, stepped, together
from grader.judging.rules import replacements, with_names

# What takes as long, or as much memory, as a number among its arguments is large.
SIZED = frozenset(
    {"range", "arange", "zeros", "ones", "empty", "full", "eye", "identity", "linspace", "tile", "repeat"}
    | {"permutation", "choice", "normal", "uniform", "random", "integers", "standard_normal", "bincount"}
    | {"array_split", "split", "pad"}
)
PAIRED = (ast.BinOp, ast.Call, ast.keyword, ast.Compare, ast.UnaryOp, ast.Attribute)
MAX_PAIRED = 60  # changes that are tried in pairs
HARMLESS = frozenset(dir(builtins)) - SIZED
SAFE = (  # also of such a number
    *("one round too few", "one round too many", "the size of another axis", "the reversed order left out"),
)


# What a change, or another value, may keep from ending; an `except` may even catch what would end it.
ENDLESS = ast.While | ast.Try | ast.TryStar


class Place(NamedTuple):
    """Where a node stands in a tree."""

    node: ast.AST
    parent: ast.AST
    field: str
    at: int | None  # in a list
    is_size: bool = False  # or a part of one: what else would stand there might never end

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


class Change(NamedTuple):
    """What takes the place of a node: `words` say what that is, and those that are alike have one `kind`."""

    place: int
    old: Any  # an `ast` node
    node: ast.AST
    words: str
    kind: tuple


def versions(
    function: Callable[..., Any], *, pairs: bool = False, is_learners: bool = False, endless: bool = False
) -> Iterator[tuple[Sequence[Change], Callable[..., Any]]]:
    """Yield what is changed in a function, and the function with that; see `changed`.

    Of one whose source isn't there, there are none.
    """
    tree = definition(function)
    if tree is None:
        return
    names = {**inspect.unwrap(function).__globals__, "np": np}
    for changes in changed(tree, pairs=pairs, is_learners=is_learners, endless=endless):
        if (made := compiled(tree, function, names)) is not None:
            yield changes, made


def changed(
    tree: ast.FunctionDef, *, pairs: bool = False, is_learners: bool = False, endless: bool = False
) -> Iterator[Sequence[Change]]:
    """Yield what is changed in a definition, as long as it is, in an order that doesn't change.

    In one that has a loop without a known end, which a change may keep from ending, nothing is.

    Args:
        tree: the definition, which is as it was in the end.
        pairs: two places at a time, of those where something is left out or exchanged.
        is_learners: one variable may stand for another, too, and what is forgotten be put in: in the
            reference, that would say nothing to whoever has no such variable.
        endless: whether a loop may be without a known end: what runs it ends it.
    """
    unchanged = ast.Yield | ast.Lambda | (ast.Try | ast.TryStar if endless else ENDLESS)
    kinds = {type(node) for node in ast.walk(tree)}
    if any(issubclass(kind, unchanged) for kind in kinds):
        return
    if ast.While in kinds and ast.With in kinds:  # whose end may let pass what would end it, too
        return
    places = [place for place in places_of(tree) if place.parent is not tree.args]  # but for what is default
    each = _pairs(tree, places) if pairs else filter(None, _changes(tree, places, is_learners))
    for changes in each:
        with _changed(places, changes):
            yield changes


def definition(function: Callable[..., Any]) -> ast.FunctionDef | None:
    """Return a function's definition, bare; `None` where it isn't to be had, or isn't all: decorated."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    if not isinstance(tree, ast.FunctionDef) or tree.name != getattr(function, "__name__", ""):
        return None  # the source of a lambda, say, is the statement that it stands in
    return None if tree.decorator_list else bare(tree)


def bare(tree: ast.FunctionDef) -> ast.FunctionDef:
    """Take out of a definition what says nothing of its answers."""
    if ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:] or [ast.Pass()]
    tree.returns = None
    for argument in ast.walk(tree.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return tree


def places_of(tree: ast.AST) -> list[Place]:
    """Return the places of all nodes inside a tree, the outermost first."""
    sizes = _sizes(tree)
    found: list[Place] = []
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                found.append(Place(value, parent, field, None, id(value) in sizes))
            elif isinstance(value, list):
                inside = [(i, one) for i, one in enumerate(value) if isinstance(one, ast.AST)]
                found += [Place(one, parent, field, i, id(one) in sizes) for i, one in inside]
    return found


def _sizes(tree: ast.AST) -> set[int]:
    """Return which nodes are a size of something, or decide on one: that of a loop or an array."""
    outer: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            is_helper = isinstance(node.func, ast.Name) and name not in HARMLESS
            outer += [*node.args, *node.keywords] if name in SIZED or is_helper else []
        elif isinstance(node, ast.For | ast.comprehension):
            outer.append(node.iter)
        elif isinstance(node, ast.BinOp) and isinstance(node.left, ast.List):
            outer.append(node.right)
    named: set[str] = set()
    while True:
        names = {
            part.id
            for node in outer
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
        }
        if names <= named:
            break
        named |= names
        outer += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign | ast.AugAssign)
            and any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(_target(node)))
        ]
    return {id(part) for node in outer for part in ast.walk(node)}


def _target(node: ast.Assign | ast.AugAssign) -> ast.AST:
    return ast.Tuple(node.targets) if isinstance(node, ast.Assign) else node.target


def _changes(
    tree: ast.FunctionDef, places: Sequence[Place], is_learners: bool
) -> Iterator[tuple[Change, ...]]:
    """Yield what to change together: one place, all places that are alike, or two arguments everywhere."""
    arguments = [argument.arg for argument in tree.args.args]
    alike: dict[tuple, list[Change]] = defaultdict(list)
    if is_learners:  # of these there are few, and they help as often as the many others
        for change in _mended(tree, places, arguments):
            yield (change,)
            alike[change.kind].append(change)
        yield from _mended_together(tree, places, arguments)
    renamed = _renamed(places, arguments) if is_learners else ()
    for change in (*_replaced(tree, places, arguments), *renamed, *_put_in(places, arguments)):
        yield (change,)
        alike[change.kind].append(change)
    yield from (tuple(several) for several in alike.values() if len(several) > 1)
    sizes = {place.node.id for place in places if place.is_size and _is_read(place.node)}
    for one, two in itertools.combinations([name for name in arguments if name not in sizes], 2):
        exchanged = {one: two, two: one}
        words = f"`{one}` and `{two}` exchanged"
        yield tuple(
            Change(number, place.node, ast.Name(exchanged[place.node.id], place.node.ctx), words, ())
            for number, place in enumerate(places)
            if isinstance(place.node, ast.Name) and place.node.id in exchanged
        )


def _mended_together(
    tree: ast.FunctionDef, places: Sequence[Place], arguments: Sequence[str]
) -> Iterator[tuple[Change, ...]]:
    """Yield what learners forget that takes more than one place."""
    numbers = {id(place.node): number for number, place in enumerate(places)}
    for words, new in together(tree, arguments):
        yield tuple(Change(numbers[id(old)], old, node, words, ()) for old, node in new)


def _pairs(tree: ast.FunctionDef, places: Sequence[Place]) -> Iterator[tuple[Change, ...]]:
    """Yield changes of two places, the inner one first where one is inside of the other."""
    arguments = [argument.arg for argument in tree.args.args]
    likely = [
        change
        for change in (*_replaced(tree, places, arguments), *_put_in(places, arguments))
        if isinstance(
            change.old, ast.BinOp | ast.Call | ast.keyword | ast.Compare | ast.UnaryOp | ast.Attribute
        )
        and change.words not in PUT_IN
    ]
    for one, other in itertools.combinations(likely[:MAX_PAIRED], 2):
        if one.place != other.place:
            yield other, one


def _replaced(tree: ast.FunctionDef, places: Sequence[Place], arguments: Sequence[str]) -> Iterator[Change]:
    """Yield the changes of one place in which something is left out or exchanged."""
    for number, place in enumerate(places):
        for new, words, *kind in replacements(place.node, arguments):
            if place.is_size and words not in SAFE and not _is_next(place.node, new):
                continue
            words = _of_size(place, new) or ("another index" if _is_index(place) else words)
            yield Change(number, place.node, new, words, (words, *kind))
        for new, words in returned(place.node, tree.body[-1]):
            yield Change(number, place.node, new, words, (words, number))
        if isinstance(place.node, ast.AugAssign | ast.Expr) or _is_again(place.node):
            words = f"a step{with_names(place.node, arguments)} left out"
            yield Change(number, place.node, ast.Pass(), words, (words, number))


def _put_in(places: Sequence[Place], arguments: Sequence[str]) -> Iterator[Change]:
    """Yield the changes of one place in which something is put in, or moved."""
    names = _names(places, arguments)
    for number, place in enumerate(places):
        for new, words in () if place.is_size else additions(place.node, place.parent, place.field, names):
            yield Change(number, place.node, new, words, (words, number))


def _mended(tree: ast.FunctionDef, places: Sequence[Place], arguments: Sequence[str]) -> Iterator[Change]:
    """Yield the changes of one place in which what learners forget is put in."""
    names, conditions = _names(places, arguments), compared(tree)
    for number, place in enumerate(places):
        for new, words in stepped(place.node, arguments):
            yield Change(number, place.node, new, words, (words, number))
        if not place.is_size:
            for new, words in mends(place.node, place.parent, place.field, names, conditions):
                yield Change(number, place.node, new, words, (words, type(new)))


def _names(places: Sequence[Place], arguments: Sequence[str]) -> list[str]:
    """Return the variables of a definition, its arguments first."""
    nodes = (place.node for place in places)
    made = [node.id for node in nodes if isinstance(node, ast.Name) and not _is_read(node)]
    return list(dict.fromkeys([*arguments, *made]))


def _renamed(places: Sequence[Place], arguments: Sequence[str]) -> Iterator[Change]:
    """Yield the changes of one variable for another, but for two arguments: for these there is a rule."""
    names = _names(places, arguments)
    for number, place in enumerate(places):
        if _is_read(place.node) and place.node.id in names and not place.is_size:
            # A list that is appended to itself has no end.
            appended_to = getattr(getattr(place.parent, "func", None), "value", None)
            for name in names:
                if name == getattr(appended_to, "id", None):
                    continue
                if name != place.node.id and not {name, place.node.id} <= {*arguments}:
                    words = "the value of another step in one place"
                    yield Change(
                        number, place.node, ast.Name(name, ast.Load()), words, (words, place.node.id, name)
                    )


def _is_index(place: Place) -> bool:
    """Whether it is a number that stands for a place in something, or for a part of it."""
    inside = isinstance(place.parent, ast.Slice) or place.field == "slice"
    return inside and isinstance(place.node, ast.Constant)


def _of_size(place: Place, new: ast.AST) -> str:
    """Return in words whose size takes the place of another's, where it is that of a name alone."""
    is_shape = isinstance(place.parent, ast.Attribute) and place.parent.attr == "shape"
    is_length = isinstance(place.parent, ast.Call) and getattr(place.parent.func, "id", "") == "len"
    if isinstance(place.node, ast.Name) and isinstance(new, ast.Name) and (is_shape or is_length):
        return f"a size of `{new.id}` in the place of another argument's"
    return ""


def _is_read(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _is_next(node: ast.AST, new: ast.AST) -> bool:
    """Whether both are whole numbers, and the new one is no larger than the next."""
    now, then = (getattr(one, "value", None) for one in (node, new))
    return isinstance(now, int) and isinstance(then, int) and then <= now + 1


def _is_again(node: ast.AST) -> bool:
    """Whether a statement makes anew, of itself, what was there before."""
    if not isinstance(node, ast.Assign):
        return False
    made = {part.id for t in node.targets for part in ast.walk(t) if isinstance(part, ast.Name)}
    return any(isinstance(part, ast.Name) and part.id in made for part in ast.walk(node.value)) or any(
        isinstance(target, ast.Subscript) for target in node.targets
    )


@contextlib.contextmanager
def _changed(places: Sequence[Place], changes: Sequence[Change]) -> Iterator[None]:
    """Have changes in a tree for a while: a copy for each would take most of the time."""
    for change in changes:
        if not hasattr(change.node, "lineno"):  # else it is a part of the old one, and has its own line
            ast.copy_location(change.node, change.old)
        places[change.place].put(ast.fix_missing_locations(change.node))
    try:
        yield
    finally:
        for change in changes:
            places[change.place].put(change.old)


def compiled(
    tree: ast.FunctionDef, function: Callable[..., Any], names: dict[str, Any]
) -> Callable[..., Any] | None:
    """Return the function that a definition makes among some names; `None` where it makes none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a syntax that looks odd, as many a change does
            module = compile(ast.Module([tree], []), "<version>", "exec")
    except (SyntaxError, TypeError, ValueError, RecursionError):
        return None
    code = next(one for one in module.co_consts if isinstance(one, CodeType) and one.co_name == tree.name)
    # Not by running the module: all of them can have the same names, which take more memory than the code.
    return FunctionType(code, names, tree.name, getattr(function, "__defaults__", None))
