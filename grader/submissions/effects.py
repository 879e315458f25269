"""What code changes beside the names that it binds: `setz(cfg)`, `q = p; q[0] = 1`, `out=W`. `Effects`.

It is read from the code, so it is a guess on the safe side: whatever may share an object with a name may
change it. Of packages' functions, some are known to change an argument, and some to return a view of one.
"""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from grader.submissions.changing import (
    ANY,
    ANYTHING,
    BINDING,
    FRESH,
    SHARING,
    Effect,
    bindings,
    called_by_itself,
    callee,
    changed_by,
    root,
)
from grader.submissions.statements import FUNCTIONS, Statement, names_imported, walk

DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp)  # what is added to them is no array
LENDING = (ast.For, ast.AsyncFor, ast.comprehension, ast.withitem)
DEFINING = (*FUNCTIONS, ast.ClassDef, ast.Assign)
MAX_NAMES = 200  # that one statement or function changes: more count as any
MAX_SAME = 20  # functions of one name: more count as changing anything
MAX_ROUNDS = 20  # of following calls through all functions, on average; then they count as changing any name


@dataclass
class _Sight:
    """What is seen in some nodes: names bound, `global` and changed, aliases, calls of own functions."""

    bound: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    aliases: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    calls: list[ast.Call] = field(default_factory=list)


@dataclass(eq=False)
class _Function:
    """A function anywhere in the file, all that is in it, and the names that call it."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    nodes: list[ast.AST]
    names: tuple[str, ...]
    is_method: bool = False


class Effects:
    """Knows what a file's statements change.

    Args:
        statements: all of its top-level ones.
        packages: the names that it imports, but for the learner's own modules.
        own: what calls of functions from own modules change, by the names that they have here.
        linked: names that change with another: those taken from an own module, by that module's name here.
    """

    def __init__(
        self,
        statements: Collection[Statement],
        packages: Collection[str] = (),
        own: Mapping[str, list[Effect]] | None = None,
        linked: Mapping[str, Collection[str]] | None = None,
    ):
        self._packages = packages
        self._linked = linked or {}
        self._unchanging = _unchanging(statements)
        classes = {s.node.name for s in statements if isinstance(s.node, ast.ClassDef)}
        self._fixed = self._unchanging | classes  # they are passed around all the time
        functions = [function for statement in statements for function in _functions(statement.scope)]
        self.by_name: dict[str, list[Effect]] = defaultdict(list, own or {})
        self._own = {name for function in functions for name in function.names}.union(self.by_name)
        self._own |= {node.name for s in statements for node in s.scope if isinstance(node, ast.ClassDef)}
        self._stand_ins = self._standing_for(statements)
        self._own |= self._stand_ins.keys()
        self._returned: dict[str, set[str]] = {}
        self._learn(functions)
        self._sights = {statement: self._sight(statement.scope) for statement in statements}
        self._aliases: dict[str, set[str]] = defaultdict(set)
        for aliases in (self._linked, *(sight.aliases for sight in self._sights.values())):
            for name, others in aliases.items():
                self._aliases[name].update(others)

    def of(self, statement: Statement) -> set[str]:
        """Return the names whose values a statement changes when it runs; `ANY` among them for any name."""
        sight = self._sights[statement]
        return _closed(self._by_calls(sight) | sight.changed, self._aliases)

    def _learn(self, functions: list[_Function]) -> None:
        """Find what each function changes, by itself and by what it calls."""
        bodies = [(function, self._seen_in(function)) for function in functions]
        self._returned = self._returned_by(bodies)
        if self._returned:
            bodies = [(function, self._seen_in(function)) for function in functions]
        callers: dict[str, list[int]] = defaultdict(list)
        for i, (_, sight) in enumerate(bodies):
            for name in {name for call in sight.calls for name in _callees(call, self._own)}:
                for function_name in (name, *self._stand_ins.get(name, ())):
                    callers[function_name].append(i)
        known: dict[int, Effect] = {}
        waiting = dict.fromkeys(range(len(bodies)))
        left = MAX_ROUNDS * len(bodies)
        while waiting:
            i = next(iter(waiting))
            del waiting[i]
            function, sight = bodies[i]
            left -= 1
            effect = self._effect(function, sight, follows=left > 0)
            before = known.get(i)
            if effect == before or (before is None and not effect.changed and not effect.names):
                continue
            known[i] = effect
            for name in function.names:
                effects = [*(e for e in self.by_name[name] if e is not before), effect]
                self.by_name[name] = effects if len(effects) <= MAX_SAME else [ANYTHING]
                waiting |= dict.fromkeys(callers[name])

    def _standing_for(self, statements: Iterable[Statement]) -> dict[str, set[str]]:
        """Return the own functions that a name may be, hold or call: `f` of `for f in [setz]`."""
        found: dict[str, set[str]] = defaultdict(set)
        for statement in statements:
            for node in statement.scope:
                for target, value in bindings(node):
                    inside = walk(value)
                    called = {n.func for n in inside if isinstance(n, ast.Call)}
                    names = {n.id for n in inside if isinstance(n, ast.Name) and n not in called}
                    names = (names & self._own).union(*(found[name] for name in names & found.keys()))
                    for name in _names_in(target) if names else ():
                        found[name] |= names
        return found

    def _seen_in(self, function: _Function) -> _Sight:
        sight = self._sight(function.nodes)
        arguments = function.node.args
        ordered = [*arguments.posonlyargs, *arguments.args]
        defaults = [*zip(reversed(ordered), reversed(arguments.defaults), strict=False)]
        for argument, default in (*defaults, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
            if default is not None:
                sight.aliases[argument.arg] |= self._shared(default)
        return sight

    def _returned_by(self, bodies: Iterable[tuple[_Function, _Sight]]) -> dict[str, set[str]]:
        """Return the global names whose objects a function may return, by the function's names."""
        found: dict[str, set[str]] = defaultdict(set)
        for function, sight in bodies:
            returning = (n for n in function.nodes if isinstance(n, ast.Return | ast.Yield | ast.YieldFrom))
            shared = self._shared(*(node.value for node in returning if node.value is not None))
            if names := _closed(shared, sight.aliases) - (sight.bound - sight.declared) - self._fixed:
                for name in function.names:
                    found[name] |= names
        return found

    def _effect(self, function: _Function, sight: _Sight, follows: bool) -> Effect:
        arguments = function.node.args
        ordered = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters = [argument.arg for argument in ordered]
        rest = [argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument]
        given = {*parameters, *rest}
        owner = parameters.pop(0) if function.is_method and parameters else ""
        called = self._by_calls(sight) if follows else {ANY}
        changed = _closed(called | sight.changed, sight.aliases)
        if ANY in changed:  # in particular, more than are followed
            changed |= given
        local = (sight.bound | given) - sight.declared
        names = (changed - local) | (sight.declared & sight.bound)
        if len(names) > MAX_NAMES:
            names = {ANY}
        return Effect(
            tuple(parameters),
            frozenset(changed & given),
            frozenset(names),
            owner,
        )

    def _by_calls(self, sight: _Sight) -> set[str]:
        """Return the names that calls of own functions change."""
        names: set[str] = set()
        for call in sight.calls:
            given = _given(call)
            for name in _callees(call, self._own):
                for effect in self.by_name.get(name, ()):
                    # `map(setz, [cfg])`: called by whoever gets it
                    changed = effect.on(call) if name == callee(call) else given if effect.changed else ()
                    names |= effect.names | (self._shared(*changed) - self._unchanging)
                for effect in (e for f in self._stand_ins.get(name, ()) for e in self.by_name.get(f, ())):
                    changed = given if effect.changed else ()
                    names |= effect.names | (self._shared(*changed) - self._unchanging)
                    names.add(name)  # it may hold an argument
        return names

    def _sight(self, nodes: Iterable[ast.AST]) -> _Sight:
        sight = _Sight()
        for node in nodes:
            match node:
                case ast.Name():
                    if isinstance(node.ctx, ast.Store):
                        sight.bound.add(node.id)
                    elif isinstance(node.ctx, ast.Del):
                        sight.changed.add(node.id)
                case ast.Attribute() | ast.Subscript():
                    if not isinstance(node.ctx, ast.Load):
                        sight.changed |= self._shared(node.value) | {root(node) or ""}
                case ast.Call():
                    if any(True for _ in _callees(node, self._own)):
                        sight.calls.append(node)
                    for value in changed_by(node):
                        sight.changed |= self._shared(value) | ({root(value) or ""} & self._linked.keys())
                    self._see_lambdas(sight, node)
                case ast.Expr():
                    if (owner := called_by_itself(node)) is not None:
                        sight.changed |= self._shared(owner)
                case ast.AugAssign(target=ast.Name(id=name)):
                    sight.changed.add(name)
                case ast.arg():
                    sight.bound.add(node.arg)
                case ast.Global():
                    sight.declared.update(node.names)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    sight.bound.add(node.name)
                    applied = [ast.Call(decorator, [], []) for decorator in node.decorator_list]
                    sight.calls += [call for call in applied if callee(call) in self._own]
                case ast.Import() | ast.ImportFrom():
                    sight.bound.update(names_imported([node]))
                case _ if isinstance(node, BINDING):
                    for target, value in bindings(node):
                        shared = self._shared(value)
                        if isinstance(value, ast.Call) and (
                            isinstance(node, LENDING) or self._passes_on(value)
                        ):
                            # `for p in tqdm(layers)`, `Thread(target=setz, args=(cfg,))`
                            shared |= self._shared(*_given(value))
                        if root(value) is None:
                            shared -= self._fixed
                        for name in _names_in(target) if shared else ():
                            sight.aliases[name] |= shared
        return sight

    def _passes_on(self, call: ast.Call) -> bool:
        """Tell whether a call is given an own function."""
        return any(isinstance(value, ast.Name) and value.id in self._own for value in _given(call))

    def _see_lambdas(self, sight: _Sight, call: ast.Call) -> None:
        """Take what a lambda is passed on with for what it may get: `map(lambda c: c.clear(), [cfg])`."""
        given = _given(call)
        for function in (value for value in given if isinstance(value, ast.Lambda)):
            for parameter in function.args.args:
                sight.aliases[parameter.arg] |= self._shared(*given)

    def _shared(self, *values: ast.expr) -> set[str]:
        """Return the names whose objects the values of expressions may be, hold or show a part of."""
        found: set[str] = set()
        waiting = [*values]
        while waiting:
            match waiting.pop():
                case ast.Name(id=name):
                    found.add(name)
                case ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Name(id="__name__")):
                    found.add(ANY)
                case (
                    ast.Attribute(value=inner)
                    | ast.Subscript(value=inner)
                    | ast.Starred(value=inner)
                    | ast.Await(value=inner)
                    | ast.NamedExpr(value=inner)
                ):
                    waiting.append(inner)
                case ast.IfExp(body=one, orelse=other):
                    waiting += [one, other]
                case ast.BinOp(left=one, op=ast.Add() | ast.BitOr(), right=other) if isinstance(
                    one, DISPLAYS
                ) or isinstance(other, DISPLAYS):
                    waiting += [one, other]
                case (
                    ast.BoolOp(values=inner)
                    | ast.Tuple(elts=inner)
                    | ast.List(elts=inner)
                    | ast.Set(elts=inner)
                    | ast.Dict(values=inner)
                ):
                    waiting += inner
                case ast.ListComp(elt=inner) | ast.SetComp(elt=inner) | ast.GeneratorExp(elt=inner) as made:
                    waiting += [inner, *(generator.iter for generator in made.generators)]
                case ast.DictComp(value=inner) as made:
                    waiting += [inner, *(generator.iter for generator in made.generators)]
                case ast.Call() as call:
                    name = callee(call)
                    if name in ("globals", "locals", "vars") and not call.args:
                        found.add(ANY)
                    found |= self._returned.get(name, set())
                    if name in ("import_module", "__import__"):
                        found |= self._linked.keys()
                    if name in SHARING or name in self._own:
                        waiting += [*call.args, *(keyword.value for keyword in call.keywords)]
                    if isinstance(call.func, ast.Attribute) and name not in FRESH:
                        waiting.append(call.func.value)
        return found.difference(self._packages)


def _unchanging(statements: Iterable[Statement]) -> set[str]:
    """Return the names of functions, numbers and texts, which nobody changes who is given them."""
    found: set[str] = set()
    others: set[str] = set()
    for statement in statements:
        match statement.node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets, value=ast.Lambda() | ast.Constant() | ast.UnaryOp()):
                found.update(target.id for target in targets if isinstance(target, ast.Name))
            case _:
                others |= statement.defines
    return found - others


def _functions(scope: Iterable[ast.AST]) -> Iterator[_Function]:
    """Yield every function in a statement, however deep."""
    for outer in scope:
        if not isinstance(outer, DEFINING):
            continue
        methods: dict[ast.AST, str] = {}
        inside: list[ast.AST] = [outer] if isinstance(outer, ast.Assign) else walk(outer)
        for node in inside:  # a class comes before what is in it
            if isinstance(node, ast.ClassDef):
                methods |= {inner: node.name for inner in node.body if isinstance(inner, FUNCTIONS)}
            elif isinstance(node, FUNCTIONS):
                nodes = inside if node is outer else walk(node)
                names = [node.name]
                if node.name in ("__init__", "__post_init__", "__new__") and node in methods:
                    names.append(methods[node])
                static = any(callee(ast.Call(d, [], [])) == "staticmethod" for d in node.decorator_list)
                yield _Function(node, nodes, tuple(names), node in methods and not static)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
                yield _Function(node.value, walk(node.value), tuple(names))


def _callees(call: ast.Call, own: Collection[str]) -> Iterator[str]:
    """Yield the own functions that a call calls, or passes on to be called: `map(setz, [cfg])`."""
    if (name := callee(call)) in own:
        yield name
    for value in _given(call):
        if isinstance(value, ast.Name) and value.id in own:
            yield value.id


def _names_in(target: ast.expr) -> Iterator[str]:
    return (node.id for node in walk(target) if isinstance(node, ast.Name))


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _closed(names: set[str], aliases: Mapping[str, set[str]]) -> set[str]:
    """Return the names, with those that share objects with them, and so on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(aliases.get(name, ()))
            if len(found) > MAX_NAMES:
                return {ANY}
    return found
