"""What a single node of code changes and binds: `LAYERS.append(3)`, `q = p`; of a call, its `Effect`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

ANY = "globals()"  # in place of a name: any name of the file


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Functions that change their first argument, whatever module they are taken from.
CHANGING_FUNCTIONS = _words(
    "setattr delattr next copyto put place putmask fill_diagonal put_along_axis at shuffle setitem delitem "
    "heappush heappop heapify heapreplace heappushpop insort insort_left insort_right"
)
# Methods that change what they belong to even where their value is used; by itself, any method may.
CHANGING_METHODS = _words(
    "append extend insert pop popitem popleft appendleft remove discard clear update setdefault add sort "
    "reverse fill put itemset resize partition setflags assign assign_add assign_sub set_weights send "
    "__setitem__ __delitem__ __setattr__ __delattr__"
)
BINDING = (
    ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension, ast.withitem
)  # fmt: skip
BUILT_IN_TYPES = frozenset({"dict", "list", "set", "bytearray", "object", "type"})  # `dict.update(cfg, …)`
# Methods whose values share nothing with what they belong to.
FRESH = _words(
    "copy astype dot matmul sum mean std var min max argmax argmin cumsum clip round tolist tobytes item "
    "normal uniform standard_normal integers random permutation predict evaluate numpy"
)
# Functions of Python's and of packages whose values may share their arguments, or hold them.
SHARING = _words(
    "zip list dict tuple set sorted reversed enumerate iter map filter min max next getattr vars "
    "asarray asanyarray ascontiguousarray ravel reshape squeeze transpose swapaxes moveaxis rollaxis "
    "expand_dims broadcast_to broadcast_arrays atleast_1d atleast_2d atleast_3d flip fliplr flipud rot90 "
    "split array_split hsplit vsplit dsplit diagonal real imag einsum nditer as_strided frombuffer "
    "memoryview partial chain islice cycle tqdm OrderedDict defaultdict deque ChainMap SimpleNamespace "
    "Namespace"
)


@dataclass(frozen=True)
class Effect:
    """What a call of a function changes.

    Args:
        parameters: their names, in order; without a method's first.
        changed: those whose arguments it changes.
        names: the global names whose values it changes; `ANY` among them for names that can't be read.
        owner: a method's first parameter.
    """

    parameters: tuple[str, ...]
    changed: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    owner: str = ""

    def on(self, call: ast.Call) -> Iterator[ast.expr]:
        """Yield what a call changes of its arguments, and what the method belongs to."""
        if not self.changed:
            return
        if self.owner in self.changed and isinstance(call.func, ast.Attribute):
            yield call.func.value
        known = self.changed <= {*self.parameters, self.owner}
        known = known and not any(isinstance(argument, ast.Starred) for argument in call.args)
        for i, argument in enumerate(call.args):
            places = {*self.parameters[i : i + 1]}
            if self.owner:  # `Net.step(net, cfg)`
                places |= {*(self.owner, *self.parameters)[i : i + 1]}
            if not known or self.changed & places:
                yield argument
        for keyword in call.keywords:
            if not known or keyword.arg is None or keyword.arg in self.changed:
                yield keyword.value


ANYTHING = Effect((), frozenset({ANY}), frozenset({ANY}))


def called_by_itself(node: ast.AST) -> ast.expr | None:
    """Return what a method belongs to that is called for its effect alone: `LAYERS` of `LAYERS.append(3)`."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))):
            return owner
        case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(value=owner)))):
            return owner
    return None


def only_changed(statement: ast.stmt) -> set[str]:
    """Return the names whose values a statement changes and makes no other use of: a log's, a counter's."""
    nodes = [*ast.walk(statement)]
    changed: set[ast.AST | None] = set()
    for node in nodes:
        match node:
            case ast.Assign(targets=targets):
                changed.update(t.value for t in targets if isinstance(t, ast.Attribute | ast.Subscript))
            case ast.AugAssign(target=target):
                changed.add(target)
            case ast.Expr():
                changed.add(called_by_itself(node))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return {name.id for name in names if name in changed} - {name.id for name in names if name not in changed}


def changed_by(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call changes if it is one of a known function."""
    name = callee(call)
    if name in CHANGING_METHODS and isinstance(call.func, ast.Attribute):
        yield call.args[0] if call.args and root(call.func) in BUILT_IN_TYPES else call.func.value
    if call.args and name in CHANGING_FUNCTIONS:
        yield call.args[0]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "out")
    if name == "exec" and call.args[1:]:
        yield call.args[1]
    elif name == "exec" and call.args and isinstance(call.args[0], ast.Constant):
        # Of other code it is not known, and what it binds inside a function stays there.
        yield ast.Call(ast.Name("globals"), [], [])


def bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what a node binds, with the values: `q = p`, `for q in [p]`, `with open(p) as q`."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
            | ast.For(target=target, iter=value)
            | ast.AsyncFor(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
            | ast.withitem(optional_vars=ast.expr() as target, context_expr=value)
        ):
            yield target, value


def callee(call: ast.Call) -> str:
    """Return the last name of what is called: `setz` of `helper.setz(cfg)` and of `@setz(cfg)`."""
    function = call.func
    while isinstance(function, ast.Call):
        function = function.func
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return root(function) or ""  # `steps["off"](cfg)`


def root(value: ast.expr) -> str | None:
    """Return the name that a chain of parts begins with: `"P"` of `P.layers[0].kernel`."""
    while isinstance(value, ast.Attribute | ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else None
